import { createDomain, activateDomain, setEnrolmentPolicy } from './domains.ts';
import { changeDomain } from './settings.ts';
import { askClosing, withdrawClosing, erasePersonalData } from './closing.ts';

export const domainOperations = {
  createDomain,
  activateDomain,
  setEnrolmentPolicy,
  changeDomain,
  askClosing,
  withdrawClosing,
  erasePersonalData,
};
