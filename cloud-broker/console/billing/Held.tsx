import { useQuery } from '@tanstack/react-query';
import { heldPage } from '../../../protocol/api-held.ts';
import { read } from '../api/client.ts';
import { deviceAlone } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { useWords } from '../words/words.ts';

/** Displays whose credits the vendor still holds (E14). */
export function Held() {
  const { t, formats } = useWords();
  const { data } = useQuery({ queryKey: ['billing', 'held'], queryFn: ({ signal }) => read('/billing/held', heldPage, signal) });
  if (data === undefined) return null;
  const more = data.total - data.items.length;
  return (
    <ul className="rc-plain-list">
      {data.items.map(({ id, label, credits }) => (
        <li key={id}>
          <Link to={deviceAlone(id)}>{label}</Link>{' '}
          <span className="rc-dim">{t('brought.granted', { count: credits, n: formats.number(credits) })}</span>
        </li>
      ))}
      {more > 0 ? <li className="rc-dim">{t('history.moreDevices', { count: more, n: formats.number(more) })}</li> : null}
    </ul>
  );
}
