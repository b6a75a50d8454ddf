import type { Permanence, Result } from './types.ts';

// Helpers in this folder, beside types.ts, are shared by the providers on purpose; providers never import each other.

/** One line of a provider's table in docs/provider-errors.md; a test compares the two. */
export type ErrorRow = {
  /** The provider's code, or our word where the failure happens on our side of the wire. */
  readonly code: string;
  readonly permanence: Permanence;
  readonly reason: string;
  readonly suspect?: true;
  readonly note: string;
};

export type Rejected = Extract<Result, { outcome: 'rejected' }>;

/** What is known beyond the row: the provider's exact code where a row stands for many, and Retry-After. */
export type RejectionDetails = { readonly code?: string; readonly retryAt?: Date | undefined };

/**
 * Turns rows into a function from a row's code to the result it means. Asking for a code that has no row is a mistake
 * of the caller and throws, so each provider looks codes up with `has` first or asks only for its own words.
 */
export function createRejections<const Row extends ErrorRow>(rows: readonly Row[]) {
  const byCode = new Map<string, ErrorRow>(rows.map((row) => [row.code, row]));
  const has = (code: string): code is Row['code'] => byCode.has(code);
  const reject = (rowCode: Row['code'], { code = rowCode, retryAt }: RejectionDetails = {}): Rejected => {
    const row = byCode.get(rowCode);
    if (!row) throw new RangeError(`no row for the error code ${rowCode}`);
    const later = row.permanence === 'throttled' || row.permanence === 'transient' ? retryAt : undefined;
    return {
      outcome: 'rejected',
      permanence: row.permanence,
      reason: row.reason,
      code,
      ...(later && { retryAt: later }),
      ...(row.suspect && { suspect: true }),
    };
  };
  return { has, reject };
}
