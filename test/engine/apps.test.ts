import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(`insert into notify.apps (key, name) values ('ours', 'Ours'), ('theirs', 'Theirs')`);
});
afterAll(() => db.drop());

const register = (person: string, app: string | null, token = randomBytes(32).toString('hex')) =>
  db.asUser(
    person,
    async (client) =>
      (await client.query<{ id: string }>(`select id from notify.register_device('apns', $1, app => $2)`, [token, app]))
        .rows[0]?.id as string,
    { commit: true },
  );

/** A person with a phone of each app. */
async function makeOwner() {
  const id = await makePerson(db, { devices: [], email: 'ada@example.com', phone: '+15550100' });
  const phones = {
    all: await register(id, null),
    ours: await register(id, 'ours'),
    theirs: await register(id, 'theirs'),
  };
  return { id, phones };
}

async function makeTypeOf(app: string | null, channels = ['push']): Promise<string> {
  const type = await makeType(db, { channels });
  await db.owner.query('update notify.notification_types set app_key = $2 where key = $1', [type, app]);
  return type;
}

/** Tells the person and plans; by whom and where it goes. */
async function route(type: string, person: string) {
  const event = await tell(db, type, [person]);
  await planDue(db);
  const { rows } = await db.owner.query<{ device: string | null; sender: number | null; provider: string }>(
    `select d.device_id as device, d.sender_id as sender, d.provider
     from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id where n.event_id = $1 order by d.channel`,
    [event],
  );
  return { event, deliveries: rows };
}

describe('a type of an app goes', () => {
  test.each([
    ['ours', ['all', 'ours']],
    ['default', ['all']],
    [null, ['all', 'ours', 'theirs']],
  ] as const)('%s: to %j', async (app, expected) => {
    const { id, phones } = await makeOwner();
    const { deliveries } = await route(await makeTypeOf(app), id);
    expect(deliveries.map(({ device }) => device).sort()).toEqual(expected.map((name) => phones[name]).sort());
  });

  test('nowhere on push, for a person who has other apps alone; the decision says so', async () => {
    const person = await makePerson(db, { devices: [] });
    await register(person, 'theirs');
    const { event, deliveries } = await route(await makeTypeOf('ours'), person);
    expect(deliveries).toEqual([]);
    expect(await one(db.owner, 'select rule from notify.decisions where event_id = $1', [event])).toBe('address');
  });

  test('by the senders of its app, and by those of the default app where it has none', async () => {
    const { id, phones } = await makeOwner();
    const own = await one<number>(
      db.owner,
      `insert into notify.senders (app_key, provider) values ('ours', 'apns') returning id`,
    );
    const mail = await one<number>(
      db.owner,
      `insert into notify.senders (app_key, provider) values ('ours', 'smtp') returning id`,
    );
    const { deliveries } = await route(await makeTypeOf('ours', ['push', 'email', 'sms', 'in_app']), id);
    expect(deliveries).toEqual(
      expect.arrayContaining([
        { device: phones.ours, sender: own, provider: 'apns' },
        // Its token is of the default app's topic.
        { device: phones.all, sender: senders.apns, provider: 'apns' },
        { device: null, sender: mail, provider: 'smtp' },
        { device: null, sender: senders.twilio, provider: 'twilio' },
        { device: null, sender: null, provider: 'in_app' },
      ]),
    );
    expect(deliveries).toHaveLength(5);
    const { deliveries: others } = await route(await makeTypeOf('theirs', ['email']), id);
    expect(others).toEqual([{ device: null, sender: senders.smtp, provider: 'smtp' }]);
  });
});

describe('a device', () => {
  test('belongs to the app that registered it last', async () => {
    const person = await makePerson(db, { devices: [] });
    const token = randomBytes(32).toString('hex');
    const id = await register(person, 'ours', token);
    const app = () => one<string>(db.owner, 'select app_key from notify.devices where id = $1', [id]);
    expect(await app()).toBe('ours');
    expect(await register(person, 'theirs', token)).toBe(id);
    expect(await app()).toBe('theirs');
    expect(await register(person, null, token)).toBe(id);
    expect(await app()).toBe('default');
  });

  test('of an app that there is not is refused', async () => {
    const person = await makePerson(db, { devices: [] });
    await expect(register(person, 'nobodys')).rejects.toMatchObject({ code: 'RBINV', column: 'app' });
  });
});

test('an app asks for its own part of the inbox; the default one for all of it', async () => {
  const person = await makePerson(db, { devices: [] });
  const types = {
    ours: await makeTypeOf('ours', ['in_app']),
    theirs: await makeTypeOf('theirs', ['in_app']),
    any: await makeTypeOf(null, ['in_app']),
  };
  for (const type of Object.values(types)) await tell(db, type, [person]);
  await planDue(db);
  const list = (app: string | null) =>
    db.asUser(person, async (client) => {
      const { rows } = await client.query<{ type: string; app: string | null }>(
        `select n.type_key as type, notify.notifications_app(n) as app
         from notify_hidden.inbox(jsonb_populate_record(null::notify.inbox_filter, jsonb_build_object('app', $1::text))) as n
         order by n.id`,
        [app],
      );
      return rows;
    });
  const [ours, theirs, any] = [
    { type: types.ours, app: 'ours' },
    { type: types.theirs, app: 'theirs' },
    { type: types.any, app: null },
  ];
  expect(await list('ours')).toEqual([ours, any]);
  expect(await list('default')).toEqual([ours, theirs, any]);
  expect(await list(null)).toEqual([ours, theirs, any]);
  await expect(list('nobodys')).rejects.toMatchObject({ code: 'RBINV', column: 'app' });
});

describe('people', () => {
  test('see the key and name of apps, and nothing of senders', async () => {
    const person = await makePerson(db, { devices: [] });
    const { rows } = await db.asUser(person, (client) => client.query('select * from notify.apps order by key'));
    expect(rows).toContainEqual({ key: 'ours', name: 'Ours' });
    expect(Object.keys(rows[0])).toEqual(['key', 'name']);
    for (const sql of ['select id from notify.senders', 'select notify_private.list_senders()']) {
      await expect(db.asUser(person, (client) => client.query(sql))).rejects.toMatchObject({ code: '42501' });
    }
    await expect(db.asAnonymous((client) => client.query('select * from notify.apps'))).rejects.toMatchObject({
      code: '42501',
    });
  });

  test.each([
    `insert into notify.apps (key, name) values ('mine', 'Mine')`,
    `update notify.apps set name = 'Mine'`,
    `update notify.senders set rate_per_second = 1`,
    `update notify.devices set app_key = 'ours'`,
    `update notify.notification_types set app_key = 'ours'`,
  ])('may not %s', async (sql) => {
    const person = await makePerson(db, { devices: [] });
    await expect(db.asUser(person, (client) => client.query(sql))).rejects.toMatchObject({ code: '42501' });
  });
});
