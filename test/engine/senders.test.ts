import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { readSender } from '../../src/config/index.ts';
import { providerSettingsOf } from '../../src/config/senders.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

let db: TestDatabase;
let sandbox: Sandbox;
let worker: WorkerProcess;
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(`insert into notify.apps (key, name) values ('ours', 'Ours'), ('theirs', 'Theirs')`);
  sandbox = await startSandbox();
  // One worker of everybody's: what a sender adds to the settings is beside them.
  worker = await startWorker({
    databaseUrl: db.workerUrl,
    settings: {
      ...sandbox.settings,
      APNS_KEY_OURS: sandbox.settings.APNS_KEY ?? '',
      APNS_KEY_DEVELOPMENT: otherKey,
      FCM_SERVICE_ACCOUNT_OURS: sandbox.settings.FCM_SERVICE_ACCOUNT ?? '',
    },
  });
});
afterAll(async () => {
  expect(await worker.stop()).toBe(0);
  await sandbox.close();
  await db.drop();
});

type SenderOptions = { options?: object; secret?: string | null; environment?: string; provider?: string };
const setSender = (app: string, { options = {}, secret = null, environment, provider = 'apns' }: SenderOptions = {}) =>
  db.asOperator(
    async (client) =>
      (
        await client.query<{ id: number; options: object; secret_setting: string | null }>(
          'select * from notify.set_sender($1, $2, $3, $4, $5)',
          [app, provider, JSON.stringify(options), secret, environment ?? 'production'],
        )
      ).rows[0] as { id: number; options: object; secret_setting: string | null },
    { commit: true },
  );
const register = async (person: string, app: string | null = null, environment: string | null = null) => {
  const token = randomBytes(32).toString('hex');
  await db.asUser(
    person,
    (client) =>
      client.query(`select notify.register_device('apns', $1, app => $2, environment => $3)`, [
        token,
        app,
        environment,
      ]),
    { commit: true },
  );
  return token;
};
const makeTypeOf = async (app: string | null) => {
  const type = await makeType(db);
  await db.owner.query('update notify.notification_types set app_key = $2 where key = $1', [type, app]);
  return type;
};
/** The topic with which a phone was rung last. */
const topicAt = (token: string) =>
  sandbox.journal.list({ provider: 'apns', address: token }).find(({ status }) => status === 200)?.headers?.[
    'apns-topic'
  ];
const topic = 'app.rowbell.demo';

