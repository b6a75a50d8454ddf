import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { connectionCounter, headersOf, parseObject, readBody, retryAfter, send, textOrNull } from './http.ts';
import { delay, listen, type StartServer } from './server.ts';
import { impose, type Verdict } from './verdict.ts';

const maxBodyBytes = 1024 * 1024;
const maxSecrets = 1_000;
const nameShape = /^[A-Za-z0-9._-]{1,64}$/;
const secretShape = /^whsec_[A-Za-z0-9+/]{24,200}={0,2}$/;

/** The signing secret of the receiver with this name. It follows from the name, so demo data survives restarts. */
export function webhookSecretOf(name: string): string {
  return `whsec_${createHmac('sha256', 'rowbell-sandbox-webhook').update(name).digest('base64')}`;
}

/**
 * Receivers of webhooks at `/hooks/<name>` that verify Standard Webhooks signatures. `POST /hooks` with `{"name": …}`
 * answers with a receiver's URL and secret; with `{"name": …, "secret": …}` the receiver takes that secret from then on.
 */
export const startWebhook: StartServer = async ({ journal, faults, host, publicHost, port }) => {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const connectionOf = connectionCounter(server);
  const actualPort = await listen(server, port, host);
  const origin = `http://${publicHost}:${actualPort}`;
  /** Of receivers that were given one. */
  const secrets = new Map<string, string>();
  const secretOf = (name: string) => secrets.get(name) ?? webhookSecretOf(name);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readBody(request, maxBodyBytes))?.toString() ?? null;
    if (request.method !== 'POST') return send(response, { status: 405, headers: { allow: 'POST' } });
    if (request.url === '/hooks') {
      const asked = parseObject(body ?? '');
      const name = textOrNull(asked?.name) ?? '';
      if (!nameShape.test(name)) {
        return send(response, { status: 400, json: { error: 'name: 1 to 64 of A-Z a-z 0-9 . _ -' } });
      }
      const secret = textOrNull(asked?.secret);
      if (secret !== null) {
        if (!secretShape.test(secret)) {
          return send(response, { status: 400, json: { error: 'secret: whsec_ and base64' } });
        }
        secrets.set(name, secret);
        for (const oldest of secrets.keys()) if (secrets.size > maxSecrets) secrets.delete(oldest);
      }
      return send(response, { status: 201, json: { url: `${origin}/hooks/${name}`, secret: secretOf(name) } });
    }
    const name = /^\/hooks\/([^/?]+)$/.exec(request.url ?? '')?.[1];
    if (name === undefined || !nameShape.test(name)) return send(response, { status: 404 });
    return receive(request, response, name, body);
  }

  async function receive(request: IncomingMessage, response: ServerResponse, name: string, body: string | null) {
    const url = `${origin}/hooks/${name}`;
    const fault = faults.next('webhook', url);
    if (fault?.latencyMs) await delay(fault.latencyMs);
    const headers = headersOf(request);
    const { status, reason } = (fault && impose(fault, 410)) ?? judge(headers, secretOf(name), body);
    const payload = parseObject(body ?? '');
    const data = (payload?.data ?? {}) as Record<string, unknown>;
    journal.record({
      provider: 'webhook',
      address: url,
      deliveryId: headers['webhook-id'] ?? null,
      status,
      reason,
      title: textOrNull(data.title),
      body: textOrNull(data.body),
      data: (data.data ?? {}) as Record<string, unknown>,
      headers,
      connection: connectionOf(request),
      raw: payload,
    });
    if (status === 0) return void request.socket.destroy();
    const extra = { ...(fault && retryAfter(fault)), ...(status >= 300 && status < 400 && { location: url }) };
    send(response, { status, headers: extra, ...(reason && { json: { error: reason } }) }, fault);
  }

  return {
    port: actualPort,
    settings: { WEBHOOK_ALLOW_PRIVATE_NETWORKS: 'true' },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
};

function judge(headers: Record<string, string>, secret: string, body: string | null): Verdict {
  if (body === null) return { status: 413, reason: 'too large' };
  if (!headers['content-type']?.startsWith('application/json')) return { status: 415, reason: 'not JSON' };
  try {
    new Webhook(secret).verify(body, headers);
  } catch {
    return { status: 401, reason: 'wrong signature' };
  }
  return { status: 204, reason: null };
}
