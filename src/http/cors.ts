import { RowbellError } from '../errors.ts';
import { type Request, type Response, send, sendError } from './respond.ts';

/** What clients in browsers may read beyond the body, and send beyond what any page may. */
const exposedHeaders = 'retry-after';
const allowedHeaders = 'authorization, content-type';
/** For how long browsers remember the answer to a preflight: two hours, which is as long as Chrome does. */
const rememberedSeconds = 7_200;

/**
 * Which pages of other origins may read our answers (the Fetch standard's CORS protocol): those whose origin is listed, letter
 * by letter. Never with credentials: a token is sent by the page's own code, and there are no cookies.
 *
 * @param origins empty: pages of our own origin alone, and no answer speaks of it
 */
export function createCors(origins: readonly string[]) {
  const listed = new Set(origins);

  /** Whether the request comes from a listed page, which is then told that it may read the answer. */
  const admit = ({ headers }: Request, response: Response): boolean => {
    // Also where there is none: a cache must not give the answer to another page.
    response.appendHeader('vary', 'Origin');
    const { origin } = headers;
    if (origin === undefined || !listed.has(origin)) return false;
    response.setHeader('access-control-allow-origin', origin);
    return true;
  };

  return {
    isOffered: listed.size > 0,
    /** Before an answer to the request itself. */
    expose(request: Request, response: Response): void {
      if (admit(request, response)) response.setHeader('access-control-expose-headers', exposedHeaders);
    },
    /** The answer to a browser that asks before it sends the request itself. */
    preflight(request: Request, response: Response, methods: readonly string[]): void {
      if (!admit(request, response)) {
        sendError(response, new RowbellError('RBFBD', 'Pages of this origin may not ask here.'));
        return;
      }
      send(response, 204, {
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': rememberedSeconds,
      });
    },
  };
}

export type Cors = ReturnType<typeof createCors>;

/** Whether a browser asks what it may send; any other OPTIONS is none of ours. */
export const isPreflight = ({ method, headers }: Request): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
