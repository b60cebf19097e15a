import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ErrorPanel, RowsLoading } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { Closing } from './Closing.tsx';
import { DomainForm } from './DomainForm.tsx';
import { NewBoards } from './NewBoards.tsx';
import { settingsQuery } from './queries.ts';

/** What is of the whole domain: how to reach it, how new boards get in, and its end. */
export function SettingsPage() {
  const { t } = useWords();
  const { data, error, refetch } = useQuery(settingsQuery);
  return (
    <div className="rc-stack rc-narrow">
      <Title order={1} size="h2">
        {t('settings.title')}
      </Title>
      {data === undefined && error !== null ? <ErrorPanel error={error} retry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <RowsLoading /> : null}
      {data === undefined ? null : (
        <>
          <DomainForm domain={data} />
          <NewBoards domain={data} />
          <Closing domain={data} />
        </>
      )}
    </div>
  );
}
