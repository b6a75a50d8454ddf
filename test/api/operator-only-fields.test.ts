import { getIntrospectionQuery, type IntrospectionQuery, type IntrospectionType } from 'postgraphile/graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, readAnswer, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import fc from '../support/fast-check.ts';

let database: TestDatabase;
let api: TestApi;
let development: TestApi;
let operator: string;
let user: string;
beforeAll(async () => {
  database = await createDatabase();
  // Whatever may be operators' alone is: a column, an enum and a record that only a function of theirs takes.
  await database.owner.query(`
    revoke select (provider) on notify.devices from rowbell_user;
    create type notify.hush as enum ('softly', 'entirely');
    create type notify.whisper as (hushed notify.hush, murmur text);
    create function notify.whisper_something(whispers notify.whisper[], how notify.hush) returns notify.whisper
      language sql volatile as 'select whispers[1]';
    grant execute on function notify.whisper_something to rowbell_operator;`);
  const plenty = { PLANNING_MS_PER_MINUTE: '60000' };
  api = await startTestApi(database, plenty);
  development = await startTestApi(database, { ...plenty, ROWBELL_ENV: 'development' });
  operator = await signToken(await createUser(database), { role: 'operator' });
  user = await signToken(await createUser(database));
});
afterAll(async () => {
  await api?.stop();
  await development?.stop();
  await database?.drop();
});

/** Documents with a name in one place after the other in which names of its kind stand. */
type Form = { readonly query: string; readonly variables?: Record<string, unknown> };
type Concealed = { readonly name: string; readonly what: string; readonly forms: (name: string) => readonly Form[] };

const ofType = (name: string): readonly Form[] => [
  ...['', ' = null', ' = {}', ' = softly', ' = "x"', ' = 1'].flatMap((value) => [
    { query: `query ($x: ${name}${value}) { unreadCount }` },
    {
      query: `query ($x: [${name}!]${value}) { notification(id: $x) { id } }`,
      variables: { x: [{ hushed: 'softly' }] },
    },
  ]),
  { query: `query ($x: ${name}!) { inbox(first: $x) { nodes { id } } }`, variables: { x: { id: 1 } } },
  { query: `query ($x: ${name}!) { inbox(filter: $x) { nodes { id } } }` },
  { query: `{ ... on ${name} { id } }` },
  { query: `{ ... on ${name} { nonsense } }` },
  { query: `{ ...F } fragment F on ${name} { id }` },
  { query: `fragment F on ${name} { id __typename } { unreadCount }` },
  { query: `{ devices { ... on ${name} { id } } }` },
  { query: `{ ${name} }` },
  { query: `{ __type(name: "${name}") { name kind fields { name } inputFields { name } enumValues { name } } }` },
];
const ofField = (type: string) => (name: string) =>
  [
    name,
    `${name} { id }`,
    `${name} { nonsense(a: 1) { b } }`,
    `a: ${name}(first: 1) { nodes { id } totalCount }`,
    `${name}(input: { sweepKey: "nightly", whispers: [], how: SOFTLY }) { clientMutationId result { id } }`,
    `${name}(input: { sweepKey: 1 }) { result { id } }`,
    `${name}(input: $x) { result { id } }`,
    `${name} { ...Missing }`,
    `${name} @include(if: 1) @nonsense`,
    `a: ${name} a: __typename`,
    `x: __typename ${name}(first: { a: $y }) { nodes { id } }`,
  ].flatMap((field) => [
    { query: `fragment F on ${type} { ${field} } { unreadCount }` },
    { query: `query ($x: RunSweepInput!) { ...F } fragment F on ${type} { ${field} }` },
    ...(type === 'Query'
      ? [{ query: `{ ${field} }` }, { query: `query ($x: Int) { ${field} }`, variables: { x: 'x' } }]
      : []),
    ...(type === 'Mutation'
      ? [{ query: `mutation { ${field} }` }, { query: `mutation ($x: String) { ${field} }`, variables: { x: 1 } }]
      : []),
  ]);
