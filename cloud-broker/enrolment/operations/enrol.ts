import type { EnrolmentAttempt, EnrolmentOutcome, Refusal } from '../attempt.ts';
import type { Decision, Grant } from '../rules/decide.ts';
import { assert } from '../../../protocol/assert.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { epochAfter } from '../../../protocol/messages.ts';
import { derOf } from '../../../protocol/signing.ts';
import { widestNetworkOf } from '../../net/address.ts';
import type { WriteContext } from '../../store/commit.ts';
import type { BoardRow } from '../../register/rows.ts';
import { updateDevices } from '../../devices/changes.ts';
import { deviceById, type DeviceRow } from '../../devices/rows.ts';
import { domainByName, type DomainRow } from '../../domains/rows.ts';
import { bindKey, bookGrant, insertEnrolled, insertWaiting, markEnrolled, refreshClaim, type Claim } from '../enrolling.ts';
import { holderOfCheckCode, loadFacts, type EnrolInput, type LoadedFacts } from '../facts.ts';
import { reportTry } from '../log.ts';
import { suspectClone } from '../../alerts/operations/alerts.ts';
import { settleDays } from '../../ledger/posting.ts';
import type { Reads, Tx } from '../../store/tx.ts';
import { warnOfLimit } from '../../register/unproven.ts';

/** E3: at most 5 live certificates per device; the oldest is revoked. */
const MAX_LIVE_CERTIFICATES = 5;

type Accepted = Extract<Decision, { outcome: 'accepted' }>;

/** One proved enrolment attempt: facts, decision and rows in one transaction (E2). */
export async function enrol(context: WriteContext, attempt: EnrolInput): Promise<EnrolmentOutcome> {
  let loaded = await loadFacts(context.tx, attempt);
  // Finished days are closed first: whether the domain is disabled must not depend on when the daily job ran (L6).
  if (loaded !== null && attempt.clockInDoubt !== true && (await settleDays(context, loaded.domain, attempt.now)))
    loaded = await loadFacts(context.tx, attempt);
  if (loaded === null) return { outcome: 'rejected', code: 'domain-unknown' };
  const { decision } = loaded;
  if (decision.outcome === 'rejected') {
    // The agent does not keep the pairing code (D7), so a waiting board asks again without one; it still counts as asking (E6).
    if (decision.code === 'pairing-code-required' && loaded.facts.waiting !== null) {
      context.tx.send('UPDATE devices SET last_asked_at = ? WHERE id = ?', attempt.now, loaded.facts.waiting.deviceId);
    }
    if (loaded.facts.checkCodeTaken) await tellForgery(context, loaded.domain.id, attempt);
    reportTry(context, loaded.domain.id, attempt, { outcome: 'rejected', code: decision.code, deviceId: null, granted: 0 });
    return decision;
  }
  if (decision.outcome === 'pending') return waitForApproval(context, loaded, attempt, decision);
  if (attempt.clockInDoubt === true && decision.how !== 'again') throw new RollcallError('clock-doubtful');
  if (decision.grant.reason === 'held') await warnOfLimit(context, loaded.domain, attempt.unprovenLimit, attempt.now);
  return accept(context, loaded, attempt, { ...decision, deviceId: decision.deviceId ?? attempt.proposedId });
}

/** E6, P7: reports a key made to look like another, for the device it could be mistaken for. */
async function tellForgery(
  context: WriteContext,
  domainId: number,
  { now, key, address, board }: EnrolmentAttempt,
): Promise<void> {
  const deviceId = await holderOfCheckCode(context.tx, domainId, key.fingerprint);
  if (deviceId === null || !(await suspectClone(context, deviceId, now))) return;
  context.audit({
    domainId,
    at: now,
    actor: 'service',
    address,
    action: 'device.check-code-refused',
    subject: deviceId,
    details: { serial: board.serial, key: key.fingerprint },
  });
}

