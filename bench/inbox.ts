import { parseArgs } from 'node:util';
import '../src/graphql/environment.ts';
import { createPool } from '../src/database/pool.ts';
import { createShares } from '../src/graphql/fair-shares.ts';
import type { Identity } from '../src/graphql/identity.ts';
import { makeGraphql } from '../src/graphql/schema.ts';
import { createLogger } from '../src/logger.ts';
import { listSchemas } from '../src/migrate/packs.ts';
import { startDatabase } from './stack.ts';
import { median, percentile } from './statistics.ts';

// NC-6: every list, search and count of somebody with 100 000 notifications, and of somebody with 1 000, among ten million of
// a year, through GraphQL as these people.
const { values } = parseArgs({
  allowPositionals: true,
  options: { notifications: { type: 'string', default: '10000000' }, samples: { type: 'string', default: '40' } },
});
const total = Number(values.notifications);
const samples = Number(values.samples);
const people = { many: '00000000-0000-7000-8000-0000000000b1', few: '00000000-0000-7000-8000-0000000000b2' };
const owned = { many: Math.round(total / 100), few: Math.round(total / 10_000) };
const others = 99_000;

const say = (sentence: string) => console.error(`bench: ${sentence}`);
say('starting PostgreSQL …');
const { pool, apiDatabaseUrl, stop } = await startDatabase();
const logger = createLogger({ level: 'warn', component: 'bench' });
const api = createPool({ url: apiDatabaseUrl, applicationName: 'bench', logger });
try {
  await seed();
  const shares = createShares({ poolSize: 10, planningMsPerMinute: 60_000 });
  const schemas = await listSchemas();
  const { execute } = await makeGraphql({ pool: api, schemas, introspection: false, shares, trusted: null, logger });
  const ask = async (userId: string, query: string, variables: Record<string, unknown>) => {
    const identity: Identity = { role: 'user', userId, sessionId: null, expiresAtMs: Number.POSITIVE_INFINITY };
    const startedAt = performance.now();
    const { body } = await execute(
      { query, variables },
      {
        identity,
        origin: () => ({ ipAddress: '127.0.0.1', userAgent: 'bench' }),
        signal: new AbortController().signal,
        readsOnly: true,
      },
    );
    const took = performance.now() - startedAt;
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return { took, data: body.data as Record<string, never> };
  };

  const page = `query ($filter: InboxFilterInput, $sort: InboxSort! = newest, $after: Cursor, $last: Int, $before: Cursor) {
    inbox(filter: $filter, sort: $sort, after: $after, last: $last, before: $before) {
      edges { cursor node { id title body typeKey createdAt readAt } } pageInfo { hasNextPage endCursor } } }`;
  const count = 'query ($filter: InboxFilterInput) { inboxCount(filter: $filter) }';
  const categories = 'query ($filter: InboxFilterInput) { inboxCategories(filter: $filter) { category total unread } }';
  const threads =
    'query ($filter: InboxFilterInput) { inboxThreads(filter: $filter) { nodes { threadId count unreadCount newest { title } } } }';
  const suggestions = 'query ($search: String!) { inboxSuggestions(search: $search) }';

  /** A cursor so far down an order; ids are random enough to be looked up and not computed. */
  const cursorAt = async (userId: string, sort: string, depth: number) => {
    const { rows } = await pool.query<{ id: string; is_read: boolean }>(
      `select id, read_at is not null as is_read from notify.notifications
       where recipient_id = $1 and archived_at is null
       order by ${sort === 'unread_first' ? 'read_at is not null, id desc' : sort === 'oldest' ? 'id' : 'id desc'} offset $2 limit 1`,
      [userId, depth],
    );
    const [row] = rows;
    return Buffer.from(JSON.stringify([sort, row?.is_read, row?.id])).toString('base64url');
  };

  const rows: string[][] = [];
  const measure = async (
    what: string,
    query: string,
    variables: (userId: string, owns: number) => Promise<Record<string, unknown>> | Record<string, unknown>,
  ) => {
    const figures: string[] = [];
    for (const person of ['many', 'few'] as const) {
      const given = await variables(people[person], owned[person]);
      const took: number[] = [];
      for (let n = 0; n < samples + 3; n++) took.push((await ask(people[person], query, given)).took);
      // The first ones find nothing prepared.
      const warm = took.slice(3);
      figures.push(`${median(warm).toFixed(1)} / ${percentile(warm, 0.99).toFixed(1)}`);
    }
    rows.push([what, ...figures]);
    say(`${what}: ${figures.join(', ')}`);
  };

  await measure('the API alone: who am I', '{ __typename }', () => ({}));
  for (const sort of ['newest', 'oldest', 'unread_first']) {
    const name = sort.replace('_', ' ');
    await measure(`${name}, first page`, page, () => ({ sort }));
    await measure(`${name}, at nine tenths`, page, async (id, owns) => ({
      sort,
      after: await cursorAt(id, sort, Math.floor(owns * 0.75)),
    }));
    await measure(`${name}, at nine tenths, backwards`, page, async (id, owns) => ({
      sort,
      last: 20,
      before: await cursorAt(id, sort, Math.floor(owns * 0.75)),
    }));
  }
  const month = (ago: number) => new Date(Date.now() - ago * 30 * 86_400_000).toISOString();
  const filters: Record<string, Record<string, unknown>> = {
    'no filter': {},
    category: { categories: ['billing'] },
    type: { types: ['login_new_device'] },
    'not read': { read: false },
    archived: { places: ['archived'] },
    'snoozed (none)': { places: ['snoozed'] },
    everywhere: { places: ['inbox', 'snoozed', 'archived'] },
    'a month, half a year ago': { since: month(6), until: month(5) },
    thread: { threadId: 'thread:7' },
    'search: a rare word': { search: 'zebra' },
    'search: a word in all': { search: 'account' },
    'search: one letter': { search: 'a' },
    'search: two words, another form': { search: 'accounts number' },
    'search: no such word': { search: 'quagga' },
    'search, category, month, not read': {
      search: 'account',
      categories: ['billing'],
      read: false,
      since: month(6),
      until: month(5),
    },
  };
  for (const [name, filter] of Object.entries(filters)) {
    if (name !== 'no filter') await measure(`list, ${name}`, page, () => ({ filter }));
    await measure(`count, ${name}`, count, () => ({ filter }));
    await measure(`categories, ${name}`, categories, () => ({ filter }));
    await measure(`threads, ${name}`, threads, () => ({ filter }));
  }
  for (const [name, search] of Object.entries({ 'a rare word': 'zebra', 'a word in all': 'account' })) {
    await measure(`unread first, search: ${name}`, page, () => ({ sort: 'unread_first', filter: { search } }));
  }
  await measure('badge', '{ unreadCount }', () => ({}));
  await measure('suggestions for a letter', suggestions, () => ({ search: 'p' }));
  await measure('suggestions for a word', suggestions, () => ({ search: 'payment' }));

  console.log(
    ['| median / p99 in ms | 100 000 | 1 000 |', '|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join(
      '\n',
    ),
  );
} finally {
  await api.end();
  await stop();
}

