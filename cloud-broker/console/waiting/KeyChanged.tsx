import { Button, Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Device } from '../../../protocol/api.ts';
import { deviceQuery } from '../api/queries.ts';
import { deviceAlone } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { useAllowed } from '../session/Session.tsx';
import { Fact, Facts, Refused, Unread } from '../parts/panels.tsx';
import { DeviceSign, stateOf } from '../parts/Status.tsx';
import { Ago } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { useApprove } from '../fleet/changes.ts';
import { RejectDialog } from './RejectDialog.tsx';
import { AskingFacts, CheckCode } from './WaitingCard.tsx';
import type { Pending } from './WaitingCard.tsx';

/** Two boards with one serial, or one board with a new key: both side by side, with the three possible explanations (E7). */
export function KeyChanged({ device, pending, competesWith }: { device: Device; pending: Pending; competesWith: string }) {
  const { t } = useWords();
  const running = useQuery(deviceQuery(competesWith));
  return (
    <article className="rc-card" aria-label={device.serial} data-landing tabIndex={-1}>
      <DeviceSign state={stateOf(device)} />
      <p className="rc-card-text">{t('changed.text')}</p>
      <div className="rc-sides">
        <section className="rc-side">
          <Title order={3} size="h5">
            {t('changed.running')}
          </Title>
          {running.data === undefined ? (
            <Unread query={running} meanwhile={<Skeleton height={120} />} />
          ) : (
            <Running device={running.data} />
          )}
        </section>
        <section className="rc-side">
          <Title order={3} size="h5">
            {t('changed.asking')}
          </Title>
          <CheckCode code={pending.checkCode} />
          <AskingFacts device={device} pending={pending}>
            <Fact name={t('column.firmware')}>{device.firmware ?? '–'}</Fact>
          </AskingFacts>
        </section>
      </div>
      <Choices device={device} shareable={running.data?.credits?.reason === 'not-listed'} />
    </article>
  );
}

function Running({ device }: { device: Device }) {
  const { t } = useWords();
  return (
    <>
      <p className="rc-sentence">
        <Link to={deviceAlone(device.id)}>{device.label}</Link> <DeviceSign state={stateOf(device)} />
      </p>
      <Facts>
        <Fact name={t('column.serial')}>
          <span className="rc-mono">{device.serial}</span>
        </Fact>
        <Fact name={t('column.model')}>{device.model}</Fact>
        <Fact name={t('column.heartbeat')}>
          <Ago at={device.lastHeartbeatAt} />
        </Fact>
        <Fact name={t('column.enrolled')}>
          <Ago at={device.enrolledAt} />
        </Fact>
        <Fact name={t('column.firmware')}>{device.firmware ?? '–'}</Fact>
      </Facts>
    </>
  );
}

/** `shareable`: the serial is not in the register, so several boards may legitimately have it (E12). */
function Choices({ device, shareable }: { device: Device; shareable: boolean }) {
  const { t } = useWords();
  const allowed = useAllowed();
  const approve = useApprove(device.id);
  const [rejecting, setRejecting] = useState(false);
  const busy = approve.isPending ? approve.variables : null;
  return (
    <>
      <div className="rc-choices">
        <Choice text={t('changed.replacedText')}>
          <Button disabled={!allowed.change} loading={busy === 'replaced'} onClick={() => approve.mutate('replaced')}>
            {t('changed.replaced')}
          </Button>
        </Choice>
        <Choice text={t('changed.clonedText')}>
          <Button variant="default" disabled={!allowed.remove} onClick={() => setRejecting(true)}>
            {t('changed.cloned')}
          </Button>
        </Choice>
        {shareable ? (
          <Choice text={t('changed.anotherText')}>
            <Button
              variant="default"
              disabled={!allowed.change}
              loading={busy === 'another'}
              onClick={() => approve.mutate('another')}
            >
              {t('changed.another')}
            </Button>
          </Choice>
        ) : null}
      </div>
      <Refused error={approve.error} />
      <RejectDialog device={device} opened={rejecting} onClose={() => setRejecting(false)} />
    </>
  );
}

function Choice({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="rc-choice">
      {children}
      <span className="rc-dim">{text}</span>
    </div>
  );
}
