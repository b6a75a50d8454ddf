import { createRejections, type Rejected } from '../error-table.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { AccessTokenError } from './access-token.ts';
import { errors } from './errors.ts';

const { has, reject } = createRejections(errors);

export { reject };

const fcmErrorType = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
/** FCM asks to wait at least a minute once a quota is exceeded ("Throttling and quotas"). */
const minQuotaWaitMs = 60_000;
const notConnectedCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);
const tlsCode = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;

/** Headers as Node gives them. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What the server said, read from its own words: firebase-admin's codes fold different things into one. */
type Answer = { readonly status: number; readonly headers: Headers; readonly data: unknown };

/** What an error thrown by firebase-admin means. */
export function explain(error: unknown): Rejected {
  const { httpResponse, cause, code } = error as {
    readonly httpResponse?: Answer;
    readonly cause?: unknown;
    readonly code?: unknown;
  };
  if (httpResponse) return explainAnswer(httpResponse);
  if (cause instanceof AccessTokenError) return reject(cause.refused ? 'oauth_refused' : 'oauth_unavailable');
  if (code === 'app/network-timeout') return reject('timeout');
  if (code === 'app/network-error') return explainNetworkError(cause);
  if (code === 'app/invalid-credential') return reject('oauth_refused');
  return reject('invalid_message', { code: typeof code === 'string' ? code : 'invalid_message' });
}

/** What a broken connection means; nothing was sent where none came about. */
export function explainNetworkError(error: unknown): Rejected {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string' && tlsCode.test(code)) return reject('tls');
  if (typeof code === 'string' && notConnectedCodes.has(code)) return reject('not_connected', { code });
  // Node's words for a connection that ended during the TLS handshake; the code is that of any reset.
  if (typeof message === 'string' && message.includes('before secure TLS connection')) return reject('not_connected');
  return reject('connection_lost');
}

/** What an answer of the service with an error status means. */
function explainAnswer({ status, headers, data }: Answer): Rejected {
  const { errorCode, text } = readError(data);
  const retryAt = parseRetryAfter(headers['retry-after']);
  if (errorCode === null) return withoutFcmError(status, retryAt);
  if (errorCode === 'INVALID_ARGUMENT') {
    if (/registration[ _]token|message\.token/i.test(text)) {
      return reject('INVALID_ARGUMENT (registration token)', { code: errorCode });
    }
    return reject(/too big/i.test(text) ? 'INVALID_ARGUMENT (too big)' : errorCode, { code: errorCode });
  }
  if (errorCode === 'QUOTA_EXCEEDED') return reject(errorCode, { retryAt: retryAt ?? quotaWait() });
  if (has(errorCode)) return reject(errorCode, { retryAt });
  return reject(status >= 500 ? 'other 5xx' : 'other 4xx', { code: errorCode, retryAt });
}

function withoutFcmError(status: number, retryAt: Date | undefined): Rejected {
  const code = String(status);
  if (status === 401) return reject('401 without FcmError', { code });
  if (status === 403) return reject('403 without FcmError', { code });
  if (status === 404) return reject('404 without FcmError', { code });
  if (status === 429) return reject('429 without FcmError', { code, retryAt: retryAt ?? quotaWait() });
  return reject(status >= 500 ? 'other 5xx' : 'other 4xx', { code, retryAt });
}

/** The FcmError's code, and every text in which a field or the token may be named. */
function readError(data: unknown): { errorCode: string | null; text: string } {
  const error = (data as { error?: { message?: unknown; details?: unknown } } | null | undefined)?.error;
  const details: readonly unknown[] = Array.isArray(error?.details) ? error.details : [];
  let errorCode: string | null = null;
  const texts = [error?.message];
  for (const detail of details) {
    const { '@type': type, errorCode: code, fieldViolations } = (detail ?? {}) as Readonly<Record<string, unknown>>;
    if (type === fcmErrorType && typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code)) errorCode = code;
    for (const violation of Array.isArray(fieldViolations) ? fieldViolations : []) {
      texts.push((violation as { field?: unknown } | null)?.field);
    }
  }
  return { errorCode, text: texts.filter((text) => typeof text === 'string').join('\n') };
}

function quotaWait(): Date {
  return new Date(Date.now() + minQuotaWaitMs);
}
