import { SafeError } from 'postgraphile/grafast';
import { GraphQLError } from 'postgraphile/graphql';
import { describeDatabaseError } from '../database-errors.ts';
import { errorCodes, RowbellError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** An error as clients see it: a message, a code, and where in the request it belongs. */
export type PublicError = {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string };
};

/**
 * Reduces an error to what may leave the process. GraphQL's own complaints (syntax, unknown fields, values of the wrong
 * type) are about the request and pass as they are; whatever was thrown while answering goes through
 * `describeDatabaseError`. What is our fault is logged.
 */
export function publicError(error: unknown, logger: Logger): PublicError {
  if (!(error instanceof GraphQLError)) return withCode(reasonOf(error, logger));
  const place = { ...(error.locations && { locations: error.locations }), ...(error.path && { path: error.path }) };
  if (error.originalError == null || error.originalError instanceof GraphQLError) {
    return { message: error.message, ...place, extensions: { code: errorCodes.RBINV.name } };
  }
  return { ...withCode(reasonOf(error.originalError, logger)), ...place };
}

function reasonOf(error: unknown, logger: Logger): RowbellError {
  // PostGraphile's own words about an argument; those about cursors it does not mark as safe.
  if (error instanceof SafeError) return new RowbellError('RBINV', error.message);
  if (error instanceof Error && error.message.startsWith('Invalid cursor')) {
    return new RowbellError('RBINV', 'The cursor is not one of this connection.', { cause: error });
  }
  const reason = describeDatabaseError(error);
  if (reason.status >= 500) logger.error('request.failed', { code: reason.code, error: reason.cause ?? reason });
  return reason;
}

export function withCode(error: RowbellError): PublicError {
  return { message: error.message, extensions: { code: errorCodes[error.code].name } };
}
