import { createRejections } from '../error-table.ts';
import { transportFailure } from '../http.ts';
import { parseRetryAfter } from '../retry-after.ts';
import type { Result } from '../types.ts';
import { errors } from './errors.ts';
import type { Call } from './http-client.ts';

const { has, reject } = createRejections(errors);

/** The SDK's exceptions have the HTTP `status` and, mostly, Twilio's own `code`; without a status nobody answered. */
export function rejectionOf(error: unknown, { signal, retryAfter }: Call): Result {
  const { status, code } = error as { readonly status?: number; readonly code?: number };
  if (status === undefined) return reject(transportFailure(error, signal));
  const exact = String(code || status);
  const byStatus = has(String(status)) ? String(status) : status >= 500 ? '5xx' : '4xx';
  const row = has(exact) ? exact : byStatus;
  return reject(row as Parameters<typeof reject>[0], { code: exact, retryAt: parseRetryAfter(retryAfter) });
}

/** Whether Twilio was asked at all: without a connection its silence says nothing of how fast it answers. */
export const isAsked = (result: Result): boolean => result.outcome === 'accepted' || result.code !== 'not_connected';

export const msSince = (begunAt: number): number => Math.round(performance.now() - begunAt);
