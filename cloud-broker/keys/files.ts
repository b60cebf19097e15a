import { errorText } from '../../protocol/error-text.ts';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { RollcallError } from '../../protocol/errors.ts';

const LARGEST_FILE_BYTES = 1024 * 1024;
const ASIDE = '.new';

/** A file in `keys/` that cannot be used (`key-file-unusable`); the message names it and says what to do. It never contains the file's contents. */
export class KeyFileError extends RollcallError {
  constructor(file: string, reason: string) {
    super('key-file-unusable', { file, reason });
    this.message = `${file}: ${reason}`;
  }
}

/** The folder `keys/` in the data folder: 0700, its files 0600, each written aside, flushed and renamed (S1). */
export class KeyFolder {
  readonly path: string;

  constructor(dataFolder: string) {
    this.path = join(dataFolder, 'keys');
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    chmodSync(this.path, 0o700);
    for (const name of readdirSync(this.path)) {
      // Left by a start that was killed: never renamed, so never used.
      if (name.endsWith(ASIDE)) rmSync(join(this.path, name));
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  has(name: string): boolean {
    return existsSync(this.file(name));
  }

  /** The file's bytes, or null if it does not exist. Also tightens its mode to 0600. */
  read(name: string): Buffer | null {
    const path = this.file(name);
    if (!existsSync(path)) return null;
    try {
      const about = statSync(path);
      if (about.size > LARGEST_FILE_BYTES) throw new Error('it is larger than 1 MiB');
      if ((about.mode & 0o077) !== 0) chmodSync(path, 0o600);
      return readFileSync(path);
    } catch (error) {
      throw new KeyFileError(path, `cannot be read: ${errorText(error)}`);
    }
  }

  write(name: string, content: string | Uint8Array): void {
    const path = this.file(name);
    try {
      this.replace(path, content);
    } catch (error) {
      throw new KeyFileError(path, `cannot be written: ${errorText(error)}`);
    }
  }

  private replace(path: string, content: string | Uint8Array): void {
    const aside = `${path}${ASIDE}`;
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    const descriptor = openSync(aside, 'w', 0o600);
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(aside, path);
    this.flush();
  }

  /** A rename is on disk only once its folder is. */
  private flush(): void {
    const descriptor = openSync(this.path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}
