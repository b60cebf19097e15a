/** What an installer has to type. It is in the fragment of the sheet's URL, which browsers never send and servers never log. */
export interface Sheet {
  domain: string;
  /** Present if the domain asks for one (D7). */
  code: string | null;
}

const MAX_CHARACTERS = 64;

export function sheetFragment({ domain, code }: Sheet): string {
  const parts = new URLSearchParams({ domain, ...(code === null ? {} : { code }) });
  return `#${parts.toString()}`;
}

/** Null if the address names no domain. */
export function readSheet(fragment: string): Sheet | null {
  const parts = new URLSearchParams(fragment.replace(/^#/, ''));
  const part = (name: string): string | null => parts.get(name)?.slice(0, MAX_CHARACTERS) ?? null;
  const domain = part('domain');
  return domain === null || domain === '' ? null : { domain, code: part('code') };
}
