import { createECDH, createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { z } from 'zod';

const stored = z.strictObject({
  ca: z.strictObject({ cert: z.string(), key: z.string() }),
  apns: z.strictObject({ key: z.string(), keyId: z.string(), teamId: z.string(), topic: z.string() }),
  fcm: z.strictObject({
    projectId: z.string(),
    clientEmail: z.string(),
    privateKeyId: z.string(),
    privateKey: z.string(),
  }),
  vapid: z.strictObject({ publicKey: z.string(), privateKey: z.string(), subject: z.string() }),
  twilio: z.strictObject({ accountSid: z.string(), authToken: z.string(), from: z.string() }),
  mail: z.strictObject({ user: z.string(), password: z.string(), from: z.string() }),
  /** Port of each server when it last ran. */
  ports: z.record(z.string(), z.int().min(0).max(65535)),
});
type Stored = z.output<typeof stored>;

/** Keys and accounts of the pretended providers. Worth nothing outside the sandbox, yet handled as secrets. */
export type Credentials = Readonly<Omit<Stored, 'ca'>> & {
  /** PEM: the authority clients must trust, and the certificate and key every TLS server presents. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
};

export type CredentialStore = {
  readonly credentials: Credentials;
  /** Remembers which server listens where, so that a restart comes up on the same ports. */
  savePorts(ports: Readonly<Record<string, number>>): Promise<void>;
};

const fileName = 'sandbox.json';

/** Names the server certificate is good for, besides the sandbox's own host. */
const certificateNames = [
  'localhost',
  'sandbox',
  'host.docker.internal',
  'fcm.googleapis.com',
  'oauth2.googleapis.com',
  'api.push.apple.com',
  'api.sandbox.push.apple.com',
  'api.twilio.com',
];

/**
 * Loads the sandbox's credentials from `dataDir`, making them first when there are none; without `dataDir` they live
 * as long as the process. The file is readable by its owner only. The server certificate is issued anew at every
 * start, by the same authority, so that it always names `publicHost`.
 */
export async function openCredentials(options: {
  readonly dataDir?: string | undefined;
  readonly publicHost: string;
}): Promise<CredentialStore> {
  const { dataDir, publicHost } = options;
  let content = dataDir === undefined ? null : await load(dataDir);
  if (!content) {
    content = await make();
    if (dataDir !== undefined) await save(dataDir, content);
  }
  const { ca, ...rest } = content;
  const tls = { ca: ca.cert, ...(await issue(ca, publicHost)) };
  let current: Stored = content;
  return {
    credentials: { ...rest, tls },
    async savePorts(ports) {
      current = { ...current, ports: { ...current.ports, ...ports } };
      if (dataDir !== undefined) await save(dataDir, current);
    },
  };
}

/** Writes `text` so that a reader sees the old file or the new one, and nobody but the owner reads it. */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
  await rename(temporary, path);
}

async function load(dataDir: string): Promise<Stored | null> {
  let text: string;
  try {
    text = await readFile(join(dataDir, fileName), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Falls through to the check below: a damaged file is replaced, there is nothing in it to lose.
  }
  const parsed = stored.safeParse(json);
  if (!parsed.success || Date.parse(new X509Certificate(parsed.data.ca.cert).validTo) < Date.now()) return null;
  return parsed.data;
}

async function save(dataDir: string, content: Stored): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeSecretFile(join(dataDir, fileName), `${JSON.stringify(content, null, 2)}\n`);
}

async function make(): Promise<Stored> {
  const authority = await generate([{ name: 'commonName', value: 'Rowbell sandbox CA' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: inYears(10),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const apns = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const google = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const vapid = createECDH('prime256v1');
  vapid.generateKeys();
  return {
    ca: { cert: authority.cert, key: pkcs8(authority.private) },
    apns: {
      key: pkcs8(apns.privateKey.export({ type: 'pkcs8', format: 'pem' })),
      keyId: identifier(10),
      teamId: identifier(10),
      topic: 'app.rowbell.demo',
    },
    fcm: {
      projectId: 'rowbell-sandbox',
      clientEmail: 'sandbox@rowbell-sandbox.iam.gserviceaccount.com',
      privateKeyId: randomBytes(20).toString('hex'),
      privateKey: pkcs8(google.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    },
    vapid: {
      publicKey: vapid.getPublicKey().toString('base64url'),
      privateKey: Buffer.from(vapid.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url'),
      subject: 'mailto:sandbox@rowbell.example',
    },
    twilio: {
      accountSid: `AC${randomBytes(16).toString('hex')}`,
      authToken: randomBytes(16).toString('hex'),
      from: '+15005550006',
    },
    mail: {
      user: 'sandbox',
      password: randomBytes(12).toString('base64url'),
      from: 'Rowbell <notifications@rowbell.example>',
    },
    ports: {},
  };
}

async function issue(ca: Stored['ca'], publicHost: string): Promise<{ cert: string; key: string }> {
  const dnsNames = [...new Set([publicHost, ...certificateNames])].filter((name) => !isIpAddress(name));
  const ipAddresses = [...new Set([publicHost, '127.0.0.1', '::1'])].filter(isIpAddress);
  const issued = await generate([{ name: 'commonName', value: 'Rowbell sandbox' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 60_000),
    notAfterDate: inYears(5),
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...dnsNames.map((value) => ({ type: 2, value }) as const),
          ...ipAddresses.map((ip) => ({ type: 7, ip }) as const),
        ],
      },
    ],
  });
  return { cert: issued.cert, key: pkcs8(issued.private) };
}

const isIpAddress = (name: string) => /^[\d.]+$/.test(name) || name.includes(':');

const pkcs8 = (pem: string | Buffer) => createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();

/** Apple's identifiers: upper-case letters and digits. */
const identifier = (length: number) =>
  Array.from(randomBytes(length), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');

function inYears(years: number): Date {
  const date = new Date();
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return date;
}
