import * as z from 'zod';
import { checkCode } from '../protocol/signing.ts';
import type { Language } from '../protocol/errors.ts';
import type { Answer } from './answers.ts';
import type { Context } from './context.ts';
import { askRunning } from './control.ts';
import { deviceKey } from './keys.ts';
import { isLocked } from './lock.ts';
import type { StateStore } from './state-store.ts';
import { EXIT, wordsFor } from './refusal.ts';
import { stateName, type AgentState } from './state.ts';
import { readState, readStatus, whyNotWritable, type RunStatus } from './state-folder.ts';

/** How long a running agent may take to report its status. */
const LIVE_MS = 3000;
const isPendingCode = (code: string): boolean => code === 'awaiting-approval' || code === 'key-changed';

/** Why there is no link, in the words for its code (E11). */
function troubleOf(kept: RunStatus, language: Language): object {
  if (kept.connected || kept.trouble === null) return {};
  const { code, detail } = kept.trouble;
  return { trouble: { code, ...wordsFor(code, language), detail } };
}

interface Known {
  state: AgentState | null;
  running: boolean;
  /** Null if no agent has ever run. */
  kept: RunStatus | null;
  /** `why`: see whyNotWritable. */
  folder: { path: string; why: string | null };
}

/** What the agent knows about itself. A check code is shown while an admin has to compare it. */
function statusAnswer({ state, running, kept, folder }: Known, language: Language): Answer {
  const live = running ? kept : null;
  const domain = state?.enrolment?.domain ?? state?.waiting?.domain;
  const isCompared = state !== null && (state.waiting !== null || isPendingCode(live?.trouble?.code ?? ''));
  const json = {
    state: stateName(state),
    ...(state?.enrolment === null || state === null ? {} : { deviceId: state.enrolment.deviceId }),
    ...(domain === undefined ? {} : { domain }),
    connected: live?.connected ?? false,
    running,
    ...(kept?.lastHeartbeatAt === null || kept === null ? {} : { lastHeartbeatAt: kept.lastHeartbeatAt }),
    buffered: live?.buffered ?? 0,
    ...(folder.why === null ? {} : { folder: { path: folder.path, writable: false, detail: folder.why } }),
    ...(isCompared ? { checkCode: checkCode(deviceKey(state.privateKey).fingerprint) } : {}),
    ...(state?.enrolment == null ? {} : { tags: state.tags }),
    ...(state?.stopped === null || state === null ? {} : { stopped: state.stopped }),
    ...(live?.notice ? { notice: live.notice } : {}),
    ...(live === null ? {} : troubleOf(live, language)),
  };
  const lines = Object.entries(json).map(
    ([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  return { json, text: lines.join('\n'), exit: EXIT.done };
}

/** The status from the agent that holds the folder. */
export async function runningAnswer(store: StateStore, kept: RunStatus, language: Language): Promise<Answer> {
  const folder = { path: store.folder, why: store.unsaved ?? (await whyNotWritable(store.folder)) };
  return statusAnswer({ state: store.state, running: true, kept, folder }, language);
}

/** Asks the running agent; if none answers, reads its files. */
export async function status(context: Context): Promise<Answer> {
  const { stateFolder, language } = context.settings;
  const answer = await askRunning(stateFolder, { do: 'status', language }, LIVE_MS, context.signal);
  if (answer !== null) return answer;
  const found = await readState(stateFolder);
  const state = found.kind === 'read' ? found.state : null;
  const running = found.kind === 'missing' ? false : await isLocked(stateFolder);
  const kept = await readStatus(stateFolder).catch(() => null);
  const folder = { path: stateFolder, why: await whyNotWritable(stateFolder) };
  return statusAnswer({ state, running, kept, folder }, language);
}

const unwritable = z.object({ folder: z.object({ detail: z.string() }) });

/** Why the agent cannot write to its state folder, or null. The running agent's answer counts, as it is the one that writes. */
export async function whyFolderUnwritable(context: Context): Promise<string | null> {
  return unwritable.safeParse((await status(context)).json).data?.folder.detail ?? null;
}

/** What the board reports about itself. */
export async function identity(context: Context): Promise<Answer> {
  const { fingerprint: _fingerprint, ...json } = await context.board.identify();
  const lines = Object.entries(json).map(([name, value]) => `${name}: ${value}`);
  return { json, text: lines.join('\n'), exit: EXIT.done };
}