const ofArgument = (type: string, field: string) => (name: string) => [
  { query: `fragment F on ${type} { ${field}(${name}: 1) { __typename } } { unreadCount }` },
  { query: `query ($x: Int) { ...F } fragment F on ${type} { ${field}(${name}: $x) { __typename } }` },
];
const ofInputField = (input: string) => (name: string) => [
  { query: `query ($x: ${input} = { ${name}: 1 }) { unreadCount }` },
  { query: `query ($x: ${input}!) { devices { id } }`, variables: { x: { [name]: null } } },
  { query: `query ($x: String) { devices(: $x }) { id } }` },
];
const ofEnumValue = (type: string) => (name: string) => [
  { query: `query ($x: ${type} = ${name}) { unreadCount }` },
  { query: `query ($x: [${type}!]) { devices { id } }`, variables: { x: [name] } },
  { query: `{ devices(orderBy: ${name}) { id } }` },
  { query: `{ devices { id } }` },
];

async function typesOf(token: string): Promise<Map<string, IntrospectionType>> {
  const { data } = await development.ask(getIntrospectionQuery(), { token });
  return new Map((data as IntrospectionQuery).__schema.types.map((type) => [type.name, type]));
}

const fieldsOf = (type: IntrospectionType | undefined): readonly { readonly name: string }[] =>
  type?.kind === 'OBJECT' ? type.fields : [];

/** Whatever operators have and users have not, by the place in which one might look for it. */
async function listConcealed(): Promise<Concealed[]> {
  const [all, theirs] = [await typesOf(operator), await typesOf(user)];
  const missing = <T extends { readonly name: string }>(whole: readonly T[], part: readonly T[]) =>
    whole.filter(({ name }) => !part.some((one) => one.name === name));
  return [...all.values()].flatMap((type): Concealed[] => {
    const { name } = type;
    const known = theirs.get(name);
    if (!known) {
      const inside: readonly { readonly name: string }[] =
        type.kind === 'OBJECT'
          ? type.fields
          : type.kind === 'INPUT_OBJECT'
            ? type.inputFields
            : type.kind === 'ENUM'
              ? type.enumValues
              : [];
      return [
        { name, what: `type ${name}`, forms: ofType },
        // Nor is guessed at, elsewhere, what it is made of.
        ...missing(inside, fieldsOf(theirs.get('Device'))).map((one) => ({
          name: one.name,
          what: `${name}.${one.name}, of a device`,
          forms: (inner: string) => [{ query: `{ devices { ${inner} } }` }],
        })),
      ];
    }
    if (type.kind === 'OBJECT' && known.kind === 'OBJECT') {
      return [
        ...missing(type.fields, known.fields).map((field) => ({
          name: field.name,
          what: `field ${name}.${field.name}`,
          forms: ofField(name),
        })),
        ...type.fields.flatMap((field) =>
          missing(field.args, known.fields.find((one) => one.name === field.name)?.args ?? field.args).map((arg) => ({
            name: arg.name,
            what: `argument ${name}.${field.name}(${arg.name})`,
            forms: ofArgument(name, field.name),
          })),
        ),
      ];
    }
    if (type.kind === 'INPUT_OBJECT' && known.kind === 'INPUT_OBJECT') {
      return missing(type.inputFields, known.inputFields).map((field) => ({
        name: field.name,
        what: `input field ${name}.${field.name}`,
        forms: ofInputField(name),
      }));
    }
    if (type.kind === 'ENUM' && known.kind === 'ENUM') {
      return missing(type.enumValues, known.enumValues).map((value) => ({
        name: value.name,
        what: `value ${name}.${value.name}`,
        forms: ofEnumValue(name),
      }));
    }
    return [];
  });
}

/** A name of the same length, and of the same case, that nothing has. */
const nonsenseLike = (name: string) =>
  [...name].map((letter) => (/[a-z]/.test(letter) ? 'q' : /[A-Z]/.test(letter) ? 'Q' : letter)).join('');

