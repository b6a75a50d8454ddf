import webPush from 'web-push';
import { createRejections } from '../error-table.ts';
import { createHttp, evidenceOf, type HttpAnswer, originOf, transportFailure } from '../http.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { createSlots } from '../slots.ts';
import type { Message, Provider, Result } from '../types.ts';
import { errors } from './errors.ts';
import { maxPayloadBytes, payloadOf, topicOf, ttlOf } from './payload.ts';
import { createVapid, type VapidKeys } from './vapid.ts';

export type WebPushOptions = VapidKeys & {
  /** PEM of a certificate authority trusted besides the system's. */
  readonly ca?: string | null;
  /** Endpoints come from browsers, that is from anyone: outside the public internet they may be in the sandbox only. */
  readonly sandboxOrigins?: readonly string[];
  /** Slots kept for push services that answer; 48 unless told. One of them has three quarters, and as many connections. */
  readonly concurrency?: number;
  /** Whole call; 10 000 unless told. */
  readonly timeoutMs?: number;
};

const { has, reject } = createRejections(errors);

/** What large push services say of a refusal has a few hundred. */
const maxRefusalBytes = 1024;

/**
 * Browsers, by RFC 8030, encrypted by RFC 8291, authenticated by RFC 8292. The official library encrypts and builds
 * the request; it goes out over our own connections, because the library's own sending cannot be aborted, reads
 * answers of any size and would connect to any address. Throws when the VAPID keys do not fit.
 */
export function createWebPush(options: WebPushOptions): Provider {
  const { ca, sandboxOrigins = [], concurrency = 48, timeoutMs = 10_000 } = options;
  const authorizationFor = createVapid(options);
  const connections = Math.ceil(concurrency * 0.75);
  const http = createHttp({ ca, connections, timeoutMs, connectMs: 3_000, allowPrivateNetworks: sandboxOrigins });
  const slots = createSlots({ kept: concurrency, anOrigin: connections, timeoutMs, originOf, evidenceOf });

  const sendOne = async (message: Message, signal: AbortSignal, patience: number): Promise<Result> => {
    const endpoint = URL.parse(message.address);
    if (endpoint?.protocol !== 'https:' || endpoint.username || endpoint.password) return reject('bad_endpoint');
    const payload = payloadOf(message);
    if (payload.length > maxPayloadBytes) return reject('too_large');
    if (!message.webPushKeys) return reject('bad_keys');

    let details: ReturnType<typeof webPush.generateRequestDetails>;
    try {
      details = webPush.generateRequestDetails({ endpoint: endpoint.href, keys: message.webPushKeys }, payload, {
        TTL: ttlOf(message.expiresAt),
        urgency: message.urgency,
        headers: { Authorization: authorizationFor(endpoint.origin) },
        ...(message.collapseKey !== null && { topic: topicOf(message.collapseKey) }),
      });
    } catch {
      // Everything else in the request is ours and valid; the keys are the browser's.
      return reject('bad_keys');
    }
    const headers = Object.fromEntries(Object.entries(details.headers).map(([name, value]) => [name, String(value)]));
    try {
      return resultOf(
        await http.send(endpoint, {
          method: 'POST',
          headers,
          body: details.body as Buffer,
          signal,
          timeoutMs: patience,
          refusalBytes: maxRefusalBytes,
        }),
      );
    } catch (error) {
      return reject(transportFailure(error, signal));
    }
  };

  return {
    name: 'web_push',
    send: (batch, signal, progress) =>
      slots.send(batch, { signal, progress }, (message, ms) => sendOne(message, signal, ms)),
    close: http.close,
  };
}

function resultOf({ status, headers, text }: HttpAnswer): Result {
  if (status >= 200 && status < 300) return { outcome: 'accepted', providerMessageId: messageId(headers.location) };
  const code = String(status);
  return reject(rowOf(status, text), { code, retryAt: parseRetryAfter(headers['retry-after']) });
}

/** RFC 8292 leaves it to the push service how it says what it does not like of a token; the words are those of the large ones. */
function rowOf(status: number, text: string): Parameters<typeof reject>[0] {
  if ([400, 401, 403].includes(status)) {
    if (/mismatch|do(es)? not (correspond|match)/i.test(text)) return 'key mismatch';
    if (status === 400 && /jwt|vapid|authorization/i.test(text)) return '400 (token)';
  }
  const code = String(status);
  return has(code) ? code : status >= 500 ? '5xx' : status >= 400 ? '4xx' : 'xxx';
}

/** Last part of the push message resource (RFC 8030 §5); the whole URL would be a capability to delete the message. */
function messageId(location: string | string[] | undefined): string | null {
  if (typeof location !== 'string') return null;
  return (
    location
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) || null
  );
}
