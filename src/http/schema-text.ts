import type pg from 'pg';
import { RowbellError } from '../errors.ts';
import type { Authenticate } from '../graphql/identity.ts';
import type { Graphql } from '../graphql/schema.ts';
import { readAs } from './read-as.ts';
import { sendText } from './respond.ts';
import type { Route } from './router.ts';

export type SchemaTextOptions = {
  /** Connections as `rowbell_api`. */
  readonly pool: pg.Pool;
  readonly authenticate: Authenticate;
  /** Null while the schema could not be made yet. */
  readonly currentGraphql: () => Graphql | null;
};

/**
 * `GET /schema.graphql`: the schema of whoever's token it is, for generators of code. They take it for the language of schemas
 * because of how the address ends.
 */
export function createSchemaTextRoute({ pool, authenticate, currentGraphql }: SchemaTextOptions): Route {
  return {
    method: 'GET',
    path: '/schema.graphql',
    async handle(request, response) {
      const identity = await authenticate(request.headers.authorization);
      const graphql = currentGraphql();
      if (!graphql) throw new RowbellError('RBUNA');
      if (identity.sessionId !== null) await readAs(pool, identity, async () => {});
      sendText(response, 200, 'text/plain; charset=utf-8', graphql.sdlOf(identity.role));
    },
  };
}
