/** Wires webhooks: receivers get what the event stream shows an admin of the whole domain. */
import type { Logger } from 'pino';
import type { LivePresence } from '../http/deps.ts';
import { dataOf } from './event-presenters.ts';
import type { Secrets } from '../keys/secrets.ts';
import type { Store } from '../store/port.ts';
import { Deliverer } from '../webhooks/deliverer.ts';
import { resolveByDns, type Resolve } from '../webhooks/resolve.ts';

/** Milliseconds a receiver may take to answer. */
const TIMEOUT_MS = 10_000;

/** `resolve` and `timeoutMs` are set by tests only. */
export async function startWebhooks(parts: {
  store: Store;
  secrets: Secrets;
  presence: LivePresence;
  allowPrivate: boolean;
  clock(): number;
  /** Makes the deliverer check again at once. */
  wake(): void;
  log: Pick<Logger, 'child'>;
  resolve?: Resolve;
  timeoutMs?: number;
}): Promise<Deliverer> {
  const { store, secrets, presence, allowPrivate, clock, wake, resolve = resolveByDns, timeoutMs = TIMEOUT_MS } = parts;
  const sources = { reader: store.reader, presence };
  const deliverer = new Deliverer({
    store,
    secrets,
    present: async (event) => dataOf(sources, { domainId: event.domainId, tags: [], billing: true }, event),
    policy: { allowPrivate },
    resolve,
    clock,
    wake,
    random: Math.random,
    log: parts.log.child({ area: 'webhooks' }),
    timeoutMs,
  });
  await deliverer.changed();
  return deliverer;
}
