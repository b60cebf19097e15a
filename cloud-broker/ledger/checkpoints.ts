import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import * as z from 'zod';
import { checkpointBytes, type Checkpoint } from './verify.ts';

const signedCheckpoint = z.object({
  at: z.string(),
  domain: z.string(),
  n: z.int(),
  hash: z.string(),
  balance: z.int(),
  signature: z.string(),
});

/** L5: heads of domains, signed with the ledger key and appended to a file outside the database. */
export class CheckpointFile {
  private readonly file: string;
  private readonly key: KeyObject;

  constructor(file: string, key: KeyObject) {
    this.file = file;
    this.key = key;
  }

  /** The whole lines of the file. What a crash in the middle of an append left behind the last line end was never promised. */
  private async wholeLines(): Promise<string> {
    const text = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return wholeLinesOf(text);
  }

  /** All checkpoints in the order of the file. Throws where a line cannot be read or its signature does not fit. */
  async read(): Promise<Checkpoint[]> {
    return parseCheckpoints(await this.wholeLines(), this.key);
  }

  /** Appends and fsyncs the heads that moved since the last line of their domain. Returns how many. */
  async append(heads: readonly Omit<Checkpoint, 'at'>[], now: number): Promise<number> {
    const last = new Map((await this.read()).map((checkpoint) => [checkpoint.domain, checkpoint.n]));
    const moved = heads.filter(({ domain, n }) => n > (last.get(domain) ?? 0));
    if (moved.length === 0) return 0;
    const lines = moved.map((head) => {
      const checkpoint = { at: new Date(now).toISOString(), ...head };
      return `${JSON.stringify({ ...checkpoint, signature: sign(null, checkpointBytes(checkpoint), this.key).toString('base64url') })}\n`;
    });
    const handle = await open(this.file, 'a', 0o600);
    try {
      await handle.truncate(Buffer.byteLength(await this.wholeLines()));
      await handle.appendFile(lines.join(''));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return moved.length;
  }
}

function wholeLinesOf(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

/** Checkpoints from the text of such a file. Throws where a whole line cannot be read or is not signed with `key`. */
export function parseCheckpoints(text: string, key: KeyObject): Checkpoint[] {
  const publicKey = createPublicKey(key);
  return wholeLinesOf(text)
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const { signature, ...checkpoint } = parseLine(line, index + 1);
      const valid = verify(null, checkpointBytes(checkpoint), publicKey, Buffer.from(signature, 'base64url'));
      if (!valid) throw new Error(`line ${index + 1} of the ledger heads is not signed by this service's ledger key`);
      return checkpoint;
    });
}

function parseLine(line: string, number: number): z.output<typeof signedCheckpoint> {
  try {
    return signedCheckpoint.parse(JSON.parse(line));
  } catch {
    throw new Error(`line ${number} of the ledger heads cannot be read`);
  }
}
