import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { RowbellError } from '../errors.ts';
import { createFairQueue } from '../graphql/fair-queue.ts';
import type { Origin } from '../graphql/request-origin.ts';
import { networkOf } from '../http/client-address.ts';
import { closeCodes, retryAfter } from './close-codes.ts';
import { descriptorsInUse } from './descriptors.ts';
import type { Sockets } from './sockets.ts';

/** Sockets of an address whose token has not come yet; a /64 of IPv6 is one address. */
const maxUnverifiedOfAnAddress = 50;
/** Of all addresses. */
const maxUnverified = 1_000;
/** In the line of an address, and how long one waits there. */
const maxWaitingOfAnAddress = 1_000;
const maxWaitMs = 10_000;
/** A message of a client. */
const maxMessageBytes = 65_536;
/** Part of the process's descriptors that sockets may take, in hundredths. */
const maxDescriptorsPercent = 90;

export type UpgradesOptions = {
  readonly sockets: Sockets;
  /** Whether there is a schema to subscribe by; not yet while the process starts. */
  readonly isServing: () => boolean;
  readonly originOf: (request: IncomingMessage) => Origin;
  /** How many files and sockets the process may have open. */
  readonly maxDescriptors: number;
  readonly webOrigins: readonly string[];
  /** The address of the API itself, whose pages may always ask. */
  readonly publicUrl: string;
  /** Answers a request that is not to become a socket. */
  readonly refuse: (socket: Duplex, error: RowbellError, status: number) => void;
};

/** Whether a request asks for a socket, and is not any other that would like another protocol (`Upgrade: h2c`). */
export const isSocketRequest = ({ url = '', headers }: IncomingMessage): boolean =>
  /^websocket$/i.test(headers.upgrade ?? '') && url.split('?', 1)[0] === '/graphql';

/**
 * Lets requests become sockets. Pages of other origins are refused; whoever has not shown a token yet has a place among those of
 * their address, or waits in its line: an office comes back at once after each deploy, and is never turned away for good.
 */
export function createUpgrades(options: UpgradesOptions) {
  const { sockets, isServing, originOf, maxDescriptors, webOrigins, publicUrl, refuse } = options;
  const listed = new Set([...webOrigins, new URL(publicUrl).origin]);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    // It would cost each socket more memory than everything else.
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const room = createFairQueue({
    limit: 'sockets',
    share: maxUnverifiedOfAnAddress,
    places: maxUnverified,
    maxWaiting: maxWaitingOfAnAddress,
    maxWaitMs,
  });
  let isStopping = false;

  const isForeign = ({ headers }: IncomingMessage): boolean => {
    const { origin, host } = headers;
    if (origin === undefined || listed.has(origin)) return false;
    return !URL.canParse(origin) || new URL(origin).host !== host;
  };
  /** Opened, so that the code is read, and closed at once: browsers do not tell pages why an upgrade was refused. */
  const turnAway = (request: IncomingMessage, socket: Duplex, head: Buffer, code: number, reason: string): void => {
    server.handleUpgrade(request, socket, head, (opened) => {
      opened.on('error', () => {});
      opened.close(code, reason);
      setTimeout(() => opened.terminate(), 1_000).unref();
    });
  };

  return {
    async handle(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
      socket.on('error', () => {});
      if (isForeign(request)) {
        refuse(socket, new RowbellError('RBFBD', 'Pages of this origin may not ask here.'), 403);
        return;
      }
      if (isStopping) {
        turnAway(request, socket, head, closeCodes.restarting, 'restarting');
        return;
      }
      if (descriptorsInUse() * 100 > maxDescriptors * maxDescriptorsPercent) {
        turnAway(request, socket, head, closeCodes.tryLater, retryAfter(10));
        return;
      }
      // Clients come back as soon as the port is open. Those of 300 who came before the schema was made had their subscriptions refused
      // on a socket that stayed.
      if (!isServing()) {
        turnAway(request, socket, head, closeCodes.tryLater, retryAfter(1 + Math.round(Math.random() * 2)));
        return;
      }
      const gone = new AbortController();
      const abort = () => gone.abort();
      socket.once('close', abort);
      const address = networkOf(originOf(request).ipAddress);
      const leave = await room.enter(address, gone.signal).catch(() => null);
      socket.off('close', abort);
      if (gone.signal.aborted || socket.destroyed) {
        leave?.();
        return;
      }
      if (!leave) {
        turnAway(request, socket, head, closeCodes.tryLater, retryAfter(5 + Math.round(Math.random() * 10)));
        return;
      }
      // What is no handshake after all is answered by `ws`, and closed.
      socket.once('close', leave);
      server.handleUpgrade(request, socket, head, (opened) => {
        sockets.accept(opened, { onVerified: leave, onClosed: leave });
      });
    },
    waiting: () => room.counts.waiting,
    stop(): void {
      isStopping = true;
    },
  };
}

export type Upgrades = ReturnType<typeof createUpgrades>;
