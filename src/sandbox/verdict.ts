import type { Fault } from './faults.ts';

/** What a receiver of plain HTTP answers, and why where it refuses. Status 0 cuts the connection. */
export type Verdict = { readonly status: number; readonly reason: string | null };

const statuses: Partial<Record<Fault['kind'], number>> = {
  throttle: 429,
  gone: 410,
  reject: 400,
  server_error: 500,
  soft_bounce: 503,
};

/**
 * The verdict a fault forces; null: the request is judged as usual.
 *
 * @param hardBounce what the protocol answers where an address never works
 */
export function impose({ kind, status, reason = kind }: Fault, hardBounce: number): Verdict | null {
  if (kind === 'reset') return { status: 0, reason };
  const usual = kind === 'hard_bounce' ? hardBounce : statuses[kind];
  return usual === undefined ? null : { status: status ?? usual, reason };
}
