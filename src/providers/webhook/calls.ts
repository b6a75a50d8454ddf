import { createRejections } from '../error-table.ts';
import { createHttp, type HttpAnswer, transportFailure } from '../http.ts';
import { parseRetryAfter } from '../retry-after.ts';
import type { Result } from '../types.ts';
import { errors } from './errors.ts';
import { signatureHeaders } from './signature.ts';

export type SignedCallsOptions = {
  /** Allows http and addresses outside the public internet: for the sandbox and receivers within one's own network. */
  readonly allowPrivateNetworks?: boolean;
  /** PEM of a certificate authority trusted besides the system's. */
  readonly ca?: string | null;
  /** Connections kept per receiver; 8 unless told. */
  readonly connections?: number;
  /** Whole call; 15 000 unless told. */
  readonly timeoutMs?: number;
  /** Name servers that are asked; the system's unless told. */
  readonly nameServers?: readonly string[];
};

export type SignedCall = {
  readonly url: string;
  /** `whsec_…`; the body is signed with each of them. */
  readonly secrets: readonly string[];
  /** The same at every attempt (`webhook-id`). */
  readonly id: string;
  readonly now: Date;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Whole call, where it has less time than others. */
  readonly timeoutMs?: number;
};

const { has, reject } = createRejections(errors);

/**
 * Signed calls by Standard Webhooks. Any 2xx is accepted and answers are not read; redirects are not followed. A URL is
 * a stranger's word, so addresses outside the public internet are refused when the connection is made.
 */
export function createSignedCalls(options: SignedCallsOptions = {}) {
  const { allowPrivateNetworks = false, ca, connections = 8, timeoutMs = 15_000, nameServers } = options;
  const http = createHttp({ ca, connections, timeoutMs, connectMs: 3_000, allowPrivateNetworks, nameServers });
  const schemes = allowPrivateNetworks ? ['https:', 'http:'] : ['https:'];

  return {
    /** Never rejects: whatever goes wrong is a result. */
    async call({
      url: address,
      secrets,
      id,
      now,
      body,
      signal,
      timeoutMs: patience = timeoutMs,
    }: SignedCall): Promise<Result> {
      const url = URL.parse(address);
      if (!url || !schemes.includes(url.protocol) || url.username || url.password) return reject('bad_endpoint');
      const signature = signatureHeaders(secrets, { id, now, body });
      if (!signature) return reject('bad_secret');
      const headers = { ...signature, 'content-type': 'application/json', 'user-agent': 'Rowbell' };
      try {
        return resultOf(await http.send(url, { method: 'POST', headers, body, signal, timeoutMs: patience }));
      } catch (error) {
        return reject(transportFailure(error, signal));
      }
    },
    /** Lets calls end, then closes connections; idempotent. */
    close: http.close,
  };
}

export type SignedCalls = ReturnType<typeof createSignedCalls>;

function resultOf({ status, headers }: HttpAnswer): Result {
  if (status >= 200 && status < 300) return { outcome: 'accepted', providerMessageId: null };
  const code = String(status);
  const row = has(code) ? code : status >= 500 ? '5xx' : status >= 400 ? '4xx' : status >= 300 ? '3xx' : 'xxx';
  return reject(row, { code, retryAt: parseRetryAfter(headers['retry-after']) });
}
