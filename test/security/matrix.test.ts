import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Grant,
  ourRoles,
  type Relation,
  type RoutineGrant,
  readRelations,
  renderGrants,
} from '../../scripts/grants.ts';
import { ourSchemas } from '../../scripts/schema.ts';
import type { Client } from '../support/database.ts';
import { attempt, installAttempt, marksIn, startTwoSides, type TwoSides } from './world.ts';

let world: TwoSides;
let relations: Relation[];
let roles: string[];
beforeAll(async () => {
  world = await startTwoSides();
  await installAttempt(world.db);
  const client = await world.db.owner.connect();
  relations = (await readRelations(client)).filter(({ name }) => !name.startsWith('engine_test.'));
  const { rows } = await client.query<{ rolname: string }>(`select rolname from (${ourRoles}) as r order by 1`);
  roles = rows.map(({ rolname }) => rolname);
  client.release();
});
afterAll(() => world?.db.drop());

/** Work as a role, on a connection that may become any; undone. */
const as = <T>(role: string, work: (client: Client) => Promise<T>, userId = ''): Promise<T> =>
  world.db.asOwner(async (client) => {
    await client.query(`select set_config('rowbell.user_id', $1, true), set_config('rowbell.session_id', '', true)`, [
      userId,
    ]);
    await client.query(`set local role ${role}`);
    return work(client);
  });

const verbs = {
  select: (relation: string, column: string) => `select ${column} from ${relation} where false`,
  insert: (relation: string, column: string) => `insert into ${relation} (${column}) values (default)`,
  update: (relation: string, column: string) => `update ${relation} set ${column} = default where false`,
} as const;
/** Refused as a privilege, or as what nobody can do: to a view that gathers, to a column that is computed. */
const isRefused = ({ state, message }: { state: string | null; message: string | null }) =>
  ['55000', '0A000', '428C9'].includes(state ?? '') || (state === '42501' && !message?.includes('row-level security'));

/** What a role can do by doing it: every verb to every column of every relation. */
async function tryRelations(role: string): Promise<Grant[]> {
  const all = relations.flatMap(({ name, columns }) => [
    ...columns.flatMap((column) =>
      (['select', 'insert', 'update'] as const).map((verb) => ({
        grant: { relation: name, role, verb, column } satisfies Grant,
        statement: verbs[verb](name, JSON.stringify(column)),
      })),
    ),
    {
      grant: { relation: name, role, verb: 'delete', column: null } satisfies Grant,
      statement: `delete from ${name} where false`,
    },
  ]);
  const results = await as(role, (client) =>
    attempt(
      client,
      all.map(({ statement }) => statement),
    ),
  );
  return all.flatMap(({ grant }, index) =>
    isRefused(results[index] ?? { state: '42501', message: null }) ? [] : [grant],
  );
}

/** What the file says; relations alone, or functions alone. */
const granted = async (part: 'relations' | 'functions') => {
  const text = await readFile(join(import.meta.dirname, '..', '..', 'db', 'grants.txt'), 'utf8');
  const [head = '', functions = ''] = text.split('# Functions that somebody may execute\n');
  return (part === 'relations' ? head : functions).trim();
};

test('SE: every role, relation, verb and column: what db/grants.txt lists can be done, all else is refused', async () => {
  const grants = (await Promise.all(roles.map(tryRelations))).flat();
  const [done = ''] = renderGrants(relations, grants, []).split('# Functions');
  expect(done.trim()).toBe(await granted('relations'));
  expect(roles).toContain('rowbell_api');
  expect(grants.length).toBeGreaterThan(1_500);
});

