import { user as userSchema, usersPage, type InviteBody, type User } from '../../../protocol/api-users.ts';
import { PASSWORD, type Harness, type TestDomain } from './harness.ts';
import { Visitor } from './visitor.ts';

export interface Person {
  id: string;
  /** `name@domain`. */
  user: string;
  cookie: string;
}

export interface AuditRow {
  actor: string;
  address: string;
  subject: string;
  details: unknown;
  correlationId: string | null;
}

/** Inviting, joining and looking, as a test of users does it again and again. */
export class Crew {
  readonly harness: Harness;
  readonly visitor: Visitor;
  private invited = 0;

  constructor(harness: Harness) {
    this.harness = harness;
    this.visitor = new Visitor(harness, 'http://localhost:8080');
  }

  async call(cookie: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) {
    const { status, json } = await this.harness.request(method, `/api/v1${url}`, {
      cookie,
      ...(body === undefined ? {} : { body }),
    });
    return { status, json: json as Record<string, unknown> | null };
  }

  /** Each user has an e-mail of their own, so that no limit of a test touches another. */
  async invite(domain: TestDomain, name: string, about: Partial<InviteBody> = {}): Promise<User & { token: string }> {
    this.invited += 1;
    const body = { name, email: `${name.slice(0, 32)}.${this.invited}@example.org`, ...about };
    const { status, json } = await this.call(domain.cookie, 'POST', '/users', body);
    if (status !== 201) throw new Error(`not invited: ${JSON.stringify(json)}`);
    return { ...userSchema.parse(json), token: await this.visitor.tokenTo(body.email.toLowerCase()) };
  }

  async accept(token: string, password = PASSWORD) {
    const { status, json } = await this.visitor.call('POST', '/invitation', { token, password });
    return { status, json };
  }

  /** Invited, joined and signed in. */
  async person(domain: TestDomain, name: string, about: Partial<InviteBody> = {}): Promise<Person> {
    const { id, user, token } = await this.invite(domain, name, about);
    const { status, json } = await this.accept(token);
    if (status !== 200) throw new Error(`not joined: ${JSON.stringify(json)}`);
    return { id, user, cookie: await this.harness.signIn(user) };
  }

  async list(cookie: string): Promise<User[]> {
    return usersPage.parse((await this.call(cookie, 'GET', '/users')).json).items;
  }

  async isSignedIn(cookie: string): Promise<boolean> {
    return (await this.call(cookie, 'GET', '/session')).status === 200;
  }

  /** Rows of a domain's audit log of one action, newest first. */
  async audit(domain: TestDomain, action: string): Promise<AuditRow[]> {
    return (
      await this.harness.store.reader.all<Omit<AuditRow, 'details'> & { details: string }>(
        'SELECT actor, address, subject, details, correlation_id AS correlationId FROM audit WHERE domain_id = ? AND action = ? ORDER BY id DESC',
        domain.id,
        action,
      )
    ).map((row) => ({ ...row, details: JSON.parse(row.details) as unknown }));
  }
}
