import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import type { LinkKey } from './links.ts';
import { type LogLevel, logLevels } from './logger.ts';

/**
 * All settings, each with the default it takes when unset or empty (null: none) and whether it is a secret.
 * docs/configuration.md and .env.example list the same; a test compares them.
 */
export const settings = {
  ROWBELL_ENV: { default: 'production', secret: false },
  LOG_LEVEL: { default: 'info', secret: false },
  ROWBELL_STATE_DIR: { default: null, secret: false },
  ROWBELL_PACKS: { default: 'all', secret: false },
  ROWBELL_PACKS_DIR: { default: null, secret: false },
  DATABASE_URL: { default: null, secret: true },
  API_DATABASE_URL: { default: null, secret: true },
  WORKER_DATABASE_URL: { default: null, secret: true },
  ANALYST_DATABASE_URL: { default: null, secret: true },
  HOST: { default: '127.0.0.1', secret: false },
  PORT: { default: '5678', secret: false },
  PUBLIC_URL: { default: null, secret: false },
  APP_URL: { default: null, secret: false },
  LINK_KEYS: { default: null, secret: true },
  TRUSTED_PROXIES: { default: null, secret: false },
  SHUTDOWN_TIMEOUT_MS: { default: '10000', secret: false },
  API_POOL_SIZE: { default: '10', secret: false },
  API_MAX_CONNECTIONS: { default: '2000', secret: false },
  PLANNING_MS_PER_MINUTE: { default: '3000', secret: false },
  TRUSTED_DOCUMENTS: { default: null, secret: false },
  METRICS_HOST: { default: '127.0.0.1', secret: false },
  METRICS_PORT: { default: null, secret: false },
  METRICS_TOKEN: { default: null, secret: true },
  WORKER_CONCURRENCY: { default: '8', secret: false },
  JWT_SECRET: { default: null, secret: true },
  JWT_JWKS_URL: { default: null, secret: false },
  JWT_ISSUER: { default: 'rowbell', secret: false },
  JWT_AUDIENCE: { default: 'rowbell', secret: false },
  APNS_KEY: { default: null, secret: true },
  APNS_KEY_ID: { default: null, secret: false },
  APNS_TEAM_ID: { default: null, secret: false },
  APNS_TOPIC: { default: null, secret: false },
  APNS_HOST: { default: 'api.push.apple.com', secret: false },
  APNS_PORT: { default: '443', secret: false },
  APNS_CA: { default: null, secret: false },
  FCM_SERVICE_ACCOUNT: { default: null, secret: true },
  FCM_HOST: { default: 'fcm.googleapis.com', secret: false },
  FCM_PORT: { default: '443', secret: false },
  FCM_CA: { default: null, secret: false },
  VAPID_PUBLIC_KEY: { default: null, secret: false },
  VAPID_PRIVATE_KEY: { default: null, secret: true },
  VAPID_SUBJECT: { default: null, secret: false },
  WEB_PUSH_CA: { default: null, secret: false },
  WEB_PUSH_SANDBOX_ORIGINS: { default: null, secret: false },
  SMTP_URL: { default: null, secret: true },
  MAIL_FROM: { default: null, secret: false },
  MAIL_RETURN_PATH: { default: null, secret: false },
  SMTP_CA: { default: null, secret: false },
  DKIM_DOMAIN: { default: null, secret: false },
  DKIM_SELECTOR: { default: null, secret: false },
  DKIM_PRIVATE_KEY: { default: null, secret: true },
  EMAIL_INBOUND_SECRET: { default: null, secret: true },
  SES_TOPIC_ARNS: { default: null, secret: false },
  SENDGRID_WEBHOOK_KEY: { default: null, secret: false },
  POSTMARK_WEBHOOK_SECRET: { default: null, secret: true },
  MAILGUN_SIGNING_KEY: { default: null, secret: true },
  TWILIO_ACCOUNT_SID: { default: null, secret: false },
  TWILIO_AUTH_TOKEN: { default: null, secret: true },
  TWILIO_FROM: { default: null, secret: false },
  TWILIO_VOICE_FROM: { default: null, secret: false },
  TWILIO_API_URL: { default: 'https://api.twilio.com', secret: false },
  WEBHOOK_ALLOW_PRIVATE_NETWORKS: { default: 'false', secret: false },
  SANDBOX_HOST: { default: '127.0.0.1', secret: false },
  SANDBOX_PORT: { default: '5680', secret: false },
  SANDBOX_DATA_DIR: { default: null, secret: false },
  SANDBOX_SETTINGS_FILE: { default: null, secret: false },
} as const satisfies Record<string, { default: string | null; secret: boolean }>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as readonly SettingName[];

