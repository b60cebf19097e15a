import { sendCommands, moveCommand, endCommand, pruneCommands } from './operations.ts';

export const commandOperations = { sendCommands, moveCommand, endCommand, pruneCommands };
