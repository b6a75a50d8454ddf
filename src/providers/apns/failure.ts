import type { ResponseFailure } from '@parse/node-apn';
import { createRejections, type Rejected } from '../error-table.ts';
import type { Message } from '../types.ts';
import { errors } from './errors.ts';

export const { has, reject } = createRejections(errors);

/** Codes of errors after which nothing can have been sent. */
const notSentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_GOAWAY_SESSION',
  // Node's word for a request that still waited for its connection.
  'ERR_HTTP2_STREAM_CANCEL',
]);
const tlsCode = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;

/**
 * Reads what node-apn says of a message that failed: an answer of APNs (`status`, `response`), or an error of its own
 * or of the connection, of which only the text or the code of a cause tells which. A request that Node calls
 * cancelled may owe that to TLS, so causes are read to the end.
 */
export function explain(failure: ResponseFailure, message: Message, retryAt: Date | undefined): Rejected {
  const { status, response, error } = failure;
  if (typeof status === 'number')
    return answered(status, response?.reason ?? error?.message ?? '', failure, message, retryAt);

  const causes = chain(error ?? failure);
  if (causes.some(({ code }) => tlsCode.test(code))) return reject('tls');
  const text = error?.message ?? '';
  if (text === 'client is destroyed') return reject('not_connected');
  if (causes.some((cause) => cause.message.includes('NGHTTP2_REFUSED_STREAM'))) return reject('REFUSED_STREAM');
  const notSent = causes.find(({ code }) => notSentCodes.has(code));
  if (notSent) return reject('not_connected', { code: causes.at(-1)?.code || notSent.code });
  if (isTimeout(failure)) return reject('timeout');
  return reject('connection_lost');
}

/** True when APNs did not answer within the time a request is given. */
export function isTimeout({ error }: ResponseFailure): boolean {
  return error?.message === 'apn write timeout';
}

function answered(
  status: number,
  word: string,
  { response }: ResponseFailure,
  { registeredAt }: Message,
  retryAt: Date | undefined,
): Rejected {
  // Gone since an instant, whatever the word.
  const since = instantOf(response?.timestamp);
  if (status === 410 && registeredAt && since !== null && since < registeredAt.getTime()) {
    return reject('stale_unregistered', { code: wordOf(word, status) });
  }
  if (has(word)) return reject(word, { retryAt });
  if (status === 500) return reject('InternalServerError', { retryAt });
  if (status > 500) return reject('server_error', { code: String(status), retryAt });
  if (status === 429) return reject('TooManyRequests', { code: String(status), retryAt });
  if (status === 403) return reject('Forbidden', { code: String(status) });
  return reject('refused', { code: wordOf(word, status) });
}

/**
 * APNs gives milliseconds since the epoch, which node-apn's types call a string. Seconds, which no instant of a push
 * could be in milliseconds, and the spelling of RFC 3339 are understood as well; null: none that can be compared.
 */
function instantOf(timestamp: unknown): number | null {
  const text =
    typeof timestamp === 'number' ? String(timestamp) : typeof timestamp === 'string' ? timestamp.trim() : '';
  const instant = /^\d+(\.\d+)?$/.test(text) ? Number(text) * (Number(text) < 1e11 ? 1000 : 1) : Date.parse(text);
  return Number.isNaN(instant) ? null : instant;
}

/** Apple's own word, where it is one. */
function wordOf(word: string, status: number): string {
  return /^[A-Za-z]{1,64}$/.test(word) ? word : String(status);
}

type Cause = { readonly code: string; readonly message: string };

function chain(first: unknown): Cause[] {
  const causes: Cause[] = [];
  for (let next = first; typeof next === 'object' && next !== null && causes.length < 5; ) {
    const { code, message, cause } = next as { code?: unknown; message?: unknown; cause?: unknown };
    causes.push({
      code: typeof code === 'string' ? code : '',
      message: typeof message === 'string' ? message : '',
    });
    // VError, which node-apn throws, has a method where the language has a property.
    next = typeof cause === 'function' ? cause.call(next) : cause;
  }
  return causes;
}
