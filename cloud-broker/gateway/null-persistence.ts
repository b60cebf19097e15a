/**
 * What a broker keeps and forwards for its clients: here nothing. Sessions are clean, messages end in the service, and what a
 * device is sent goes to its session directly. So no message can ever pass from one client to another, and a connect
 * does not pay for a memory that nobody uses.
 */
import { Readable } from 'node:stream';

const nothing = (): Readable =>
  new Readable({
    objectMode: true,
    read() {
      this.push(null);
    },
  });

/** For aedes' option `persistence`: the part of that interface that clean sessions without QoS 2 call. */
export const nullPersistence = {
  // aedes looks at whether this is an async function.
  async setup(): Promise<void> {},
  async cleanSubscriptions(): Promise<void> {},
  async delWill(): Promise<void> {},
  async outgoingClearMessageId(): Promise<void> {},
  outgoingStream: nothing,
  createRetainedStreamCombi: nothing,
  streamWill: nothing,
};

type Done = () => void;

/** For aedes' option `mq`. */
export const nullQueue = {
  on: (_topic: string, _listener: unknown, done?: Done): void => done?.(),
  removeListener: (_topic: string, _listener: unknown, done?: Done): void => done?.(),
  emit: (_packet: unknown, done?: Done): void => done?.(),
  close: (done: Done): void => done(),
};
