/** Kysely on this store, for the sign-in library: reads use the reader's connection, writes go through the writer thread. */
import {
  DeleteQueryNode,
  InsertQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  UpdateQueryNode,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import type { Parameter } from '../tx.ts';
import type { Store } from '../port.ts';

/** Values that node:sqlite accepts: booleans are 0 and 1, dates are ISO 8601 strings, as the library itself would write them. */
function toParameter(value: unknown): Parameter {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array)
    return value;
  throw new TypeError(`a parameter of type ${typeof value} cannot be stored`);
}

/**
 * A stateless connection, so any number may be used at once. There are no transactions: each write is durable by itself, and what the sign-in library
 * does in several steps must be repeatable.
 */
class StoreConnection implements DatabaseConnection {
  private readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const parameters = query.parameters.map(toParameter);
    const { query: node } = query;
    if (!InsertQueryNode.is(node) && !UpdateQueryNode.is(node) && !DeleteQueryNode.is(node)) {
      return { rows: await this.store.reader.all<Row>(query.sql, ...parameters) };
    }
    // RETURNING gives the number of changed rows, which the operation otherwise does not report.
    const text = node.returning === undefined ? `${query.sql} returning 1 as "changed"` : query.sql;
    const rows = await this.store.write('accountStatement', { text, parameters });
    return { rows: (node.returning === undefined ? [] : rows) as Row[], numAffectedRows: BigInt(rows.length) };
  }

  // eslint-disable-next-line require-yield -- the interface asks for a generator; nothing here is ever streamed
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are not streamed from the store');
  }
}

const nothing = async (): Promise<void> => undefined;
const noTransactions = async (): Promise<never> => {
  throw new Error('the store has no transactions outside of its operations');
};

/** Dialect of type `sqlite`. The writer accepts only statements on the `auth_*` tables (operation accountStatement). */
export function storeDialect(store: Store): Dialect {
  const connection = new StoreConnection(store);
  const driver: Driver = {
    init: nothing,
    acquireConnection: async () => connection,
    beginTransaction: noTransactions,
    commitTransaction: noTransactions,
    rollbackTransaction: noTransactions,
    releaseConnection: nothing,
    destroy: nothing,
  };
  return {
    createDriver: () => driver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}
