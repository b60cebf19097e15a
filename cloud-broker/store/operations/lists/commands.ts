import { sendCommands, moveCommand, endCommand, pruneCommands } from '../commands.ts';

export const commandOperations = { sendCommands, moveCommand, endCommand, pruneCommands };
