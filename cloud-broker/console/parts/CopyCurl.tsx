import { Anchor, CopyButton } from '@mantine/core';
import { useWords } from '../words/words.ts';

/** The list of `path` for a program: a command that reads it with an API key (A1, A2). For lists that a key may read. */
export function CopyCurl({ path }: { path: string }) {
  const { t } = useWords();
  // Browsers give the clipboard only to https and to this computer itself.
  if (!window.isSecureContext) return null;
  // A path's query is percent-encoded: there is no quote in it.
  const command = `curl -H "Authorization: Bearer $ROLLCALL_API_KEY" '${window.location.origin}/api/v1${path}'`;
  return (
    <CopyButton value={command}>
      {({ copied, copy }) => (
        <Anchor component="button" type="button" size="sm" onClick={copy}>
          {copied ? t('enrol.copied') : t('curl.copy')}
        </Anchor>
      )}
    </CopyButton>
  );
}
