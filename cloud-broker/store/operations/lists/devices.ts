import { changeDevice } from '../devices.ts';
import { changeTags } from '../selection.ts';
import { importNames, forgetExpected } from '../expected.ts';

export const deviceOperations = { changeDevice, changeTags, importNames, forgetExpected };
