import { useQuery } from '@tanstack/react-query';
import { PageHead } from '../parts/pages.tsx';
import { Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { Closing } from './Closing.tsx';
import { DomainForm } from './DomainForm.tsx';
import { NewBoards } from './NewBoards.tsx';
import { settingsQuery } from './queries.ts';

/** Domain-wide settings: contact data, how new boards enrol, and closing. */
export function SettingsPage() {
  const { t } = useWords();
  const query = useQuery(settingsQuery);
  const { data } = query;
  return (
    <div className="rc-stack rc-narrow">
      <PageHead title={t('settings.title')} />
      {data === undefined ? (
        <Unread query={query} />
      ) : (
        <>
          <DomainForm domain={data} />
          <NewBoards domain={data} />
          <Closing domain={data} />
        </>
      )}
    </div>
  );
}
