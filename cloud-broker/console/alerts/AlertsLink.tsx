import { useQuery } from '@tanstack/react-query';
import { Link, useAddress } from '../app/Address.tsx';
import { useWords } from '../words/words.ts';
import { openAlertsQuery } from './queries.ts';

/** P7: in every page header, with the number of open alerts. Hidden from users without access to alerts. */
export function AlertsLink() {
  const { t, formats } = useWords();
  const { view } = useAddress();
  const { data: open } = useQuery(openAlertsQuery);
  if (open === undefined) return null;
  const n = formats.number(open);
  return (
    <Link to={{ page: 'alerts' }} className="rc-nav" aria-current={view.page === 'alerts' ? 'page' : undefined}>
      {t('alerts.title')}
      {open === 0 ? null : (
        <span
          className="rc-nav-count"
          role="img"
          aria-label={t('alerts.count', { count: open, n })}
          title={t('alerts.count', { count: open, n })}
        >
          {n}
        </span>
      )}
    </Link>
  );
}
