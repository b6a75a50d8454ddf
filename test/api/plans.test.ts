import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery } from '../support/engine.ts';
import { explain } from '../support/explain.ts';

let database: TestDatabase;
let ada: string;

beforeAll(async () => {
  database = await createDatabase();
  ada = await createUser(database);
  await database.owner.query(
    `insert into notify.users (name) select 'Somebody' from generate_series(1, 500);
     insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
     select uuidv7(), u.id, 'test_push', 'P0', 'A title', 'A body', now() from notify.users as u, generate_series(1, 40);
     insert into notify.deliveries
       (notification_id, recipient_id, channel, provider, lane, status, expires_at, max_attempts, attempt, sent_at)
     select id, recipient_id, 'push', 'apns', 'bulk', 'sent', now(), 8, 1, now() from notify.notifications;
     insert into notify.delivery_attempts (delivery_id, attempt, outcome, started_at)
     select id, 1, 'accepted', now() from notify.deliveries`,
  );
  await database.owner.query('analyze');
});
afterAll(async () => {
  await database?.drop();
});

/** Relations read from end to end as the user; the months that are still empty may be. */
async function scanned(sql: string, values: unknown[] = []): Promise<(string | undefined)[]> {
  const month = new Date().toISOString().slice(0, 7).replace('-', '_');
  const nodes = await database.asUser(ada, (client) => explain(client, sql, values));
  return nodes
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .map((node) => node['Relation Name'])
    .filter((relation) => relation?.endsWith(month));
}

test('a page of the inbox reads an index, whoever else has notifications', async () => {
  expect(await scanned('select * from notify.notifications order by id desc limit 20')).toEqual([]);
});

test('from a notification down to the attempts it is indexes all the way', async () => {
  const { notificationId } = await makeDelivery(database, ada);
  const sql = `select a.code from notify.deliveries as d join notify.delivery_attempts as a on a.delivery_id = d.id
     where d.notification_id = $1`;
  expect(await scanned(sql, [notificationId])).toEqual([]);
});

test("unread_count() looks at one's own alone", async () => {
  const sql = `select count(*) from notify.notifications
     where recipient_id = $1 and read_at is null and archived_at is null`;
  expect(await scanned(sql, [ada])).toEqual([]);
});

test('without an index it is seen', async () => {
  expect(await scanned(`select from notify.delivery_attempts where code = 'x'`)).not.toEqual([]);
});
