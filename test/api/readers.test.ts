import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { buildSchema, type GraphQLSchema, isObjectType } from 'postgraphile/graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roles } from '../../src/graphql/identity.ts';
import { makeSchemas } from '../../src/graphql/schema.ts';
import { listSchemas } from '../../src/migrate/packs.ts';
import { graphqlTargets } from '../fuzz/graphql.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

type Named = { readonly extensions?: { readonly pg?: { readonly schemaName: string; readonly name: string } } };
type Codec = Named & { readonly attributes?: Readonly<Record<string, unknown>> };

let database: TestDatabase;
let api: TestApi;
let schemas: Readonly<Record<Role, GraphQLSchema>>;
/** Columns that some field shows, as `notify.devices.name`, by the schema in which they do. */
const shown = new Map<GraphQLSchema, Set<string>>();

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database, { PLANNING_MS_PER_MINUTE: '60000' });
  let columns = new Set<string>();
  const collect: GraphileConfig.Plugin = {
    name: 'CollectPlugin',
    version: '1.0.0',
    schema: {
      hooks: {
        build(build) {
          columns = new Set();
          return build;
        },
        GraphQLObjectType_fields_field(field, _build, { scope }) {
          const { pgCodec, pgFieldAttribute } = scope as { pgCodec?: Codec; pgFieldAttribute?: unknown };
          const [name] = Object.entries(pgCodec?.attributes ?? {}).find(([, one]) => one === pgFieldAttribute) ?? [];
          const { schemaName, name: table } = pgCodec?.extensions?.pg ?? {};
          if (name) columns.add(`${schemaName}.${table}.${name}`);
          return field;
        },
        finalize(schema) {
          shown.set(schema, columns);
          return schema;
        },
      },
    },
  };
  const pool = new pg.Pool({ connectionString: database.apiUrl, max: 2 });
  ({ schemas } = await makeSchemas({ pool, schemas: await listSchemas(), plugins: [collect] }));
  await pool.end();
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

type Granted = { readonly name: string; readonly said: string | null };

/** What a role is granted in the schemas of the API, each with its comment. */
async function grantedTo(role: Role): Promise<{ columns: Granted[]; functions: Granted[] }> {
  const names = await listSchemas();
  const columns = await database.owner.query<Granted>(
    `select format('%s.%s.%s', n.nspname, c.relname, a.attname) as name,
       concat_ws(' ', obj_description(c.oid, 'pg_class'), col_description(c.oid, a.attnum)) as said
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition and n.nspname = any ($2) and has_column_privilege($1, c.oid, a.attnum, 'select')`,
    [`rowbell_${role}`, names],
  );
  const functions = await database.owner.query<Granted>(
    `select format('%s.%s', n.nspname, p.proname) as name, obj_description(p.oid, 'pg_proc') as said
     from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
     where n.nspname = any ($2) and has_function_privilege($1, p.oid, 'execute')`,
    [`rowbell_${role}`, names],
  );
  return { columns: columns.rows, functions: functions.rows };
}

/** Its comment says that it is left out, and of a role why. */
const isLeftOut = (role: Role, said: string | null): boolean =>
  /@behavior -\*/.test(said ?? '') || new RegExp(`@omit [\\w ]*\\b${role}\\b[\\w ]*: \\S`).test(said ?? '');

const camel = (name: string) => name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

/** Every field of every type, by its name alone. */
const fieldsOf = (schema: GraphQLSchema): Set<string> =>
  new Set(
    Object.values(schema.getTypeMap()).flatMap((type) => (isObjectType(type) ? Object.keys(type.getFields()) : [])),
  );

