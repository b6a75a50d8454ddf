import { RowbellError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type Cors, isPreflight } from './cors.ts';
import { type Handler, type Request, type Response, sendError } from './respond.ts';

export type Route = {
  readonly method: 'GET' | 'POST';
  /** An exact path, or one that ends in `/:id`, of which the handler gets the last part. */
  readonly path: string;
  /** Whether pages of other origins may ask, where they are listed. */
  readonly isForPages?: boolean;
  readonly handle: (request: Request, response: Response, id: string) => Promise<void>;
};

export type RouterOptions = {
  readonly logger: Logger;
  readonly cors: Cors;
  /** Told of each limit that an answer is due to. */
  readonly noteRefusal: (limit: string) => void;
};

/**
 * One handler over all routes: 404 and 405 with a code, HEAD as GET, and whatever a route throws as an error that
 * says nothing of our insides. Never rejects.
 */
export function createRouter(routes: readonly Route[], { logger, cors, noteRefusal }: RouterOptions): Handler {
  const find = createFinder(routes);
  const dispatch = async (request: Request, response: Response): Promise<void> => {
    const { host, expect } = request.headers;
    if (host === undefined && request.httpVersion === '1.1') throw new RowbellError('RBINV', 'Say which host you ask.');
    if (expect !== undefined && !/^100-continue$/i.test(expect)) {
      sendError(response, new RowbellError('RBINV', 'Expect 100-continue or nothing.'), 417);
      return;
    }
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const found = find(path);
    if (found.length === 0) throw new RowbellError('RBNFD', 'There is nothing at this address.');
    const forPages = found.filter(({ route }) => route.isForPages === true);
    if (cors.isOffered && forPages.length > 0) {
      if (isPreflight(request)) {
        cors.preflight(
          request,
          response,
          forPages.map(({ route }) => route.method),
        );
        return;
      }
      cors.expose(request, response);
    }
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const chosen = found.find(({ route }) => route.method === method);
    if (!chosen) {
      const allowed = found.map(({ route }) => route.method).join(', ');
      response.setHeader('allow', allowed);
      sendError(response, new RowbellError('RBINV', `This address takes ${allowed}.`), 405);
      return;
    }
    await chosen.route.handle(request, response, chosen.id);
  };

  return async (request, response) => {
    try {
      await dispatch(request, response);
    } catch (error) {
      const known = error instanceof RowbellError ? error : new RowbellError('RBINT', undefined, { cause: error });
      if (known.status >= 500) logger.error('request.failed', { code: known.code, error: known.cause ?? known });
      if (known.limit !== undefined) noteRefusal(known.limit);
      sendError(response, known);
    }
  };
}

type Found = { readonly route: Route; readonly id: string };

/** Which routes a path is of: exact ones are known beforehand, since almost every request is of these. */
function createFinder(routes: readonly Route[]): (path: string) => readonly Found[] {
  const exact = Map.groupBy(
    routes.filter(({ path }) => !path.endsWith('/:id')).map((route): Found => ({ route, id: '' })),
    ({ route }) => route.path,
  );
  const others = routes.filter(({ path }) => path.endsWith('/:id'));
  return (path) =>
    exact.get(path) ??
    others.flatMap((route) => {
      const prefix = route.path.slice(0, -':id'.length);
      const id = path.slice(prefix.length);
      return path.startsWith(prefix) && id !== '' && !id.includes('/') ? [{ route, id }] : [];
    });
}
