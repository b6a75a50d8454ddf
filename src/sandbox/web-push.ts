import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import ece from 'http_ece';
import { isBrowserName, nameOfSubscription, secretsOf, subscriptionOf } from './browser.ts';
import {
  type Answer,
  connectionCounter,
  headersOf,
  parseObject,
  readBody,
  retryAfter,
  send,
  textOrNull,
} from './http.ts';
import { drawnByBrowser } from './rich-content.ts';
import { delay, listen, type StartServer } from './server.ts';
import { vapidCheck } from './vapid.ts';
import { impose, type Verdict } from './verdict.ts';

/** RFC 8030 §7.2: more than this may be refused, and the large push services do. */
const maxBodyBytes = 4096;
const urgencies = new Set(['very-low', 'low', 'normal', 'high']);

/**
 * A push service (RFC 8030) and the browsers behind it: `POST /push/<id>` takes a message, checks it like the large
 * services do and decrypts it like the browser would. For tests and demos `POST /subscriptions` with `{"name": …}`
 * subscribes a browser (the same name, the same subscription) and `DELETE /push/<id>` ends a subscription.
 */
export const startWebPush: StartServer = async ({ journal, faults, credentials, host, publicHost, port }) => {
  const server = createServer({ key: credentials.tls.key, cert: credentials.tls.cert });
  const connectionOf = connectionCounter(server);
  const actualPort = await listen(server, port, host);
  const origin = `https://${publicHost}:${actualPort}`;
  const checkVapid = vapidCheck({ origin, applicationServerKey: credentials.vapid.publicKey });
  const ended = new Set<string>();

  server.on('request', (request, response) => {
    handle(request, response).catch(() => response.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxBodyBytes);
    const { method, url: path = '/' } = request;
    const id = /^\/push\/([^/?]+)$/.exec(path)?.[1];
    if (method === 'POST' && path === '/subscriptions') return send(response, subscribe(body));
    if (id === undefined) return send(response, { status: 404 });
    if (method === 'DELETE') return send(response, unsubscribe(id));
    if (method !== 'POST') return send(response, { status: 405, headers: { allow: 'POST, DELETE' } });
    return push(request, response, id, body);
  }

  function subscribe(body: Buffer | null): Answer {
    const name = parseObject(body?.toString() || '{}')?.name ?? randomUUID();
    if (!isBrowserName(name)) return { status: 400, json: { error: 'name: 1 to 64 of A-Z a-z 0-9 . _ -' } };
    ended.delete(name);
    return { status: 201, json: subscriptionOf(origin, name) };
  }

  function unsubscribe(id: string): Answer {
    const name = nameOfSubscription(id);
    if (name === null) return { status: 404 };
    ended.add(name);
    return { status: 204 };
  }

  async function push(request: IncomingMessage, response: ServerResponse, id: string, body: Buffer | null) {
    const endpoint = `${origin}/push/${id}`;
    const fault = faults.next('web_push', endpoint);
    if (fault?.latencyMs) await delay(fault.latencyMs);
    const verdict = (fault && impose(fault, 404)) ?? judge(request.headers, id, body);
    const isTaken = verdict.status === 201 || (verdict.status === 0 && verdict.reason === 'accepted');
    const payload = isTaken && body ? decrypt(id, body) : null;
    const undecrypted = verdict.status === 201 && body?.length && !payload ? 'undecryptable' : null;
    journal.record({
      provider: 'web_push',
      address: endpoint,
      deliveryId: textOrNull(payload?.deliveryId),
      status: verdict.status,
      reason: verdict.reason ?? undecrypted,
      title: textOrNull(payload?.title),
      body: textOrNull(payload?.body),
      data: (payload?.data ?? {}) as Record<string, unknown>,
      drawn: drawnByBrowser(payload),
      headers: headersOf(request),
      connection: connectionOf(request),
      raw: payload,
    });
    if (verdict.status === 0) return void request.socket.destroy();
    const headers = {
      ...(verdict.status === 201 && { location: `${origin}/message/${randomUUID()}` }),
      ...(fault && retryAfter(fault)),
    };
    send(
      response,
      { status: verdict.status, headers, ...(verdict.reason && { json: { reason: verdict.reason } }) },
      fault,
    );
  }

  function judge(headers: IncomingHttpHeaders, id: string, body: Buffer | null): Verdict {
    const vapidFault = checkVapid(headers.authorization);
    if (vapidFault) return vapidFault;
    const name = nameOfSubscription(id);
    if (name === null) return { status: 404, reason: 'NoSuchSubscription' };
    if (ended.has(name)) return { status: 410, reason: 'SubscriptionGone' };
    // RFC 8030 §5.2: a request without TTL is answered 400.
    if (!/^\d{1,10}$/.test(String(headers.ttl ?? ''))) return { status: 400, reason: 'BadTtl' };
    if (headers.urgency !== undefined && !urgencies.has(String(headers.urgency))) {
      return { status: 400, reason: 'BadUrgency' };
    }
    if (headers.topic !== undefined && !/^[A-Za-z0-9_-]{1,32}$/.test(String(headers.topic))) {
      return { status: 400, reason: 'BadTopic' };
    }
    if (body === null) return { status: 413, reason: 'PayloadTooLarge' };
    if (body.length > 0 && headers['content-encoding'] !== 'aes128gcm') {
      return { status: 415, reason: 'BadContentEncoding' };
    }
    return { status: 201, reason: null };
  }

  return {
    port: actualPort,
    settings: {
      VAPID_PUBLIC_KEY: credentials.vapid.publicKey,
      VAPID_PRIVATE_KEY: credentials.vapid.privateKey,
      VAPID_SUBJECT: credentials.vapid.subject,
      WEB_PUSH_CA: credentials.tls.ca,
      WEB_PUSH_SANDBOX_ORIGINS: origin,
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** What the service worker would get; null when the message was not encrypted for this browser, or is not ours. */
function decrypt(id: string, body: Buffer): Record<string, unknown> | null {
  const name = nameOfSubscription(id);
  if (name === null || body.length === 0) return null;
  try {
    return parseObject(ece.decrypt(body, { version: 'aes128gcm', ...secretsOf(name) }).toString());
  } catch {
    return null;
  }
}