function claimOf(loaded: LoadedFacts, attempt: EnrolmentAttempt): Claim {
  return { board: attempt.board, serialKey: loaded.serialKey, key: attempt.key, address: attempt.address };
}

async function waitForApproval(
  context: WriteContext,
  loaded: LoadedFacts,
  attempt: EnrolmentAttempt,
  decision: Extract<Decision, { outcome: 'pending' }>,
): Promise<EnrolmentOutcome> {
  const { facts, domain } = loaded;
  const claim = claimOf(loaded, attempt);
  const deviceId = facts.waiting?.deviceId ?? attempt.proposedId;
  bindKey(context, claim, attempt.now);
  if (facts.waiting === null) {
    insertWaiting(
      context,
      {
        id: deviceId,
        domainId: domain.id,
        identity: facts.identity,
        board: loaded.board,
        code: decision.code,
        competesWith: decision.competesWith,
        claim,
      },
      attempt.now,
    );
    context.audit({
      domainId: domain.id,
      at: attempt.now,
      actor: `device:${deviceId}`,
      address: attempt.address,
      action: 'device.waits',
      subject: deviceId,
      details: { code: decision.code },
    });
  } else {
    const { now, address } = attempt;
    await updateDevices(
      context.tx,
      'identity = ?, board_id = ?, pending_code = ?, competes_with = ?, last_asked_at = ?, address = ?, network = ?',
      [facts.identity, loaded.board?.id ?? null, decision.code, decision.competesWith, now, address, widestNetworkOf(address)],
      'id = ?',
      [deviceId],
    );
    refreshClaim(context, deviceId, attempt.board);
  }
  context.emit(domain.id, attempt.now, { type: 'device', data: { deviceId } });
  reportTry(context, loaded.domain.id, attempt, { outcome: 'pending', code: decision.code, deviceId, granted: 0 });
  return { outcome: 'pending', code: decision.code, deviceId, isNew: facts.waiting === null };
}

async function accept(
  context: WriteContext,
  loaded: LoadedFacts,
  attempt: EnrolmentAttempt,
  decision: Accepted & { deviceId: string },
): Promise<EnrolmentOutcome> {
  const { domain, board, facts } = loaded;
  const { deviceId, how, grant } = decision;
  const claim = claimOf(loaded, attempt);
  const actor = `device:${deviceId}`;
  bindKey(context, claim, attempt.now);
  if (how === 'new' && facts.waiting === null) {
    await insertEnrolled(context, domain, { id: deviceId, identity: facts.identity, board, claim, grant, actor }, attempt.now);
    const device = { id: deviceId, enrolledAt: attempt.now, granted: grant.credits, grantReason: grant.reason };
    return answer(context, loaded, attempt, { device, how, isNew: true });
  }
  refreshClaim(context, deviceId, attempt.board);
  if (how === 'join' && board !== null) {
    await joinRegister(context, loaded.domain, { deviceId, board, grant, attempt });
  } else if (how !== 'again') {
    await markEnrolled(
      context,
      domain,
      { id: deviceId, identity: facts.identity, board, key: attempt.key, grant, actor, address: attempt.address },
      attempt.now,
    );
  }
  const device = await deviceById(context.tx, deviceId);
  assert(device?.enrolledAt != null && device.domainId === domain.id, 'who is accepted is a device of this domain');
  assert(device.keyFingerprint === attempt.key.fingerprint, 'who is accepted is a device with this key');
  return answer(context, loaded, attempt, {
    device: { ...device, enrolledAt: device.enrolledAt },
    how,
    isNew: false,
  });
}

