import { enrol, noteRefusal } from '../enrol.ts';
import { approve } from '../approve.ts';
import { reject, liftBlock, unenrol, prune } from '../devices.ts';
import { unenrolSome } from '../selection.ts';
import { releaseCredits } from '../held-credits.ts';
import { releaseBoard } from '../taking-back.ts';

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
  releaseBoard,
};
