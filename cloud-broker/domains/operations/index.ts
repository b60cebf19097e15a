import { activateDomain, setEnrolmentPolicy } from './domains.ts';
import { changeDomain } from './settings.ts';
import { askClosing, withdrawClosing, erasePersonalData } from './closing.ts';

export const domainOperations = {
  activateDomain,
  setEnrolmentPolicy,
  changeDomain,
  askClosing,
  withdrawClosing,
  erasePersonalData,
};
