import { Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Device } from '../../../protocol/api.ts';
import { deviceQuery, presenceQuery } from '../api/queries.ts';
import { useLost } from '../live/Live.tsx';
import { Fact, Facts, Unread } from '../parts/panels.tsx';
import { DeviceSign, stateOf, UnstableSign } from '../parts/Status.tsx';
import { Ago, Exact } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { Commands } from './Commands.tsx';
import { Enrolment } from './Enrolment.tsx';
import { EditDevice } from './EditDevice.tsx';
import { brought, healthFacts } from './device-facts.ts';
import { HealthHistory } from './HealthHistory.tsx';
import { KeyChanged } from '../waiting/KeyChanged.tsx';
import { PresenceHistory } from './PresenceHistory.tsx';
import { Unenrol } from './Unenrol.tsx';
import { WaitingCard } from '../waiting/WaitingCard.tsx';

/** All details of one device. */
export function DeviceSheet({ id }: { id: string }) {
  const query = useQuery(deviceQuery(id));
  if (query.isError || query.data === undefined) return <Unread query={query} rows={6} />;
  return <DeviceFacts device={query.data} />;
}

function DeviceFacts({ device }: { device: Device }) {
  const { t, formats } = useWords();
  const lost = useLost();
  const silent = device.status === 'offline' || device.status === 'never';
  // No longer enrolled (L7), so read-only.
  const former = device.unenrolledAt !== undefined;
  return (
    <Stack gap="lg" className={lost ? 'rc-pale' : ''}>
      <Heading device={device} former={former} />
      <Decision device={device} />
      {device.pending === null && !former ? <EditDevice device={device} /> : null}
      {former ? null : (
        <Section title={t('device.presence')} quiet={silent}>
          <Facts>
            <Fact name={t('device.connected')}>{device.connected ? t('yes') : t('no')}</Fact>
            <Fact name={t('column.heartbeat')}>
              <Ago at={device.lastHeartbeatAt} />
            </Fact>
            {healthFacts(t, formats, device).map(([name, value]) => (
              <Fact key={name} name={name}>
                {value}
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
      {device.pending === null && !former ? (
        <Section title={t('health.title')} quiet={silent}>
          <HealthHistory id={device.id} />
        </Section>
      ) : null}
      {device.pending === null ? (
        <Section title={t('history.title')}>
          <PresenceHistory id={device.id} />
        </Section>
      ) : null}
      {device.pending === null ? (
        <Section title={t('commands.title')}>
          <Commands device={device} former={former} />
        </Section>
      ) : null}
      <Identity device={device} former={former} />
      <Section title={t('device.enrolment')}>
        <Stack gap="sm">
          <Brought device={device} />
          <Enrolment id={device.id} />
        </Stack>
      </Section>
      {device.pending === null && !former ? <Unenrol device={device} /> : null}
    </Stack>
  );
}

function Brought({ device: { enrolledAt, credits } }: { device: Device }) {
  const { t, formats } = useWords();
  if (enrolledAt === null) return null;
  return (
    <Facts>
      <Fact name={t('column.enrolled')}>
        <Exact at={enrolledAt} />
      </Fact>
      {credits === null ? null : <Fact name={t('brought.title')}>{brought(t, formats, credits)}</Fact>}
    </Facts>
  );
}

function Identity({ device, former }: { device: Device; former: boolean }) {
  const { t } = useWords();
  return (
    <Section title={t('device.identity')}>
      <Facts>
        {former && device.tags.length > 0 ? <Fact name={t('column.tags')}>{device.tags.join(', ')}</Fact> : null}
        <Fact name={t('column.serial')}>
          <span className="rc-mono">{device.serial}</span>
        </Fact>
        <Fact name={t('device.serialSource')}>{device.serialSource}</Fact>
        <Fact name={t('column.model')}>{device.model}</Fact>
        <Fact name={t('device.manufacturer')}>{device.manufacturer ?? '–'}</Fact>
        <Fact name={t('column.firmware')}>{device.firmware ?? '–'}</Fact>
        <Fact name={t('device.system')}>{`${device.os} · ${device.arch}`}</Fact>
        <Fact name={t('device.agent')}>{device.agentVersion}</Fact>
        <Fact name={t('device.id')}>
          <span className="rc-mono">{device.id}</span>
        </Fact>
      </Facts>
    </Section>
  );
}

function Heading({ device, former }: { device: Device; former: boolean }) {
  const { t, formats } = useWords();
  return (
    <div>
      <Title order={2} size="h3" className="rc-wrap">
        {device.label}
      </Title>
      <p className="rc-sentence">
        {former ? <span className="rc-status rc-dim">{t('status.unenrolled')}</span> : <DeviceSign state={stateOf(device)} />}{' '}
        <UnstableSign device={device} />
        <span className="rc-dim">{t('time.since', { time: formats.exact(device.statusSince) })}</span>
        {device.status === 'offline' && !former ? <WentWith id={device.id} /> : null}
      </p>
    </div>
  );
}

/** Offline alone or with a group: a fault of the display, or of what they share. */
function WentWith({ id }: { id: string }) {
  const { t, formats } = useWords();
  const went = useQuery(presenceQuery(id)).data?.wentWith ?? null;
  if (went === null) return null;
  const { tag, others } = went;
  const said = { count: others, n: formats.number(others) };
  return <span>{tag === null ? t('device.wentWithAny', said) : t('device.wentWith', { ...said, tag })}</span>;
}

function Decision({ device }: { device: Device }) {
  const { t } = useWords();
  if (device.pending === null) return null;
  const { competesWith } = device.pending;
  return (
    <div>
      <p className="rc-dim">{t('waiting.compare')}</p>
      {competesWith === null ? (
        <WaitingCard device={device} pending={device.pending} />
      ) : (
        <KeyChanged device={device} pending={device.pending} competesWith={competesWith} />
      )}
    </div>
  );
}

function Section({ title, quiet = false, children }: { title: string; quiet?: boolean; children: ReactNode }) {
  return (
    <section className={quiet ? 'rc-silent' : ''}>
      <Title order={3} size="h5" mb={4}>
        {title}
      </Title>
      {children}
    </section>
  );
}