test('SE: every role and function: what db/grants.txt lists can be called, all else is refused', async () => {
  const { rows: routines } = await world.db.owner.query<{
    name: string;
    isProcedure: boolean;
    call: string;
    probe: string;
  }>(
    `select p.oid::regprocedure::text as name, prokind = 'p' as "isProcedure",
       format('call %I.%I(%s)', n.nspname, proname, coalesce(nulls, '')) as call,
       -- Permission is asked when a plan is made ready; nothing is run. From a row, so that no null is folded away before.
       format('explain select %I.%I(%s) from (select %s offset 0) as a', n.nspname, proname, coalesce(names, ''), coalesce(named, '1 as x')) as probe
     from pg_proc as p join (${ourSchemas}) as n on n.oid = p.pronamespace
     cross join lateral (
       select string_agg('null::' || format_type(t, null), ', ' order by i) as nulls, string_agg('a.p' || i, ', ' order by i) as names,
         string_agg(format('null::%s as p%s', format_type(t, null), i), ', ' order by i) as named
       from unnest(proargtypes::oid[]) with ordinality as a (t, i)
     ) as arguments
     where prorettype <> 'trigger'::regtype and nspname <> 'engine_test'`,
  );
  const file = await granted('functions');
  const listed = new Map(file.split('\n').map((line) => line.split(': ') as [string, string]));
  const grants: RoutineGrant[] = [];
  const odd: string[] = [];
  for (const role of roles) {
    const isListed = (name: string) => listed.get(name)?.split(', ').includes(role) === true;
    // A procedure that may be called would do its work.
    const tried = routines.filter(({ isProcedure, name }) => !isProcedure || !isListed(name));
    const results = await as(role, (client) =>
      attempt(
        client,
        tried.map(({ isProcedure, call, probe }) => (isProcedure ? call : probe)),
      ),
    );
    for (const [index, { name }] of tried.entries()) {
      const { state, message } = results[index] ?? { state: '', message: '' };
      if (state === null) grants.push({ routine: name, role });
      else if (state !== '42501') odd.push(`${role} ${name}: ${state} ${message}`);
    }
    grants.push(...routines.filter((each) => !tried.includes(each)).map(({ name }) => ({ routine: name, role })));
  }
  expect(odd).toEqual([]);
  const [, done = ''] = renderGrants([], [], grants).split('# Functions that somebody may execute\n');
  expect(done.trim()).toBe(file);
  expect(grants.length).toBeGreaterThan(200);
});

