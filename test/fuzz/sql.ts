import type pg from 'pg';
import { readRelations } from '../../scripts/grants.ts';
import fc from '../support/fast-check.ts';
import { common } from '../support/side.ts';
import type { Case, Json } from './case.ts';
import type { Target } from './target.ts';
import { hostileFor, hostileText } from './values.ts';

/** Values that calls of services need, by argument or function and argument; beyond those of people's functions. */
const meant: Readonly<Record<string, string>> = {
  user_id: '⟦me.recipient_id⟧',
  actor_id: '⟦me.recipient_id⟧',
  subject_type: 'trip',
  subject_id: '⟦me.trip_id⟧',
  data: '{}',
  due_at: '2030-01-01T00:00:00Z',
  time_of_day: '09:00',
  events: '{"(⟦me.type_key⟧,,,,\\"{}\\",,)"}',
  journey_key: 'juke_onboarding',
  enrollments: '{"(juke_onboarding,⟦me.recipient_id⟧,,,\\"{}\\")"}',
  'notify.reschedule_events.shift': '1 hour',
  'trips.itinerary_versions.version': '77',
  'juke.sessions.id': 'a session that is new',
  'juke.invites.invitee_id': '⟦me.recipient_id⟧',
  'notify.erase_person.user_id': '⟦me.erasable_id⟧',
  'notify.erase_person.confirm': '⟦me.erasable_id⟧',
  'notify.erase_person.reason': 'person_request',
  'notify.end_session_for.session_id': 'a session of another day',
  'notify.register_device_for.session_id': 'a session that is new',
  user_ids: '{⟦me.recipient_id⟧}',
  type: 'profile_updated',
  action: 'updated',
};

type Parameter = { readonly name: string; readonly type: string; readonly isOptional: boolean };
type Routine = { readonly name: string; readonly parameters: readonly Parameter[] };

/** What a service and an analyst may do in SQL: functions, inserts and updates, views. Never about the victim. */
export async function sqlTargets(client: pg.PoolClient, keys: ReadonlySet<string>): Promise<Target[]> {
  const targets: Target[] = [];
  for (const role of ['rowbell_writer', 'rowbell_analyst', 'rowbell_http'])
    for (const routine of await routinesOf(client, role)) targets.push(routineTarget(role, routine, keys));
  for (const { name, isView, columns } of await readRelations(client)) {
    if (isView) {
      const { rows } = await client.query<{ may: boolean }>(
        `select has_table_privilege('rowbell_analyst', $1, 'select') as may`,
        [name],
      );
      if (rows[0]?.may) targets.push(viewTarget(name, columns));
    } else targets.push(...(await tableTargets(client, name, keys)));
  }
  return targets;
}

async function routinesOf(client: pg.PoolClient, role: string): Promise<Routine[]> {
  const { rows } = await client.query<Routine>(
    `select format('%s.%s', n.nspname, p.proname) as name,
       coalesce((
         select jsonb_agg(jsonb_build_object('name', p.proargnames[i], 'type', format_type(t, null), 'isOptional', i > pronargs - pronargdefaults) order by i)
         from unnest(p.proargtypes::oid[]) with ordinality as a (t, i)
       ), '[]') as parameters
     from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
     where has_function_privilege($1, p.oid, 'execute') and has_schema_privilege($1, n.oid, 'usage') and n.nspname in ('notify', 'notify_private')
       and prokind = 'f' and prorettype <> 'trigger'::regtype
     order by 1`,
    [role],
  );
  return rows;
}

/** A value of PostgreSQL's text form. */
function valueFor(routine: string, { name, type }: Parameter, keys: ReadonlySet<string>): string {
  const own =
    [...keys].find((key) => key === `${routine}.${name}`) ??
    (name in meant || `${routine}.${name}` in meant ? undefined : [...keys].find((key) => key === name));
  if (own !== undefined) return `⟦me.${own}⟧`;
  return (
    meant[`${routine}.${name}`] ??
    meant[name] ??
    common[`${routine}.${name}`] ??
    common[name] ??
    (type === 'text' ? 'a' : type === 'bigint' ? '1' : '{}')
  );
}

function hostileAt(type: string): fc.Arbitrary<string | null> {
  const asText = (json: Json) => (json === null ? null : typeof json === 'string' ? json : JSON.stringify(json));
  if (type.endsWith('[]'))
    return fc.oneof(
      fc.constantFrom(
        '{}',
        '{NULL}',
        '{NULL,NULL}',
        '{{a},{b}}',
        `{${'a,'.repeat(5_000)}a}`,
        '{"(,,,,,,)"}',
        '{"(,,,,,,,,,,,)"}',
      ),
      hostileText,
      fc.constant(null),
    );
  if (/^jsonb?$/.test(type))
    return fc.oneof(
      hostileFor(type).map((json) => JSON.stringify(json)),
      hostileText,
    );
  return fc.oneof(hostileFor(type).map(asText), fc.constant(null));
}