describe('a sender of an app', () => {
  test('two packs, two topics, one worker: each phone is rung with its own app’s', async () => {
    await setSender('ours', { options: { topic: `${topic}.ours` }, secret: 'APNS_KEY_OURS' });
    await setSender('theirs', { options: { topic: `${topic}.theirs` } });
    const person = await makePerson(db, { devices: [] });
    const phones = {
      all: await register(person),
      ours: await register(person, 'ours'),
      theirs: await register(person, 'theirs'),
    };
    // At once: what is told before a worker has read the senders waits for that.
    await tell(db, await makeTypeOf('ours'), [person]);
    await tell(db, await makeTypeOf('theirs'), [person]);
    await until(
      'the default app’s phone is rung twice',
      async () => sandbox.journal.list({ provider: 'apns', address: phones.all }).length === 2,
    );
    await until(
      'both phones are rung',
      async () => topicAt(phones.ours) !== undefined && topicAt(phones.theirs) !== undefined,
    );
    expect([topicAt(phones.all), topicAt(phones.ours), topicAt(phones.theirs)]).toEqual([
      topic,
      `${topic}.ours`,
      `${topic}.theirs`,
    ]);
    expect(sandbox.journal.list({ provider: 'apns', address: phones.ours })).toHaveLength(1);
  });

  test('that operators change is used within seconds, by the workers that run', async () => {
    await setSender('ours', { options: { topic: `${topic}.first` } });
    const person = await makePerson(db, { devices: [] });
    const phone = await register(person, 'ours');
    const type = await makeTypeOf('ours');
    await setSender('ours', { options: { topic: `${topic}.second` } });
    await until('the phone is rung with the new topic', async () => {
      await tell(db, type, [person]);
      await db.owner.query('truncate notify_private.daily_counters');
      return topicAt(phone) === `${topic}.second`;
    });
  });

  test('whose key no worker has is not configured: its deliveries say so, and nothing else is held up', async () => {
    const { id } = await setSender('theirs', { provider: 'fcm', secret: 'FCM_SERVICE_ACCOUNT_NOBODYS' });
    const person = await makePerson(db, { devices: ['fcm', 'apns'] });
    await db.owner.query(`update notify.devices set app_key = 'theirs' where user_id = $1 and provider = 'fcm'`, [
      person,
    ]);
    const event = await tell(db, await makeTypeOf('theirs'), [person]);
    const fates = async () =>
      (
        await db.owner.query(
          `select d.provider, d.sender_id as sender, d.status, d.reason from notify.deliveries as d
           join notify.notifications as n on n.id = d.notification_id where n.event_id = $1 order by 1`,
          [event],
        )
      ).rows;
    await until(
      'both have ended',
      async () => (await fates()).filter(({ status }) => ['sent', 'suppressed'].includes(status)).length === 2,
    );
    expect(await fates()).toEqual([
      { provider: 'apns', sender: senders.apns, status: 'sent', reason: null },
      { provider: 'fcm', sender: id, status: 'suppressed', reason: 'provider_not_configured' },
    ]);
    expect(await one(db.owner, 'select configured from notify.senders where id = $1', [id])).toBe(false);
  });
});

test('a development key that Apple refuses stops no production phone, also of the same person, and costs no token', async () => {
  const development = await setSender('default', { secret: 'APNS_KEY_DEVELOPMENT', environment: 'development' });
  const type = await makeTypeOf('default');
  const developers = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const id = await makePerson(db, { devices: [] });
      return { id, phone: await register(id), build: await register(id, null, 'development') };
    }),
  );
  const refused = (token: string) =>
    sandbox.journal
      .list({ provider: 'apns', address: token })
      .filter(({ reason }) => reason === 'InvalidProviderToken');
  // Until the worker has read it, the sandbox takes both.
  await until('the builds are refused', async () => {
    await db.owner.query('truncate notify_private.daily_counters');
    for (const { id } of developers) await tell(db, type, [id]);
    return developers.every(({ build }) => refused(build).length > 0);
  });
  await until('the development sender is paused', async () =>
    one<boolean>(db.owner, 'select paused_until is not null from notify.senders where id = $1', [development.id]),
  );
  for (const { phone } of developers) {
    expect(topicAt(phone)).toBe(topic);
    expect(refused(phone)).toEqual([]);
  }
  expect(await one(db.owner, 'select paused_until from notify.senders where id = $1', [senders.apns])).toBeNull();
  expect(await one(db.owner, 'select count(*)::integer from notify.devices where deactivated_at is not null')).toBe(0);
  // Mended: what waited goes out.
  await setSender('default', { environment: 'development' });
  await until('the builds are rung', async () =>
    developers.every(({ build }) => sandbox.journal.list({ provider: 'apns', address: build })[0]?.status === 200),
  );
  expect(await one(db.owner, 'select paused_until from notify.senders where id = $1', [development.id])).toBeNull();
});

