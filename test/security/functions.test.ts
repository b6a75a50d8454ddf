import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/database.ts';
import { type Arguments, common, type Side } from '../support/side.ts';
import { marksIn, startTwoSides, type TwoSides, tablesIn } from './world.ts';

/** Argument → what is given for it, as text of PostgreSQL. */
type Values = Readonly<Record<string, string>>;
type Argument = { readonly name: string; readonly type: string; readonly isOptional: boolean };
type Routine = { readonly name: string; readonly arguments: readonly Argument[] };

let world: TwoSides;
beforeAll(async () => {
  world = await startTwoSides();
  // What a person may do in a day is another test's.
  await world.db.owner.query('update notify.limits set at_most = 1000000');
  await world.db.owner.query(`create table engine_test.baseline (place text, row text);
    create index on engine_test.baseline (place)`);
  for (const table of await tablesIn(world.db))
    if (!table.startsWith('engine_test.'))
      await world.db.owner.query(`insert into engine_test.baseline select $1, r::text from ${table} as r`, [table]);
  await world.db.owner.query('analyze engine_test.baseline');
});
afterAll(() => world?.db.drop());

/** Calls with one's own ids that do not succeed all the same, and why. */
const doNotSucceed: Readonly<Record<string, RegExp>> = {
  // Either of two ids, and never both nor none.
  'notify.change_notifications': /^RBINV filter: give either this or notification_ids/,
  'notify.explain': /^RBINV event_id, notification_id: one of them must be given/,
  'notify.trace': /^RBINV event_id, notification_id: one of them must be given/,
  'notify_hidden.resolve_explain_target': /^RBINV event_id, notification_id: one of them must be given/,
};

/** What a call with somebody else's id in it may change of theirs, or tell of them, and why. */
const mayTouch: Readonly<Record<string, readonly string[]>> = {
  // To ask somebody is what these are for. They are new rows, and what was there is as it was; how often a person may be
  // asked by strangers is theirs (SE-5).
  'juke.invite_listeners': ['juke.invites', 'notify_private.limit_uses'],
  // A phone is whose token is registered last: the row moves, with its id, and who had it gets nothing on it any more.
  'coaching.register_coaching_device': ['notify.devices'],
  'notify.register_device': ['notify.devices', 'the answer'],
  // Kept of the caller, whose session of that name, if they have one, is over: no other person's is.
  'notify.end_session': ['notify_private.ended_sessions'],
  'trips.add_member': ['notify_private.events', 'notify_private.limit_uses', 'trips.circle_invitations'],
};

/** Every function that a role may execute. */
async function routinesOf(role: string): Promise<Routine[]> {
  const { rows } = await world.db.owner.query<Routine>(
    `select format('%s.%s', n.nspname, p.proname) as name,
       coalesce((
         select jsonb_agg(jsonb_build_object('name', p.proargnames[i], 'type', format_type(t, null), 'isOptional', i > pronargs - pronargdefaults) order by i)
         from unnest(p.proargtypes::oid[]) with ordinality as a (t, i)
       ), '[]') as arguments
     from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
     where has_function_privilege($1, p.oid, 'execute') and has_schema_privilege($1, n.oid, 'usage')
       and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public', 'engine_test') and prokind = 'f' and prorettype <> 'trigger'::regtype
     order by 1`,
    [role],
  );
  return rows;
}

const lookUp = (all: Arguments, routine: Routine, { name }: Argument): string | undefined =>
  all[`${routine.name}.${name}`] ?? all[name];
const isId = (argument: Argument) =>
  /^uuid(\[\])?$/.test(argument.type) || /^(session_id|topic_key|step_key|token)$/.test(argument.name);

