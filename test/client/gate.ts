import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { listen } from '../../src/sandbox/server.ts';

/**
 * What lies between a client and the API does with a request: hands it on; breaks off before or after the API has it; is a
 * proxy whose upstream is away; has no room; says nothing.
 */
export type Mood = 'pass' | 'drop' | 'lose' | 'away' | 'full' | 'hang';

export type Passed = {
  readonly mood: Mood;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

/** `up`; `down`: there is no network; `socketless`: a proxy on the way knows no WebSockets. */
export type Way = 'up' | 'down' | 'socketless';

export type Gate = {
  readonly url: string;
  /** How the way is from now on. */
  way: Way;
  /** The sockets that are open, and how many ever were. */
  readonly sockets: ReadonlySet<Socket>;
  readonly opened: number;
  /** Breaks off every socket. */
  cut(): void;
  /** The requests so far. */
  readonly passed: Passed[];
  /** What happens to the next ones, one each; all others pass. */
  expect(...moods: Mood[]): void;
  /** As if nothing had come, and nothing were to happen. */
  reset(): void;
  close(): void;
};

/** A way to the real API on which things go wrong as they do on the way. */
export async function startGate(api: string): Promise<Gate> {
  const moods: Mood[] = [];
  const passed: Passed[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  const server = createServer(async (request, response) => {
    if (gate.way === 'down') return void request.socket.destroy();
    const mood = moods.shift() ?? 'pass';
    const body = await text(request);
    passed.push({ mood, headers: request.headers, body });
    if (mood === 'drop') return void request.socket.destroy();
    if (mood === 'hang') return undefined;
    if (mood === 'away')
      return void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    if (mood === 'full') {
      const error = { message: 'Too much.', extensions: { code: 'RATE_LIMITED', limit: 'requests' } };
      return void response.writeHead(429, { 'retry-after': '0' }).end(JSON.stringify({ errors: [error] }));
    }
    const { authorization = '', 'accept-language': language } = request.headers;
    const headers = {
      'content-type': 'application/json',
      authorization,
      ...(language && { 'accept-language': language }),
    };
    const answer = await fetch(`${api}/graphql`, { method: 'POST', headers, body });
    const answered = await answer.text();
    if (mood === 'lose') return void request.socket.destroy();
    const retryAfter = answer.headers.get('retry-after');
    return void response
      .writeHead(answer.status, retryAfter === null ? {} : { 'retry-after': retryAfter })
      .end(answered);
  });
  server.on('upgrade', (request, socket: Socket, head) => {
    if (gate.way !== 'up') return void socket.destroy();
    opened++;
    sockets.add(socket);
    const { hostname, port } = new URL(api);
    const upstream = connect(Number(port), hostname, () => {
      const headers = request.rawHeaders.map((part, index) => (index % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('');
      upstream.write(`GET ${request.url} HTTP/1.1\r\n${headers}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const [end, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      end.on('error', () => other.destroy());
      end.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  const port = await listen(server, 0, '127.0.0.1');
  const gate: Gate = {
    url: `http://127.0.0.1:${port}/graphql`,
    way: 'up',
    sockets,
    get opened() {
      return opened;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    passed,
    expect: (...more) => void moods.push(...more),
    reset() {
      moods.length = 0;
      passed.length = 0;
      opened = 0;
      gate.way = 'up';
    },
    close() {
      gate.cut();
      server.closeAllConnections();
      server.close();
    },
  };
  return gate;
}
