/** Open connections of the API: who holds them, which one makes room, and that each one ends. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { NetworkTree } from '../net/network-tree.ts';

export interface ConnectionLimits {
  /** Open connections of the whole API, including idle ones. */
  connections: number;
  /** Milliseconds from the first byte, or from the connection, until the request head is complete. */
  headMs: number;
  /** Milliseconds until the whole request has arrived. */
  requestMs: number;
  /** Milliseconds between checks for requests that take too long. */
  checkMs: number;
  /** Milliseconds a refused client may take to read its answer. */
  lingerMs: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  connections: 5000,
  headMs: 10_000,
  requestMs: 15_000,
  checkMs: 2000,
  lingerMs: 1000,
};

export class Connections {
  private readonly limits: ConnectionLimits;
  private readonly tree = new NetworkTree<Socket>();

  constructor(limits: ConnectionLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.tree.size;
  }

  /** E10: if all places are taken, the quietest connection of the network holding most of them makes room. */
  watch(server: Server): void {
    server.headersTimeout = this.limits.headMs;
    server.on('connection', (socket) => {
      this.tree.add(socket, socket.remoteAddress ?? '');
      socket.once('close', () => this.tree.remove(socket));
      if (this.tree.size > this.limits.connections) this.tree.quietestOfFullest()?.destroy();
    });
  }

  /** A whole request arrived on it. */
  heard(socket: Socket): void {
    this.tree.heard(socket);
  }

  /** Sends the last answer. A client that does not close its side is disconnected: it would hold its place forever. */
  endWith(socket: Socket, answer: string): void {
    socket.end(answer);
    setTimeout(() => socket.destroy(), this.limits.lingerMs).unref();
  }
}