function routineTarget(role: string, routine: Routine, keys: ReadonlySet<string>): Target {
  const needed = routine.parameters.filter(({ name, isOptional }) => !isOptional || `${routine.name}.${name}` in meant);
  const call = (given: ReadonlyMap<Parameter, string | null>): Case => {
    const names = [...given.keys()].map(({ name, type }, index) => `${name} => $${index + 1}::text::${type}`);
    return {
      kind: 'sql',
      role,
      text: `select * from ${routine.name}(${names.join(', ')})`,
      values: [...given.values()],
    };
  };
  const plainly = needed.map((parameter) => [parameter, valueFor(routine.name, parameter, keys)] as const);
  const changed =
    routine.parameters.length === 0
      ? fc.constant([])
      : fc.array(
          fc.oneof(
            ...routine.parameters.map((parameter) =>
              hostileAt(parameter.type).map((value) => [parameter, value] as const),
            ),
          ),
          { maxLength: 2 },
        );
  return {
    name: `${role} ${routine.name}`,
    changes: false,
    plain: [call(new Map(plainly))],
    cases: changed.map((some) => call(new Map<Parameter, string | null>([...plainly, ...some]))),
  };
}

function viewTarget(view: string, columns: readonly string[]): Target {
  const call = (where: string, values: readonly string[] = []): Case => ({
    kind: 'sql',
    role: 'rowbell_analyst',
    text: `select * from ${view}${where} limit 50`,
    values,
  });
  const column = fc.constantFrom(...columns.map((name) => JSON.stringify(name)));
  return {
    name: `rowbell_analyst ${view}`,
    changes: false,
    plain: [call('')],
    cases: fc.oneof(
      fc
        .tuple(column, fc.constantFrom('=', '<', '>', '~', 'like'), hostileText)
        .map(([name, operator, text]) => call(` where ${name}::text ${operator} $1`, [text])),
      column.map((name) => call(` order by ${name} desc nulls first`)),
    ),
  };
}

type Column = {
  readonly name: string;
  readonly type: string;
  readonly isPerson: boolean;
  readonly sample: string | null;
};

async function tableTargets(client: pg.PoolClient, table: string, keys: ReadonlySet<string>): Promise<Target[]> {
  const columnsFor = async (verb: 'INSERT' | 'UPDATE'): Promise<Column[]> => {
    const { rows } = await client.query<Omit<Column, 'sample'>>(
      `select attname::text as name, format_type(atttypid, atttypmod) as type,
         exists (select from pg_constraint where contype = 'f' and conrelid = attrelid and confrelid = 'notify.users'::regclass and attnum = any (conkey)) as "isPerson"
       from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and (attname, atttypid) <> ('id', 'uuid'::regtype)
         and has_schema_privilege('rowbell_writer', (select relnamespace from pg_class where oid = attrelid), 'usage')
         and has_column_privilege('rowbell_writer', attrelid, attnum, $2) order by attnum`,
      [table, verb],
    );
    const { rows: samples } =
      rows.length === 0
        ? { rows: [] }
        : await client.query<Record<string, string | null>>(
            `select ${rows.map(({ name }) => `${JSON.stringify(name)}::text`)} from ${table} limit 1`,
          );
    return rows.map((column) => ({ ...column, sample: samples[0]?.[column.name] ?? null }));
  };
  const givenFor = ({ name, type, isPerson, sample }: Column): string | null => {
    if (isPerson) return '⟦me.recipient_id⟧';
    const known = meant[`${table}.${name}`] ?? (/^subject_/.test(name) ? meant[name] : undefined);
    if (known !== undefined) return known;
    if (keys.has(name)) return `⟦me.${name}⟧`;
    // What is left leads to things of other people.
    return type === 'uuid' ? null : sample;
  };
  if (table.startsWith('engine_test.')) return [];
  const [inserted, updated] = [await columnsFor('INSERT'), await columnsFor('UPDATE')];
  const insert = (given: ReadonlyMap<Column, string | null>): Case => ({
    kind: 'sql',
    role: 'rowbell_writer',
    text: `insert into ${table} (${[...given.keys()].map(({ name }) => JSON.stringify(name))}) values (${[...given.keys()].map(({ type }, index) => `$${index + 1}::text::${type}`)})`,
    values: [...given.values()],
  });
  const update = (column: Column, value: string | null): Case => ({
    kind: 'sql',
    role: 'rowbell_writer',
    text: `update ${table} as r set ${JSON.stringify(column.name)} = $1::text::${column.type} where strpos(r::text, $2) > 0`,
    values: [value, '⟦me.recipient_id⟧'],
  });
  const plainly = inserted.map((column) => [column, givenFor(column)] as const);
  const change = (columns: readonly Column[]) =>
    fc.oneof(...columns.map((column) => hostileAt(column.type).map((value) => [column, value] as const)));
  return [
    ...(inserted.length > 0
      ? [
          {
            name: `rowbell_writer insert ${table}`,
            changes: false,
            plain: [insert(new Map(plainly))],
            cases: fc
              .array(change(inserted), { maxLength: 2 })
              .map((some) => insert(new Map<Column, string | null>([...plainly, ...some]))),
          },
        ]
      : []),
    ...(updated[0]
      ? [
          {
            name: `rowbell_writer update ${table}`,
            changes: false,
            plain: [update(updated[0], updated[0].sample)],
            cases: change(updated).map(([column, value]) => update(column, value)),
          },
        ]
      : []),
  ];
}
