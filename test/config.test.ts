import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig, type SettingName, settingNames, settings } from '../src/config/index.ts';

const root = join(import.meta.dirname, '..');
const pem = (kind: string) => `-----BEGIN ${kind}-----\nMIGTAgEAMBMGByqGSM49\n-----END ${kind}-----\n`;

const complete = {
  DATABASE_URL: 'postgres://owner:x@localhost/rowbell',
  API_DATABASE_URL: 'postgres://rowbell_api:x@localhost/rowbell',
  WORKER_DATABASE_URL: 'postgresql://rowbell_worker:x@localhost/rowbell',
  JWT_SECRET: 'x'.repeat(32),
  APNS_KEY: pem('PRIVATE KEY'),
  APNS_KEY_ID: 'ABCDE12345',
  APNS_TEAM_ID: 'ABCDE12345',
  APNS_TOPIC: 'com.example.app',
  FCM_SERVICE_ACCOUNT: JSON.stringify({ project_id: 'p', client_email: 'a@b.c', private_key: pem('PRIVATE KEY') }),
  VAPID_PUBLIC_KEY: Buffer.alloc(65, 4).toString('base64url'),
  VAPID_PRIVATE_KEY: Buffer.alloc(32, 1).toString('base64url'),
  VAPID_SUBJECT: 'mailto:push@rowbell.app',
  SMTP_URL: 'smtp://user:secret@mail.example.com:587',
  MAIL_FROM: 'Rowbell <hello@example.com>',
  LINK_KEYS: `k1:${'x'.repeat(32)}`,
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+4915112345678',
};

