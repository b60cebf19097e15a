import { Worker } from 'node:worker_threads';
import { RollcallError } from '../../protocol/errors.ts';
import type { Issuer } from '../keys/x509.ts';

/** At some 1.5 ms a certificate this is 1.5 s of work: more is answered `busy`, so that memory and waiting stay bounded. */
const MAX_WAITING = 1000;

interface IssuedCertificate {
  pem: string;
  /** Lowercase hexadecimal SHA-256 of the certificate's DER. */
  fingerprint: string;
  /** Lowercase hexadecimal. */
  serialNumber: string;
}

export interface CertificateAuthority {
  /**
   * Signs a device's certificate (S2), off the event loop.
   * @throws RangeError where the key or the id is not acceptable; RollcallError `busy` where too many wait, `internal` where
   *   the signing thread died: asking again starts another one
   */
  issue(request: { deviceId: string; publicKeyPem: string }): Promise<IssuedCertificate>;
  close(): Promise<void>;
}

export interface IssueRequest {
  id: number;
  deviceId: string;
  publicKeyPem: string;
}

export type IssueReply = { id: number; ok: true; certificate: IssuedCertificate } | { id: number; ok: false; message: string };

interface Waiting {
  resolve(certificate: IssuedCertificate): void;
  reject(error: Error): void;
}

function createSigningThread(ca: Issuer): Worker {
  return new Worker(new URL('./certificate-worker.ts', import.meta.url), {
    name: 'certificates',
    workerData: { key: ca.key, certificatePem: ca.certificatePem } satisfies Issuer,
  });
}

/** Starts the thread that signs device certificates with `ca`. `createThread` is there for tests that let it die. */
export function startCertificateAuthority(
  ca: Issuer,
  createThread: (ca: Issuer) => Worker = createSigningThread,
): CertificateAuthority {
  return new ThreadedAuthority(() => createThread(ca));
}

class ThreadedAuthority implements CertificateAuthority {
  private readonly createThread: () => Worker;
  private readonly waiting = new Map<number, Waiting>();
  private thread: Worker | null;
  private lastId = 0;
  private closed = false;

  constructor(createThread: () => Worker) {
    this.createThread = createThread;
    this.thread = this.start();
  }

  async issue(request: { deviceId: string; publicKeyPem: string }): Promise<IssuedCertificate> {
    if (this.closed) throw new RollcallError('internal', { reason: 'the certificate authority is closed' });
    if (this.waiting.size >= MAX_WAITING) throw new RollcallError('busy');
    // A thread that died comes back with the next request, not by itself: one that cannot start does not spin.
    this.thread ??= this.start();
    const thread = this.thread;
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      thread.postMessage({ id, deviceId: request.deviceId, publicKeyPem: request.publicKeyPem } satisfies IssueRequest);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const { thread } = this;
    this.thread = null;
    this.rejectAll();
    await thread?.terminate();
  }

  private start(): Worker {
    const thread = this.createThread();
    thread.on('message', (reply: IssueReply) => this.settle(reply));
    thread.on('error', () => this.died(thread));
    thread.on('exit', () => this.died(thread));
    return thread;
  }

  private settle(reply: IssueReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.certificate);
    else waiting?.reject(new RangeError(reply.message));
  }

  private died(thread: Worker): void {
    if (this.thread !== thread) return;
    this.thread = null;
    this.rejectAll();
  }

  private rejectAll(): void {
    for (const waiting of this.waiting.values()) {
      waiting.reject(new RollcallError('internal', { reason: 'the signing thread ended' }));
    }
    this.waiting.clear();
  }
}
