import { adjust, makeGood, releaseBoard, reverse } from './taking-back.ts';

export const operatorOperations = { adjust, makeGood, releaseBoard, reverse };
