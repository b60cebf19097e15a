import { importBoards } from '../register.ts';

export const registerOperations = { importBoards };
