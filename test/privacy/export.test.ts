import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makeDevice, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

type Row = { readonly table_name: string; readonly data: Record<string, unknown> };

let db: TestDatabase;
let ada: string;
let friend: string;
let token: string;
let ofFriend: string;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  [ada, friend] = [await makePerson(db, { email: 'ada@example.org', devices: [] }), await makePerson(db)];
  token = (await makeDevice(db, ada)).token;
  await db.owner.query(
    `insert into notify.webhook_endpoints (user_id, url, secret) values ($1, 'https://hooks.example/1', 'whsec_${'b'.repeat(32)}')`,
    [ada],
  );
  const typeKey = await makeType(db, { channels: ['push', 'in_app'], defaultChannels: ['push', 'in_app'] });
  ofFriend = await one(
    db.owner,
    'insert into notify.events (type_key, actor_id, data, idempotency_key) values ($1, $2, $3, $4) returning id',
    [typeKey, friend, JSON.stringify({ to: [ada, friend], private: 'of the friend' }), 'key of the friend'],
  );
  await db.owner.query('insert into notify.events (type_key, actor_id, data) values ($1, $2, $3)', [
    typeKey,
    ada,
    JSON.stringify({ to: [friend] }),
  ]);
  await tell(db, typeKey, [friend], { private: 'between others' });
  await planDue(db);
  await db.owner.query(
    `with d as (select id from notify.deliveries where recipient_id = $1 and channel = 'push'),
     a as (insert into notify.delivery_attempts (delivery_id, attempt, outcome, started_at) select id, 1, 'transient', now() from d)
     insert into notify.receipts (delivery_id, kind, source) select id, 'delivered', 'client' from d`,
    [ada],
  );
  await db.asUser(ada, (user) => user.query(`select notify.set_preference('${typeKey}', 'push', false)`), {
    commit: true,
  });
  await db.owner.query(
    `insert into notify.consents (user_id, method, granted, text_version, region, evidence) values ($1, 'signup_form', true, 'v1', 'DE', '{"ip": "192.0.2.7"}')`,
    [ada],
  );
  await db.owner.query(
    `with circle as (insert into trips.circles (name) values ('Hikers') returning id)
     insert into trips.trips (circle_id, name, creator_id, leader_id) select id, 'Lisbon', $1, $2 from circle`,
    [ada, friend],
  );
});
afterAll(() => db.drop());

type As = (work: (client: Client) => Promise<{ rows: Row[] }>) => Promise<{ rows: Row[] }>;

const exportBy = async (as: As, sql = `select * from notify.export_person('${ada}')`) =>
  (await as((client) => client.query<Row>(sql))).rows;
const by =
  (id: string): As =>
  (work) =>
    db.asUser(id, work);
const of = (rows: readonly Row[], table: string) =>
  rows.filter((row) => row.table_name === table).map(({ data }) => data);

test('issue 3, 11: the export of a person has every row that is theirs, from every table, and each once', async () => {
  const rows = await exportBy(db.asOperator);
  expect([...new Set(rows.map((row) => row.table_name))]).toEqual(
    [
      'trips.trips',
      'notify.receipts',
      'notify.delivery_attempts',
      'notify.deliveries',
      'notify.events',
      'notify.decisions',
      'notify.notifications',
      'notify_private.daily_counters',
      'notify.webhook_endpoints',
      'notify.preferences',
      'notify.preference_changes',
      'notify.consents',
      'notify.users',
      'notify.activities',
    ].toSpliced(8, 0, 'notify.devices'),
  );
  expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(rows.length);
  expect(of(rows, 'notify.users')).toMatchObject([{ id: ada, email: 'ada@example.org' }]);
  expect(of(rows, 'notify.consents')).toMatchObject([{ method: 'signup_form', evidence: { ip: '192.0.2.7' } }]);
  expect(of(rows, 'notify.receipts')).toMatchObject([{ kind: 'delivered' }]);
  expect(of(rows, 'notify.notifications')).toMatchObject([{ event_id: ofFriend, title: 'Title' }]);
  for (const table of ['decisions', 'deliveries', 'notifications', 'preferences', 'preference_changes'])
    expect(of(rows, `notify.${table}`).length, table).toBe(
      await one(
        db.owner,
        `select count(*)::integer from notify.${table} where ${table.startsWith('pref') ? 'user_id' : 'recipient_id'} = $1`,
        [ada],
      ),
    );
});

test('issue 3, 11: nothing of others: their part of shared events, their ids in shared rows, events between others', async () => {
  const rows = await exportBy(db.asOperator);
  const text = JSON.stringify(rows.filter((row) => row.table_name !== 'notify.notifications'));
  for (const value of ['of the friend', 'between others']) expect(text).not.toContain(value);
  const events = of(rows, 'notify.events');
  expect(events.find(({ id }) => id === ofFriend)).not.toHaveProperty('actor_id');
  expect(events.find(({ id }) => id === ofFriend)).not.toHaveProperty('data');
  // What they caused themselves is theirs, whoever was told.
  expect(events.filter(({ actor_id }) => actor_id === ada)).toHaveLength(2);
  const [trip] = of(rows, 'trips.trips');
  expect(trip).toMatchObject({ name: 'Lisbon', creator_id: ada });
  expect(trip).not.toHaveProperty('leader_id');
});

test('issue 3, 11: tokens and secrets are told of by their digest', async () => {
  const rows = await exportBy(db.asOperator);
  expect(JSON.stringify(rows)).not.toContain(token);
  expect(JSON.stringify(rows)).not.toContain('whsec_');
  expect(of(rows, 'notify.devices')).toMatchObject([
    { token: `sha256:${createHash('sha256').update(token).digest('hex')}` },
  ]);
});

test('issue 3, 11: a person exports themselves and nobody else; services and strangers nobody', async () => {
  const own = await exportBy(by(ada), 'select * from notify.export_my_data()');
  expect(own).toEqual(await exportBy(db.asOperator));
  const others = await exportBy(by(friend), 'select * from notify.export_my_data()');
  expect(of(others, 'notify.users')).toMatchObject([{ id: friend }]);
  for (const as of [by(friend), db.asHttp, db.asAnonymous, db.asWorker])
    await expect(exportBy(as)).rejects.toMatchObject({ code: '42501' });
  await expect(exportBy(db.asAnonymous, 'select * from notify.export_my_data()')).rejects.toMatchObject({
    code: '42501',
  });
  expect(await exportBy(db.asOperator, `select * from notify.export_person('${crypto.randomUUID()}')`)).toEqual([]);
});