export type JwtConfig = {
  /** HS256 key, at least 32 bytes; null when tokens are verified with the key set only. */
  readonly secret: string | null;
  /** Where the RS256 and ES256 public keys are; null when tokens are verified with the secret only. */
  readonly jwksUrl: string | null;
  readonly issuer: string;
  readonly audience: string;
};

export type Config = {
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
  /** What links in emails are signed with: the first signs, all verify. Null: no email. */
  readonly linkKeys: readonly [LinkKey, ...LinkKey[]] | null;
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
  /** A provider without credentials is null; half of them is a problem that `readConfig` reports. */
  readonly apns: {
    /** PEM of the .p8 key. */
    readonly key: string;
    readonly keyId: string;
    readonly teamId: string;
    /** The app's bundle id. */
    readonly topic: string;
    readonly host: string;
    readonly port: number;
    /** PEM of an extra certificate authority, as with all `ca`; null for the system's. */
    readonly ca: string | null;
  } | null;
  readonly fcm: {
    readonly projectId: string;
    readonly clientEmail: string;
    readonly privateKey: string;
    /** Where access tokens are fetched. */
    readonly tokenUri: string;
    readonly host: string;
    readonly port: number;
    readonly ca: string | null;
  } | null;
  readonly webPush: {
    readonly publicKey: string;
    readonly privateKey: string;
    readonly subject: string;
    readonly ca: string | null;
    /** The only origins outside the public internet that endpoints may be at: the sandbox's. */
    readonly sandboxOrigins: readonly string[];
  } | null;
  readonly smtp: {
    readonly url: string;
    readonly from: string;
    readonly returnPath: string | null;
    readonly ca: string | null;
    readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | null;
  } | null;
  /** Who may report what became of an email after it was sent; null for each that is not used. */
  readonly feedback: {
    /** Password of whoever hands in bounced mails. */
    readonly inboundSecret: string | null;
    /** SNS topics that Amazon SES reports to. */
    readonly sesTopics: readonly string[] | null;
    /** SendGrid's verification key: a P-256 public key, base64 DER. */
    readonly sendgridKey: string | null;
    /** Password in the webhook's URL at Postmark. */
    readonly postmarkSecret: string | null;
    readonly mailgunKey: string | null;
  };
  readonly twilio: {
    readonly accountSid: string;
    readonly authToken: string;
    /** An E.164 number or a messaging service id (`MG…`). */
    readonly from: string;
    /** The E.164 number that calls: its own setting, else `from` where that is a number. */
    readonly voiceFrom: string | null;
    readonly apiUrl: string;
  } | null;
  readonly webhook: { readonly allowPrivateNetworks: boolean };
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

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown by `readConfig`; `problems` has one sentence a setting. No value of a setting appears in it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n  ${problems.join('\n  ')}`,
    );
    this.problems = problems;
  }
}

/**
 * Reads the configuration from an environment. Pure. Empty texts count as unset, but for ROWBELL_PACKS, where they say "none". PEM and JSON values may be given as
 * they are, with `\n` written out, or base64-encoded, since many tools cannot hold line ends in a variable.
 *
 * @param purpose what the process is; adds the settings it cannot do without to what is checked
 * @throws {ConfigError} naming every problem at once
 */
export function readConfig<P extends keyof Needs = 'any'>(environment: Environment, purpose?: P): Needs[P] {
  const problems: string[] = [];
  const given = (name: SettingName): string | null => environment[name]?.trim() || null;
  const text = (name: SettingName): string | null => given(name) ?? settings[name].default;
  const parse = <T>(name: SettingName, schema: z.ZodType<T>, expected: string): T | null => {
    const value = text(name);
    if (value === null) return null;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    problems.push(`${name} must be ${expected}`);
    return null;
  };
  const integer = (name: SettingName, least: number, most: number): number =>
    parse(
      name,
      z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most)),
      `a whole number from ${least} to ${most}`,
    ) ?? least;
  const url = (name: SettingName, pattern: RegExp, expected: string): string | null =>
    parse(
      name,
      z
        .string()
        .regex(pattern)
        .refine(URL.canParse)
        .transform((value) => value.replace(/\/$/, '')),
      expected,
    );
  const databaseUrl = (name: SettingName) =>
    url(name, /^postgres(ql)?:\/\//, 'an address such as postgres://user:password@host:5432/database');
  const pem = (name: SettingName, kind: string): string | null =>
    parse(
      name,
      z
        .string()
        .transform(unfold)
        .refine((value) => value.includes(`-----BEGIN ${kind}`)),
      `a PEM (-----BEGIN ${kind}…), also base64-encoded or with \\n written out`,
    );
  const certificate = (name: SettingName) => pem(name, 'CERTIFICATE');
  const plain = (name: SettingName) => text(name) ?? '';
  const oneOf = <T extends string>(name: SettingName, values: readonly [T, ...T[]]): T =>
    (parse(name, z.enum(values), `one of ${values.join(', ')}`) as T | null) ?? values[0];

  /** What `build` makes when every setting of the group is there, null when none is; a part of them is a problem. */
  const group = <T>(
    what: string,
    names: readonly [SettingName, ...SettingName[]],
    build: () => T,
    extras: readonly SettingName[] = [],
  ): T | null => {
    // Also of an incomplete group what is there is checked: all problems at once.
    const built = build();
    const missing = names.filter((name) => given(name) === null);
    if (missing.length === 0) return built;
    if (missing.length < names.length || extras.some((name) => given(name) !== null)) {
      for (const name of missing) problems.push(`${name} is missing: ${what} needs ${names.join(', ')} together`);
    }
    return null;
  };

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
  const serviceAccount = parse(
    'FCM_SERVICE_ACCOUNT',
    z.string().transform(parseServiceAccount),
    'the JSON of a service account with project_id, client_email and private_key, also base64-encoded',
  );
  const dkim = group('DKIM', ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'], () => ({
    domain: plain('DKIM_DOMAIN'),
    selector: plain('DKIM_SELECTOR'),
    privateKey: pem('DKIM_PRIVATE_KEY', '') ?? '',
  }));

  const publicUrl = url('PUBLIC_URL', /^https?:\/\//, 'an http or https address') ?? `http://${host}:${port}`;
  const longSecret = (name: SettingName) => parse(name, z.string().min(16), 'at least 16 characters long');

  const config: Config = {
    env: oneOf('ROWBELL_ENV', ['production', 'development']),
    logLevel: oneOf('LOG_LEVEL', logLevels),
    stateDir: text('ROWBELL_STATE_DIR'),
    packs: parsePacks(environment.ROWBELL_PACKS ?? settings.ROWBELL_PACKS.default, problems),
    packsDir: text('ROWBELL_PACKS_DIR'),
    databaseUrl: databaseUrl('DATABASE_URL'),
    apiDatabaseUrl: databaseUrl('API_DATABASE_URL'),
    workerDatabaseUrl: databaseUrl('WORKER_DATABASE_URL'),
    analystDatabaseUrl: databaseUrl('ANALYST_DATABASE_URL'),
    host,
    port,
    publicUrl,
    appUrl: url('APP_URL', /^https?:\/\//, 'an http or https address') ?? publicUrl,
    linkKeys: parse('LINK_KEYS', z.string().transform(parseLinkKeys), linkKeysForm),
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
    apns: group('APNs', ['APNS_KEY', 'APNS_KEY_ID', 'APNS_TEAM_ID', 'APNS_TOPIC'], () => ({
      key: pem('APNS_KEY', 'PRIVATE KEY') ?? '',
      keyId: parse('APNS_KEY_ID', z.string().regex(/^[A-Z0-9]{10}$/), 'ten capital letters or digits') ?? '',
      teamId: parse('APNS_TEAM_ID', z.string().regex(/^[A-Z0-9]{10}$/), 'ten capital letters or digits') ?? '',
      topic: plain('APNS_TOPIC'),
      host: plain('APNS_HOST'),
      port: integer('APNS_PORT', 1, 65_535),
      ca: certificate('APNS_CA'),
    })),
    fcm: serviceAccount
      ? { ...serviceAccount, host: plain('FCM_HOST'), port: integer('FCM_PORT', 1, 65_535), ca: certificate('FCM_CA') }
      : null,
    webPush: group('Web Push', ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY', 'VAPID_SUBJECT'], () => ({
      publicKey: parse('VAPID_PUBLIC_KEY', base64Url(65), 'a P-256 public key, 65 bytes in base64url') ?? '',
      privateKey: parse('VAPID_PRIVATE_KEY', base64Url(32), 'a P-256 private key, 32 bytes in base64url') ?? '',
      subject:
        parse(
          'VAPID_SUBJECT',
          // The sandbox asks nobody; push services do: Apple's refuses what leads nowhere, for everybody who uses it.
          z
            .string()
            .refine(
              (value) => isContact(value) && (given('WEB_PUSH_SANDBOX_ORIGINS') !== null || isPublicContact(value)),
            ),
          'a mailto: or https: address with a real host, such as mailto:push@yourdomain.com',
        ) ?? '',
      ca: certificate('WEB_PUSH_CA'),
      sandboxOrigins:
        parse(
          'WEB_PUSH_SANDBOX_ORIGINS',
          z
            .string()
            .transform((value) => value.split(',').map((origin) => origin.trim()))
            .refine((origins) => origins.every(isHttpsOrigin)),
          'https origins such as https://127.0.0.1:5683, with commas between them',
        ) ?? [],
    })),
    smtp: group(
      'SMTP',
      ['SMTP_URL', 'MAIL_FROM'],
      () => ({
        url: url('SMTP_URL', /^smtps?:\/\//, 'an smtp or smtps address') ?? '',
        from:
          parse(
            'MAIL_FROM',
            z.string().regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/),
            'a mailbox such as Rowbell <hello@example.com>',
          ) ?? '',
        returnPath: parse(
          'MAIL_RETURN_PATH',
          z.string().regex(/^[\w.-]{1,12}@[\w.-]+$/),
          'a mailbox with at most 12 characters before the @, such as bounces@example.com',
        ),
        ca: certificate('SMTP_CA'),
        dkim,
      }),
      ['DKIM_DOMAIN', 'MAIL_RETURN_PATH'],
    ),
    feedback: {
      inboundSecret: longSecret('EMAIL_INBOUND_SECRET'),
      sesTopics: parse(
        'SES_TOPIC_ARNS',
        z
          .string()
          .regex(/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+(\s*,\s*arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+)*$/)
          .transform((value) => value.split(/\s*,\s*/)),
        'ARNs of SNS topics, with commas between them',
      ),
      sendgridKey: parse(
        'SENDGRID_WEBHOOK_KEY',
        z.string().refine(isP256Key),
        'the verification key SendGrid shows: a P-256 public key, base64',
      ),
      postmarkSecret: longSecret('POSTMARK_WEBHOOK_SECRET'),
      mailgunKey: longSecret('MAILGUN_SIGNING_KEY'),
    },
    twilio: group('Twilio', ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'], () => ({
      accountSid:
        parse('TWILIO_ACCOUNT_SID', z.string().regex(/^AC[0-9a-fA-F]{32}$/), 'AC and 32 hexadecimal digits') ?? '',
      authToken: plain('TWILIO_AUTH_TOKEN'),
      from:
        parse(
          'TWILIO_FROM',
          z.string().regex(/^(\+[1-9]\d{6,14}|MG[0-9a-fA-F]{32})$/),
          'an E.164 number or a messaging service id',
        ) ?? '',
      voiceFrom:
        parse('TWILIO_VOICE_FROM', z.string().regex(/^\+[1-9]\d{6,14}$/), 'an E.164 number') ??
        (plain('TWILIO_FROM').startsWith('+') ? plain('TWILIO_FROM') : null),
      apiUrl: url('TWILIO_API_URL', /^https?:\/\//, 'an http or https address') ?? '',
    })),
    webhook: { allowPrivateNetworks: oneOf('WEBHOOK_ALLOW_PRIVATE_NETWORKS', ['false', 'true']) === 'true' },
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