/** What a function needs, of one side; and one argument more that may be left out. Names what it has no value for. */
function valuesFor(routine: Routine, side: Side, extra?: Argument): Values {
  const needed = routine.arguments.filter(
    (argument) => !argument.isOptional || argument === extra || `${routine.name}.${argument.name}` in common,
  );
  return Object.fromEntries(
    needed.map((argument) => {
      const value = lookUp(common, routine, argument) ?? lookUp(side.ids, routine, argument);
      if (value === undefined) throw new Error(`${routine.name}: no value for ${argument.name}, ${argument.type}`);
      return [argument.name, value];
    }),
  );
}

/** Arguments that say whose: these are tried with another's. */
const idsOf = (routine: Routine) =>
  routine.arguments.filter((argument) => isId(argument) && lookUp(world.b.ids, routine, argument) !== undefined);

/** Calls with one's own ids: what is needed, and each other id beside it. */
const ownCalls = (routine: Routine, side: Side): Values[] => [
  valuesFor(routine, side),
  ...idsOf(routine).flatMap((id) => (id.isOptional ? [valuesFor(routine, side, id)] : [])),
];

/** Calls that name something of another's: each id alone, all together. */
function foreignCalls(routine: Routine, own: Side, other: Side): Values[] {
  const ids = idsOf(routine);
  const needed = ids.filter(({ isOptional }) => !isOptional);
  const swap = (values: Values, some: readonly Argument[]): Values => ({
    ...values,
    ...Object.fromEntries(some.map((id) => [id.name, lookUp(other.ids, routine, id) ?? ''])),
  });
  return [
    ...needed.map((id) => swap(valuesFor(routine, own), [id])),
    ...(needed.length > 1 ? [swap(valuesFor(routine, own), needed)] : []),
    ...ids.flatMap((id) => (id.isOptional ? [swap(valuesFor(routine, own, id), [id])] : [])),
  ];
}

type Outcome = {
  readonly error: string | null;
  /** What it answered or said was wrong. */
  readonly text: string;
  /** Rows of these tables are not what they were, or are new: `table: marks of whom it must not concern`. */
  readonly touched: readonly string[];
};

/** Calls a function as a role, for somebody; looks what became of the rows in which a mark stands; undoes it. */
function run(
  role: string,
  routine: Routine,
  values: Values,
  me: Side | null,
  marks: ReadonlySet<string>,
): Promise<Outcome> {
  return world.db.asOwner(async (client) => {
    await client.query(`select set_config('rowbell.user_id', $1, true), set_config('rowbell.session_id', $2, true)`, [
      me?.person.id ?? '',
      me?.sessionId ?? '',
    ]);
    const types = new Map(routine.arguments.map(({ name, type }) => [name, type]));
    const given = Object.keys(values).map((name, index) => `${name} => $${index + 1}::text::${types.get(name)}`);
    await client.query(`set local role ${role}; savepoint call`);
    try {
      const { rows } = await client.query<{ text: string | null }>(
        `select string_agg(f::text, E'\\n') as text from ${routine.name}(${given}) as f`,
        Object.values(values),
      );
      await client.query('set constraints all immediate; reset role');
      return { error: null, text: rows[0]?.text ?? '', touched: await touchedIn(client, marks) };
    } catch (error) {
      await client.query('rollback to savepoint call');
      const { code, message } = error as { code?: string; message: string };
      return { error: `${code} ${message}`, text: message, touched: [] };
    }
  });
}

