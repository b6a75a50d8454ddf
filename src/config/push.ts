import { z } from 'zod';
import { isOrigin, type Reader } from './reader.ts';

/** A provider without credentials is null; half of them is a problem. */
export type PushConfig = {
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
};

export function readPush({ group, parse, plain, pem, integer, certificate, given }: Reader): PushConfig {
  const serviceAccount = parse(
    'FCM_SERVICE_ACCOUNT',
    z.string().transform(parseServiceAccount),
    'the JSON of a service account with project_id, client_email and private_key, also base64-encoded',
  );
  return {
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
  };
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

const isHttpsOrigin = (value: string): boolean => value.startsWith('https:') && isOrigin(value);

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

function base64Url(bytes: number) {
  return z
    .string()
    .regex(/^[\w-]+=*$/)
    .refine((value) => Buffer.from(value, 'base64url').length === bytes);
}