/** Undoes what people do to get line ends through an environment variable. */
function unfold(value: string): string {
  const decoded = /^[A-Za-z0-9+/\s]+=*$/.test(value) ? Buffer.from(value, 'base64').toString('utf8') : value;
  return decoded.replaceAll('\\n', '\n');
}

function parseServiceAccount(value: string, context: z.RefinementCtx) {
  const decoded = value.startsWith('{') ? value : Buffer.from(value, 'base64').toString('utf8');
  const result = serviceAccountSchema.safeParse(parseJson(decoded));
  if (!result.success) {
    context.addIssue({ code: 'custom', message: 'not a service account' });
    return z.NEVER;
  }
  const account = result.data;
  return {
    projectId: account.project_id,
    clientEmail: account.client_email,
    privateKey: account.private_key,
    tokenUri: account.token_uri,
  };
}

const serviceAccountSchema = z.object({
  project_id: z.string().min(1),
  client_email: z.string().min(1),
  private_key: z.string().includes('PRIVATE KEY'),
  token_uri: z.url().default('https://oauth2.googleapis.com/token'),
});

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

const linkKeysForm = 'keys such as k2:…,k1:…, an id of up to 8 small letters or digits and at least 32 characters each';

function parseLinkKeys(value: string, context: z.RefinementCtx): readonly [LinkKey, ...LinkKey[]] {
  const keys = value.split(',').map((key) => /^\s*([a-z0-9]{1,8}):([^\s,]{32,})\s*$/.exec(key));
  const ids = new Set(keys.map((key) => key?.[1]));
  const [first, ...rest] = keys.map((key) => ({ id: key?.[1] ?? '', secret: key?.[2] ?? '' }));
  if (first && keys.every(Boolean) && ids.size === keys.length) return [first, ...rest];
  context.addIssue({ code: 'custom', message: linkKeysForm });
  return z.NEVER;
}

