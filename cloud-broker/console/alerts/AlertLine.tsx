import type { Alert } from '../../../protocol/api-alerts.ts';
import { deviceAlone } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { useSession } from '../session/Session.tsx';
import { deviceSigns } from '../parts/shapes.tsx';
import { Shape } from '../parts/Status.tsx';
import { Ago } from '../parts/Time.tsx';
import { useWords, type Words } from '../words/words.ts';

/** One display by its name, several by what they have in common. */
function whichOf({ t, formats }: Words, { names, devices, tag }: Alert, domain: string): string {
  const [first] = names;
  if (devices === 1 && first !== undefined) return first.label;
  return t('alerts.group', {
    where: tag ?? domain,
    displays: t('alerts.displays', { count: devices, n: formats.number(devices) }),
  });
}

const DAY_MS = 86_400_000;

/** The time of day within the last 24 h; before that, with the date. */
function timeOf({ formats }: Words, since: string): string {
  return Date.now() - Date.parse(since) < DAY_MS ? formats.minute(since) : formats.exact(since);
}

function sentenceOf(words: Words, alert: Alert, domain: string): string {
  const { t } = words;
  const which = whichOf(words, alert, domain);
  const count = alert.days ?? 0;
  switch (alert.kind) {
    case 'lost':
      return t('alerts.lost', { which, time: timeOf(words, alert.since) });
    case 'back':
      return t('alerts.back', { which });
    case 'waiting':
      return t('alerts.waiting', { which });
    case 'key-changed':
      return t('alerts.keyChanged', { which });
    case 'take-overs':
      return t('alerts.takeOvers', { which });
    case 'credits':
      return t('alerts.credits', { count, n: String(count) });
    case 'trial':
      return t('alerts.trial', { count, n: String(count) });
  }
}

function mailOf({ t, formats }: Words, { mailedAt, mailDueAt }: Alert): string {
  if (mailedAt !== null) return t('alerts.mailed', { time: formats.exact(mailedAt) });
  return mailDueAt === null ? t('alerts.notMailed') : t('alerts.mailDue', { time: formats.exact(mailDueAt) });
}

export function AlertLine({ alert }: { alert: Alert }) {
  const words = useWords();
  const { t, formats } = words;
  const { domain } = useSession();
  const { closedAt, devices, open } = alert;
  const [only] = alert.names;
  const sentence = sentenceOf(words, alert, domain.name);
  return (
    <li>
      <span className={`rc-alert-line${closedAt === null ? ' rc-alert-open' : ''}`}>
        <Shape>{deviceSigns.alerted.shape}</Shape>
        {devices === 1 && only !== undefined ? <Link to={deviceAlone(only.id)}>{sentence}</Link> : <span>{sentence}</span>}
      </span>
      <span className="rc-dim">
        <Ago at={alert.raisedAt} />
      </span>
      <span className="rc-alert-facts rc-dim">
        {closedAt === null && open < devices ? (
          <span>{t('alerts.still', { open: formats.number(open), all: formats.number(devices) })}</span>
        ) : null}
        {closedAt === null || alert.kind === 'back' ? null : <span>{t('alerts.over', { time: formats.exact(closedAt) })}</span>}
        <span>{mailOf(words, alert)}</span>
      </span>
      {devices <= 1 ? null : <Displays alert={alert} />}
    </li>
  );
}

function Displays({ alert: { names, devices } }: { alert: Alert }) {
  const { t, formats } = useWords();
  const more = devices - names.length;
  return (
    <details className="rc-alert-which">
      <summary>{t('alerts.which')}</summary>
      <ul className="rc-alert-names">
        {names.map(({ id, label }) => (
          <li key={id}>
            <Link to={deviceAlone(id)}>{label}</Link>
          </li>
        ))}
        {more > 0 ? <li className="rc-dim">{t('alerts.more', { n: formats.number(more) })}</li> : null}
      </ul>
    </details>
  );
}
