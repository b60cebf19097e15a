import { execFile } from 'node:child_process';
import type { Log } from './log.ts';

/** Notifications for `Type=notify` and `WatchdogSec=`: Node has no Unix datagram sockets, so systemd's own tool sends them. */
export interface Watchdog {
  stop(): void;
}

/**
 * Tells systemd that the agent is up, and then three times per watchdog period that its event loop is running. Does nothing without systemd (no
 * NOTIFY_SOCKET). `WATCHDOG_USEC` is in microseconds.
 */
export function startWatchdog(environment: Readonly<Record<string, string | undefined>>, log: Log): Watchdog {
  if (!environment['NOTIFY_SOCKET']) return { stop: () => undefined };
  let failed = false;
  const tell = (what: string): void => {
    execFile('systemd-notify', [what], { timeout: 5000 }, (error) => {
      if (error !== null && !failed) log.note('watchdog-unheard', { detail: error.message }, 'warn');
      failed = error !== null;
    });
  };
  tell('--ready');
  const periodMs = Number(environment['WATCHDOG_USEC'] ?? 0) / 1000;
  const timer = periodMs > 0 ? setInterval(() => tell('WATCHDOG=1'), periodMs / 3) : undefined;
  timer?.unref();
  return {
    stop: () => {
      clearInterval(timer);
      tell('--stopping');
    },
  };
}
