import type { Socket } from 'node:net';
import { networkOf, plainAddress } from './client-address.ts';
import type { Response } from './respond.ts';

/** Requests sent on one connection before the first is answered: nobody does so but to make us work. */
const maxUnanswered = 32;

type Connection = {
  /** Whose it is, as far as addresses say. */
  readonly network: string;
  readonly isProxy: boolean;
  /** Those that have not left yet. */
  readonly answers: Set<Response>;
  last: Response | null;
  idleSince: number;
};

/**
 * Who is connected. When there are too many, the connection is closed that has been idle longest of whoever has the most,
 * so that nobody takes all the places by opening connections and saying nothing, or too slowly. One whose request is at work stays.
 *
 * @param isProxy whether an address is a proxy of ours, whose connections are other people's and the last to be closed
 */
export function createConnections(maxConnections: number, isProxy: (address: string) => boolean) {
  const open = new Map<Socket, Connection>();
  const totals = new Map<string, number>();

  const count = (network: string, by: 1 | -1): void => {
    const total = (totals.get(network) ?? 0) + by;
    if (total > 0) totals.set(network, total);
    else totals.delete(network);
  };
  const idlest = (): Socket | null => {
    let found: { socket: Socket; rank: number; since: number } | null = null;
    for (const [socket, { network, isProxy, answers, idleSince: since }] of open) {
      if ([...answers].some(isAtWork)) continue;
      const rank = isProxy ? 0 : (totals.get(network) ?? 0);
      if (!found || rank > found.rank || (rank === found.rank && since < found.since)) found = { socket, rank, since };
    }
    return found?.socket ?? null;
  };

  return {
    /** False: there is no place for it, and none can be made. */
    admit(socket: Socket): boolean {
      if (open.size >= maxConnections) {
        const victim = idlest();
        if (!victim) return false;
        forget(victim);
        victim.destroy();
      }
      const address = plainAddress(socket.remoteAddress ?? '');
      const network = networkOf(address);
      open.set(socket, { network, isProxy: isProxy(address), answers: new Set(), last: null, idleSince: Date.now() });
      count(network, 1);
      socket.once('close', () => forget(socket));
      return true;
    },

    /** A request has come in. False: there are too many on its connection. */
    note(response: Response): boolean {
      const connection = response.req.socket && open.get(response.req.socket);
      if (!connection) return true;
      connection.answers.add(response);
      connection.last = response;
      response.once('close', () => {
        connection.answers.delete(response);
        connection.idleSince = Date.now();
      });
      return connection.answers.size <= maxUnanswered;
    },

    /** It becomes a socket, which others count. */
    release: (socket: Socket): void => forget(socket),

    /** The answer to the last request on a connection, be it given or not. */
    lastOn: (socket: Socket): Response | null => open.get(socket)?.last ?? null,

    /** Tells all who are yet to be answered that there will be no further answer. */
    announceEnd(): void {
      for (const { answers } of open.values()) {
        for (const answer of answers) if (!answer.headersSent) answer.setHeader('connection', 'close');
      }
    },
  };

  function forget(socket: Socket): void {
    const connection = open.get(socket);
    if (!connection) return;
    open.delete(socket);
    count(connection.network, -1);
  }
}

/** Neither still coming in nor only still being taken. */
const isAtWork = (answer: Response) => answer.req.complete && !answer.writableEnded;
