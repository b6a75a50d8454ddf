import { isIP } from 'node:net';
import { z } from 'zod';
import { type LogLevel, logLevels } from '../logger.ts';
import { ConfigError } from './error.ts';
import { createReader, isOrigin } from './reader.ts';
import { type ProviderConfig, providerSettingsOf, readProviders } from './senders.ts';
import { type Environment, type SettingName, settings } from './settings.ts';

export { ConfigError } from './error.ts';
export { readSender, readSenderSecret } from './senders.ts';
export { type Environment, type SettingName, settingNames, settings } from './settings.ts';

export type JwtConfig = {
  /** HS256 key, at least 32 bytes; null when tokens are verified with the key set only. */
  readonly secret: string | null;
  /** Where the RS256 and ES256 public keys are; null when tokens are verified with the secret only. */
  readonly jwksUrl: string | null;
  readonly issuer: string;
  readonly audience: string;
};

export type Config = ProviderConfig & {
  readonly env: 'development' | 'production';
  readonly logLevel: LogLevel;
  /** Folder where `npm start` keeps what it makes; null: `.rowbell` in the repository. */
  readonly stateDir: string | null;
  /** Names of the packs that are to be on beside the core; null: all there are. Only `migrate` goes by it. */
  readonly packs: readonly string[] | null;
  /** A folder with further packs; null: the repository's alone. */
  readonly packsDir: string | null;
  /** Connection of the owner, who migrates. */
  readonly databaseUrl: string | null;
  readonly apiDatabaseUrl: string | null;
  /** Connection by which the API listens, where its own does not lead directly to PostgreSQL. */
  readonly liveDatabaseUrl: string | null;
  readonly workerDatabaseUrl: string | null;
  /** Only to make the analysts' login; nothing of ours connects by it. */
  readonly analystDatabaseUrl: string | null;
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  /** Base of the links and callback addresses handed out; no slash at the end. */
  readonly publicUrl: string;
  /** The application's own pages, where buttons of emails lead; no slash at the end. */
  readonly appUrl: string;
  /** Origins of the pages that may ask the API from a browser, as browsers write them. */
  readonly webOrigins: readonly string[];
  /** Addresses and networks whose word on where a request came from is taken. */
  readonly trustedProxies: readonly string[];
  readonly shutdownTimeoutMs: number;
  readonly apiPoolSize: number;
  /** Most connections of clients to one API process. */
  readonly maxConnections: number;
  /** For how long a person's new documents may occupy the API, in milliseconds a minute. */
  readonly planningMsPerMinute: number;
  /** Path of the JSON file with the documents that people may ask for; null: any. */
  readonly trustedDocuments: string | null;
  /** Where else the API listens, for metrics and health alone; null: nowhere. Port 0 means any free one. */
  readonly metricsAddress: { readonly host: string; readonly port: number } | null;
  /** What whoever asks for metrics has to show; null: nothing. */
  readonly metricsToken: string | null;
  readonly workerConcurrency: number;
  /** Null when neither secret nor key set is configured. */
  readonly jwt: JwtConfig | null;
  /** The settings of providers as they were given, which senders are read from. */
  readonly providerSettings: Environment;
  readonly sandbox: {
    readonly host: string;
    readonly port: number;
    /** Folder for its certificates and keys; null: a temporary one. */
    readonly dataDir: string | null;
    /** Where it writes, when ready, the settings that point the providers at it; null: nowhere. */
    readonly settingsFile: string | null;
  };
};

/** What each kind of process cannot do without; `readConfig` reports it when missing and the types say it is there. */
type Needs = {
  any: Config;
  migrate: Config & { readonly databaseUrl: string };
  api: Config & { readonly apiDatabaseUrl: string; readonly jwt: JwtConfig };
  worker: Config & { readonly workerDatabaseUrl: string };
};

/**
 * Reads the configuration from an environment. Pure. Empty texts count as unset, but for ROWBELL_PACKS, where they say "none". PEM and JSON values may be given as
 * they are, with `\n` written out, or base64-encoded, since many tools cannot hold line ends in a variable.
 *
 * @param purpose what the process is; adds the settings it cannot do without to what is checked
 * @throws {ConfigError} naming every problem at once
 */
