import { VisuallyHidden } from '@mantine/core';
import { useEffect, useEffectEvent, useState } from 'react';
import type { Device, DeviceStatus } from '../../../protocol/api.ts';
import { deviceSigns } from '../parts/shapes.tsx';
import { useWords } from '../words/words.ts';
import { useHub } from '../live/Live.tsx';

const SPEAK_EVERY_MS = 10_000;

/** How many devices entered each status after `since` (an ISO time); heartbeats alone change no status. */
export function turned(devices: Iterable<Device>, since: string): Map<DeviceStatus, number> {
  const counts = new Map<DeviceStatus, number>();
  for (const { status, statusSince } of devices) {
    if (statusSince > since) counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

/** For screen readers: at most one polite announcement every 10 s instead of one per row. */
export function Spoken() {
  const { t } = useWords();
  const hub = useHub();
  const [sentence, setSentence] = useState('');
  const words = useEffectEvent((changes: ReadonlyMap<DeviceStatus, number>) =>
    t('live.spoken', { changes: [...changes].map(([status, count]) => `${t(deviceSigns[status].word)}: ${count}`).join(', ') }),
  );
  useEffect(() => {
    let since = new Date().toISOString();
    const heard = new Map<string, Device>();
    const unsubscribe = hub.subscribe(() => {
      for (const device of hub.state().changed) heard.set(device.id, device);
    });
    const timer = setInterval(() => {
      const changes = turned(heard.values(), since);
      for (const { statusSince } of heard.values()) if (statusSince > since) since = statusSince;
      heard.clear();
      if (changes.size > 0) setSentence(words(changes));
    }, SPEAK_EVERY_MS);
    return () => {
      unsubscribe();
      clearInterval(timer);
    };
  }, [hub]);
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {sentence}
    </VisuallyHidden>
  );
}
