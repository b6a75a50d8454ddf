import { type ErrorCode, isErrorCode, RowbellError } from '../errors.ts';

const bySqlState: Readonly<Record<string, ErrorCode>> = {
  '42501': 'RBFBD',
  '23505': 'RBCFL',
  '23503': 'RBINV',
  '23514': 'RBINV',
  '23502': 'RBINV',
  '57014': 'RBTMO',
  // Serialization failure, deadlock, too many connections, shutting down, crashed, starting.
  '40001': 'RBUNA',
  '40P01': 'RBUNA',
  '53300': 'RBUNA',
  '57P01': 'RBUNA',
  '57P02': 'RBUNA',
  '57P03': 'RBUNA',
};

const lostConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;
const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * What a failed query means to the caller. Of the database's own text only what our functions raise (SQLSTATE RB…) is
 * kept; constraint, table and column names stay inside. The error itself becomes the `cause`.
 */
export function describeDatabaseError(error: unknown): RowbellError {
  if (error instanceof RowbellError) return error;
  if (!(error instanceof Error)) return new RowbellError('RBINT', undefined, { cause: error });
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (isErrorCode(code)) return new RowbellError(code, error.message, { cause: error, ...placeOf(error) });
  if (networkCodes.has(code) || code.startsWith('08') || lostConnection.test(error.message)) {
    return new RowbellError('RBUNA', undefined, { cause: error });
  }
  // Class 22: a value that does not fit its type.
  const known = bySqlState[code] ?? (/^22[0-9A-Z]{3}$/.test(code) ? 'RBINV' : 'RBINT');
  return new RowbellError(known, undefined, { cause: error });
}

/**
 * What our functions say beyond their words: the field as the column; `notify_private.refuse_limit()` the limit as the
 * constraint, the seconds as the detail.
 */
function placeOf(error: Error) {
  const { column, constraint, detail } = error as Partial<Record<'column' | 'constraint' | 'detail', unknown>>;
  return {
    field: typeof column === 'string' ? column : undefined,
    limit: typeof constraint === 'string' ? constraint : undefined,
    retryAfter: typeof detail === 'string' && /^\d+$/.test(detail) ? Number(detail) : undefined,
  };
}
