import { changeDevice } from './devices.ts';
import { changeTags } from './selection.ts';
import { importNames, forgetExpected } from './preregistration.ts';

export const deviceOperations = { changeDevice, changeTags, importNames, forgetExpected };