test('SE: nobody is granted a partition, by whose name the policies of its table would be passed by', async () => {
  const { rows } = await world.db.owner.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class as c join (${ourSchemas}) as n on n.oid = c.relnamespace where relispartition and relkind = 'r'`,
  );
  expect(rows.length).toBeGreaterThan(20);
  for (const role of roles) {
    const results = await as(role, (client) =>
      attempt(
        client,
        rows.flatMap(({ name }) => [`select from ${name}`, `delete from ${name} where false`, `truncate ${name}`]),
      ),
    );
    expect([role, results.filter((result) => !isRefused(result))]).toEqual([role, []]);
  }
});

/** Relations that a role may read, with the columns it may read. */
const readable = async (role: string) => {
  const grants = (await tryRelations(role)).filter(({ verb }) => verb === 'select');
  return Map.groupBy(grants, ({ relation }) => relation);
};
/** All that a role reads there, as text. */
const textOf = async (client: Client, relation: string, columns: readonly (string | null)[]): Promise<string> => {
  const list = columns.map((column) => JSON.stringify(column)).join(', ');
  const { rows } = await client.query<{ text: string | null }>(
    `select string_agg(r::text, E'\\n') as text from (select ${list} from ${relation}) as r`,
  );
  return rows[0]?.text ?? '';
};

describe('SE: rows', () => {
  test('a person reads what is theirs in each relation that has any of it, and nothing of another person', async () => {
    const relations = await readable('rowbell_user');
    const unseen: string[] = [];
    for (const [relation, grants] of relations) {
      const columns = grants.map(({ column }) => column);
      const all = await world.db.asOwner((owner) => textOf(owner, relation, columns));
      for (const [me, mine, theirs] of [
        [world.a, world.marks.a, world.marks.b],
        [world.b, world.marks.b, world.marks.a],
      ] as const) {
        const seen = await as('rowbell_user', (client) => textOf(client, relation, columns), me.person.id);
        expect([relation, marksIn(seen, theirs)]).toEqual([relation, []]);
        // What would show nothing if the other's rows were not there; and that isolation does not come from seeing nothing.
        if (marksIn(all, mine).length > 0 && marksIn(seen, mine).length === 0) unseen.push(relation);
      }
    }
    expect([...new Set(unseen)]).toEqual([]);
    expect(relations.size).toBeGreaterThan(45);
  });

  test('each table that is about people has rows of both, or the test above would show nothing', async () => {
    const { rows } = await world.db.owner.query<{ name: string }>(
      `select distinct table_name as name from notify_private.all_personal_data() where on_erasure <> 'nothing' and table_name <> 'notify.erasures' order by 1`,
    );
    const empty: string[] = [];
    for (const { name } of rows) {
      const { rows: found } = await world.db.owner.query<{ text: string | null }>(
        `select string_agg(r::text, E'\\n') as text from ${name} as r`,
      );
      for (const marks of [world.marks.a, world.marks.b])
        if (marksIn(found[0]?.text ?? '', marks).length === 0) empty.push(name);
    }
    expect(empty).toEqual([]);
  });

  test.each(['rowbell_anonymous', 'rowbell_http', 'rowbell_worker', 'rowbell_api'])(
    '%s reads no relation',
    async (role) => {
      expect([...(await readable(role)).keys()]).toEqual([]);
    },
  );

  test('a user whom nobody knows reads of nobody', async () => {
    const both = new Set([...world.marks.a, ...world.marks.b]);
    for (const id of ['', '00000000-0000-7000-8000-000000000000'])
      for (const [relation, grants] of await readable('rowbell_user')) {
        const seen = await as(
          'rowbell_user',
          (client) =>
            textOf(
              client,
              relation,
              grants.map(({ column }) => column),
            ),
          id,
        );
        expect([relation, marksIn(seen, both)]).toEqual([relation, []]);
      }
  });

  test('analysts read figures, and nobody in them', async () => {
    const views = await readable('rowbell_analyst');
    expect(views.size).toBeGreaterThan(15);
    for (const [relation, grants] of views) {
      expect(relation).toMatch(/^analytics\./);
      const seen = await as('rowbell_analyst', (client) =>
        textOf(
          client,
          relation,
          grants.map(({ column }) => column),
        ),
      );
      expect([relation, marksIn(seen, new Set([...world.marks.a, ...world.marks.b]))]).toEqual([relation, []]);
    }
  });

  test.each(['rowbell_operator', 'rowbell_writer'])('%s reads every row of what it may read', async (role) => {
    const some = await readable(role);
    expect(some.size).toBeGreaterThan(40);
    for (const relation of some.keys()) {
      const count = async (client: Client) =>
        (await client.query<{ n: number }>(`select count(*)::integer as n from ${relation}`)).rows[0]?.n;
      expect([relation, await as(role, count)]).toEqual([relation, await world.db.asOwner(count)]);
    }
  });

  test.each(['rowbell_operator', 'rowbell_writer', 'rowbell_user'])(
    'what %s may write it really can: no policy stands against a grant',
    async (role) => {
      const grants = Map.groupBy(await tryRelations(role), ({ relation }) => relation);
      const refused: string[] = [];
      for (const [relation, some] of grants) {
        const columnsOf = (verb: Grant['verb']) =>
          some.flatMap((grant) => (grant.verb === verb && grant.column !== null ? [JSON.stringify(grant.column)] : []));
        const [inserted, updated, seen] = [columnsOf('insert'), columnsOf('update'), columnsOf('select')];
        const statements = [
          ...(inserted.length > 0 && inserted.every((column) => seen.includes(column))
            ? [`insert into ${relation} (${inserted}) select ${inserted} from ${relation} limit 1`]
            : []),
          ...(updated.length > 0 && updated.every((column) => seen.includes(column))
            ? updated.map((column) => `update ${relation} set ${column} = ${column}`)
            : []),
          ...(some.some(({ verb }) => verb === 'delete') ? [`delete from ${relation}`] : []),
        ];
        const total = await world.db.asOwner(
          async (client) =>
            (await client.query<{ n: number }>(`select count(*)::integer as n from ${relation}`)).rows[0]?.n ?? 0,
        );
        const results = await as(role, (client) => attempt(client, statements), world.a.person.id);
        for (const [index, { rows, state, message }] of results.entries()) {
          if (state === '42501') refused.push(`${statements[index]}: ${message}`);
          if (role !== 'rowbell_user' && state === null && total > 0 && Number(rows) === 0)
            refused.push(`${statements[index]}: finds no row of ${total}`);
        }
      }
      expect(refused).toEqual([]);
    },
  );
});

test('SE: what a service may write and people always see is an instant: a list with infinity in it could not be shown', async () => {
  const { rows } = await world.db.owner.query<{ name: string }>(
    `select format('%s.%I', attrelid::regclass, attname) as name
     from pg_attribute join pg_class as c on c.oid = attrelid join (${ourSchemas}) as n on n.oid = relnamespace
     where atttypid in ('timestamptz'::regtype, 'date'::regtype) and attnotnull and relkind in ('r', 'p') and not relispartition
       and exists (select from (${ourRoles}) as r where has_column_privilege(r.oid, attrelid, attnum, 'insert, update') and has_schema_privilege(r.oid, n.oid, 'usage'))
       and not exists (select from pg_constraint where conrelid = attrelid and contype = 'c' and pg_get_constraintdef(oid) like '%isfinite(' || attname || ')%')
     order by 1`,
  );
  expect(rows).toEqual([]);
});
