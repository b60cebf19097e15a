/**
 * The reader thread: runs read statements in the order in which they were requested. It sees each commit of the writer as soon as it is done (WAL).
 */
import { errorText } from '../../../protocol/error-text.ts';
import { parentPort, workerData } from 'node:worker_threads';
import type { ErrorCode } from '../../../protocol/errors.ts';
import type { Parameter } from '../tx.ts';
import { openReader } from './connection.ts';
import { DatabaseFault } from '../database-fault.ts';

export interface ReadRequest {
  id: number;
  what: 'all' | 'get';
  text: string;
  parameters: readonly Parameter[];
}

export type ReadReply =
  | { id: number; ok: true; rows: unknown }
  /** `fault`: the error of the database or its disk. */
  | { id: number; ok: false; message: string; fault: { code: ErrorCode; reason: string } | null };

const port = parentPort;
if (port === null) throw new Error('the reader runs as a worker thread');
const connection = openReader((workerData as { file: string }).file);

function answer({ id, what, text, parameters }: ReadRequest): ReadReply {
  try {
    return { id, ok: true, rows: connection[what](text, ...parameters) };
  } catch (error) {
    const message = errorText(error);
    const fault = error instanceof DatabaseFault ? { code: error.code, reason: error.reason } : null;
    return { id, ok: false, message, fault };
  }
}

port.on('message', (message: ReadRequest[] | 'close') => {
  if (message !== 'close') {
    port.postMessage(message.map(answer));
    return;
  }
  connection.close();
  port.close();
});

port.postMessage('ready');
