import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import * as z from 'zod';
import { checkpointBytes, type Checkpoint, type DamagedHead } from './rules/chain.ts';

const signedCheckpoint = z.object({
  at: z.string(),
  domain: z.string(),
  n: z.int(),
  hash: z.string(),
  balance: z.int(),
  signature: z.string(),
});

const LINE_END = 0x0a;

/** Contents of such a file: the signed heads in file order, and the damaged lines. */
export interface SignedHeads {
  checkpoints: Checkpoint[];
  damaged: DamagedHead[];
}

/** L5: domain heads, signed with the ledger key and appended to a file outside the database. */
export class CheckpointFile {
  private readonly file: string;
  private readonly key: KeyObject;

  constructor(file: string, key: KeyObject) {
    this.file = file;
    this.key = key;
  }

  /** The complete lines of the file. What a crash during an append left after the last line break was never acknowledged. */
  private async wholeLines(): Promise<Buffer> {
    const bytes = await readFile(this.file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    return wholeLinesOf(bytes);
  }

  async read(): Promise<SignedHeads> {
    return parseCheckpoints(await this.wholeLines(), this.key);
  }

  /**
   * Appends and fsyncs the heads that moved since the last readable line of their domain. Returns their number. A damaged line stays in place, for
   * `ledger verify` to report: its content may be what somebody wanted removed.
   */
  async append(heads: readonly Omit<Checkpoint, 'at'>[], now: number): Promise<number> {
    const { checkpoints } = await this.read();
    const last = new Map(checkpoints.map((checkpoint) => [checkpoint.domain, checkpoint.n]));
    const moved = heads.filter(({ domain, n }) => n > (last.get(domain) ?? 0));
    if (moved.length === 0) return 0;
    const lines = moved.map((head) => {
      const checkpoint = { at: new Date(now).toISOString(), ...head };
      return `${JSON.stringify({ ...checkpoint, signature: sign(null, checkpointBytes(checkpoint), this.key).toString('base64url') })}\n`;
    });
    const handle = await open(this.file, 'a', 0o600);
    try {
      await handle.truncate((await this.wholeLines()).length);
      await handle.appendFile(lines.join(''));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return moved.length;
  }
}

function wholeLinesOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1);
}

/** Reads the bytes of such a file with its key. A truncated last line is ignored. */
export function parseCheckpoints(bytes: Buffer, key: KeyObject): SignedHeads {
  const publicKey = createPublicKey(key);
  const heads: SignedHeads = { checkpoints: [], damaged: [] };
  for (const [index, line] of wholeLinesOf(bytes).toString('utf8').split('\n').entries()) {
    if (line === '') continue;
    const parsed = parseLine(line);
    const damaged = (what: string): unknown => heads.damaged.push({ line: index + 1, what });
    if (parsed === null) {
      damaged('cannot be read');
      continue;
    }
    const { signature, ...checkpoint } = parsed;
    if (verify(null, checkpointBytes(checkpoint), publicKey, Buffer.from(signature, 'base64url')))
      heads.checkpoints.push(checkpoint);
    else damaged('is not signed by this service’s ledger key');
  }
  return heads;
}

function parseLine(line: string): z.output<typeof signedCheckpoint> | null {
  try {
    return signedCheckpoint.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
