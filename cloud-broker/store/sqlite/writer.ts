/**
 * The writer thread: the only writer of the database. Operations that wait together share one commit; answers are sent after it.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { deviceCertificateSigner } from '../../keys/device-certificates.ts';
import type { Issuer } from '../../keys/x509.ts';
import { GroupCommit, type WriteRequest } from '../group-commit.ts';
import type { Operations } from '../port.ts';
import { openWriter, type Connection } from './connection.ts';
import { sqliteSession } from './session.ts';

/** Runs this thread as the writer, with all operations that there are. */
export function runWriter(operations: Operations, migrations: readonly string[]): void {
  const port = parentPort;
  if (port === null) throw new Error('the writer runs as a worker thread');
  const { file, maxBatch } = workerData as { file: string; maxBatch: number };
  const writer = new Writer({ port, connection: openWriter(file, migrations), operations, maxBatch });
  port.on('message', (message: WriteRequest[] | Issuer | 'close') => writer.take(message));
  port.postMessage('ready');
}

interface WriterParts {
  port: MessagePort;
  connection: Connection;
  operations: Operations;
  maxBatch: number;
}

class Writer {
  private readonly parts: WriterParts;
  private readonly commits: GroupCommit;
  private readonly queue: WriteRequest[] = [];
  private isDraining = false;
  private isClosing = false;

  constructor(parts: WriterParts) {
    this.parts = parts;
    this.commits = new GroupCommit(sqliteSession(parts.connection), parts.operations);
  }

  private end(): void {
    const { port, connection } = this.parts;
    try {
      connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The disk is full, or another program is reading: committed data stays in the write-ahead log and is read from there.
    }
    connection.close();
    port.postMessage('closed');
    port.close();
  }

  /** Runs waiting requests, batch after batch. Messages that arrived meanwhile are read before a batch begins, so that they join it. */
  private async drain(): Promise<void> {
    const { port, maxBatch } = this.parts;
    this.isDraining = true;
    for (await turn(); this.queue.length > 0; await turn())
      port.postMessage(await this.commits.runBatch(this.queue.splice(0, maxBatch)));
    this.isDraining = false;
    if (this.isClosing) this.end();
  }

  take(message: WriteRequest[] | Issuer | 'close'): void {
    if (message === 'close') this.isClosing = true;
    else if ('certificatePem' in message) this.commits.signCertificate = deviceCertificateSigner(message);
    else this.queue.push(...message);
    if (!this.isDraining) void this.drain();
  }
}
