import type { ServerResponse } from 'node:http';
import type { StoredEvent } from '../../store/effects.ts';
import { eventsAfter } from '../../store/events.ts';
import type { Reads } from '../../store/tx.ts';

/** Stored events presented in one batch; between two batches everything else gets its turn. */
const SLICE = 100;
/** If the reader has more unread bytes than this, the stream ends. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Milliseconds after which a browser reconnects. */
const RETRY_MS = 3000;

/** The reader of a stream: what its lists would show, and whether it may see Billing. */
export interface StreamViewer {
  domainId: number;
  tags: readonly string[];
  billing: boolean;
}

/** What is shown of events, and to whom (A4): handed in, for here no capability is known. */
export interface EventPresenters {
  /** The messages of some stored events, in their order. */
  messagesOf(viewer: StreamViewer, events: readonly StoredEvent[]): Promise<string>;
  /** Devices of any domain that were heard. */
  heardDevices(ids: readonly string[]): Promise<HeardDevice[]>;
}

interface HeardDevice {
  domainId: number;
  isSeenBy(viewer: StreamViewer): boolean;
  /** The data of its message. */
  present(): unknown;
}

/** One message of the stream; without `id` it does not count when the stream resumes. */
export function message(type: string, data: unknown, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

export interface StreamStart {
  response: ServerResponse;
  headers: Record<string, number | string | string[] | undefined>;
  viewer: StreamViewer;
  reader: Reads;
  presenters: Pick<EventPresenters, 'messagesOf'>;
  /** Id of the last event the reader has. */
  after: number;
  /** What is sent first. */
  opening: string;
}

/**
 * One reader of events: a position in the events table that advances with what is sent. Live and resumed streams work alike: each commit wakes the
 * stream, and it sends what lies after its position. While the reader takes nothing, nothing is sent or kept for it.
 */
export class EventStream {
  readonly viewer: StreamViewer;
  private readonly response: ServerResponse;
  private readonly reader: Reads;
  private readonly presenters: StreamStart['presenters'];
  private after: number;
  /** There may be events after its position. */
  private isBehind = false;
  private isPumping = false;
  /** Since when the reader has taken nothing, as performance.now(); null while it does. */
  private blockedSince: number | null = null;

  constructor(start: StreamStart) {
    this.viewer = start.viewer;
    this.response = start.response;
    this.reader = start.reader;
    this.presenters = start.presenters;
    this.after = start.after;
    this.response.on('drain', () => {
      this.blockedSince = null;
      this.wake();
    });
    this.response.writeHead(200, {
      ...start.headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    // An id without data: the browser resumes from here even if nothing happens before the connection is cut.
    this.write(`retry: ${RETRY_MS}\nid: ${start.after}\n\n${start.opening}`);
    this.wake();
  }

  /** Something was stored in this stream's domain. */
  wake(): void {
    this.isBehind = true;
    if (this.isPumping) return;
    this.isPumping = true;
    setImmediate(() => void this.pump());
  }

  /** Sends something that is not stored, or skips it if the reader is behind. */
  pass(text: string): void {
    if (this.blockedSince === null) this.write(text);
  }

  /** How long the reader has taken nothing, in milliseconds. */
  stalledMs(): number {
    return this.blockedSince === null ? 0 : performance.now() - this.blockedSince;
  }

  end(): void {
    this.response.end();
    if (this.blockedSince !== null) this.response.destroy();
  }

  private get takesMore(): boolean {
    return this.blockedSince === null && !this.response.writableEnded && !this.response.destroyed;
  }

  /** If the store cannot be read, the stream ends; its reader reconnects and resumes from its position. */
  private async pump(): Promise<void> {
    try {
      while (this.isBehind && this.takesMore) await this.sendSlice();
    } catch {
      this.end();
    }
    this.isPumping = false;
  }

  private async sendSlice(): Promise<void> {
    this.isBehind = false;
    const events = await eventsAfter(this.reader, this.viewer.domainId, this.after, SLICE);
    const last = events.at(-1);
    if (last === undefined) return;
    const text = await this.presenters.messagesOf(this.viewer, events);
    this.after = last.id;
    if (text !== '') this.write(text);
    if (events.length === SLICE) this.isBehind = true;
  }

  private write(text: string): void {
    if (this.response.writableEnded || this.response.destroyed) return;
    if (!this.response.write(text)) this.blockedSince ??= performance.now();
    if (this.response.writableLength > MAX_BUFFERED_BYTES) this.response.destroy();
  }
}
