import type { RuruClientConfig } from 'ruru/server';
import { RowbellError } from '../errors.ts';
import { send, sendText } from './respond.ts';
import type { Route } from './router.ts';

const staticPath = '/ruru-static/';
const hint = `# Put a token into the headers below (npm run token prints one), then fetch the schema again.
{
  unreadCount
}
`;

/**
 * `GET /graphiql`: the explorer, for development alone, with its files from this machine. Loaded here and not at the
 * top, since in production its several MB have no business in memory.
 */
export async function createExplorerRoutes(): Promise<readonly Route[]> {
  const [{ ruruHTML }, { getStaticFile }] = await Promise.all([import('ruru/server'), import('ruru/static')]);
  const page = ruruHTML({
    endpoint: '/graphql',
    staticPath,
    // The schema is asked for with the headers of the editor, too.
    clientConfig: { initialHeaders: '{ "authorization": "Bearer …" }', defaultQuery: hint } as RuruClientConfig,
  });
  return [
    {
      method: 'GET',
      path: '/graphiql',
      async handle(_request, response) {
        response.removeHeader('content-security-policy');
        sendText(response, 200, 'text/html; charset=utf-8', page);
      },
    },
    {
      method: 'GET',
      path: `${staticPath}:id`,
      async handle(request, response) {
        const file = await getStaticFile({
          staticPath,
          urlPath: request.url ?? '',
          acceptEncoding: request.headers['accept-encoding'],
        });
        if (!file) throw new RowbellError('RBNFD');
        send(response, 200, file.headers, file.content);
      },
    },
  ];
}
