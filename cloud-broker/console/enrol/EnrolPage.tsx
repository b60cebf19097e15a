import { Button, Group, Loader, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { renderSVG } from 'uqr';
import { hasCode } from '../api/failure.ts';
import { useSession } from '../session/Session.tsx';
import { EnrolSteps } from '../devices/EnrolSteps.tsx';
import { Waiting } from '../waiting/Waiting.tsx';
import { Copyable } from '../parts/Copyable.tsx';
import { PageHead } from '../parts/pages.tsx';
import { settingsQuery } from '../settings/queries.ts';
import { useWords } from '../words/words.ts';
import { RefusedLately } from './RefusedLately.tsx';
import { Tries, useTriesSince } from './Tries.tsx';
import { sheetFragment } from './sheet.ts';

/** What to type on the display, on the admin's screen and on the installer's phone; and the live enrolment attempts. */
export function EnrolPage() {
  const { t } = useWords();
  const { domain } = useSession();
  // Only admins of the whole domain see the pairing code; others ask one of them.
  const settings = useQuery({ ...settingsQuery, retry: false });
  const code = settings.data?.pairingCode ?? null;
  const since = useTriesSince();
  return (
    <div className="rc-stack rc-medium">
      <PageHead title={t('enrol.open')} />
      <section className="rc-panel rc-card rc-enrol">
        <div className="rc-stack">
          <Big name={t('enrol.domain')} text={domain.name} />
          {code === null ? null : <Big name={t('pairing.title')} text={code} />}
          {hasCode(settings.error, 'forbidden') ? <Text className="rc-dim">{t('enrol.askForCode')}</Text> : null}
          <Text className="rc-dim">{t('install.open')}</Text>
        </div>
        <SheetLink domain={domain.name} code={code} />
      </section>
      <section className="rc-panel rc-card" aria-live="polite">
        <Group gap="sm">
          <Loader size="xs" aria-hidden="true" />
          <Title order={2} size="h4">
            {t('enrol.waiting')}
          </Title>
        </Group>
        <Tries since={since} />
      </section>
      <Waiting />
      <RefusedLately shown={since} />
      <details className="rc-panel rc-card">
        <summary>{t('enrol.byCommand')}</summary>
        <EnrolSteps />
      </details>
    </div>
  );
}

function Big({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <div className="rc-dim">{name}</div>
      <span className="rc-pairing">
        <Copyable text={text} />
      </span>
    </div>
  );
}

/** The code may be a secret, so the QR code that contains it is shown only on request. */
function SheetLink({ domain, code }: { domain: string; code: string | null }) {
  const { t } = useWords();
  const [shown, setShown] = useState(false);
  const address = `${window.location.origin}/install${sheetFragment({ domain, code })}`;
  if (!shown)
    return (
      <div>
        <Button variant="default" onClick={() => setShown(true)}>
          {t('enrol.sheet')}
        </Button>
        <Text className="rc-dim">{t('enrol.sheetHint')}</Text>
      </div>
    );
  return (
    <div className="rc-qr">
      <img src={`data:image/svg+xml,${encodeURIComponent(renderSVG(address))}`} alt={t('enrol.qr')} />
      <a href={address} target="_blank" rel="noreferrer">
        {t('enrol.openSheet')}
      </a>
    </div>
  );
}
