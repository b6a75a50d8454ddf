import { createRejections } from '../error-table.ts';
import { createHttp, evidenceOf, type HttpAnswer, originOf, transportFailure } from '../http.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { createSlots } from '../slots.ts';
import type { Message, Provider, Result } from '../types.ts';
import { errors } from './errors.ts';
import { payloadOf, signatureHeaders } from './payload.ts';

export type WebhookOptions = {
  /** Allows http and addresses outside the public internet: for the sandbox and receivers within one's own network. */
  readonly allowPrivateNetworks?: boolean;
  /** PEM of a certificate authority trusted besides the system's. */
  readonly ca?: string | null;
  /** Slots kept for receivers that answer; 32 unless told. */
  readonly concurrency?: number;
  /** Connections kept per receiver; 8 unless told. */
  readonly connections?: number;
  /** Whole call; 15 000 unless told. */
  readonly timeoutMs?: number;
};

const { has, reject } = createRejections(errors);

/**
 * Signed calls by Standard Webhooks. Any 2xx is accepted and answers are not read; redirects are not followed. A URL is
 * a stranger's word, so addresses outside the public internet are refused when the connection is made.
 */
export function createWebhook(options: WebhookOptions = {}): Provider {
  const { allowPrivateNetworks = false, ca, concurrency = 32, connections = 8, timeoutMs = 15_000 } = options;
  const http = createHttp({ ca, connections, timeoutMs, connectMs: 3_000, allowPrivateNetworks });
  const slots = createSlots({ kept: concurrency, anOrigin: connections, timeoutMs, originOf, evidenceOf });
  const schemes = allowPrivateNetworks ? ['https:', 'http:'] : ['https:'];

  const sendOne = async (message: Message, signal: AbortSignal, patience: number): Promise<Result> => {
    const url = URL.parse(message.address);
    if (!url || !schemes.includes(url.protocol) || url.username || url.password) return reject('bad_endpoint');
    const now = new Date();
    const body = payloadOf(message, now);
    const signature = signatureHeaders(message.webhookSecrets, { id: message.deliveryId, now, body });
    if (!signature) return reject('bad_secret');
    const headers = { ...signature, 'content-type': 'application/json', 'user-agent': 'Rowbell' };
    try {
      return resultOf(await http.send(url, { method: 'POST', headers, body, signal, timeoutMs: patience }));
    } catch (error) {
      return reject(transportFailure(error, signal));
    }
  };

  return {
    name: 'webhook',
    send: (batch, signal, progress) =>
      slots.send(batch, { signal, progress }, (message, ms) => sendOne(message, signal, ms)),
    close: http.close,
  };
}

function resultOf({ status, headers }: HttpAnswer): Result {
  if (status >= 200 && status < 300) return { outcome: 'accepted', providerMessageId: null };
  const code = String(status);
  const row = has(code) ? code : status >= 500 ? '5xx' : status >= 400 ? '4xx' : status >= 300 ? '3xx' : 'xxx';
  return reject(row, { code, retryAt: parseRetryAfter(headers['retry-after']) });
}