/** A year of notifications in their months, most of them of people with a hundred each; then what the worker does by the hour. */
async function seed(): Promise<void> {
  say(`writing ${total.toLocaleString('en')} notifications …`);
  const startedAt = performance.now();
  await pool.query(
    `insert into notify.users (id, name, locale) values ('${people.many}', 'Many', 'en'), ('${people.few}', 'Few', 'en')`,
  );
  await pool.query(
    `create table bench.others as select uuidv7() as id, place from generate_series(0, ${others - 1}) as place;
     alter table bench.others add primary key (place);
     insert into notify.users (id, name) select id, 'Other' from bench.others`,
  );
  // A year of partitions, as make_partitions() would have made them in their time.
  await pool.query(`do $$
    declare
      parent text;
      month timestamptz;
    begin
      for parent, month in
        select p, m from unnest(array['notify.notifications', 'notify_private.search_index_chunks']) as p,
          generate_series(date_trunc('month', now(), 'UTC') - interval '12 months', date_trunc('month', now(), 'UTC') - interval '2 months', '1 month', 'UTC') as m
      loop
        execute format('create table notify_private.%I partition of %s for values from (%L) to (%L)',
          split_part(parent, '.', 2) || to_char(month at time zone 'UTC', '_YYYY_MM'), parent,
          notify_private.uuidv7_floor(month), notify_private.uuidv7_floor(month + interval '1 month'));
      end loop;
    end $$`);
  const { rows: indexes } = await pool.query<{ definition: string }>(
    `select replace(pg_get_indexdef('notify.notifications_inbox_idx'::regclass), ' ON ONLY ', ' ON ') as definition`,
  );
  await pool.query('drop index notify.notifications_inbox_idx');
  const chunk = Math.max(1, Math.round(total / 20));
  for (let from = 0; from < total; from += chunk) {
    await pool.query(
      `insert into notify.notifications
         (id, event_id, recipient_id, type_key, priority, title, body, thread_id, created_at, expires_at, told_at, read_at, archived_at)
       select uuidv7(t.at - now()), uuidv7(), case n % 10000 when 1 then '${people.few}' else case n % 100 when 0 then '${people.many}' else o.id end end,
         (array['payment_completed','payment_failed','verification_completed','login_new_device','trip_created_notify','juke_invite','low_balance','test_push'])[1 + k.k % 8],
         'P1',
         (array['Payment received','Your payment failed','Verification completed','New log-in','Ada started planning a trip','You are invited to listen','Your balance is low','A test'])[1 + k.k % 8],
         (array['We received ','Declined: ','All good with ','A device signed in from Lisbon, ','Take a look when you are ready, ','Tap to join the session ','Top up soon: ','This is '])[1 + k.k % 8]
           || 'number ' || n || ' of account ' || n % 977 || case when k.k % 5000 = 0 then ', zebra' else '' end,
         'thread:' || k.k % 5000, t.at, t.at + interval '30 days', t.at,
         case when k.k % 3 > 0 then t.at + interval '1 hour' end, case when k.k % 7 = 0 then t.at + interval '1 day' end
       from generate_series($1::bigint, $2::bigint) as n
       cross join lateral (select n / 100 as k) as k
       cross join lateral (select now() - interval '364 days' + n * (interval '364 days' / ${total}) as at) as t
       join bench.others as o on o.place = (n * 7919) % ${others}`,
      [from, Math.min(from + chunk, total) - 1],
    );
    say(`${Math.min(from + chunk, total).toLocaleString('en')} …`);
  }
  await pool.query(`set maintenance_work_mem = '1GB'; ${indexes[0]?.definition}`);
  say('packing words …');
  // In their time these months were packed as they went.
  for (const person of Object.values(people)) {
    for (let packed = 1; packed > 0; ) {
      const { rows: done } = await pool.query<{ packed: number }>(
        'select notify_private.compact_search_index($1) as packed',
        [person],
      );
      packed = done[0]?.packed ?? 0;
    }
  }
  await pool.query('vacuum (analyze) notify.notifications');
  await pool.query('vacuum (analyze) notify_private.search_index_chunks');
  const { rows: sizes } = await pool.query<{ table: string; index: string; words: string }>(
    `select pg_size_pretty(sum(pg_relation_size(c.oid)) filter (where c.relname ~ '^notifications_\\d' and c.relkind = 'r')) as table,
       pg_size_pretty(sum(pg_relation_size(c.oid)) filter (where c.relname ~ '^notifications_\\d.*recipient' and c.relkind = 'i')) as index,
       pg_size_pretty(sum(pg_total_relation_size(c.oid)) filter (where c.relname ~ '^notification_words_\\d' and c.relkind = 'r')) as words
     from pg_class as c`,
  );
  say(`seeded in ${Math.round((performance.now() - startedAt) / 1000)} s: ${JSON.stringify(sizes[0])}`);
}
