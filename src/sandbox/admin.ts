import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { z } from 'zod';
import { type ProviderName, providerNames } from '../providers/types.ts';
import { streamEntries } from './admin-stream.ts';
import { FaultError, faultKinds } from './faults.ts';
import type { Entry, EntryFilter, Journal } from './journal.ts';
import { reportKinds, sendBack } from './mail-reports.ts';
import { listen, type ServerContext, type StartServer } from './server.ts';

const maxBodyBytes = 16 * 1024;
const files = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/style.css', file: 'style.css', type: 'text/css; charset=utf-8' },
  ...['page.js', 'make.js', 'rich-content.js'].map((file) => ({
    path: `/${file}`,
    file,
    type: 'text/javascript; charset=utf-8',
  })),
];
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** A request that cannot be answered; `message` is shown. */
class RequestError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The sandbox's page and its JSON endpoints: `GET /api/messages`, `DELETE /api/messages`, `GET /api/stream` (SSE),
 * `GET|POST|DELETE /api/faults`, `GET /api/fault-kinds`, `GET /api/counts`, `GET /healthz`, `GET /mail` (a mail as a browser shows it),
 * `POST /api/mail-reports` (a mail comes back). It has no sign-in, as it holds nothing but
 * pretended mail; names other than its own are refused, so that a web page cannot reach it by DNS rebinding, and a
 * fault must come as JSON, which another origin's form cannot send.
 */
export const startAdmin: StartServer = async (context) => {
  const pages = new Map<string, { type: string; text: string }>();
  for (const { path, file, type } of files) {
    pages.set(path, { type, text: await readFile(new URL(`./page/${file}`, import.meta.url), 'utf8') });
  }
  const routes = createRoutes(context);
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse) {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    try {
      requireOwnName(request.headers.host, context);
      const url = new URL(request.url ?? '/', 'http://sandbox');
      const page = request.method === 'GET' ? pages.get(url.pathname) : undefined;
      if (page) return void response.setHeader('content-type', page.type).end(page.text);
      const methods = routes[url.pathname];
      if (!methods) throw new RequestError(404, 'There is nothing at this path.');
      const route = methods[request.method ?? ''];
      if (!route) throw new RequestError(405, `Use ${Object.keys(methods).join(' or ')}.`);
      const result = await route(url.searchParams, request, response);
      if (result !== undefined) sendJson(response, request.method === 'POST' ? 201 : 200, result);
    } catch (error) {
      const known = error instanceof RequestError;
      const message = known ? error.message : 'Something went wrong in the sandbox.';
      if (!response.headersSent) sendJson(response, known ? error.status : 500, { error: { message } });
    }
  }

  const port = await listen(server, context.port, context.host);
  return {
    port,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** Answers with JSON; undefined: it has answered itself. */
type Route = (query: URLSearchParams, request: IncomingMessage, response: ServerResponse) => unknown;

function createRoutes({ journal, faults, credentials }: ServerContext): Record<string, Record<string, Route>> {
  return {
    '/healthz': { GET: () => ({ status: 'ok' }) },
    '/api/messages': {
      GET: (query) => journal.list(readFilter(query)),
      DELETE: () => {
        journal.clear();
        return { cleared: true };
      },
    },
    '/api/counts': { GET: () => journal.counts() },
    '/api/stream': { GET: (_query, request, response) => streamEntries(journal, request, response) },
    '/mail': {
      GET: (query, _request, response) => {
        const html = (mailOf(journal, query.get('id')).raw as { html: string | null }).html;
        // As a careful mail client shows it: no script, no picture, nothing from elsewhere.
        const policy = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";
        response.setHeader('content-security-policy', policy);
        response.writeHead(html ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' }).end(html);
      },
    },
    '/api/mail-reports': {
      POST: async (_query, request) => {
        const asked = reportInput.safeParse(await readJson(request));
        if (!asked.success) throw new RequestError(400, `id and kind (${reportKinds.join(', ')}) are needed.`);
        const entry = mailOf(journal, String(asked.data.id));
        const status = await sendBack(entry, asked.data.kind, credentials.mail.password).catch(() => null);
        if (status === null) throw new RequestError(409, 'No API is there to take it back.');
        return { status };
      },
    },
    '/api/fault-kinds': { GET: () => faultKinds },
    '/api/faults': {
      GET: () => faults.list(),
      POST: async (_query, request) => {
        try {
          return faults.add(await readJson(request));
        } catch (error) {
          throw error instanceof FaultError ? new RequestError(400, error.message) : error;
        }
      },
      DELETE: (query) => {
        const id = query.get('id');
        if (id === null) faults.clear();
        else if (!faults.remove(id)) throw new RequestError(404, 'There is no fault of this id.');
        return faults.list();
      },
    },
  };
}

const reportInput = z.strictObject({ id: z.int(), kind: z.enum(reportKinds) });

function mailOf(journal: Journal, id: string | null): Entry {
  const entry = journal.list({ provider: 'smtp' }).find((each) => String(each.id) === id && each.status === 250);
  if (!entry) throw new RequestError(404, 'There is no mail of this id.');
  return entry;
}

function readFilter(query: URLSearchParams): EntryFilter {
  const known = ['provider', 'address', 'deliveryId', 'since', 'limit'];
  for (const name of query.keys()) {
    if (!known.includes(name)) throw new RequestError(400, `Unknown parameter; there are ${known.join(', ')}.`);
  }
  const provider = query.get('provider') ?? undefined;
  if (provider !== undefined && !providerNames.includes(provider as ProviderName)) {
    throw new RequestError(400, `provider: one of ${providerNames.join(', ')}.`);
  }
  return {
    provider: provider as ProviderName | undefined,
    address: query.get('address') ?? undefined,
    deliveryId: query.get('deliveryId') ?? undefined,
    since: readCount(query, 'since'),
    limit: readCount(query, 'limit'),
  };
}

function readCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new RequestError(400, `${name}: a whole number, not negative.`);
  return Number(text);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new RequestError(415, 'Send JSON, with the content type application/json.');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new RequestError(413, `At most ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new RequestError(400, 'The body is not JSON.');
  }
}

/** An IP address cannot be rebound; of names only those the sandbox is known by are good. */
function requireOwnName(header: string | undefined, { host, publicHost }: ServerContext) {
  const name = (header ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  if (isIP(name) === 0 && !['localhost', 'sandbox', host, publicHost].includes(name)) {
    throw new RequestError(421, 'The sandbox is not known by this name.');
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}
