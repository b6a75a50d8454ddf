import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoLines } from '../../src/demo/lines.ts';
import { type DemoOptions, loadDemo } from '../../src/demo/load.ts';
import { circle, people } from '../../src/demo/people.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { planAll, toldOf } from './world.ts';

let db: TestDatabase;
const everywhere: DemoOptions = {
  webPushOrigin: 'https://127.0.0.1:9001',
  providers: new Set(['apns', 'fcm', 'web_push']),
};

/** On a connection of its own: it has a transaction of its own. */
async function load(options = everywhere): Promise<number> {
  const client = await db.owner.connect();
  try {
    return await loadDemo(client, options);
  } finally {
    client.release();
  }
}

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

test('a second load writes nothing and keeps what people changed', async () => {
  expect(await load()).toBe(1 + people.length * 2 + 9);
  await db.owner.query(`update notify.users set name = 'Ada L.' where external_id = 'demo-ada'`);
  await db.owner.query(
    `update notify.devices set deactivated_at = now(), deactivation_reason = 'unregistered' where name = 'ben-android'`,
  );
  expect(await load()).toBe(0);
  const { rows } = await db.owner.query(
    `select (select count(*)::int from notify.users) as users, (select count(*)::int from notify.devices) as devices,
            (select name from notify.users where external_id = 'demo-ada') as ada,
            (select count(*)::int from notify.devices where deactivated_at is not null) as gone`,
  );
  expect(rows).toEqual([{ users: people.length, devices: 9, ada: 'Ada L.', gone: 1 }]);
});

test('browsers move to where the sandbox is now', async () => {
  expect(await load({ ...everywhere, webPushOrigin: 'https://127.0.0.1:9002' })).toBe(3);
  const { rows } = await db.owner.query(`select token from notify.devices where provider = 'web_push'`);
  expect(rows.every(({ token }) => token.startsWith('https://127.0.0.1:9002/push/'))).toBe(true);
});

test('without the sandbox nobody gets a pretended device', async () => {
  await db.owner.query('delete from notify.devices');
  expect(await load({ webPushOrigin: null, providers: new Set() })).toBe(0);
  expect(await load({ webPushOrigin: null, providers: new Set(['apns', 'web_push']) })).toBe(3);
  expect(await load()).toBe(6);
});

test('people could register these devices themselves, once a worker has said where the sandbox is', async () => {
  await db.worker.query(`select notify_private.register_worker('urgent', 'h', 1, '{}', '{https://127.0.0.1:9001}')`);
  const { rows } = await db.owner.query(
    'select user_id, provider, token, web_push_p256dh, web_push_auth from notify.devices',
  );
  for (const { user_id, provider, token, web_push_p256dh, web_push_auth } of rows) {
    await db.asUser(user_id, (client) =>
      client.query('select notify.register_device($1, $2, $3, $4)', [provider, token, web_push_p256dh, web_push_auth]),
    );
  }
});

test('TR-1 the line to try rings the others', async () => {
  const lines = demoLines({ psql: 'psql rowbell', apiUrl: 'http://127.0.0.1:5678' });
  const sql = /^psql rowbell -c "([^"]+)"$/.exec(lines.sql)?.[1];
  await db.owner.query(sql ?? '');
  await planAll(db);
  expect(await toldOf(db, 'trip_created_notify')).toEqual(['Ben', 'Chloé', 'Dilan', 'Eva']);
  const body = /-d '([^']+)'$/.exec(lines.curl)?.[1] ?? '';
  expect(JSON.parse(body).query).toBe(
    `mutation { createTrip(input: {circleId: "${circle.id}", name: "Lisbon in May"}) { result { id } } }`,
  );
});
