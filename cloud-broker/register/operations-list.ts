import { importBoards } from './operations.ts';

export const registerOperations = { importBoards };