export function readConfig<P extends keyof Needs = 'any'>(environment: Environment, purpose?: P): Needs[P] {
  const reader = createReader(environment);
  const { problems, given, text, plain, parse, integer, url, databaseUrl, oneOf, longSecret } = reader;
  const host = plain('HOST');
  const port = integer('PORT', 0, 65_535);
  const secret = parse(
    'JWT_SECRET',
    z.string().refine((value) => Buffer.byteLength(value) >= 32),
    'at least 32 bytes long',
  );
  const jwksUrl = url(
    'JWT_JWKS_URL',
    /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])/,
    'an https address',
  );
  const publicUrl = url('PUBLIC_URL', /^https?:\/\//, 'an http or https address') ?? `http://${host}:${port}`;

  const config: Config = {
    env: oneOf('ROWBELL_ENV', ['production', 'development']),
    logLevel: oneOf('LOG_LEVEL', logLevels),
    stateDir: text('ROWBELL_STATE_DIR'),
    packs: parsePacks(environment.ROWBELL_PACKS ?? settings.ROWBELL_PACKS.default, problems),
    packsDir: text('ROWBELL_PACKS_DIR'),
    databaseUrl: databaseUrl('DATABASE_URL'),
    apiDatabaseUrl: databaseUrl('API_DATABASE_URL'),
    liveDatabaseUrl: databaseUrl('LIVE_DATABASE_URL'),
    workerDatabaseUrl: databaseUrl('WORKER_DATABASE_URL'),
    analystDatabaseUrl: databaseUrl('ANALYST_DATABASE_URL'),
    host,
    port,
    publicUrl,
    appUrl: url('APP_URL', /^https?:\/\//, 'an http or https address') ?? publicUrl,
    webOrigins:
      parse(
        'WEB_ORIGINS',
        z
          .string()
          .transform((value) => value.split(',').map((origin) => origin.trim()))
          .refine((origins) => origins.every(isWebOrigin)),
        'origins such as https://app.example.com, with commas between them and nothing after the host or port',
      ) ?? [],
    trustedProxies:
      parse(
        'TRUSTED_PROXIES',
        z
          .string()
          .transform((value) => value.split(',').map((proxy) => proxy.trim()))
          .refine((proxies) => proxies.every(isNetwork)),
        'addresses or networks such as 10.0.0.0/8, with commas between them',
      ) ?? [],
    shutdownTimeoutMs: integer('SHUTDOWN_TIMEOUT_MS', 100, 600_000),
    apiPoolSize: integer('API_POOL_SIZE', 1, 1_000),
    maxConnections: integer('API_MAX_CONNECTIONS', 10, 100_000),
    planningMsPerMinute: integer('PLANNING_MS_PER_MINUTE', 1, 60_000),
    trustedDocuments: text('TRUSTED_DOCUMENTS'),
    metricsAddress:
      text('METRICS_PORT') === null ? null : { host: plain('METRICS_HOST'), port: integer('METRICS_PORT', 0, 65_535) },
    metricsToken: longSecret('METRICS_TOKEN'),
    workerConcurrency: integer('WORKER_CONCURRENCY', 1, 100),
    jwt: secret || jwksUrl ? { secret, jwksUrl, issuer: plain('JWT_ISSUER'), audience: plain('JWT_AUDIENCE') } : null,
    ...readProviders(reader),
    providerSettings: providerSettingsOf(environment),
    sandbox: {
      host: plain('SANDBOX_HOST'),
      port: integer('SANDBOX_PORT', 0, 65_535),
      dataDir: text('SANDBOX_DATA_DIR'),
      settingsFile: text('SANDBOX_SETTINGS_FILE'),
    },
  };

  // Mail without a way to leave it is not sent, and links need their keys where they are made and where they lead.
  if ((purpose === 'api' || purpose === 'worker') && config.smtp && given('LINK_KEYS') === null) {
    problems.push('LINK_KEYS is missing: SMTP needs it');
  }
  for (const name of neededBy[purpose ?? 'any']) if (given(name) === null) problems.push(`${name} is missing`);
  if (purpose === 'api' && given('JWT_SECRET') === null && given('JWT_JWKS_URL') === null) {
    problems.push('JWT_SECRET or JWT_JWKS_URL is missing');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(config) as Needs[P];
}

const neededBy = {
  any: [],
  migrate: ['DATABASE_URL'],
  api: ['API_DATABASE_URL'],
  worker: ['WORKER_DATABASE_URL'],
} as const satisfies Record<keyof Needs, readonly SettingName[]>;

/** The names, in the order in which they are given; null: all. Which packs there are is for migrate to say. */
function parsePacks(value: string, problems: string[]): readonly string[] | null {
  const names = value.split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  if (given.length === 1 && given[0] === 'all') return null;
  if (given.includes('all') || !given.every((name) => /^[a-z][a-z0-9_]*$/.test(name))) {
    problems.push('ROWBELL_PACKS must be names of packs with commas between them, or all');
  }
  return given;
}

/** Exactly what a browser sends as `Origin`: no path, no default port, no wildcard. Apps have schemes of their own. */
const isWebOrigin = (value: string): boolean =>
  isOrigin(value) || /^(?!https?:|file:)[a-z][a-z0-9+.-]*:\/\/[\w.-]+$/.test(value);

/** An IP address, or a network in CIDR notation. */
function isNetwork(value: string): boolean {
  const [, address = '', prefix = '0'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(value) ?? [];
  return isIP(address) !== 0 && Number(prefix) <= (isIP(address) === 4 ? 32 : 128);
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