function problemsOf(environment: Record<string, string>, purpose?: 'api' | 'worker' | 'migrate'): readonly string[] {
  try {
    readConfig(environment, purpose);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('readConfig', () => {
  test('an empty environment is a configuration without providers', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ env: 'production', port: 5678, publicUrl: 'http://127.0.0.1:5678', jwt: null });
    expect([config.apns, config.fcm, config.webPush, config.smtp, config.twilio]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(Object.isFrozen(config) && Object.isFrozen(config.webhook)).toBe(true);
  });

  test('OP-19: packs are all, those named, or none', () => {
    expect(readConfig({}).packs).toBeNull();
    expect(readConfig({ ROWBELL_PACKS: 'all' }).packs).toBeNull();
    expect(readConfig({ ROWBELL_PACKS: 'trips, juke,' }).packs).toEqual(['trips', 'juke']);
    expect(readConfig({ ROWBELL_PACKS: 'core' }).packs).toEqual(['core']);
    // An empty value is unset elsewhere; here it is the core alone.
    expect(readConfig({ ROWBELL_PACKS: '' }).packs).toEqual([]);
    for (const wrong of ['trips,all', 'Trips', 'trips juke', '../trips']) {
      expect(problemsOf({ ROWBELL_PACKS: wrong })).toEqual([
        'ROWBELL_PACKS must be names of packs with commas between them, or all',
      ]);
    }
  });

  test('a complete one has them all', () => {
    const config = readConfig(complete, 'api');
    expect(config.apns).toMatchObject({ keyId: 'ABCDE12345', host: 'api.push.apple.com', port: 443, ca: null });
    expect(config.fcm).toMatchObject({ projectId: 'p', tokenUri: 'https://oauth2.googleapis.com/token' });
    expect(config.webPush?.subject).toBe('mailto:push@rowbell.app');
    expect(config.smtp?.dkim).toBeNull();
    expect(config.twilio?.apiUrl).toBe('https://api.twilio.com');
    expect(config.apiDatabaseUrl).toBe(complete.API_DATABASE_URL);
  });

  test.each([
    ['mailto:push@rowbell.app', true],
    ['mailto:Push+team@mail.rowbell.co.uk', true],
    ['mailto:push@bücher.de', true],
    ['https://rowbell.app/contact', true],
    ['https://rowbell.app', true],
    ['mailto:push@localhost', false],
    ['mailto:push@LOCALHOST', false],
    ['mailto:push@example.com', false],
    ['mailto:push@mail.example.org.', false],
    ['mailto:push@rowbell.example', false],
    ['mailto:push@rowbell.test', false],
    ['mailto:push@printer.local', false],
    ['mailto:push@db.internal', false],
    ['mailto:push@rowbell', false],
    ['mailto:push@127.0.0.1', false],
    ['mailto:push@[::1]', false],
    ['mailto:', false],
    ['mailto:@rowbell.app', false],
    ['mailto:a@b@rowbell.app', false],
    ['mailto:<push@rowbell.app>', false],
    ['mailto:Rowbell <push@rowbell.app>', false],
    ['mailto: push@rowbell.app', false],
    ['push@rowbell.app', false],
    ['https://localhost', false],
    ['https://localhost:3000/contact', false],
    ['https://10.0.0.1', false],
    ['https://2130706433', false],
    ['https://rowbell', false],
    ['https://www.example.com/contact', false],
    ['http://rowbell.app', false],
  ])('W04: the VAPID subject %s may be used: %s', (VAPID_SUBJECT, expected) => {
    expect(problemsOf({ ...complete, VAPID_SUBJECT }).map((problem) => problem.split(' ')[0])).toEqual(
      expected ? [] : ['VAPID_SUBJECT'],
    );
  });

  test('W04: against the sandbox a VAPID subject may lead nowhere, but must be one', () => {
    const sandbox = { ...complete, WEB_PUSH_SANDBOX_ORIGINS: 'https://127.0.0.1:5683' };
    expect(problemsOf({ ...sandbox, VAPID_SUBJECT: 'mailto:sandbox@rowbell.example' })).toEqual([]);
    expect(problemsOf({ ...sandbox, VAPID_SUBJECT: 'mailto:<push@rowbell.app>' })).toHaveLength(1);
  });

  test('a PEM may be folded into one line or base64', () => {
    const written = complete.APNS_KEY.replaceAll('\n', '\\n');
    const encoded = Buffer.from(complete.APNS_KEY).toString('base64');
    for (const APNS_KEY of [written, encoded]) {
      expect(readConfig({ ...complete, APNS_KEY }).apns?.key.trim()).toBe(complete.APNS_KEY.trim());
    }
  });

  test('every problem is reported at once, by name', () => {
    const problems = problemsOf({ PORT: 'x', JWT_SECRET: 'short', LOG_LEVEL: 'loud', PUBLIC_URL: 'nowhere' }, 'api');
    for (const name of ['PORT', 'JWT_SECRET', 'LOG_LEVEL', 'PUBLIC_URL', 'API_DATABASE_URL']) {
      expect(problems.filter((problem) => problem.startsWith(`${name} `))).toHaveLength(1);
    }
    expect(problems).toHaveLength(5);
  });

  test.each(Object.keys(complete).filter((name) => !/URL$|JWT/.test(name) || name === 'SMTP_URL'))(
    '%s is checked',
    (name) => {
      const broken = { ...complete, [name]: name === 'APNS_TOPIC' || name === 'TWILIO_AUTH_TOKEN' ? '' : 'nonsense' };
      expect(problemsOf(broken).join()).toContain(name);
    },
  );

  test('half of a provider is a problem even where the other half is wrong too', () => {
    const problems = problemsOf({ APNS_KEY: 'nonsense', APNS_KEY_ID: 'ABCDE12345' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(
      expect.arrayContaining(['APNS_KEY', 'APNS_TEAM_ID', 'APNS_TOPIC']),
    );
    expect(problemsOf({ DKIM_DOMAIN: 'example.com' }).join()).toContain('DKIM_SELECTOR');
  });

  test('NC-32: whoever sends mail, or answers its links, needs keys for them', () => {
    const { LINK_KEYS: _without, ...rest } = complete;
    for (const purpose of ['api', 'worker'] as const) {
      expect(problemsOf(rest, purpose)).toEqual(['LINK_KEYS is missing: SMTP needs it']);
    }
    expect(problemsOf(rest, 'migrate')).toEqual([]);
    for (const LINK_KEYS of [
      'k1',
      'k1:short',
      `K1:${'x'.repeat(32)}`,
      `k1:${'x'.repeat(32)},k1:${'y'.repeat(32)}`,
      `k1:${'x'.repeat(32)},`,
    ]) {
      expect(problemsOf({ ...complete, LINK_KEYS })).toHaveLength(1);
    }
    const keys = `k2:${'x'.repeat(32)}, k1:${'y'.repeat(32)}`;
    expect(readConfig({ ...complete, LINK_KEYS: keys }).linkKeys?.map(({ id }) => id)).toEqual(['k2', 'k1']);
  });

  test('SE-9: WEB_PUSH_SANDBOX_ORIGINS are https origins and nothing more; there are none unless told', () => {
    const originsOf = (WEB_PUSH_SANDBOX_ORIGINS: string) =>
      readConfig({ ...complete, WEB_PUSH_SANDBOX_ORIGINS }).webPush?.sandboxOrigins;
    expect(originsOf('')).toEqual([]);
    expect(originsOf('https://127.0.0.1:9, https://sandbox:5683')).toEqual([
      'https://127.0.0.1:9',
      'https://sandbox:5683',
    ]);
    for (const wrong of [
      '*',
      'true',
      'https://',
      'http://sandbox',
      'https://sandbox/',
      'https://sandbox:443',
      'https://*',
    ]) {
      expect(problemsOf({ ...complete, WEB_PUSH_SANDBOX_ORIGINS: wrong }).join()).toContain('WEB_PUSH_SANDBOX_ORIGINS');
    }
  });

  test('WEB_ORIGINS are origins as browsers write them; there are none unless told', () => {
    const originsOf = (WEB_ORIGINS: string) => readConfig({ ...complete, WEB_ORIGINS }).webOrigins;
    expect(originsOf('')).toEqual([]);
    const listed = ['https://app.example.com', 'http://localhost:3000', 'https://[::1]:8443', 'capacitor://localhost'];
    expect(originsOf(listed.join(', '))).toEqual(listed);
    for (const wrong of [
      '*',
      'null',
      'app.example.com',
      'https://',
      'https://*.example.com',
      'https://app.example.com/',
      'https://app.example.com:443',
      'https://App.example.com',
      'https://ada@app.example.com',
      'file://localhost',
      'https://app.example.com,',
    ]) {
      expect([wrong, problemsOf({ ...complete, WEB_ORIGINS: wrong })]).toEqual([
        wrong,
        [expect.stringContaining('WEB_ORIGINS must be')],
      ]);
    }
  });

  test('no value of a setting appears in a message', () => {
    const secret = 'hunter2hunter2';
    for (const name of settingNames) {
      for (const problem of problemsOf({ [name]: secret }, 'api')) expect(problem).not.toContain(secret);
    }
  });

  test('each kind of process needs its own connection', () => {
    expect(problemsOf({}, 'migrate')).toEqual(['DATABASE_URL is missing']);
    expect(problemsOf({}, 'worker')).toEqual(['WORKER_DATABASE_URL is missing']);
    expect(problemsOf({}, 'api')).toEqual(['API_DATABASE_URL is missing', 'JWT_SECRET or JWT_JWKS_URL is missing']);
  });
});

describe('settings are documented', () => {
  const defaultOf = (name: SettingName) => settings[name].default ?? '';

  test('docs/configuration.md names each with its default', async () => {
    const text = await readFile(join(root, 'docs/configuration.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([A-Z0-9_]+)` \| (?:`(.*?)`)? ?\| (yes)? ?\| \S.*\|$/gm)];
    expect(rows.map(([, name, value = '', secret]) => [name, value, secret === 'yes'])).toEqual(
      settingNames.map((name) => [name, defaultOf(name), settings[name].secret]),
    );
  });

  test('.env.example lists each with its default', async () => {
    const text = await readFile(join(root, '.env.example'), 'utf8');
    const lines = new Map([...text.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
    const forCompose = [
      'POSTGRES_PASSWORD',
      'ROWBELL_OWNER_PASSWORD',
      'ROWBELL_API_PASSWORD',
      'ROWBELL_WORKER_PASSWORD',
    ];
    expect([...lines.keys()].sort()).toEqual([...forCompose, ...settingNames].sort());
    for (const name of settingNames) expect([name, lines.get(name)]).toEqual([name, defaultOf(name)]);
  });

  test('nobody else reads the environment', async () => {
    // The entries hand the environment on, tools are given the path to others, and Grafast insists on a variable.
    const allowed = /^src\/(bin|start|postgres|migrate)\/|^src\/graphql\/environment\.ts$/;
    for await (const file of glob('{src,tasks}/**/*.ts', { cwd: root })) {
      if (allowed.test(file)) continue;
      expect([file, (await readFile(join(root, file), 'utf8')).includes('process.env')]).toEqual([file, false]);
    }
  });
});