async function touchedIn(client: Client, marks: ReadonlySet<string>): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, relname) as name from pg_stat_xact_user_tables
     where n_tup_ins + n_tup_upd + n_tup_del > 0 and schemaname not in ('graphile_worker', 'engine_test') order by 1`,
  );
  const touched: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(
      `(select row from engine_test.baseline where place = $1 except all select r::text from ${name} as r)
       union all (select r::text from ${name} as r except all select row from engine_test.baseline where place = $1)`,
      [name],
    );
    // A partition stands for its table.
    if (rows.some(({ row }) => marksIn(row, marks).length > 0))
      touched.push(name.replace(/_\d{4}_\d{2}$|_default$/, ''));
  }
  return [...new Set(touched)];
}

const without = (marks: ReadonlySet<string>, values: Values) => {
  const said = Object.values(values).join(' ').toLowerCase();
  return new Set([...marks].filter((mark) => !said.includes(mark.toLowerCase())));
};
const shown = (routine: Routine, values: Values) =>
  `${routine.name}(${Object.entries(values).map(([name, value]) => `${name} => ${value}`)})`;

describe('SE: functions that people may call', () => {
  test('with their own ids each does its work, and none of it concerns anybody else', async () => {
    const failed: string[] = [];
    const used = new Set<string>();
    for (const routine of await routinesOf('rowbell_user'))
      for (const values of ownCalls(routine, world.a)) {
        const { error, text, touched } = await run('rowbell_user', routine, values, world.a, world.marks.b);
        const marks = marksIn(text, world.marks.b);
        if (marks.length > 0 || touched.length > 0)
          failed.push(`${shown(routine, values)} concerns ${[...marks, ...touched]}`);
        if (error === null) continue;
        if (doNotSucceed[routine.name]?.test(error)) used.add(routine.name);
        else failed.push(`${shown(routine, values)}: ${error}`);
      }
    expect(failed).toEqual([]);
    expect([...used].sort()).toEqual(Object.keys(doNotSucceed).sort());
  });

  test('with ids of another person each tells nothing of them and changes nothing of theirs', async () => {
    const failed: string[] = [];
    const used = new Set<string>();
    let calls = 0;
    for (const routine of await routinesOf('rowbell_user'))
      for (const values of foreignCalls(routine, world.a, world.b)) {
        calls++;
        const { text, touched } = await run('rowbell_user', routine, values, world.a, world.marks.b);
        const told = marksIn(text, without(world.marks.b, values)).length > 0 ? ['the answer'] : [];
        const concerns = [...told, ...touched];
        const more = concerns.filter((place) => !mayTouch[routine.name]?.includes(place));
        if (more.length < concerns.length) used.add(routine.name);
        if (more.length > 0) failed.push(`${shown(routine, values)} concerns ${more}`);
      }
    expect(failed).toEqual([]);
    expect(calls).toBeGreaterThan(90);
    expect([...used].sort()).toEqual(Object.keys(mayTouch).sort());
  });
});

test('SE: functions of the HTTP routes concern only whom their link or callback names', async () => {
  const failed: string[] = [];
  const routines = await routinesOf('rowbell_http');
  expect(routines.length).toBeGreaterThan(8);
  for (const routine of routines) {
    for (const [own, others] of [
      [world.a, world.marks.b],
      [world.b, world.marks.a],
    ] as const)
      for (const values of ownCalls(routine, own)) {
        const { error, text, touched } = await run('rowbell_http', routine, values, null, others);
        if (error !== null || touched.length > 0 || marksIn(text, others).length > 0)
          failed.push(`${shown(routine, values)}: ${error} ${touched}`);
      }
    // One person's link with another's mail in it.
    if (routine.arguments.some(({ name }) => name === 'user_id'))
      for (const values of foreignCalls(routine, world.a, world.b).filter(
        (each) => each.user_id === world.a.person.id,
      )) {
        const { text, touched } = await run('rowbell_http', routine, values, null, world.marks.b);
        if (touched.length > 0 || marksIn(text, without(world.marks.b, values)).length > 0)
          failed.push(`${shown(routine, values)} concerns ${touched}`);
      }
  }
  expect(failed).toEqual([]);
});

test('SE: functions that anybody may call tell of nobody', async () => {
  for (const routine of await routinesOf('rowbell_anonymous')) {
    const { error, text, touched } = await run(
      'rowbell_anonymous',
      routine,
      valuesFor(routine, world.a),
      null,
      new Set([...world.marks.a, ...world.marks.b]),
    );
    expect([routine.name, error, text, touched]).toEqual([routine.name, null, '', []]);
  }
});
