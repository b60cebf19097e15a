import { useSession } from '../session/Session.tsx';
import { Copyable } from '../parts/Copyable.tsx';
import { useWords } from '../words/words.ts';

/** How a display is enrolled in this domain: what the installer types, and what happens next. */
export function EnrolSteps() {
  const { t } = useWords();
  const { domain } = useSession();
  return (
    <ul className="rc-steps">
      <li>
        {t('enrol.onDisplay')}
        <Copyable text={domain.name} />
      </li>
      <li>
        {t('enrol.orCommand')}
        <Copyable text={`ROLLCALL_URL=${window.location.origin} node rollcall-agent.cjs enroll --domain ${domain.name}`} />
      </li>
      <li>{t('enrol.appears')}</li>
    </ul>
  );
}
