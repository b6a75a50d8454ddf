import { SafeError } from 'postgraphile/grafast';
import { camelCase } from 'postgraphile/graphile-build';
import { BREAK, type DocumentNode, GraphQLError, Kind, visit } from 'postgraphile/graphql';
import { describeDatabaseError } from '../database/errors.ts';
import { errorCodes, RowbellError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** An error as clients see it: a message fit to be shown, a code, and where in the request it belongs. */
export type PublicError = {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  /** `field`: which field or argument of the request it is about, where it is about one (`timeZone`, `quietHours[0].startsAt`). */
  readonly extensions: {
    readonly code: string;
    readonly field?: string;
    /** The bound that was met, and the seconds until there is room again where that is known. */
    readonly limit?: string;
    readonly retryAfter?: number;
  };
};

/**
 * Reduces an error to what may leave the process. GraphQL's own complaints (syntax, unknown fields, values of the wrong
 * type) are about the request and pass as they are; whatever was thrown while answering goes through
 * `describeDatabaseError`. What is our fault is logged.
 */
export function publicError(error: unknown, logger: Logger): PublicError {
  if (!(error instanceof GraphQLError)) return withCode(reasonOf(error, logger));
  const place = { ...(error.locations && { locations: error.locations }), ...(error.path && { path: error.path }) };
  // With a path it is about what was answered (a null that must not be, a value that no enum has): our mistake.
  if (error.path === undefined && (error.originalError == null || error.originalError instanceof GraphQLError)) {
    const field = error.extensions.field ?? variablePlace.exec(error.message)?.[1];
    const complaint = new RowbellError('RBINV', error.message, {
      field: typeof field === 'string' ? field : undefined,
    });
    return { ...withCode(complaint), ...place };
  }
  return { ...withCode(reasonOf(error.originalError ?? new Error(error.message), logger)), ...place };
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

export const withCode = (error: RowbellError): PublicError => ({
  message: wordsOf(error),
  extensions: extensionsOf(error),
});

/** The names of fields with which a message begins: `lead_minutes: must be …`, `start_on, end_on: must be …`. */
const names = /^[a-z]\w*(?:\.\w+|\[\d+\])*(?:, [a-z]\w*)*(?=: )/;

/** The message with the names of fields as the API spells them; what a caller of SQL reads has SQL's. */
export const wordsOf = ({ message, field }: RowbellError): string =>
  field === undefined ? message : message.replace(names, asSpelled);

const asSpelled = (name: string) => name.replace(/[a-z]\w*/gi, camelCase);

/** What a program goes by, in GraphQL and on plain routes alike. */
export const extensionsOf = ({ code, field, limit, retryAfter }: RowbellError): PublicError['extensions'] => ({
  code: errorCodes[code].name,
  // As the API spells it.
  ...(field !== undefined && { field: asSpelled(field) }),
  ...(limit !== undefined && { limit }),
  ...(retryAfter !== undefined && { retryAfter }),
});

/** GraphQL's own words say which part of a variable is not valid. */
const variablePlace = /^Variable .* at "\w+\.([^"]+)"/;

/** GraphQL's complaint about a value that stands in the document does not say which field's value it is: this one does. */
export function named(error: GraphQLError, document: DocumentNode): GraphQLError {
  const value = error.nodes?.[0];
  let name: string | undefined;
  visit(document, {
    enter(node) {
      if ((node.kind !== Kind.ARGUMENT && node.kind !== Kind.OBJECT_FIELD) || node.value !== value) return undefined;
      name = node.name.value;
      return BREAK;
    },
  });
  return name && value
    ? new GraphQLError(`${name}: ${error.message}`, { nodes: [value], extensions: { field: name } })
    : error;
}
