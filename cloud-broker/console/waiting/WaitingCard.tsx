import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Device } from '../../../protocol/api.ts';
import { useAllowed } from '../session/Session.tsx';
import { Fact, Facts, Refused } from '../parts/panels.tsx';
import { DeviceSign, stateOf } from '../parts/Status.tsx';
import { Ago } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { useApprove } from '../fleet/changes.ts';
import { RejectDialog } from './RejectDialog.tsx';

export type Pending = NonNullable<Device['pending']>;

/** What a waiting board reported about itself, and its address. */
export function AskingFacts({ device, pending, children }: { device: Device; pending: Pending; children?: ReactNode }) {
  const { t } = useWords();
  return (
    <Facts>
      <Fact name={t('column.serial')}>
        <span className="rc-mono">{device.serial}</span>
      </Fact>
      <Fact name={t('column.model')}>{device.model}</Fact>
      <Fact name={t('waiting.address')}>{pending.address}</Fact>
      <Fact name={t('waiting.first')}>
        <Ago at={pending.firstAskedAt} />
      </Fact>
      <Fact name={t('waiting.last')}>
        <Ago at={pending.lastAskedAt} />
      </Fact>
      {children}
    </Facts>
  );
}

/** The code shown on the board too; the admin compares the two by eye. */
export function CheckCode({ code }: { code: string }) {
  const { t } = useWords();
  return (
    <div className="rc-check">
      <span className="rc-dim">{t('waiting.checkCode')}</span>
      <span className="rc-check-code">{code}</span>
    </div>
  );
}

export function WaitingCard({ device, pending }: { device: Device; pending: Pending }) {
  const { t } = useWords();
  const allowed = useAllowed();
  const approve = useApprove(device.id);
  const [rejecting, setRejecting] = useState(false);
  return (
    // Focus lands here after the card before was decided, not on Approve.
    <article className="rc-card" aria-label={device.serial} data-landing tabIndex={-1}>
      <div className="rc-card-row">
        <div className="rc-card-sign">
          <DeviceSign state={stateOf(device)} />
          <CheckCode code={pending.checkCode} />
        </div>
        <AskingFacts device={device} pending={pending} />
        <Group gap="xs" className="rc-card-buttons">
          <Button disabled={!allowed.change} loading={approve.isPending} onClick={() => approve.mutate(null)}>
            {t('waiting.approve')}
          </Button>
          <Button variant="default" disabled={!allowed.remove} onClick={() => setRejecting(true)}>
            {t('waiting.reject')}
          </Button>
        </Group>
      </div>
      <Refused error={approve.error} />
      <RejectDialog device={device} opened={rejecting} onClose={() => setRejecting(false)} />
    </article>
  );
}
