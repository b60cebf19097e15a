import { Button, Code, CopyButton } from '@mantine/core';
import { useWords } from '../words/words.ts';

/** A text to be taken elsewhere as it is. */
export function Copyable({ text }: { text: string }) {
  const { t } = useWords();
  return (
    <span className="rc-copyable">
      <Code className="rc-code">{text}</Code>
      {/* Browsers give the clipboard only to https and to this computer itself. */}
      {window.isSecureContext ? (
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? t('enrol.copied') : t('enrol.copy')}
            </Button>
          )}
        </CopyButton>
      ) : null}
    </span>
  );
}
