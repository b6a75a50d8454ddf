import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  // Values of people, as an application's audience has them; a variant and a key besides.
  await db.owner.query(`
    create table public.untold_values (user_id uuid primary key, name text, day jsonb, key text, variant text not null default 'default');
    create function public.untold_audience(event_ids uuid[])
    returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb) language sql stable
    as $$
      select e.id, x.user_id, x.variant, jsonb_build_object('Name', x.name, 'Day', x.day, 'Key', x.key)
      from notify.events as e
      join public.untold_values as x on e.data -> 'to' ? x.user_id::text
      where e.id = any (event_ids)
    $$`);
});
afterAll(() => db?.drop());

const good = { name: 'Ada', day: { dates: ['2026-12-24', '2026-12-26'] }, key: 'k', variant: 'default' };
type Values = Partial<Record<keyof typeof good, unknown>>;

async function makeNamed(values: Values = {}): Promise<string> {
  const id = await makePerson(db);
  const all = { ...good, ...values };
  await db.owner.query('insert into public.untold_values values ($1, $2, $3, $4, $5)', [
    id,
    all.name,
    JSON.stringify(all.day),
    all.key,
    all.variant,
  ]);
  return id;
}

async function makeNamedType(): Promise<string> {
  const type = await makeType(db, { channels: ['push', 'in_app'], body: '{Name}, {Day}' });
  await db.owner.query(
    `update notify.notification_types set audience = 'public.untold_audience', dedupe_key = '{Key}:{userId}' where key = $1`,
    [type],
  );
  return type;
}

/** As a worker does at its next look. */
const plan = () => db.worker.query(`call notify_private.plan_due('bulk', 100, null, null)`);
const emit = (type: string, people: readonly string[]) =>
  one<string>(
    db.owner,
    `insert into notify.events (type_key, data) values ($1, jsonb_build_object('to', $2::text[])) returning id`,
    [type, people],
  );
/** "rule reason" or "send", a channel after the other, by person. */
async function saidOf(event: string): Promise<Record<string, string>> {
  const { rows } = await db.owner.query<{ id: string; said: string }>(
    `select recipient_id as id, string_agg(coalesce(rule || ' ' || reason, outcome), ', ' order by channel) as said
     from notify.decisions where event_id = $1 group by 1`,
    [event],
  );
  return Object.fromEntries(rows.map(({ id, said }) => [id, said]));
}
const toldOnce = (event: string) =>
  one<number>(
    db.owner,
    'select count(*)::integer from (select from notify.notifications where event_id = $1 group by recipient_id having count(*) = 1) as n',
    [event],
  );
const retry = (event: string) =>
  db.asOperator((operator) => operator.query('select notify.retry_event($1) as done', [event]), { commit: true });

test('W07: whoever lacks a value, has one that is none or no copy keeps nobody else from being told', async () => {
  const type = await makeNamedType();
  const ada = await makeNamed();
  const bad = {
    nameless: await makeNamed({ name: null }),
    'no such day': await makeNamed({ day: { dates: ['2026-02-30', '2026-03-01'] } }),
    'no date': await makeNamed({ day: { date: 'soon' } }),
    'no key': await makeNamed({ key: null }),
    'no variant': await makeNamed({ variant: 'leader' }),
  };
  const eve = await makeNamed();
  const event = await emit(type, [ada, ...Object.values(bad), eve]);
  await plan();
  const said = await saidOf(event);
  expect([said[ada], said[eve]]).toEqual(['send, send', 'send, send']);
  const missing = 'copy missing_value, copy missing_value';
  const invalid = 'copy invalid_value, copy invalid_value';
  expect(Object.fromEntries(Object.entries(bad).map(([what, id]) => [what, said[id]]))).toEqual({
    nameless: missing,
    'no such day': invalid,
    'no date': invalid,
    'no key': missing,
    'no variant': 'copy no_copy, copy no_copy',
  });
  expect(await one(db.owner, 'select planned_at is not null from notify.events where id = $1', [event])).toBe(true);
  // Whoever looks is told what is missing.
  const { rows } = await db.asOperator((operator) =>
    operator.query('select distinct verdict, rule, inputs, because from notify.explain($1, recipient_id => $2)', [
      event,
      bad.nameless,
    ]),
  );
  expect(rows).toEqual([
    {
      verdict: 'suppressed',
      rule: 'copy',
      inputs: { value: 'Name' },
      because: 'Its text could not be written, because a value in it was missing.',
    },
  ]);
});

test('W07: of 1 200 two are nameless; a retry asks the audience again, and tells them and nobody twice', async () => {
  const type = await makeNamedType();
  await db.owner.query(`
    with person as (insert into notify.users (id) select uuidv7() from generate_series(1, 1200) returning id),
    device as (
      insert into notify.devices (user_id, provider, token, environment)
      select id, 'fcm', 'untold-' || id, 'production' from person returning user_id
    )
    insert into public.untold_values select id, 'crowd', '{"dates": ["2026-12-24", "2026-12-26"]}', 'k' from person`);
  const { rows } = await db.owner.query<{ id: string }>(
    `select user_id as id from public.untold_values where name = 'crowd' order by user_id`,
  );
  const people = rows.map(({ id }) => id);
  const late = people.slice(700, 702);
  await db.owner.query('update public.untold_values set name = null where user_id = any ($1)', [late]);
  // An event may carry 16 kB, and these are more.
  const event = await emit(type, []);
  await db.owner.query(
    `create or replace function public.untold_crowd(event_ids uuid[])
     returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb) language sql stable as $$
       select e.id, x.user_id, x.variant, jsonb_build_object('Name', x.name, 'Day', x.day, 'Key', x.key)
       from notify.events as e cross join public.untold_values as x
       where e.id = any (event_ids) and x.user_id between '${people[0]}' and '${people.at(-1)}' $$`,
  );
  await db.owner.query(`update notify.notification_types set audience = 'public.untold_crowd' where key = $1`, [type]);
  await plan();
  expect(await toldOnce(event)).toBe(1_198);
  await db.owner.query(`update public.untold_values set name = 'Late' where user_id = any ($1)`, [late]);
  expect((await retry(event)).rows).toEqual([{ done: true }]);
  await plan();
  expect(await toldOnce(event)).toBe(1_200);
  expect(await one(db.owner, 'select count(*)::integer from notify.notifications where event_id = $1', [event])).toBe(
    1_200,
  );
  expect((await retry(event)).rows).toEqual([{ done: false }]);
});

test('W07: where nobody can be told the event fails and waits, and a retry asks anew', async () => {
  const type = await makeNamedType();
  const people = [await makeNamed({ name: null }), await makeNamed({ name: null })];
  const event = await emit(type, people);
  await plan();
  expect(await saidOf(event)).toEqual({});
  expect(await one(db.owner, 'select plan_error from notify.events where id = $1', [event])).toBe(
    'RBVAR: copy needs a value for {Name}',
  );
  await db.owner.query(`update public.untold_values set name = 'Named' where user_id = any ($1)`, [people]);
  await retry(event);
  await plan();
  expect(Object.values(await saidOf(event))).toEqual(['send, send', 'send, send']);
});
