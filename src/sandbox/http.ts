import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Fault } from './faults.ts';

/** What a server answers: JSON, or nothing but the status. */
export type Answer = {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Reads a request's body; null, with the rest thrown away, when it is larger than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
  }
  return length <= limit ? Buffer.concat(chunks) : null;
}

/** Numbers a server's connections from 1, in the order in which they came. */
export function connectionCounter(server: Server): (request: IncomingMessage) => number {
  const numbers = new WeakMap<Socket, number>();
  let last = 0;
  server.on('connection', (socket: Socket) => numbers.set(socket, ++last));
  server.on('secureConnection', (socket: Socket) => numbers.set(socket, last));
  return ({ socket }) => numbers.get(socket) ?? 0;
}

/** Sends an answer. After a `goaway` fault the connection is closed with it. */
export function send(response: ServerResponse, { status, json, headers }: Answer, fault: Fault | null = null): void {
  const body = json === undefined ? '' : JSON.stringify(json);
  response.writeHead(status, {
    ...(body && { 'content-type': 'application/json' }),
    'content-length': Buffer.byteLength(body),
    ...(fault?.kind === 'goaway' && { connection: 'close' }),
    ...headers,
  });
  response.end(body);
}

/** The header of a fault that says when to come back. */
export function retryAfter({ retryAfterS }: Fault): Record<string, string> {
  return retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
}

/** Headers as one record of strings, for the journal. */
export function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name !== 'authorization' && value !== undefined) headers[name] = String(value);
  }
  return headers;
}

/** JSON objects only; null for anything else. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

export const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