/** E5: a device enrolled before its board was listed joins the register line. */
async function joinRegister(
  context: WriteContext,
  domain: DomainRow,
  as: { deviceId: string; board: BoardRow; grant: Grant; attempt: EnrolmentAttempt },
): Promise<void> {
  const { deviceId, board, grant, attempt } = as;
  context.tx.send(
    "UPDATE devices SET identity = 'listed', board_id = ?, model = ?, granted = ?, grant_reason = ? WHERE id = ?",
    board.id,
    board.model,
    grant.credits,
    grant.reason,
    deviceId,
  );
  const actor = `device:${deviceId}`;
  await bookGrant(context, domain, { deviceId, board, grant, actor }, attempt.now);
  context.audit({
    domainId: domain.id,
    at: attempt.now,
    actor,
    address: attempt.address,
    action: 'device.joined-register',
    subject: deviceId,
    details: { granted: grant.credits, reason: grant.reason },
  });
  context.emit(domain.id, attempt.now, { type: 'device', data: { deviceId } });
}

/** Signs and stores the certificate. A replay repeats the first answer's credits (E3). */
async function answer(
  context: WriteContext,
  loaded: LoadedFacts,
  attempt: EnrolmentAttempt,
  accepted: {
    device: Pick<DeviceRow, 'id' | 'granted' | 'grantReason'> & { enrolledAt: number };
    how: Accepted['how'];
    isNew: boolean;
  },
): Promise<EnrolmentOutcome> {
  const { tx } = context;
  const { device, how, isNew } = accepted;
  const replay = how === 'again' && (await hasCertificate(tx, device));
  const certificate = context.signCertificate({ deviceId: device.id, publicKeyDer: derOf(attempt.key.pem) });
  tx.send(
    'INSERT INTO certificates (fingerprint, device_id, serial_number, issued_at, enrolled_at) VALUES (?, ?, ?, ?, ?)',
    certificate.fingerprint,
    device.id,
    certificate.serialNumber,
    attempt.now,
    device.enrolledAt,
  );
  if (!isNew) trimCertificates(tx, device.id, certificate.fingerprint, attempt.now);
  const credits = { granted: device.granted, reason: device.grantReason ?? 'none-left' };
  if (!replay)
    reportTry(context, loaded.domain.id, attempt, {
      outcome: 'accepted',
      code: null,
      deviceId: device.id,
      granted: credits.granted,
    });
  return {
    outcome: 'accepted',
    deviceId: device.id,
    certificate: certificate.pem,
    replay,
    credits,
    epochFrom: epochAfter(isNew ? 0 : await epochOf(tx, device.id)),
    organization: loaded.domain.organization,
  };
}

async function epochOf(tx: Reads, deviceId: string): Promise<number> {
  return (await tx.get<{ epoch: number }>('SELECT epoch FROM presence WHERE device_id = ?', deviceId))?.epoch ?? 0;
}

/** Whether this enrolment already has a live certificate; after an approval there is none yet. */
async function hasCertificate(tx: Reads, device: { id: string; enrolledAt: number }): Promise<boolean> {
  return (
    (await tx.get(
      'SELECT 1 AS found FROM certificates WHERE device_id = ? AND enrolled_at = ? AND revoked_at IS NULL LIMIT 1',
      device.id,
      device.enrolledAt,
    )) !== null
  );
}

/** E3: beyond five live certificates, the oldest is revoked. */
function trimCertificates(tx: Tx, deviceId: string, newest: string, now: number): void {
  tx.send(
    `UPDATE certificates SET revoked_at = ?1 WHERE device_id = ?2 AND revoked_at IS NULL AND fingerprint NOT IN (SELECT fingerprint FROM certificates
      WHERE device_id = ?2 AND revoked_at IS NULL ORDER BY issued_at DESC, fingerprint = ?3 DESC LIMIT ?4)`,
    now,
    deviceId,
    newest,
    MAX_LIVE_CERTIFICATES,
  );
}

/** Records what the enrolment service refused before a decision. */
export async function noteRefusal(context: WriteContext, { domain: name, serial, model, code, ...made }: Refusal): Promise<void> {
  const domain = await domainByName(context.tx, name);
  if (domain === null) return;
  reportTry(context, domain.id, { ...made, board: { serial, model } }, { outcome: 'rejected', code, deviceId: null, granted: 0 });
}