describe('set_sender() refuses', () => {
  test.each([
    ['app', 'nobodys', {}],
    ['provider', 'ours', { provider: 'in_app' }],
    ['provider', 'ours', { provider: 'pigeon' }],
    ['environment', 'ours', { environment: 'staging' }],
    ['environment', 'ours', { environment: 'development', provider: 'fcm' }],
    ['options', 'ours', { options: { host: 'evil.example' } }],
    ['options', 'ours', { options: { topic: 'a b' } }],
    ['options', 'ours', { options: { topic: 5 } }],
    ['options', 'ours', { options: ['topic'] }],
    ['options', 'ours', { options: { from: 'Trips <hello@example.com>' } }],
    ['options', 'ours', { options: { from: 'Trips\r\nBcc: all@example.com' }, provider: 'smtp' }],
    ['secret_setting', 'ours', { secret: 'DATABASE_URL' }],
    ['secret_setting', 'ours', { secret: 'JWT_SECRET' }],
    ['secret_setting', 'ours', { secret: 'SMTP_URL_OURS' }],
    ['secret_setting', 'ours', { secret: 'APNS_KEYS' }],
    ['secret_setting', 'ours', { secret: 'X_APNS_KEY_OURS' }],
    ['secret_setting', 'ours', { secret: 'APNS_KEY_OURS\nX' }],
    ['secret_setting', 'ours', { secret: 'WEBHOOK_SECRET', provider: 'webhook' }],
  ] as const)('%s: %s %j', async (column, app, options) => {
    await expect(setSender(app, options)).rejects.toMatchObject({ code: 'RBINV', column });
  });

  test('everybody but operators; nor may these, or the owner, write around it', async () => {
    const person = await makePerson(db, { devices: [] });
    const call = `select notify.set_sender('ours', 'apns')`;
    await expect(db.asUser(person, (client) => client.query(call))).rejects.toMatchObject({ code: '42501' });
    await expect(db.asWorker((client) => client.query(call))).rejects.toMatchObject({ code: '42501' });
    await expect(db.asHttp((client) => client.query(call))).rejects.toMatchObject({ code: '42501' });
    for (const column of ['options', 'secret_setting', 'app_key', 'configured']) {
      await expect(
        db.asOperator((client) => client.query(`update notify.senders set ${column} = ${column}`)),
      ).rejects.toMatchObject({ code: '42501' });
    }
    await expect(
      db.asOwner((client) =>
        client.query(`update notify.senders set secret_setting = 'DATABASE_URL' where provider = 'apns'`),
      ),
    ).rejects.toMatchObject({ code: '23514', constraint: 'senders_secret_setting_is_the_providers' });
  });
});

describe('a process reads a sender from', () => {
  const given = {
    ...Object.fromEntries(['DATABASE_URL', 'JWT_SECRET', 'PATH', 'LINK_KEYS'].map((name) => [name, 'not for senders'])),
    TWILIO_AUTH_TOKEN: 'the default one',
    TWILIO_AUTH_TOKEN_TRIPS: 'of trips',
  };
  const trips = { account_sid: `AC${'1'.repeat(32)}`, from: '+15550100' };
  const of = (secretSetting: string | null, options: Record<string, string> = trips) =>
    readSender(providerSettingsOf(given), { provider: 'twilio', environment: 'production', options, secretSetting });

  test('the settings of providers alone', () => {
    expect(Object.keys(providerSettingsOf(given))).toEqual(['TWILIO_AUTH_TOKEN', 'TWILIO_AUTH_TOKEN_TRIPS']);
    expect(of('TWILIO_AUTH_TOKEN_TRIPS')?.twilio).toMatchObject({
      authToken: 'of trips',
      accountSid: trips.account_sid,
    });
    expect(of(null)?.twilio).toMatchObject({ authToken: 'the default one', from: trips.from });
  });

  test('no other variable, whatever the row says, and nothing where it has not got the secret', () => {
    for (const name of ['DATABASE_URL', 'TWILIO_AUTH_TOKENS', 'TWILIO_AUTH_TOKEN_NOBODYS', 'PATH'])
      expect(of(name)).toBeNull();
  });

  test('options of the right kind', () => {
    for (const options of [
      { ...trips, from: 'Trips' },
      { account_sid: trips.account_sid },
      { ...trips, api_url: 'https://evil.example' },
    ]) {
      expect(() => of(null, options as Record<string, string>)).toThrow(ConfigError);
    }
  });
});
