/** The program of the writer thread. */
import { runWriter } from '../store/sqlite/writer.ts';
import { migrations } from './migrations.ts';
import { operations } from './operations.ts';

runWriter(operations, migrations);
