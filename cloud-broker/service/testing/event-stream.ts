/** Reads event streams of a harness that listens, as a browser reads them. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deviceEvent } from '../../../protocol/api.ts';
import { HOST, openHarness, type Harness, type HarnessOptions } from './harness.ts';

interface Message {
  id: string | null;
  type: string;
  data: string;
}

/** A reader of an event stream, as a browser reads it. */
export class Reader {
  readonly messages: Message[] = [];
  readonly status: number;
  readonly ended: Promise<void>;
  lastId: string | null = null;
  /** Signs that the stream is alive. */
  alive = 0;
  private readonly response: IncomingMessage;
  private text = '';
  private readonly waiting: (() => void)[] = [];

  constructor(response: IncomingMessage) {
    this.response = response;
    this.status = response.statusCode ?? 0;
    this.ended = once(response, 'close').then(() => undefined);
    response.on('error', () => undefined);
    response.setEncoding('utf8').on('data', (chunk: string) => this.read(chunk));
  }

  private read(chunk: string): void {
    this.text += chunk;
    const blocks = this.text.split('\n\n');
    this.text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const id = fields.get('id') ?? null;
      this.lastId = id ?? this.lastId;
      const data = fields.get('data');
      const type = fields.get('event') ?? 'message';
      if (type === 'alive') this.alive += 1;
      else if (data !== undefined) this.messages.push({ id, type, data });
    }
    for (const check of this.waiting) check();
  }

  /** Resolves with what `find` finds among the messages, as soon as it is there. */
  async until<T>(find: (reader: Reader) => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = find(this);
        if (found !== undefined && found !== false) resolve(found);
      };
      this.waiting.push(check);
      check();
    });
  }

  pause(): void {
    this.response.pause();
  }

  close(): void {
    this.response.destroy();
  }
}

export async function listen(options: HarnessOptions = {}): Promise<Harness> {
  const harness = await openHarness(options);
  await harness.app.listen({ port: 0, host: '127.0.0.1' });
  return harness;
}

/** `as`: a session's cookie, or `Bearer …`. */
export async function open(harness: Harness, as: string, lastEventId?: string | null): Promise<Reader> {
  const { port } = harness.app.server.address() as AddressInfo;
  const headers = {
    host: HOST,
    ...(as.startsWith('Bearer ') ? { authorization: as } : { cookie: as }),
    ...(lastEventId === undefined || lastEventId === null ? {} : { 'last-event-id': lastEventId }),
  };
  const sent = httpRequest({ port, host: '127.0.0.1', path: '/api/v1/events', headers, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return new Reader(response);
}

export const FAST = { stream: { sessionCheckMs: 30, aliveMs: 20, coalesceMs: 30 } };

/** Ids of the devices that a reader was told of. */
export function deviceIds({ messages }: Reader): string[] {
  const events = messages.filter(({ type }) => type === 'device').map(({ data }) => deviceEvent.parse(JSON.parse(data)));
  return events.map((event) => ('device' in event ? event.device.id : event.id));
}
