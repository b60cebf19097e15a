import { Button } from '@mantine/core';
import { Notice } from '../parts/Notice.tsx';
import { useWords } from '../words/words.ts';
import { useAddress } from './Address.tsx';
import { useSession } from './Session.tsx';

/** What holds for the whole domain, on every page: no credits left (D5), or about to be closed (D8). */
export function Standing() {
  const { t, formats } = useWords();
  const { view, go } = useAddress();
  const { domain, role } = useSession();
  const isClosing = domain.closingAt !== null;
  if (domain.status !== 'disabled' && !isClosing) return null;
  return (
    <div className="rc-standing">
      {domain.status === 'disabled' ? (
        <Notice colour="bad">
          <div className="rc-refused">
            <span>{t('domain.noCredits')}</span>
            {view.page === 'billing' ? null : (
              <Button size="compact-sm" variant="default" onClick={() => go({ page: 'billing' })}>
                {t('billing.title')}
              </Button>
            )}
          </div>
        </Notice>
      ) : null}
      {domain.closingAt === null ? null : (
        <Notice colour="bad">
          <div className="rc-refused">
            <span>{t('closing.stands', { name: domain.name, time: formats.exact(domain.closingAt) })}</span>
            {role === 'domain-admin' && view.page !== 'settings' ? (
              <Button size="compact-sm" variant="default" onClick={() => go({ page: 'settings' })}>
                {t('settings.title')}
              </Button>
            ) : null}
          </div>
        </Notice>
      )}
    </div>
  );
}
