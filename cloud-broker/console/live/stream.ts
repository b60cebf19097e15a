import { doubledMs, jitteredMs } from '../../../protocol/backoff.ts';

/** Events of GET /api/v1/events; `reset` means that those missed since the last connection are no longer available. */
const eventNames = ['device', 'enrolment', 'billing', 'alert', 'reset'] as const;
export type EventName = (typeof eventNames)[number];

export interface StreamListener {
  opened: () => void;
  /** Something arrived, if only a keep-alive. */
  heard: () => void;
  /** The link is gone; the stream keeps trying to reconnect. */
  lost: () => void;
  event: (name: EventName, data: unknown) => void;
}

export interface Stream {
  /** Drops the present connection, which may be dead without notice, and soon opens another. */
  restart: () => void;
  close: () => void;
}

const RETRY = { firstMs: 1_000, longestMs: 30_000 };
/** The service sends keep-alives so often that after this silence the connection is dead, whatever the browser reports. */
const SILENT_MS = 4_000;
/** An attempt that takes longer hangs on a dead network. Until then a busy service is not asked again. */
const OPENING_MS = 15_000;
const LOOK_EVERY_MS = 500;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Line {
  heard: () => void;
  /** The stream was not merely opened and then held back, as a proxy may do: it lasts. */
  lasts: () => void;
  /** `isOver`: the browser will not reconnect by itself. */
  cut: (isOver: boolean) => void;
}

function openLine(url: string, listener: StreamListener, { heard, lasts, cut }: Line): EventSource {
  const line = new EventSource(url);
  let openedAt = performance.now();
  line.addEventListener('open', () => {
    openedAt = performance.now();
    heard();
    listener.opened();
  });
  line.addEventListener('error', () => cut(line.readyState === EventSource.CLOSED));
  line.addEventListener('alive', () => {
    if (performance.now() - openedAt > SILENT_MS) lasts();
    heard();
  });
  for (const name of eventNames) {
    line.addEventListener(name, (event) => {
      heard();
      listener.event(name, parse(String(event.data)));
    });
  }
  return line;
}

/**
 * Keeps one event stream open. The browser resumes a broken one itself (with Last-Event-ID). If it gives up, as after an HTTP error, or if no stream
 * lasts, a new one is opened after 1 s, 2 s, 4 s … at most 30 s, with jitter so that consoles do not all reconnect at once.
 */
export function openStream(url: string, listener: StreamListener): Stream {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let heardAt = performance.now();
  let lookedAt = heardAt;

  const connectAfter = (doublings: number): void => {
    clearTimeout(timer);
    timer = setTimeout(connect, jitteredMs(doubledMs(RETRY, doublings), [0.5, 1], Math.random()));
  };
  const later = (): void => {
    connectAfter(failures);
    failures += 1;
  };
  const connect = (): void => {
    heardAt = performance.now();
    source = openLine(url, listener, {
      heard: () => {
        heardAt = performance.now();
        listener.heard();
      },
      lasts: () => {
        failures = 0;
      },
      cut: (isOver) => {
        heardAt = performance.now();
        listener.lost();
        if (isOver) later();
      },
    });
  };
  const close = (): void => {
    clearTimeout(timer);
    source?.close();
  };
  const restart = (): void => {
    close();
    connectAfter(0);
  };
  const watch = setInterval(() => {
    const now = performance.now();
    // A page that slept or was busy first handles what arrived meanwhile.
    const isLate = now - lookedAt > 3 * LOOK_EVERY_MS;
    lookedAt = now;
    const state = source?.readyState ?? EventSource.CLOSED;
    const patienceMs = state === EventSource.OPEN ? SILENT_MS : OPENING_MS;
    if (isLate || state === EventSource.CLOSED || now - heardAt < patienceMs) return;
    listener.lost();
    source?.close();
    later();
  }, LOOK_EVERY_MS);

  connect();
  return {
    restart,
    close: () => {
      clearInterval(watch);
      close();
    },
  };
}
