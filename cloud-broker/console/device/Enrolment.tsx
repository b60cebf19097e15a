import { Code } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { deviceEnrolment } from '../../../protocol/api-enrolment.ts';
import type { DeviceEnrolment, EnrolmentStep } from '../../../protocol/api-enrolment.ts';
import { isErrorCode, wordsOf } from '../../../protocol/errors.ts';
import { read } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { Fact, Facts, Unread } from '../parts/panels.tsx';
import { Exact } from '../parts/Time.tsx';
import { actorName } from '../words/actor.ts';
import { useWords } from '../words/words.ts';
import type { Words } from '../words/words.ts';

const enrolmentQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.enrolments, id],
    queryFn: ({ signal }) => read(`/devices/${encodeURIComponent(id)}/enrolment`, deviceEnrolment, signal),
  });

/** How the device enrolled, step by step (E11), and its current certificate. */
export function Enrolment({ id }: { id: string }) {
  const query = useQuery(enrolmentQuery(id));
  const { data } = query;
  if (query.isError || data === undefined) return <Unread query={query} rows={2} />;
  return (
    <>
      <ol className="rc-commands">
        {data.steps.map((step, index) => (
          <StepLine key={`${step.what} ${step.at}`} step={step} isAgain={isRenewal(data.steps, index)} />
        ))}
      </ol>
      <Certificate certificate={data.certificate} />
    </>
  );
}

/** True for a later certificate of the same enrolment. */
function isRenewal(steps: readonly EnrolmentStep[], index: number): boolean {
  const before = steps.slice(0, index).map(({ what }) => what);
  return before.lastIndexOf('certificate') > Math.max(before.lastIndexOf('enrolled'), before.lastIndexOf('unenrolled'));
}

function sentenceOf({ t, formats }: Words, { what, code, by, granted }: EnrolmentStep, isAgain: boolean): string {
  const who = by === null ? null : actorName(t, by);
  const credits =
    granted === null || granted === 0 ? '' : ` · ${t('brought.granted', { count: granted, n: formats.signed(granted) })}`;
  switch (what) {
    case 'refused':
      return t('steps.refused');
    case 'waits':
      return t(code === 'key-changed' ? 'status.keyChanged' : 'status.pending');
    case 'enrolled':
      return `${who === null ? t('steps.enrolled') : t('steps.approved', { who })}${credits}`;
    case 'joined-register':
      return `${t('steps.joined')}${credits}`;
    case 'certificate':
      return t(isAgain ? 'steps.renewed' : 'steps.certificate');
    case 'online':
      return t('steps.online');
    case 'unenrolled':
      return who === null ? t('steps.unenrolledThere') : t('steps.unenrolled', { who });
  }
}

function StepLine({ step, isAgain }: { step: EnrolmentStep; isAgain: boolean }) {
  const words = useWords();
  const { t, formats, language } = words;
  const { what, code, times, address, correlationId } = step;
  const refusal = what === 'refused' ? wordsOf(code !== null && isErrorCode(code) ? code : 'internal', language) : null;
  return (
    <li>
      <span>
        {sentenceOf(words, step, isAgain)}
        {refusal === null ? null : (
          <>
            {times > 1 ? ` ${t('steps.times', { n: formats.number(times) })}` : ''} {refusal.message} {refusal.next}
          </>
        )}
        {correlationId === null ? null : (
          <span className="rc-dim">
            {' '}
            {refusal === null ? '' : `${code} · `}
            {address === null ? '' : `${address} · `}
            {t('error.reference')} <Code className="rc-code">{correlationId}</Code>
          </span>
        )}
      </span>
      <span className="rc-dim">
        <Exact at={step.at} />
      </span>
    </li>
  );
}

function Certificate({ certificate }: Pick<DeviceEnrolment, 'certificate'>) {
  const { t, formats } = useWords();
  if (certificate === null) return <p className="rc-dim">{t('certificate.none')}</p>;
  const { issuedAt, serialNumber, fingerprint, live } = certificate;
  return (
    <Facts>
      <Fact name={t('certificate.title')}>
        <Exact at={issuedAt} />
      </Fact>
      <Fact name={t('certificate.good')}>{t('certificate.until')}</Fact>
      {live === 1 ? null : <Fact name={t('certificate.live')}>{formats.number(live)}</Fact>}
      <Fact name={t('certificate.number')}>
        <span className="rc-mono rc-wrap">{serialNumber}</span>
      </Fact>
      <Fact name={t('certificate.fingerprint')}>
        <span className="rc-mono rc-wrap">{fingerprint}</span>
      </Fact>
    </Facts>
  );
}
