import { RowbellError } from '../errors.ts';
import type { Executor } from '../graphql/execute.ts';
import type { FairQueue } from '../graphql/fair-queue.ts';
import type { Authenticate, Identity } from '../graphql/identity.ts';
import { type PublicError, withCode } from '../graphql/public-error.ts';
import type { Origin } from '../graphql/request-origin.ts';
import { mediaType, readBody } from './body.ts';
import { type Handler, type Request, type Response, sendJson, setRetryAfter } from './respond.ts';

const maxBytes = 100_000;

export type GraphqlOptions = {
  readonly authenticate: Authenticate;
  /** Null while the schema could not be made yet, because the database does not answer. */
  readonly currentExecutor: () => Executor | null;
  /** Requests of a person that are there at a time. */
  readonly present: FairQueue;
  readonly noteContact: (identity: Identity) => void;
  readonly originOf: (request: Request) => Origin;
  /** Told of each limit that an answer names. */
  readonly noteRefusal: (limit: string) => void;
};

/**
 * `POST /graphql` with `application/json`: who asks is settled before the body is read, and whether they have room for one
 * more. Errors of the transport come in GraphQL's shape, `{"errors": [{"message", "extensions": {"code"}}]}`.
 */
export function createGraphqlHandler(options: GraphqlOptions): Handler {
  const { authenticate, currentExecutor, present, noteContact, originOf, noteRefusal } = options;

  const answer = (response: Response, status: number, body: { readonly errors?: readonly PublicError[] }): void => {
    const bounds = (body.errors ?? []).map(({ extensions }) => extensions);
    for (const { limit } of bounds) if (limit !== undefined) noteRefusal(limit);
    if (status === 429) setRetryAfter(response, bounds[0] ?? {});
    sendJson(response, status, body);
  };
  const refuse = (response: Response, error: RowbellError, status = error.status): void =>
    answer(response, status, { errors: [withCode(error)] });

  return async (request, response) => {
    try {
      const identity = await authenticate(request.headers.authorization);
      noteContact(identity);
      if (mediaType(request) !== 'application/json') {
        refuse(response, new RowbellError('RBINV', 'Send application/json.'), 415);
        return;
      }
      const gone = new AbortController();
      response.once('close', () => gone.abort(new RowbellError('RBINV', 'The request broke off.')));
      const leave = await present.enter(identity.userId);
      try {
        const json = parseJson(await readBody(request, maxBytes));
        const execute = currentExecutor();
        if (!execute) throw new RowbellError('RBUNA');
        const { status, body } = await execute(json, { identity, origin: originOf(request), signal: gone.signal });
        answer(response, status, body);
      } finally {
        leave();
      }
    } catch (error) {
      if (!(error instanceof RowbellError)) throw error;
      refuse(response, error);
    }
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RowbellError('RBINV', 'The body is not JSON.');
  }
}
