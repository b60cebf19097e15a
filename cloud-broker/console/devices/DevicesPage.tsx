import { Button, Group } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { blocksQuery, countsQuery } from '../api/queries.ts';
import { devicesView } from '../app/address.ts';
import type { DevicesView } from '../app/address.ts';
import { useAddress } from '../app/Address.tsx';
import { useAdmins, useAllowed, useSession } from '../session/Session.tsx';
import { later } from '../parts/later.tsx';
import { PageHead } from '../parts/pages.tsx';
import { Notice } from '../parts/Notice.tsx';
import { useWords } from '../words/words.ts';
import { BlockedDrawer } from '../waiting/BlockedDrawer.tsx';
import { DeviceDrawer } from '../device/DeviceDrawer.tsx';
import { DeviceTable } from './DeviceTable.tsx';
import { Filters } from './Filters.tsx';
import { RefusedTries } from '../waiting/RefusedTries.tsx';
import { Keys } from './Keys.tsx';
import { Pasted, PasteSerials } from './Pasted.tsx';
import { UndoProvider } from '../fleet/Undo.tsx';
import { Waiting } from '../waiting/Waiting.tsx';

const ImportNames = later(async () => (await import('./ImportNames.tsx')).ImportNames);

/** Who is there: first what waits for a person, then the counts, then the list they open. */
export function DevicesPage({ view }: { view: DevicesView }) {
  const { t } = useWords();
  const { role } = useSession();
  const { go, close } = useAddress();
  const blocked = useInfiniteQuery(blocksQuery).data?.pages[0]?.total ?? 0;
  const { filter } = view;
  const shut = (): void => close(devicesView(filter));
  const [pasting, setPasting] = useState(false);
  const [importing, setImporting] = useState(false);
  const admins = useAdmins();
  const allowed = useAllowed().change && role !== 'user';
  const [serials, setSerials] = useState<readonly string[] | null>(null);
  return (
    <div className="rc-stack">
      <PageHead title={t('devices.title')}>
        <Group gap="xs">
          {blocked > 0 ? (
            <Button variant="default" onClick={() => go({ ...devicesView(filter), panel: 'blocked' })}>
              {t('blocked.open', { count: blocked })}
            </Button>
          ) : null}
          {allowed ? (
            <Button variant="default" onClick={() => setImporting(true)}>
              {t('import.open')}
            </Button>
          ) : null}
          <Button variant="default" onClick={() => setPasting(true)}>
            {t('paste.open')}
          </Button>
          <Button onClick={() => go({ page: 'enrol' })}>{t('enrol.open')}</Button>
        </Group>
      </PageHead>
      {role === 'user' ? (
        <Notice colour="off">{admins === null ? t('session.looksOnly') : t('session.looks', { names: admins })}</Notice>
      ) : null}
      <Settling />
      <RefusedTries />
      {filter.status === 'pending' ? null : <Waiting />}
      <UndoProvider>
        {serials === null ? (
          <>
            <Filters view={view} onSerials={setSerials} />
            {filter.status === 'pending' ? <Waiting filter={filter} /> : <DeviceTable filter={filter} />}
          </>
        ) : (
          <Pasted serials={serials} onClose={() => setSerials(null)} />
        )}
        <DeviceDrawer id={view.device} onClose={shut} />
      </UndoProvider>
      {importing ? <ImportNames opened onClose={() => setImporting(false)} /> : null}
      <PasteSerials
        opened={pasting}
        onClose={() => setPasting(false)}
        onFind={(pasted) => {
          setSerials(pasted);
          setPasting(false);
        }}
      />
      <Keys />
      <BlockedDrawer opened={view.panel === 'blocked'} onClose={shut} />
    </div>
  );
}

/** P4: after a restart no display counts as offline too early. */
function Settling() {
  const { t, formats } = useWords();
  const at = useQuery(countsQuery).data?.settlesAt;
  return at === undefined ? null : <Notice colour="wait">{t('devices.settling', { time: formats.minute(at) })}</Notice>;
}
