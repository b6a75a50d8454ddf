import { RowbellError } from '../errors.ts';
import type { FairQueue } from '../graphql/fair-queue.ts';
import type { Authenticate, Identity } from '../graphql/identity.ts';
import { type PublicError, withCode } from '../graphql/public-error.ts';
import type { Origin } from '../graphql/request-origin.ts';
import type { Graphql } from '../graphql/schema.ts';
import { inFrench } from '../in-french.ts';
import { chooseLanguage } from './accept-header.ts';
import { mediaType, readBody } from './body.ts';
import { type Request, type Response, sendText, setRetryAfter } from './respond.ts';
import type { Route } from './router.ts';

const maxBytes = 100_000;

export type GraphqlOptions = {
  readonly authenticate: Authenticate;
  /** Null while the schema could not be made yet, because the database does not answer. */
  readonly currentGraphql: () => Graphql | null;
  /** Requests of a person that are there at a time. */
  readonly present: FairQueue;
  readonly noteContact: (identity: Identity) => void;
  readonly originOf: (request: Request) => Origin;
  /** Told of each limit that an answer names. */
  readonly noteRefusal: (limit: string) => void;
};

/**
 * `POST /graphql` with `application/json`, and `GET /graphql?query=…` for what only reads, as GraphQL over HTTP has it. Who asks
 * is settled before the body is read, and whether they have room for one more. Errors of the transport come in GraphQL's shape,
 * `{"errors": [{"message", "extensions": {"code"}}]}`.
 */
export function createGraphqlRoutes(options: GraphqlOptions): Route[] {
  const { authenticate, currentGraphql, present, noteContact, originOf, noteRefusal } = options;

  const answer = (response: Response, status: number, body: { readonly errors?: readonly PublicError[] }): void => {
    const bounds = (body.errors ?? []).map(({ extensions }) => extensions);
    for (const { limit } of bounds) if (limit !== undefined) noteRefusal(limit);
    if (status === 429) setRetryAfter(response, bounds[0] ?? {});
    if (status === 405) response.setHeader('allow', 'POST');
    response.appendHeader('vary', 'Accept, Accept-Language');
    const isFrench = chooseLanguage(response.req.headers['accept-language']) === 'fr';
    const told = isFrench && body.errors ? { ...body, errors: body.errors.map(toFrench) } : body;
    sendText(response, status, `${answerType(response.req)}; charset=utf-8`, JSON.stringify(told));
  };
  const refuse = (response: Response, error: RowbellError, status = error.status): void =>
    answer(response, status, { errors: [withCode(error)] });

  const handle: Route['handle'] = async (request, response) => {
    const isGet = request.method !== 'POST';
    try {
      const identity = await authenticate(request.headers.authorization);
      noteContact(identity);
      if (!isGet && mediaType(request) !== 'application/json') {
        refuse(response, new RowbellError('RBINV', 'Send application/json.'), 415);
        return;
      }
      const gone = new AbortController();
      response.once('close', () => {
        if (!response.writableFinished) gone.abort(new RowbellError('RBINV', 'The request broke off.'));
      });
      const leave = await present.enter(identity.userId);
      try {
        const json = isGet ? readUrl(request.url) : parseJson(await readBody(request, maxBytes), 'The body');
        const graphql = currentGraphql();
        if (!graphql) throw new RowbellError('RBUNA');
        const { status, body } = await graphql.execute(json, {
          identity,
          origin: () => originOf(request),
          signal: gone.signal,
          readsOnly: isGet,
        });
        answer(response, status, body);
      } finally {
        leave();
      }
    } catch (error) {
      if (!(error instanceof RowbellError)) throw error;
      refuse(response, error);
    }
  };
  return (['GET', 'POST'] as const).map((method) => ({ method, path: '/graphql', isForPages: true, handle }));
}

/** GraphQL's own words, which are for whoever writes the client, stay in English. */
const toFrench = (error: PublicError): PublicError => ({ ...error, message: inFrench(error.message) ?? error.message });

/** GraphQL's own media type, which says that the answer is ours and no proxy's, for clients that know it. */
const answerType = ({ headers }: Request): string =>
  /application\/graphql-response\+json(?!\s*;\s*q=0(\.0+)?\s*(,|$))/i.test(headers.accept ?? '')
    ? 'application/graphql-response+json'
    : 'application/json';

/** A request that stands in an address: texts as they are, objects as JSON. What is not of a request is left alone. */
function readUrl(url: string | undefined): unknown {
  const parameters = new URL(url ?? '/', 'http://localhost').searchParams;
  const text = (name: string) => {
    const [value, ...more] = parameters.getAll(name);
    if (more.length > 0) throw new RowbellError('RBINV', `${name}: must be given once`, { field: name });
    return value;
  };
  const json = (name: string) => {
    const value = text(name);
    return value === undefined ? undefined : parseJson(value, name);
  };
  return {
    query: text('query'),
    documentId: text('documentId'),
    operationName: text('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RowbellError('RBINV', `${what} is not JSON.`);
  }
}