const ask = (target: TestApi, token: string, form: Form) =>
  fetch(`${target.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(form),
  }).then(readAnswer);

let concealed: readonly Concealed[];
beforeAll(async () => {
  concealed = await listConcealed();
});

test('SE-15: whatever may be concealed is among what is tried', () => {
  const what = concealed.map((one) => one.what);
  for (const expected of [
    'type SweepRun',
    'type RunSweepInput',
    'type SweepRunOrderBy',
    'field Query.sweeps',
    'field Query.sweepRuns',
    'field Mutation.runSweep',
    'field Mutation.whisperSomething',
    'type Hush',
    'type WhisperInput',
    'SweepRun.requestedBy, of a device',
    'field Device.provider',
    'type SweepRunCondition',
  ]) {
    expect(what).toContain(expected);
  }
});

/** Some of each kind beside those that are known to be difficult: all of them would take an hour. */
function someOf(all: readonly Concealed[]): readonly Concealed[] {
  const isKnown = ({ what }: Concealed) => /Sweep|[Ww]hisper|Hush|^(field|input field|value) Device/.test(what);
  const kinds = Map.groupBy(all, ({ what }) =>
    what.replace(/ \w*?(Connection|Edge|Condition|OrderBy|Input|Payload)?(?:[ .,].*)?$/, ' $1'),
  );
  return [...kinds.values()].flatMap((kind) => [
    ...kind.filter(isKnown),
    ...fc
      .sample(
        fc.shuffledSubarray([...kind], { minLength: Math.min(2, kind.length), maxLength: Math.min(2, kind.length) }),
        1,
      )
      .flat(),
  ]);
}

test('SE-15: to a user each of these names is one that does not exist, whatever is asked', {
  timeout: 900_000,
}, async () => {
  for (const { name, what, forms } of someOf(concealed)) {
    const nonsense = nonsenseLike(name);
    for (const [index, form] of forms(name).entries()) {
      // An operator's document of the same words is known by now, where there can be one.
      await ask(api, operator, form);
      const real = await ask(api, user, form);
      const nothing = await ask(api, user, forms(nonsense)[index] as Form);
      expect([what, form, real.status, real.text]).toEqual([
        what,
        form,
        nothing.status,
        nothing.text.replaceAll(nonsense, name),
      ]);
      // Nothing is suggested but the braces of a field that people have, too.
      expect(real.text).not.toMatch(/Did you mean (?!\\"\w+ \{ \.\.\. \})/);
    }
  }
});

test('SE-15: where the schema may be asked for what is suggested is theirs alone', async () => {
  const theirs = await typesOf(user);
  for (const { name } of concealed.filter(({ what }) => what.startsWith('type '))) {
    const { errors } = await ask(development, user, { query: `query ($x: ${name}) { unreadCount }` });
    const [said = '', suggested = ''] = errors[0]?.message.split(' Did you mean ') ?? [];
    expect(said).toBe(`Unknown type "${name}".`);
    for (const [, other = ''] of suggested.matchAll(/"(\w+)"/g)) expect(theirs.has(other), other).toBe(true);
    const { data } = await ask(development, user, { query: `{ __type(name: "${name}") { name } }` });
    expect(data).toEqual({ __type: null });
  }
});

test('TR-N5 operators have it, also after somebody else asked for the same', async () => {
  await database.owner.query(
    `insert into notify.sweeps (key, pack, function, period, next_run_at) values ('nightly', 'test', 'notify.whisper', '1 day', 'infinity')`,
  );
  const query = 'mutation { runSweep(input: { sweepKey: "nightly" }) { result { sweepKey requestedBy } } }';
  expect((await api.ask(query, { token: user })).codes).toEqual(['INVALID_INPUT']);
  expect((await api.ask(query, { token: operator })).data.runSweep.result).toMatchObject({ sweepKey: 'nightly' });
  expect((await api.ask(query, { token: user })).codes).toEqual(['INVALID_INPUT']);
  const runs = await api.ask('{ sweepRuns { nodes { sweepKey seen } } sweeps { key } }', { token: operator });
  expect(runs.data.sweepRuns.nodes).toEqual([{ sweepKey: 'nightly', seen: null }]);
  const theirs = '{ users { nodes { devices { provider } } } }';
  expect((await api.ask(theirs, { token: operator })).errors).toEqual([]);
  expect((await api.ask('{ devices { provider } }', { token: user })).codes).toEqual(['INVALID_INPUT']);
});
