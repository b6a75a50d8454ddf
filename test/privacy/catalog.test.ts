import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Client, TestDatabase } from '../support/database.ts';
import { createDatabase } from '../support/database.ts';

let db: TestDatabase;
let client: Client;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  client = await db.owner.connect();
  await client.query('begin');
});
afterEach(async () => {
  await client.query('rollback');
  client.release();
});

/** Every row is something about a person that may be forgotten on export or erasure. */
const gaps = `
  with declared as (
    select *, array(select jsonb_object_keys(changes)) as changed from notify_private.all_personal_data()
  ), tables as (
    select c.oid, n.nspname || '.' || c.relname as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition
      and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public', 'graphile_worker', 'rowbell')
  ), columns as (
    select t.oid, t.name as table_name, a.attname::text as name, y.typname, coalesce(e.typname, y.typname) as element, coalesce(e.typtype, y.typtype) as kind,
      exists (
        select from pg_constraint as f
        where f.contype = 'f' and f.conrelid = t.oid and f.confrelid = 'notify.users'::regclass and a.attnum = any (f.conkey)
      ) as refers_to_person,
      exists (
        select from pg_constraint as f
        where f.contype = 'f' and f.conrelid = t.oid and f.confrelid <> 'notify.users'::regclass and a.attnum = any (f.conkey)
      ) as refers_to_thing
    from tables as t
    join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    join pg_type as y on y.oid = a.atttypid
    left join pg_type as e on e.oid = y.typelem and y.typcategory = 'A'
  ), people as (
    select * from columns
    where refers_to_person
      or element = 'uuid' and not refers_to_thing and (
        name ~ '(^|_)(user|recipient|actor|person|member|author|creator|leader|owner|coach|client|athlete|player|host|guest|sender|operator|admin|who)(_id|_ids)?$'
        or name ~ '_by$' or name ~ '^(by|from|to)_id$')
  )
  select name || ': is not declared in any personal_data()' as gap from tables where name not in (select table_name from declared)
  union all
  select table_name || ': is declared, but is no table' from declared where table_name not in (select name from tables)
  union all
  select table_name || '.' || c || ': is declared, but is no column'
  from declared cross join unnest(array_remove(changed || hidden || not_theirs || column_name, null)) as c
  where not exists (select from columns where columns.table_name = declared.table_name and columns.name = c)
  union all
  select p.table_name || '.' || p.name || ': names a person and is not declared'
  from people as p
  where not exists (
    select from declared as d where d.table_name = p.table_name and d.on_erasure <> 'nothing' and (d.column_name = p.name or p.name = any (d.changed))
  )
  union all
  -- Any other uuid that leads nowhere: a key of ours, or said not to be a person.
  select c.table_name || '.' || c.name || ': is an id of nothing known; declare it or give it a foreign key'
  from columns as c
  where c.element = 'uuid' and not c.refers_to_thing and not c.refers_to_person
    and c.name not in ('id', 'event_id', 'notification_id', 'notification_ids', 'delivery_id', 'delivery_ids', 'digest_id', 'device_id', 'worker_id', 'claim_id')
    and not exists (select from people as p where p.table_name = c.table_name and p.name = c.name)
    and not exists (
      select from declared as d where d.table_name = c.table_name and (d.column_name = c.name or c.name = any (d.changed || d.not_theirs))
    )
  union all
  -- A row that stays: whatever in it can hold words is changed or said not to be theirs, by each way that leads to it.
  select d.table_name || '.' || c.name || ': stays when the person of ' || coalesce(d.column_name, 'another way') || ' is erased; say in changes or not_theirs what it is'
  from declared as d
  join columns as c on c.table_name = d.table_name
  where d.on_erasure = 'change'
    and (c.element in ('text', 'varchar', 'bpchar', 'name', 'json', 'jsonb', 'xml', 'bytea', 'inet', 'cidr', 'macaddr', 'point', 'hstore') or c.kind = 'c')
    and c.name <> all (d.changed || d.not_theirs) and c.name is distinct from d.column_name
  union all
  select c.table_name || '.' || c.name || ': looks like somebody''s, in a table that is said to be about nobody'
  from columns as c
  where exists (select from declared as d where d.table_name = c.table_name and d.on_erasure = 'nothing')
    and (c.element in ('inet', 'cidr', 'macaddr') or c.element in ('text', 'varchar') and c.name ~ '(^|_)(email|phone|mailbox|address|ip|user_agent|first_name|last_name|full_name|external_id)$')
  union all
  select c.table_name || '.' || c.name || ': looks like a secret and would be exported as it is'
  from columns as c
  where c.name ~ '(token|secret|password|p256dh|_auth|private_key|credential)' and c.element in ('text', 'bytea', 'varchar')
    and exists (select from declared as d where d.table_name = c.table_name and d.exports <> 'false' and c.name <> all (d.hidden))
  union all
  select table_name || ': gives no reason' from declared where (on_erasure = 'nothing' or exports = 'false' and column_name is not null) and coalesce(length(reason), 0) < 5
  order by 1`;

