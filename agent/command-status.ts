import { checkCode } from '../protocol/signing.ts';
import type { Answer } from './answers.ts';
import type { Context } from './context.ts';
import { deviceKey } from './keys.ts';
import { isLocked } from './lock.ts';
import { EXIT } from './refusal.ts';
import { stateName } from './state.ts';
import { readState, readStatus } from './state-folder.ts';

/** What the agent knows of itself, without taking the folder: `run` may go on meanwhile. */
export async function status(context: Context): Promise<Answer> {
  const { stateFolder } = context.settings;
  const found = await readState(stateFolder);
  const state = found.kind === 'read' ? found.state : null;
  const running = found.kind === 'missing' ? false : await isLocked(stateFolder);
  const kept = await readStatus(stateFolder).catch(() => null);
  const domain = state?.enrolment?.domain ?? state?.waiting?.domain;
  const json = {
    state: stateName(state),
    ...(state?.enrolment === null || state === null ? {} : { deviceId: state.enrolment.deviceId }),
    ...(domain === undefined ? {} : { domain }),
    connected: running && (kept?.connected ?? false),
    running,
    ...(kept?.lastHeartbeatAt === null || kept === null ? {} : { lastHeartbeatAt: kept.lastHeartbeatAt }),
    buffered: running ? (kept?.buffered ?? 0) : 0,
    ...(state === null ? {} : { checkCode: checkCode(deviceKey(state.privateKey).fingerprint) }),
    ...(state?.enrolment == null ? {} : { tags: state.tags }),
    ...(state?.stopped === null || state === null ? {} : { stopped: state.stopped }),
    ...(running && kept?.notice ? { notice: kept.notice } : {}),
  };
  const lines = Object.entries(json).map(
    ([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  return { json, text: lines.join('\n'), exit: EXIT.done };
}

/** What the board says of itself. */
export async function identity(context: Context): Promise<Answer> {
  const { fingerprint: _fingerprint, ...json } = await context.board.identify();
  const lines = Object.entries(json).map(([name, value]) => `${name}: ${value}`);
  return { json, text: lines.join('\n'), exit: EXIT.done };
}
