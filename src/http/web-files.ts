import { RowbellError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { bundleWeb, type WebFiles } from '../web/bundle.ts';
import { chooseEncoding } from './encoding.ts';
import { send } from './respond.ts';
import type { Route } from './router.ts';

/** What has its hash in its name never changes. What pages import by its name is asked for anew after five minutes, and shown meanwhile. */
const forEver = 'public, max-age=31536000, immutable';
const forAWhile = 'public, max-age=300, stale-while-revalidate=86400';

/** `GET /web/…`: the elements for web pages, which any page of any origin may import. They say nothing of anybody. */
export function createWebFiles(logger: Logger, bundle: () => Promise<WebFiles> = bundleWeb) {
  const files = async (): Promise<WebFiles> => {
    try {
      return await bundle();
    } catch (cause) {
      logger.error('web.failed', { error: cause });
      throw new RowbellError('RBUNA', undefined, { cause });
    }
  };
  const route: Route = {
    method: 'GET',
    path: '/web/:id',
    async handle(request, response, name) {
      const file = (await files()).get(name);
      if (!file) throw new RowbellError('RBNFD', 'There is nothing at this address.');
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('cross-origin-resource-policy', 'cross-origin');
      response.setHeader('cache-control', file.isHashed ? forEver : forAWhile);
      response.setHeader('vary', 'Accept-Encoding');
      const encoding = chooseEncoding(request.headers['accept-encoding']);
      // Strong ETags are of the bytes that are sent.
      const etag = encoding ? file.etag.replace(/"$/, `-${encoding}"`) : file.etag;
      response.setHeader('etag', etag);
      if (isKnown(request.headers['if-none-match'], etag)) return send(response, 304, {});
      if (encoding) response.setHeader('content-encoding', encoding);
      // Set here, and not with `send`, which would compress it once more.
      response.setHeader('content-type', file.contentType);
      send(response, 200, {}, encoding ? file.compressed[encoding] : file.content);
    },
  };
  return {
    route,
    /** Makes them before somebody asks. */
    async prepare(): Promise<void> {
      await files().catch(() => {});
    },
  };
}

/** Whether a client that names what it has (RFC 9110, 13.1.2) has this. */
const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch === '*' || (ifNoneMatch?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) ?? false);
