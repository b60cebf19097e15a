/** The events of GET /api/v1/events; `reset` says that those missed since the last connection are no longer known. */
const eventNames = ['device', 'enrolment', 'billing', 'alert', 'reset'] as const;
export type EventName = (typeof eventNames)[number];

export interface StreamListener {
  opened: () => void;
  /** The link is gone; the stream goes on trying by itself. */
  lost: () => void;
  event: (name: EventName, data: unknown) => void;
}

export interface Stream {
  /** Gives up the present connection, which may be dead without knowing it, and soon opens another. */
  restart: () => void;
  close: () => void;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Keeps one event stream open. The browser resumes a broken one itself (with Last-Event-ID); where it gives up, as after an
 * HTTP error, we open a new one after 1 s, 2 s, 4 s … at most 30 s, each with jitter so that all consoles do not come at once.
 */
export function openStream(url: string, listener: StreamListener): Stream {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const connect = (): void => {
    const opening = new EventSource(url);
    source = opening;
    opening.addEventListener('open', () => {
      failures = 0;
      listener.opened();
    });
    opening.addEventListener('error', () => {
      listener.lost();
      if (opening.readyState !== EventSource.CLOSED) return;
      failures += 1;
      const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
      clearTimeout(timer);
      timer = setTimeout(connect, waitMs * (0.5 + Math.random() / 2));
    });
    for (const name of eventNames) {
      opening.addEventListener(name, (event) => listener.event(name, parse(String(event.data))));
    }
  };
  const close = (): void => {
    clearTimeout(timer);
    source?.close();
  };

  connect();
  return {
    close,
    restart: () => {
      close();
      timer = setTimeout(connect, FIRST_RETRY_MS * (0.5 + Math.random() / 2));
    },
  };
}