describe.each(roles)('a schema for each reader: that of %s', (role) => {
  test('has all that the role is granted, or the comment says why not', async () => {
    const { columns, functions } = await grantedTo(role);
    const there = shown.get(schemas[role]) ?? new Set();
    const missing = columns.filter(({ name, said }) => !there.has(name) && !isLeftOut(role, said));
    expect(missing.map(({ name }) => name)).toEqual([]);
    const fields = fieldsOf(schemas[role]);
    const without = functions.filter(({ name, said }) => {
      const own = name.replace(/^.*\./, '');
      // A function of a row is a field of it: notifications_app is Notification.app.
      const names = [camel(own), camel(own.replace(/^[a-z]+_/, ''))];
      return !names.some((one) => fields.has(one)) && !isLeftOut(role, said);
    });
    expect(without.map(({ name }) => name)).toEqual([]);
    // The test would show nothing if it saw nothing.
    expect([columns.length > 300, functions.length > 50, there.size > 300]).toEqual([true, true, true]);
  });

  test('has nothing that the role may not read', async () => {
    const { columns } = await grantedTo(role);
    const granted = new Set(columns.map(({ name }) => name));
    const tables = new Set(columns.map(({ name }) => name.replace(/\.[^.]+$/, '')));
    // Of a table that is granted in part, nothing else; rows of others come from functions alone.
    const more = [...(shown.get(schemas[role]) ?? [])].filter(
      (name) => tables.has(name.replace(/\.[^.]+$/, '')) && !granted.has(name),
    );
    expect(more).toEqual([]);
  });

  test('has no field that is refused for want of rights', { timeout: 600_000 }, async () => {
    const person = await createUser(database);
    const token = await signToken(person, { role });
    const targets = graphqlTargets(role, schemas[role], {});
    expect(targets.length).toBeGreaterThan(100);
    const refused: string[] = [];
    for (const { name, plain } of targets) {
      for (const call of plain) {
        if (call.kind !== 'graphql') continue;
        const variables = JSON.parse(JSON.stringify(call.variables).replace(/⟦[^⟧]*⟧/g, person));
        const { codes } = await api.ask(call.query, { token, variables });
        if (codes.some((code) => code === 'FORBIDDEN' || code === 'INTERNAL')) refused.push(`${name}: ${codes}`);
      }
    }
    expect(refused).toEqual([]);
  });
});

test('a person has at most a third of what one schema for all had', async () => {
  const sdl = await readFile(join(import.meta.dirname, '../../src/generated/user.graphql'), 'utf8');
  const definitions = sdl.match(/^(type|input|enum|scalar|interface|union) /gm) ?? [];
  expect(definitions.length).toBeLessThanOrEqual(289);
  // Nobody's tables, keys of the engine's, and what has a better way have no name.
  const fields = Object.keys(buildSchema(sdl).getQueryType()?.getFields() ?? {});
  for (const gone of [
    'transliterations',
    'phonePrefixes',
    'smsPrices',
    'notifications',
    'preferences',
    'settings',
    'apiKeyByKeyHash',
  ])
    expect(fields).not.toContain(gone);
  expect(sdl).not.toMatch(/Condition|OrderBy/);
});

test.each(roles)('a way from one row to others has a name of its own, in the schema of %s', (role) => {
  const types = Object.values(schemas[role].getTypeMap()).filter(isObjectType);
  const found = types.flatMap((type) =>
    type.name.startsWith('__') ? [] : Object.keys(type.getFields()).map((field) => `${type.name}.${field}`),
  );
  // At the root, functions say by what something is found; no column of the engine's says it for them.
  expect(found.filter((name) => /(?<!^(Query|Mutation)\..*)By[A-Z]|By\w*(Key|RowId)$/.test(name))).toEqual([]);
  expect(found).toEqual(
    expect.arrayContaining(['NotificationType.app', 'OnboardingStep.texts', 'Fallback.fallbackSteps']),
  );
});

test('few rows are a list in one order, whole unless there are very many; a page says how it goes on', async () => {
  const person = await createUser(database);
  const token = await signToken(person);
  for (const version of ['one', 'two', 'three'])
    await api.ask(
      `mutation { recordConsent(input: { textVersion: "${version}", method: "page" }) { result { id } } }`,
      { token },
    );
  const { data } = await api.ask('{ consents { textVersion } me { id } }', { token });
  expect(data).toEqual({
    consents: ['three', 'two', 'one'].map((textVersion) => ({ textVersion })),
    me: { id: person },
  });
  expect((await api.ask('{ consents(first: 1) { textVersion } }', { token })).data.consents).toHaveLength(1);
  const { errors } = await api.ask('{ consents(first: 1001) { textVersion } }', { token });
  expect(errors[0]?.message).toBe('first: must be from 0 to 1000');
  const operator = await signToken(await createUser(database), { role: 'operator' });
  const everybodys = '{ consents(first: 1) { nodes { textVersion } pageInfo { hasNextPage } } }';
  expect((await api.ask(everybodys, { token: operator })).data.consents.pageInfo).toEqual({ hasNextPage: true });
  const within = 'query ($id: UUID!) { user(id: $id) { consents { textVersion } } me: user(id: $id) { id } }';
  expect((await api.ask(within, { token: operator, variables: { id: person } })).data.user.consents).toHaveLength(3);
});
