import { SignJWT } from 'jose';
import { type Api, startApi } from '../../src/api.ts';
import { readConfig } from '../../src/config/index.ts';
import { createLogger } from '../../src/logger.ts';
import type { TestDatabase } from './database.ts';
import { linkKeys } from './worker-process.ts';

export const jwtSecret = 'a secret of the tests, at least 32 bytes long';

export type Claims = {
  readonly role?: string;
  readonly sid?: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds from now; negative: expired. Null: no expiry at all. */
  readonly expiresIn?: number | null;
  /** Seconds from now; none without. */
  readonly issuedIn?: number;
  readonly secret?: string;
};

/** A token as an application would sign it; each claim can be made wrong. */
export function signToken(userId: string | null, claims: Claims = {}): Promise<string> {
  const { role, sid, issuer = 'rowbell', audience = 'rowbell', expiresIn = 600, issuedIn, secret = jwtSecret } = claims;
  const token = new SignJWT({ ...(role && { role }), ...(sid && { sid }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience(audience);
  if (userId !== null) token.setSubject(userId);
  if (expiresIn !== null) token.setExpirationTime(Math.floor(Date.now() / 1_000) + expiresIn);
  if (issuedIn !== undefined) token.setIssuedAt(Math.floor(Date.now() / 1_000) + issuedIn);
  return token.sign(new TextEncoder().encode(secret));
}

export type GraphqlError = {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly field?: string;
    readonly limit?: string;
    readonly retryAfter?: number;
  };
};
export type GraphqlAnswer = {
  readonly status: number;
  /** The header of that name. */
  readonly retryAfter: string | null;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever their own query asked for
  readonly data: any;
  readonly errors: readonly GraphqlError[];
  /** Codes of the errors, in their order. */
  readonly codes: readonly string[];
};

export type TestApi = Api & {
  /** Asks as whoever the token says; without one unauthenticated. */
  ask(query: string, options?: { token?: string; variables?: Record<string, unknown> }): Promise<GraphqlAnswer>;
};

/** The real HTTP server over a test's database, on a free port; `stop()` it in `afterAll`, before the database. */
export async function startTestApi(
  database: TestDatabase,
  environment: Record<string, string> = {},
  bounds: Parameters<typeof startApi>[2] = {},
): Promise<TestApi> {
  const api = await openTestApi(database, environment, bounds);
  await api.ready;
  return api;
}

/** The same as soon as it listens: what comes before `ready` is refused. */
export async function openTestApi(
  database: TestDatabase,
  environment: Record<string, string> = {},
  bounds: Parameters<typeof startApi>[2] = {},
): Promise<TestApi> {
  const config = readConfig(
    {
      ROWBELL_ENV: 'production',
      API_DATABASE_URL: database.apiUrl,
      JWT_SECRET: jwtSecret,
      PORT: '0',
      PUBLIC_URL: 'https://rowbell.example',
      LINK_KEYS: linkKeys,
      SHUTDOWN_TIMEOUT_MS: '1000',
      ...environment,
    },
    'api',
  );
  const api = await startApi(config, createLogger({ level: 'silent', component: 'api' }), bounds);
  return {
    ...api,
    async ask(query, { token, variables } = {}) {
      const response = await fetch(`${api.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ query, variables }),
      });
      return readAnswer(response);
    },
  };
}

/** A figure of an API with `METRICS_PORT`, by its name in the Prometheus format; up to a second old. */
export async function readMetric(api: TestApi, name: string): Promise<number> {
  const text = await (await fetch(`${api.metricsUrl}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}

export async function readAnswer(response: Response): Promise<GraphqlAnswer> {
  const text = await response.text();
  const body = JSON.parse(text) as { data?: unknown; errors?: GraphqlError[] };
  const errors = body.errors ?? [];
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    text,
    data: body.data,
    errors,
    codes: errors.map((error) => error.extensions.code),
  };
}

/** Somebody the application knows; returns the id. */
export async function createUser(
  database: TestDatabase,
  fields: { email?: string; phone?: string } = {},
): Promise<string> {
  const { rows } = await database.owner.query<{ id: string }>(
    `insert into notify.users (name, email, email_verified_at, phone)
     values ('Ada', $1::text, case when $1::text is not null then now() end, $2) returning id`,
    [fields.email, fields.phone],
  );
  return rows[0]?.id ?? '';
}
