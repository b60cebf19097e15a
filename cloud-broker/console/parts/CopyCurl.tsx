import { Anchor, CopyButton } from '@mantine/core';
import { useWords } from '../words/words.ts';

/** The list at `path` for a program: a command that reads it with an API key (A1, A2). For lists that a key may read. */
export function CopyCurl({ path }: { path: string }) {
  const { t } = useWords();
  // Browsers allow clipboard access only over https and on localhost.
  if (!window.isSecureContext) return null;
  // The query is percent-encoded, so it contains no quote.
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
