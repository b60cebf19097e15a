import type { Harness } from './harness.ts';

export interface Answered {
  status: number;
  json: Record<string, unknown> | null;
  /** Of the session that the answer gives; empty where it gives none. */
  cookie: string;
}

interface Call {
  cookie?: string;
  /** Without one, an address of its own for each call, so that the limits of one test do not touch another. */
  address?: string;
  headers?: Record<string, string>;
}

export interface MailRow {
  id: number;
  recipient: string;
  template: string;
  language: string;
  data: string;
  secret: Uint8Array;
}

/** Somebody without a session, from a page of ours, who also reads the mails. */
export class Visitor {
  private readonly harness: Harness;
  private readonly origin: string;
  private calls = 0;

  constructor(harness: Harness, origin: string) {
    this.harness = harness;
    this.origin = origin;
  }

  async call(method: 'GET' | 'POST' | 'HEAD', url: string, body?: object, about: Call = {}): Promise<Answered> {
    this.calls += 1;
    const answer = await this.harness.app.inject({
      method,
      url: `/api/v1${url}`,
      remoteAddress: about.address ?? `2001:db8:${this.calls.toString(16)}::1`,
      headers: {
        host: new URL(this.origin).host,
        origin: this.origin,
        ...(about.cookie === undefined ? {} : { cookie: about.cookie }),
        ...about.headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    const line = [answer.headers['set-cookie']].flat()[0] ?? '';
    const isJson = (answer.headers['content-type'] ?? '').includes('json');
    return {
      status: answer.statusCode,
      json: isJson ? (answer.json() as Record<string, unknown>) : null,
      cookie: line.split(';')[0] ?? '',
    };
  }

  /** Until what was begun before has come through the store, however many looks it takes. */
  async settle(): Promise<void> {
    const { store } = this.harness;
    for (let looks = 0; looks < 20; looks += 1) await store.reader.get('SELECT 1');
    await store.write('noteKeyUse', { now: 0, id: 0 });
  }

  async mailsTo(recipient: string): Promise<MailRow[]> {
    return await this.harness.store.reader.all<MailRow>('SELECT * FROM outbox WHERE recipient = ? ORDER BY id', recipient);
  }

  /** Grows with every mail to this recipient: a link that still waits is replaced by the newer one. */
  async newestTo(recipient: string): Promise<number> {
    return (await this.mailsTo(recipient)).at(-1)?.id ?? 0;
  }

  /** The token in the newest mail to this recipient. */
  async tokenTo(recipient: string): Promise<string> {
    const mail = (await this.mailsTo(recipient)).at(-1);
    if (mail === undefined) throw new Error(`no mail to ${recipient}`);
    return this.harness.secrets.open('mail', mail.template, mail.secret);
  }
}
