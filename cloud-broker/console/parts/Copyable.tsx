import { Button, Code, CopyButton } from '@mantine/core';
import { useWords } from '../words/words.ts';

/** Text to be copied elsewhere unchanged. */
export function Copyable({ text }: { text: string }) {
  const { t } = useWords();
  return (
    <span className="rc-copyable">
      <Code className="rc-code">{text}</Code>
      {/* Browsers allow clipboard access only over https and on localhost. */}
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
