import { errorCodes, RowbellError } from '../errors.ts';
import type { Answer } from '../graphql/execute.ts';
import type { Authenticate, Identity } from '../graphql/identity.ts';
import { mediaType, readBody } from './body.ts';
import type { Origin } from './origin.ts';
import { type Handler, type Request, sendJson } from './respond.ts';

const mostBytes = 100_000;

/** Null while the schema could not be made yet, because the database does not answer. */
export type CurrentExecutor = () => ((json: unknown, identity: Identity, origin: Origin) => Promise<Answer>) | null;

/**
 * `POST /graphql` with `application/json`: who asks is settled before the body is read. Errors of the transport come in
 * GraphQL's shape, `{"errors": [{"message", "extensions": {"code"}}]}`.
 */
export function createGraphqlHandler(
  authenticate: Authenticate,
  currentExecutor: CurrentExecutor,
  noteContact: (identity: Identity) => void,
  originOf: (request: Request) => Origin,
): Handler {
  return async (request, response) => {
    try {
      if (mediaType(request) !== 'application/json') {
        refuse(response, new RowbellError('RBINV', 'Send application/json.'), 415);
        return;
      }
      const identity = await authenticate(request.headers.authorization);
      noteContact(identity);
      const json = parseJson(await readBody(request, mostBytes));
      const execute = currentExecutor();
      if (!execute) throw new RowbellError('RBUNA');
      const { status, body } = await execute(json, identity, originOf(request));
      sendJson(response, status, body);
    } catch (error) {
      if (!(error instanceof RowbellError)) throw error;
      if (error.code === 'RBAUT') response.setHeader('www-authenticate', 'Bearer');
      refuse(response, error);
    }
  };
}

function refuse(response: Parameters<Handler>[1], error: RowbellError, status = error.status): void {
  sendJson(response, status, {
    errors: [{ message: error.message, extensions: { code: errorCodes[error.code].name } }],
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RowbellError('RBINV', 'The body is not JSON.');
  }
}
