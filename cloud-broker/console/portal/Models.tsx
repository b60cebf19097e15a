import type { ClaimPreview } from '../../../protocol/api-portal.ts';
import { useWords } from '../words/words.ts';

/** Number of boards by model: `3 · 2 × MX-65, 1 × MX-86`. */
export function Models({ boards, models }: Pick<ClaimPreview, 'boards' | 'models'>) {
  const { formats } = useWords();
  return (
    <>
      {models.length === 1 ? null : (
        <>
          <b>{formats.number(boards)}</b> ·{' '}
        </>
      )}
      {models.map((one, index) => (
        <span key={one.model} className="rc-model">
          {formats.number(one.boards)} × {one.model}
          {index < models.length - 1 ? ',\u00a0' : ''}
        </span>
      ))}
    </>
  );
}
