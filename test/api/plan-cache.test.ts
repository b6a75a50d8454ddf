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
     select id, 1, 'accepted', now() from notify.deliveries;
     insert into notify.receipts (delivery_id, kind, source) select id, 'opened', 'client' from notify.deliveries`,
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

/** Everything that reads the inbox, with the filters that choose differently. */
const inboxReads = [
  'select notify.unread_count()',
  ...[
    'null',
    `'(,,f,,,,,,)'`,
    `'("{security}",,,,,,,,)'`,
    `'(,"{test_push}",,"{archived,snoozed}",,,,thread,)'`,
    `'(,,,,2020-01-01Z,2100-01-01Z,,,)'`,
    `'(,,,,,,title,,)'`,
  ].flatMap((filter) => [
    `select notify.inbox_count(${filter})`,
    `select notify.inbox_categories(${filter})`,
    ...['newest', 'oldest', 'unread_first'].flatMap((sort) => [
      `select notify_hidden.inbox_page(${filter}, '${sort}', 21, null, null, false)`,
      `select notify_hidden.inbox_page(${filter}, '${sort}', 21, uuidv7(), false, true)`,
      // As the API has it.
      `select i.id, i.title from notify_hidden.inbox_rows(${filter}, '${sort}', 21, null, null, false) as i`,
    ]),
  ]),
  `select notify.inbox_suggestions('t')`,
  'select notify.inbox_row(uuidv7())',
];

/** Tables of notifications and words that a transaction has read from end to end so far, inside of functions, too. */
const readWhole = `select relname from pg_stat_xact_user_tables where relname ~ '^notification(s|_words)' and seq_scan > 0`;

test('NC-6: whatever reads the inbox goes by its indexes, also by plans that were made while there was nothing', async () => {
  const young = await createDatabase();
  try {
    const id = await createUser(young);
    const client = await young.owner.connect();
    try {
      const readAll = async () => {
        await client.query('begin');
        await client.query('set local role rowbell_user');
        await client.query(`select set_config('rowbell.user_id', $1, true)`, [id]);
        for (const read of inboxReads) await client.query(read);
        const { rows } = await client.query(readWhole);
        await client.query('commit');
        return rows;
      };
      // Often enough for every plan to be the cached one.
      for (let n = 0; n < 7; n++) expect(await readAll()).toEqual([]);
      await client.query(
        `insert into notify.users (name) select 'Somebody' from generate_series(1, 200);
         insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
         select uuidv7(), u.id, 'test_push', 'P0', 'A title', 'A body', now() from notify.users as u, generate_series(1, 40)`,
      );
      expect(await readAll()).toEqual([]);
      await client.query('analyze');
      expect(await readAll()).toEqual([]);
      // The measure sees what it is to see.
      await client.query('begin');
      await client.query('select from notify.notifications where title = $1', ['none']);
      expect((await client.query(readWhole)).rows).not.toEqual([]);
      await client.query('rollback');
    } finally {
      client.release();
    }
  } finally {
    await young.drop();
  }
}, 120_000);

test("NC-6: a count reads one's own in one index and no row", async () => {
  const month = new Date().toISOString().slice(0, 7).replace('-', '_');
  await database.owner.query('vacuum notify.notifications');
  for (const filter of [
    'null',
    `'(,,f,,,,,,)'`,
    `'(,,,"{archived}",2020-01-01Z,2100-01-01Z,,thread,)'`,
    `'("{security}",,,,,,,,)'`,
  ]) {
    const nodes = await database.asUser(ada, (client) =>
      explain(client, `select count(*) from notify_hidden.inbox(${filter})`),
    );
    const read = nodes.filter(
      (node) => node['Relation Name']?.startsWith('notifications_') && node['Relation Name'].endsWith(month),
    );
    expect(read.map((node) => node['Node Type'])).toEqual(['Index Only Scan']);
    expect(read[0]?.['Index Name']).toMatch(/_recipient_id_id_type_key/);
  }
});

test("NC-6: a page reads as far as it goes, in the index's order", async () => {
  const nodes = await database.asUser(ada, async (client) => {
    // As inbox_page() has it.
    await client.query('set local enable_sort = off');
    return explain(client, 'select id from notify_hidden.inbox(null) where id < uuidv7() order by id desc limit 21');
  });
  expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
  const read = nodes.filter((node) => node['Relation Name']?.startsWith('notifications_'));
  expect(read.reduce((sum, node) => sum + (node['Actual Rows'] ?? 0), 0)).toBe(21);
});

test("NC-50: one's own deliveries, their receipts and consents are looked up by key, by page, by notification and for figures", async () => {
  const { notificationId } = await makeDelivery(database, ada);
  for (const since of ['', `since => now() - interval '1 day'`]) {
    const page = `select * from notify.analytics_deliveries(${since}) order by notification_id desc, delivery_id desc limit 20`;
    expect(await scanned(page)).toEqual([]);
  }
  expect(await scanned('select * from notify.delivery_timelines where notification_id = $1', [notificationId])).toEqual(
    [],
  );
  const figures = `select count(read_at), count(*) from notify.delivery_timelines where recipient_id = $1`;
  expect(await scanned(figures, [ada])).toEqual([]);
});

test('without an index it is seen', async () => {
  expect(await scanned(`select from notify.delivery_attempts where code = 'x'`)).not.toEqual([]);
});
