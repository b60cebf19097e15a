/** The page's files. In the bundle, which is a single file, scripts/build-agent.ts replaces this module with their contents. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'browser');

export const pageHtml = (): string => readFileSync(join(FOLDER, 'page.html'), 'utf8');
export const pageStyle = (): string => readFileSync(join(FOLDER, 'style.css'), 'utf8');

/** The page's scripts by the name the browser requests; null if there is none. */
export function pageScript(name: string): string | null {
  if (!/^[a-z]+\.ts$/.test(name)) return null;
  try {
    return stripTypeScriptTypes(readFileSync(join(FOLDER, name), 'utf8'));
  } catch {
    return null;
  }
}
