import { PASSWORD, type Harness } from './harness.ts';
import { Visitor, type Answered } from './visitor.ts';

const DAY_MS = 86_400_000;

/** A signed-in person of the Admin Portal. */
export interface PortalPerson {
  email: string;
  cookie: string;
  /** Of the first organisation. */
  organizationId: string;
}

export interface Answer {
  status: number;
  json: Record<string, unknown>;
  code: string | undefined;
}

/** Signing up, claiming and looking, as a test of the portal does it again and again. */
export class PortalCrew {
  readonly harness: Harness;
  readonly visitor: Visitor;
  private invoices = 0;

  constructor(harness: Harness) {
    this.harness = harness;
    this.visitor = new Visitor(harness, 'http://localhost:8080');
  }

  /** A call below /api/v1/portal, without a session. */
  async open(url: string, body: object, about: { address?: string; cookie?: string } = {}): Promise<Answered> {
    return this.visitor.call('POST', `/portal${url}`, body, about);
  }

  async call(cookie: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object): Promise<Answer> {
    const answer = await this.harness.request(method, `/api/v1/portal${url}`, {
      cookie,
      ...(body === undefined ? {} : { body }),
    });
    const json = (answer.json ?? {}) as Record<string, unknown>;
    return { status: answer.status, json, code: answer.status < 400 ? undefined : String(json['code']) };
  }

  async signIn(email: string, password = PASSWORD): Promise<string> {
    return (await this.open('/session', { email, password })).cookie;
  }

  /** From sign-up through the mail to a session; `organization` is the name of the first organisation. */
  async person(name: string, organization = `${name} schools`): Promise<PortalPerson> {
    const email = `${name}@example.org`;
    await this.open('/signup', { email, password: PASSWORD, name, organization });
    await this.open('/activation', { token: await this.visitor.tokenTo(email), password: PASSWORD });
    const cookie = await this.signIn(email);
    const { json } = await this.call(cookie, 'GET', '/organizations');
    return { email, cookie, organizationId: (json['items'] as { id: string }[])[0]?.id ?? '' };
  }

  /** Invites by the person's organisation and joins as `email`, who has an account. */
  async join(by: PortalPerson, who: PortalPerson, role: 'admin' | 'member' = 'member'): Promise<string> {
    const { json } = await this.call(by.cookie, 'POST', `/organizations/${by.organizationId}/invitations`, {
      email: who.email,
      role,
    });
    await this.call(who.cookie, 'POST', '/invitation', { token: await this.visitor.tokenTo(who.email) });
    return String(json['id']);
  }

  /** Lists boards that came on one invoice, bought `daysAgo`; its id. */
  async invoice(about: { boards?: number; credits?: number; daysAgo?: number; lines?: object[] } = {}): Promise<string> {
    this.invoices += 1;
    const invoice = `INV-${this.invoices}`;
    const { boards = 2, credits = 365, daysAgo = 30 } = about;
    const purchasedOn = new Date(this.harness.now - daysAgo * DAY_MS).toISOString().slice(0, 10);
    const board = { model: 'MX-65', credits, fulfilment: 'product-key', invoice, purchasedOn };
    const lines = about.lines ?? Array.from({ length: boards }, () => ({}));
    const report = await this.harness.operator.importLines(
      lines.map((line, n) => ({ line: n + 1, values: { ...board, serial: `${invoice}-${n + 1}`, ...line } })),
    );
    if (report.rejected.length > 0) throw new Error(JSON.stringify(report.rejected));
    return invoice;
  }

  /** The claim code of a new invoice. */
  async code(about: Parameters<PortalCrew['invoice']>[0] = {}): Promise<{ code: string; invoice: string }> {
    return this.harness.operator.issueClaim(await this.invoice(about));
  }
}