async function listGaps(): Promise<string[]> {
  const { rows } = await client.query<{ gap: string }>(gaps);
  return rows.map(({ gap }) => gap);
}

test('issue 3, 11: every column about a person, in every table of every pack, is exported and erased or says why not', async () => {
  expect(await listGaps()).toEqual([]);
});

test.each([
  [
    'alter table trips.trips add column sponsor_id uuid references notify.users',
    'trips.trips.sponsor_id: names a person and is not declared',
  ],
  [
    'alter table notify.senders add column changed_by uuid',
    'notify.senders.changed_by: names a person and is not declared',
  ],
  [
    'alter table notify.devices add column previous_owner_id uuid',
    'notify.devices.previous_owner_id: names a person and is not declared',
  ],
  [
    'alter table notify.holds add column whatever uuid',
    'notify.holds.whatever: is an id of nothing known; declare it or give it a foreign key',
  ],
  [
    'alter table notify.events add column note text',
    'notify.events.note: stays when the person of actor_id is erased; say in changes or not_theirs what it is',
  ],
  [
    'alter table trips.trips add column last_ip inet',
    'trips.trips.last_ip: stays when the person of leader_id is erased; say in changes or not_theirs what it is',
  ],
  [
    'alter table notify.consents add column answers jsonb[]',
    'notify.consents.answers: stays when the person of recorded_by is erased; say in changes or not_theirs what it is',
  ],
  [
    'alter table notify.senders add column contact_email text',
    `notify.senders.contact_email: looks like somebody's, in a table that is said to be about nobody`,
  ],
  [
    'alter table notify.devices add column refresh_token text',
    'notify.devices.refresh_token: looks like a secret and would be exported as it is',
  ],
  [
    'create table trips.photos (id uuid primary key, user_id uuid references notify.users)',
    'trips.photos: is not declared in any personal_data()',
  ],
  [
    'alter table trips.trips rename column leader_id to lead_id',
    'trips.trips.leader_id: is declared, but is no column',
  ],
])('issue 3, 11: a change that nobody declared is found: %s', async (change, gap) => {
  await client.query(change);
  expect(await listGaps()).toContain(gap);
});

test('issue 3, 11: a new column of a row that belongs to a person needs no word', async () => {
  await client.query('alter table notify.personal_settings add column favourite_colour text');
  expect(await listGaps()).toEqual([]);
});

test('issue 3, 11: all that is declared can be asked for, of what is known of the person by name', async () => {
  const forExport = 'null::uuid as id, null::uuid[] as delivery_ids';
  const forErasure = `${forExport}, null::text[] as terms, null::uuid[] as event_ids, null::uuid[] as notification_ids,
    null::text[] as identifiers`;
  const { rows } = await client.query<{
    name: string;
    rows: string;
    exports: string;
    changes: Record<string, string> | null;
  }>('select table_name as name, rows, exports, changes from notify_private.all_personal_data()');
  for (const declared of rows)
    for (const [condition, person] of [
      [declared.rows, forErasure],
      [declared.exports, forExport],
      ...Object.values(declared.changes ?? {}).map((to) => [`(${to}) is null`, forErasure]),
    ])
      await client.query(
        `select from ${declared.name} as r cross join (select ${person}) as person where ${condition}`,
      );
});

test('issue 3, 11: docs/privacy.md names every exemption, with its reason, and none besides', async () => {
  const page = await readFile(new URL('../../docs/privacy.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z_.]+)` \| (.+) \|$/gm)].map(([, table, reason]) => `${table}: ${reason}`);
  const { rows } = await client.query<{ line: string }>(
    `select distinct table_name || ': ' || reason as line from notify_private.all_personal_data() where on_erasure = 'nothing' order by 1`,
  );
  expect(listed.sort()).toEqual(rows.map(({ line }) => line).sort());
});
