import { enrol, noteRefusal } from './enrol.ts';
import { approve } from './approve.ts';
import { reject, liftBlock } from './reject.ts';
import { unenrol, unenrolSome } from './unenrol.ts';
import { prune } from './prune.ts';
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
