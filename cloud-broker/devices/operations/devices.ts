import { RollcallError } from '../../../protocol/errors.ts';
import type { WriteContext } from '../../store/commit.ts';
import { updateDevices } from '../changes.ts';
import { deviceOfDomain } from '../rows.ts';
import { domainById, statusOf } from '../../domains/rows.ts';
import type { ChangeRequest } from '../../store/change-request.ts';

/** Changes label and tags. Refused in a disabled domain (D5). */
export async function changeDevice(
  context: WriteContext,
  input: ChangeRequest & { id: string; label: string | null; tags: string[] | null },
): Promise<void> {
  const { tx } = context;
  const device = await deviceOfDomain(tx, input.domainId, input.id);
  const domain = await domainById(tx, input.domainId);
  if (device === null || device.state === 'unenrolled' || domain === null) throw new RollcallError('not-found');
  if (statusOf(domain, input.now) === 'disabled') throw new RollcallError('domain-disabled');
  const tags = input.tags === null ? null : JSON.stringify(input.tags);
  const [change] = await updateDevices(
    tx,
    'label = coalesce(?, label), tags = coalesce(?, tags)',
    [input.label, tags],
    'id = ?',
    [device.id],
  );
  const before = change === undefined ? null : { label: change.before.label, tags: change.before.tags };
  context.audit({
    domainId: input.domainId,
    at: input.now,
    actor: input.actor,
    address: input.address,
    action: 'device.changed',
    subject: device.id,
    details: { before, label: input.label, tags: input.tags },
  });
  const hadTags = input.tags === null || before === null ? {} : { hadTags: JSON.parse(before.tags) as string[] };
  context.emit(input.domainId, input.now, { type: 'device', data: { deviceId: device.id, ...hadTags } });
}
