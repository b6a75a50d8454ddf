import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { RowbellError } from '../errors.ts';
import { createConnections } from './connections.ts';
import { answerRaw, refuseConnection } from './refusal.ts';
import { type Handler, type Request, type Response, sendError } from './respond.ts';

/** Connections that say nothing, or say it too slowly, are closed. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** Longer than proxies keep theirs, so that it is them who close. */
const keepAliveTimeoutMs = 65_000;
const checkEveryMs = 2_000;

export type ListenOptions = {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  /** Whether an address is a proxy of ours. */
  readonly isProxy: (address: string) => boolean;
  /** What every answer carries. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where requests become sockets. */
  readonly upgrades?: {
    /** Others are answered as if they had not asked for another protocol. */
    readonly isWanted: (request: Request) => boolean;
    readonly handle: (request: Request, socket: Duplex, head: Buffer) => void;
  };
};

export type Listening = {
  /** Where, e.g. `http://127.0.0.1:5678`. */
  readonly url: string;
  /** Takes no more connections, lets requests under way finish for so long, then cuts what is left. */
  close(graceMs: number): Promise<void>;
};

/** Answers whatever comes in, also what is no request, in our words; resolves once it listens. */
export async function listen(handle: Handler, options: ListenOptions): Promise<Listening> {
  const server = createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: checkEveryMs,
    // The router asks for it, and says so in our words.
    requireHostHeader: false,
    shouldUpgradeCallback: (request) => options.upgrades?.isWanted(request) ?? false,
  });
  const { headers } = options;
  const connections = createConnections(options.maxConnections, options.isProxy);
  const refused = new WeakSet<Socket>();

  const answer = (request: Request, response: Response): void => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!server.listening) response.setHeader('connection', 'close');
    if (connections.note(response)) void handle(request, response);
    else {
      response.setHeader('connection', 'close');
      sendError(response, new RowbellError('RBLIM'));
    }
  };
  server.on('connection', (socket) => {
    if (!connections.admit(socket)) answerRaw(socket, new RowbellError('RBUNA'), 503, headers);
  });
  server.on('request', answer);
  server.on('checkExpectation', answer);
  server.on('upgrade', (request, socket, head) => {
    connections.release(socket as Socket);
    options.upgrades?.handle(request, socket, head);
  });
  server.on('connect', (_request, socket: Socket) => {
    answerRaw(socket, new RowbellError('RBINV', 'This is no proxy.'), 405, headers);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // Whatever still comes in over the same connection is no request either.
    if (refused.has(socket)) return;
    refused.add(socket);
    refuseConnection(socket, connections.lastOn(socket), { code: error.code, headers });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: urlOf(options.host, server),
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      connections.announceEnd();
      // A connection whose last request has been answered would be kept alive for the next one, which never comes.
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(timer);
    },
  };
}

function urlOf(host: string, server: Server): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
