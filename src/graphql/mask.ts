import { GraphQLError } from 'postgraphile/graphql';
import { errorCodes, RowbellError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { describeDatabaseError } from '../database-errors.ts';

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
  const reason = describeDatabaseError(error);
  if (reason.status >= 500) logger.error('request.failed', { code: reason.code, error: reason.cause ?? reason });
  return reason;
}

export function withCode(error: RowbellError): PublicError {
  return { message: error.message, extensions: { code: errorCodes[error.code].name } };
}