/** An IP address, or a network in CIDR notation. */
function isNetwork(value: string): boolean {
  const [, address = '', prefix = '0'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(value) ?? [];
  return isIP(address) !== 0 && Number(prefix) <= (isIP(address) === 4 ? 32 : 128);
}

function isHttpsOrigin(value: string): boolean {
  return /^https:\/\/[\w.:[\]-]+$/.test(value) && URL.parse(value)?.origin === value;
}

/** `mailto:name@host` or `https://host…`, nothing around or within it. */
function isContact(value: string): boolean {
  return hostOfContact(value) !== null;
}

/** The host of a contact address (RFC 8292 §2.1); null where it is none. */
function hostOfContact(value: string): string | null {
  const host = /^mailto:[^\s<>@:?]+@([^\s<>@:?/]+)$/i.exec(value)?.[1];
  if (host) return URL.parse(`https://${host}`)?.hostname ?? null;
  return /^https:\/\/[^\s<>]+$/i.test(value) ? (URL.parse(value)?.hostname ?? null) : null;
}

/** Names that lead nowhere by decree (RFC 2606, 6761, 6762, 8375, 9476), or only at home. */
const nowhere =
  /(^|\.)(example(\.(com|net|org))?|test|invalid|localhost|localdomain|local|lan|home|corp|internal|intranet|arpa|onion|alt)$/;

function isPublicContact(value: string): boolean {
  const host = hostOfContact(value)?.replace(/\.$/, '') ?? '';
  return /\.([a-z]{2,}|xn--[a-z0-9-]+)$/.test(host) && !nowhere.test(host);
}

function isP256Key(value: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(value, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function base64Url(bytes: number) {
  return z
    .string()
    .regex(/^[\w-]+=*$/)
    .refine((value) => Buffer.from(value, 'base64url').length === bytes);
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
