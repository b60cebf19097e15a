import { enrol, noteRefusal } from './enrol.ts';
import { approve } from './approve.ts';
import { reject, liftBlock, unenrol, prune } from '../../devices/operations/devices.ts';
import { unenrolSome } from '../../devices/operations/selection.ts';
import { releaseCredits } from './held-credits.ts';

export const enrolmentOperations = {
  enrol,
  noteRefusal,
  approve,
  reject,
  liftBlock,
  unenrol,
  prune,
  unenrolSome,
  releaseCredits,
};
