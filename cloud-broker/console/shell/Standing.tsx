import { Button } from '@mantine/core';
import { Notice } from '../parts/Notice.tsx';
import { useWords } from '../words/words.ts';
import type { PathPage } from '../app/address.ts';
import { useAddress } from '../app/Address.tsx';
import { useSession } from '../session/Session.tsx';

/** Domain-wide notices on every page: no credits left (D5), or closing soon (D8). */
export function Standing() {
  const { t, formats } = useWords();
  const { domain, role } = useSession();
  const isClosing = domain.closingAt !== null;
  if (domain.status !== 'disabled' && !isClosing) return null;
  return (
    <div className="rc-standing">
      {domain.status === 'disabled' ? <Banner text={t('domain.noCredits')} page="billing" title={t('billing.title')} /> : null}
      {domain.closingAt === null ? null : (
        <Banner
          text={t('closing.stands', { name: domain.name, time: formats.exact(domain.closingAt) })}
          page={role === 'domain-admin' ? 'settings' : null}
          title={t('settings.title')}
        />
      )}
    </div>
  );
}

/** `page`: where something can be done about it. */
function Banner({ text, page, title }: { text: string; page: PathPage | null; title: string }) {
  const { view, go } = useAddress();
  return (
    <Notice colour="bad">
      <div className="rc-refused">
        <span>{text}</span>
        {page === null || view.page === page ? null : (
          <Button size="compact-sm" variant="default" onClick={() => go({ page })}>
            {title}
          </Button>
        )}
      </div>
    </Notice>
  );
}
