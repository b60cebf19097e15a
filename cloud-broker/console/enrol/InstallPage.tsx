import { Button, Stack, Text } from '@mantine/core';
import { useHash } from '@mantine/hooks';
import { LanguageSwitch } from '../app/LanguageSwitch.tsx';
import { PageHead } from '../parts/pages.tsx';
import { useWords } from '../words/words.ts';
import { readSheet } from './sheet.ts';

/** The sheet on the installer's phone, or on paper: what to type, and what happens next. It makes no requests to the service and changes nothing. */
export function InstallPage() {
  const { t } = useWords();
  const [hash] = useHash({ getInitialValueInEffect: false });
  const sheet = readSheet(hash);
  return (
    <Stack className="rc-sheet" gap="lg">
      <PageHead title={t('install.title')}>
        <LanguageSwitch />
      </PageHead>
      {sheet === null ? (
        <Text>{t('install.empty')}</Text>
      ) : (
        <>
          <ol className="rc-sheet-steps">
            <li>{t('install.open')}</li>
            <li>
              {t('install.domain')}
              <b className="rc-big">{sheet.domain}</b>
            </li>
            {sheet.code === null ? null : (
              <li>
                {t('install.code')}
                <b className="rc-big">{sheet.code}</b>
              </li>
            )}
            <li>{t('install.done', { domain: sheet.domain })}</li>
            <li>{t('install.waits')}</li>
          </ol>
          <Text className="rc-dim">{t('install.refused')}</Text>
          <Button className="rc-no-print" variant="default" onClick={() => window.print()}>
            {t('install.print')}
          </Button>
        </>
      )}
    </Stack>
  );
}
