import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { listen } from '../../src/sandbox/server.ts';

/** What a hostile host does with a request. */
export type Manners = 'silent' | 'trickle' | 'reset' | 'endless' | 'redirect' | 'accept' | 'refuse-tls';

export type Tarpit = {
  readonly port: number;
  /** Connections so far, and how many are open. */
  readonly connections: { total: number; open: number };
  /** From now on it behaves otherwise. */
  behave(manners: Manners): void;
  close(): void;
};

/** A host on loopback that does not do what it should. With `tls` it speaks TLS. */
export async function startTarpit(
  manners: Manners,
  tls: { readonly key: string; readonly cert: string } | null = null,
): Promise<Tarpit> {
  const sockets = new Set<Socket>();
  const connections = { total: 0, open: 0 };
  let current = manners;
  const meet = (socket: Socket) => {
    socket.on('error', () => {});
    // Once a request, which begins with its method; the rest of it may come later.
    socket.on('data', (chunk: Buffer) => chunk.subarray(0, 5).toString() === 'POST ' && answer(socket));
  };
  const answer = (socket: Socket) => {
    const every = (ms: number, bytes: string) => {
      const timer = setInterval(() => socket.write(bytes), ms);
      socket.once('close', () => clearInterval(timer));
    };
    if (current === 'accept') socket.write('HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n');
    if (current === 'reset') socket.destroy();
    if (current === 'redirect') socket.write('HTTP/1.1 307 Go\r\nlocation: /\r\ncontent-length: 0\r\n\r\n');
    if (current === 'trickle') {
      socket.write('HTTP/1.1 201 Created\r\nx-slow: ');
      every(200, 'a');
    }
    if (current === 'endless') {
      socket.write('HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n');
      every(1, `10000\r\n${'a'.repeat(65_536)}\r\n`);
    }
  };
  const note = (socket: Socket) => {
    connections.total++;
    connections.open++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      connections.open--;
      sockets.delete(socket);
    });
  };
  const server: Server =
    tls && manners !== 'refuse-tls'
      ? createTlsServer({ key: tls.key, cert: tls.cert }, meet)
      : createServer(tls ? () => {} : meet);
  server.on('connection', note);
  const port = await listen(server, 0, '127.0.0.1');
  return {
    port,
    connections,
    behave(next) {
      current = next;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
