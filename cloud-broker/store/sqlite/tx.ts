import type { Parameter, Tx } from '../tx.ts';
import type { Connection } from './connection.ts';

/** The transaction port over a connection of this thread: a statement has run when its promise is returned, so nothing comes between two. */
export class ConnectionTx implements Tx {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  async all<Row>(text: string, ...parameters: Parameter[]): Promise<Row[]> {
    return this.connection.all<Row>(text, ...parameters);
  }

  async get<Row>(text: string, ...parameters: Parameter[]): Promise<Row | null> {
    return this.connection.get<Row>(text, ...parameters);
  }

  async run(text: string, ...parameters: Parameter[]): Promise<number> {
    return this.connection.run(text, ...parameters);
  }

  async insert(text: string, ...parameters: Parameter[]): Promise<number> {
    return this.connection.insert(text, ...parameters);
  }

  send(text: string, ...parameters: Parameter[]): void {
    this.connection.run(text, ...parameters);
  }

  sendRows(into: string, rows: readonly Parameter[][]): void {
    this.connection.insertRows(into, rows);
  }
}
