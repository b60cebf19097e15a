import type { ServerResponse } from 'node:http';
import type { StoredEvent } from '../../store/effects.ts';
import { eventsAfter } from '../../store/events.ts';
import type { Reads } from '../../store/tx.ts';

/** Stored events that are presented in one go; between two slices everything else gets its turn. */
const SLICE = 100;
/** More than this that the reader has not taken ends the stream. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Milliseconds after which a browser connects again. */
const RETRY_MS = 3000;

/** Who reads a stream: what the lists would show, and whether Billing would be shown. */
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

/** One message of the stream; without `id` it is not counted when the stream is resumed. */
export function message(type: string, data: unknown, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

export interface StreamStart {
  response: ServerResponse;
  headers: Record<string, number | string | string[] | undefined>;
  viewer: StreamViewer;
  reader: Reads;
  presenters: Pick<EventPresenters, 'messagesOf'>;
  /** Id of the last event that the reader has. */
  after: number;
  /** What is sent before anything else. */
  opening: string;
}

/**
 * One reader of events: a place in the events table that moves on with what was sent. Live and resumed are the same: each
 * commit wakes it, and it sends what lies after its place. While the reader takes nothing it sends nothing, and nothing is kept for it.
 */
export class EventStream {
  readonly viewer: StreamViewer;
  private readonly response: ServerResponse;
  private readonly reader: Reads;
  private readonly presenters: StreamStart['presenters'];
  private after: number;
  /** Something may lie behind its place. */
  private isBehind = false;
  private isPumping = false;
  /** Since when the reader takes nothing, as performance.now(); null while it does. */
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
    // An id without data: the browser resumes from here even if nothing happens before the line is cut.
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

  /** Sends something that is not stored, unless the reader is behind: then it is passed over. */
  pass(text: string): void {
    if (this.blockedSince === null) this.write(text);
  }

  /** Milliseconds for which the reader has taken nothing. */
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

  /** Where the store cannot be read the stream ends: its reader connects again, and resumes where it is. */
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
