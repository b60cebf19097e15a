/**
 * What a broker stores and forwards for its clients: here, nothing. Sessions are clean, messages end in the service, and messages to a device go
 * directly to its session. So no message can pass from one client to another, and a connect does not pay for storage that nobody uses.
 */
import { Readable } from 'node:stream';

const nothing = (): Readable =>
  new Readable({
    objectMode: true,
    read() {
      this.push(null);
    },
  });

/** For aedes' `persistence` option: the part of the interface used by clean sessions without QoS 2. */
export const nullPersistence = {
  // aedes checks whether this is an async function.
  async setup(): Promise<void> {},
  async cleanSubscriptions(): Promise<void> {},
  async delWill(): Promise<void> {},
  async outgoingClearMessageId(): Promise<void> {},
  outgoingStream: nothing,
  createRetainedStreamCombi: nothing,
  streamWill: nothing,
};

type Done = () => void;

/** For aedes' `mq` option. */
export const nullQueue = {
  on: (_topic: string, _listener: unknown, done?: Done): void => done?.(),
  removeListener: (_topic: string, _listener: unknown, done?: Done): void => done?.(),
  emit: (_packet: unknown, done?: Done): void => done?.(),
  close: (done: Done): void => done(),
};
