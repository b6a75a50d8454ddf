import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type StatusEvent = Readonly<Record<string, string | null>> & { readonly id: string; readonly kind: string };
export type Call = {
  readonly path: string;
  readonly webhookId: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly events: readonly StatusEvent[];
};
type Read = (headers: IncomingHttpHeaders, body: string, secret: string, now?: number) => StatusEvent[];

/** The example of docs/status-events.md, as somebody would copy it into an application. */
export async function exampleOfDocs(): Promise<Read> {
  const page = await readFile(join(import.meta.dirname, '../../docs/status-events.md'), 'utf8');
  const [, code] = /^```js\n(.*?)^```/ms.exec(page) ?? [];
  if (!code) throw new Error('docs/status-events.md has no example');
  const folder = await mkdtemp(join(tmpdir(), 'rowbell-example-'));
  try {
    const file = join(folder, 'read-status-events.mjs');
    await writeFile(file, code);
    return ((await import(pathToFileURL(file).href)) as { readStatusEvents: Read }).readStatusEvents;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** How a call is answered: with a status, with one and Retry-After, or not at all until it is let go. */
export type Answer = { readonly status: number; readonly retryAfter?: number } | Promise<unknown>;

const accept = () => ({ status: 204 });

/** An application that takes status events: it verifies each call with the docs' example and keeps those that are good. */
export async function startReceiver(secretOf: (path: string) => string) {
  const read = await exampleOfDocs();
  const calls: Call[] = [];
  const refused: string[] = [];
  let answer: (call: Call) => Answer = accept;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    try {
      const events = read(request.headers, body, secretOf(path));
      const call = { path, webhookId: String(request.headers['webhook-id']), headers: request.headers, body, events };
      calls.push(call);
      const said = answer(call);
      if (said instanceof Promise) await said;
      const { status, retryAfter = 0 } = said instanceof Promise ? { status: 204 } : said;
      if (retryAfter) response.setHeader('retry-after', retryAfter);
      response.writeHead(status).end();
    } catch (error) {
      refused.push((error as Error).message);
      response.writeHead(401).end();
    }
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: (path = '/status') => `http://127.0.0.1:${port}${path}`,
    calls,
    /** Connections that were made, whatever came of them. */
    get connections() {
      return connections;
    },
    /** Calls whose signature was wrong. */
    refused,
    answer(how: (call: Call) => Answer) {
      answer = how;
    },
    clear() {
      calls.length = 0;
      refused.length = 0;
      connections = 0;
      answer = accept;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
