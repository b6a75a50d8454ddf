import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createUser, type GraphqlAnswer, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType } from '../support/engine-pack.ts';
import { seed } from '../support/fast-check.ts';
import { one } from '../support/one.ts';
import { seeded } from '../support/rules-world.ts';

let db: TestDatabase;
let api: TestApi;
let ada: string;
let token: string;
let operator: string;
let type: string;
let locked: string;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  api = await startTestApi(db);
  operator = await signToken(await createUser(db), { role: 'operator' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});
beforeEach(async () => {
  ada = await makePerson(db, { email: 'ada@example.com' });
  token = await signToken(ada);
  type = await makeType(db, { channels: ['push', 'email', 'sms'], defaultChannels: ['push', 'email'] });
  locked = await makeType(db, { channels: ['push', 'email'] });
  await db.owner.query(`update notify.notification_types set category = $1 where key = $1`, [type]);
  await db.owner.query(
    `update notify.notification_types set category = 'security', locked_channels = '{email}' where key = $1`,
    [locked],
  );
});

const fields = 'channel enabled source frequency frequencySource';
const result = (answer: GraphqlAnswer) => (Object.values(answer.data)[0] as { result: unknown }).result;
const change = (mutation: string, input: Record<string, unknown>, as = token) => {
  // What takes nothing has one input for all.
  const own = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const Input = mutation === 'resetPreferences' ? 'EmptyInput' : own;
  const selection = mutation.startsWith('set') ? `{ ${fields} }` : '';
  return api.ask(`mutation ($input: ${Input}!) { ${mutation}(input: $input) { result ${selection} } }`, {
    token: as,
    variables: { input },
  });
};
const refused = async (answer: Promise<GraphqlAnswer>) => {
  const { codes, errors } = await answer;
  return `${codes.join()} ${errors[0]?.extensions.field}`;
};
/** "channel on|off source frequency source", by channel. */
const effective = async (as = token, typeKey = type) => {
  const { data } = await api.ask(`{ myPreferences { typeKey ${fields} } }`, { token: as });
  return data.myPreferences.filter((node: { typeKey: string }) => node.typeKey === typeKey).map(words);
};
const words = (p: Record<string, unknown>) =>
  `${p.channel} ${p.enabled ? 'on' : 'off'} ${p.source} ${p.frequency} ${p.frequencySource}`;

const untouched = [
  'email on default instant default',
  'push on default instant default',
  'sms off default instant default',
];

test('NC-10 enabled and frequency are set apart from one another and per channel', async () => {
  expect(await effective()).toEqual(untouched);
  const set = await change('setPreference', { typeKey: type, channel: 'email', frequency: 'weekly' });
  expect(words(result(set) as never)).toBe('email on default weekly own');
  await change('setPreference', { typeKey: type, channel: 'email', enabled: false });
  await change('setPreference', { typeKey: type, channel: 'sms', enabled: true });
  expect(await effective()).toEqual([
    'email off own weekly own',
    'push on default instant default',
    'sms on own instant default',
  ]);
  expect(await effective(await signToken(await makePerson(db)))).toEqual(untouched);
});

test('NC-10 a type as a whole: off, exactly these channels, a frequency where there are digests', async () => {
  const off = await change('setTypePreferences', { typeKey: type, enabled: false });
  expect((result(off) as never[]).map(words)).toEqual([
    'email off own instant default',
    'push off own instant default',
    'sms off own instant default',
  ]);
  await change('setTypePreferences', { typeKey: type, channels: ['sms', 'email'], frequency: 'daily' });
  expect(await effective()).toEqual(['email on own daily own', 'push off own daily own', 'sms on own instant default']);
  await change('setTypePreferences', { typeKey: type, channels: [] });
  expect((await effective()).map((line: string) => line.split(' ')[1])).toEqual(['off', 'off', 'off']);
  await change('setTypePreferences', { typeKey: type, frequency: 'never' });
  expect((await effective()).map((line: string) => line.split(' ').at(-2))).toEqual(['never', 'never', 'never']);
});

test('NC-10 a choice for a category holds where none was made for the type', async () => {
  await change('setPreference', { typeKey: type, channel: 'push', frequency: 'instant' });
  await change('setCategoryPreference', { category: type, enabled: true, frequency: 'daily' });
  expect(await effective()).toEqual([
    'email on category daily category',
    'push on category instant own',
    'sms on category instant default',
  ]);
  await change('setCategoryPreference', { category: type, channel: 'push', enabled: false });
  expect((await effective())[1]).toBe('push off category instant own');
  expect(result(await change('resetCategoryPreference', { category: type, channel: 'push' }))).toBe(true);
  expect(result(await change('resetCategoryPreference', { category: type, channel: 'push' }))).toBe(false);
  expect((await effective())[1]).toBe('push on default instant own');
});

test('NC-11 reset one, a category or all; defaults changed later reach those who chose nothing', async () => {
  await change('setTypePreferences', { typeKey: type, enabled: true, frequency: 'instant' });
  await change('setCategoryPreference', { category: type, enabled: true });
  const other = await signToken(await makePerson(db));
  await change('setPreference', { typeKey: type, channel: 'push', enabled: false }, other);
  const defaults = `mutation ($k: String!) { updateTypeDefaults(input: {
    typeKey: $k, defaultChannels: [sms, push], defaultFrequency: daily }) { result { defaultChannels capExcess } } }`;
  const updated = await api.ask(defaults, { token: operator, variables: { k: type } });
  expect(result(updated)).toEqual({ defaultChannels: ['sms', 'push'], capExcess: 'drop' });
  expect(await effective()).toEqual(['email on own instant own', 'push on own instant own', 'sms on own instant own']);
  expect(result(await change('resetPreference', { typeKey: type, channel: 'sms' }))).toBe(true);
  expect((await effective())[2]).toBe('sms on category instant default');
  expect(result(await change('resetPreferences', {}))).toBe(5);
  expect(await effective()).toEqual([
    'email off default daily default',
    'push on default daily default',
    'sms on default instant default',
  ]);
  // Somebody else's are still there.
  expect((await effective(other))[1]).toBe('push off own daily default');
  expect((await api.ask(defaults, { token, variables: { k: type } })).codes).toEqual(['INVALID_INPUT']);
});

test('NC-15 what operators locked is refused by name of the field and stays on', async () => {
  const lockedCode = (answer: Promise<GraphqlAnswer>) => refused(answer);
  const at = { typeKey: locked, channel: 'email' };
  expect(await lockedCode(change('setPreference', { ...at, enabled: false }))).toBe('LOCKED enabled');
  for (const frequency of ['daily', 'weekly', 'never'])
    expect(await lockedCode(change('setPreference', { ...at, frequency }))).toBe('LOCKED frequency');
  expect(await lockedCode(change('setTypePreferences', { typeKey: locked, enabled: false }))).toBe('LOCKED enabled');
  expect(await lockedCode(change('setTypePreferences', { typeKey: locked, channels: ['push'] }))).toBe(
    'LOCKED channels',
  );
  expect(await lockedCode(change('setTypePreferences', { typeKey: locked, frequency: 'never' }))).toBe(
    'LOCKED frequency',
  );
  // Nothing was written by any of them, and what says what is so anyway is no error.
  expect((await change('setPreference', { ...at, enabled: true, frequency: 'instant' })).codes).toEqual([]);
  expect(await one(db.owner, 'select count(*)::int from notify.preferences where user_id = $1', [ada])).toBe(0);
  expect((await change('setTypePreferences', { typeKey: locked, channels: ['email'] })).codes).toEqual([]);
  expect(await effective(token, locked)).toEqual(['email on locked instant locked', 'push off own instant default']);
  // A choice from before the lock does not count.
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, enabled, frequency) values ($1, $2, 'email', false, 'never')`,
    [ada, locked],
  );
  expect((await effective(token, locked))[0]).toBe('email on locked instant locked');
});

test('NC-15 a category is refused only where all of it is locked', async () => {
  const off = { category: 'security', channel: 'email', enabled: false };
  expect(await refused(change('setCategoryPreference', off))).toBe('LOCKED enabled');
  expect(await refused(change('setCategoryPreference', { ...off, enabled: undefined, frequency: 'never' }))).toBe(
    'LOCKED frequency',
  );
  const free = await makeType(db, { channels: ['email'] });
  await db.owner.query(`update notify.notification_types set category = 'security' where key = $1`, [free]);
  expect((await change('setCategoryPreference', off)).codes).toEqual([]);
  expect(await effective(token, free)).toEqual(['email off category instant default']);
  expect((await effective(token, locked))[0]).toBe('email on locked instant locked');
  await db.owner.query(`update notify.notification_types set category = 'test' where key = $1`, [free]);
});

test('NC-15 NC-16 operators: locked must be on by default, promotional cannot be locked, the field is named', async () => {
  const update = (input: object) =>
    refused(
      api.ask(`mutation ($i: UpdateTypeDefaultsInput!) { updateTypeDefaults(input: $i) { result { key } } }`, {
        token: operator,
        variables: { i: { typeKey: type, ...input } },
      }),
    );
  expect(await update({ lockedChannels: ['sms'] })).toBe('INVALID_INPUT lockedChannels');
  expect(await update({ lockedChannels: ['sms'], defaultChannels: ['sms'] })).toBe(' undefined');
  expect(await update({ defaultChannels: ['push'] })).toBe('INVALID_INPUT lockedChannels');
  expect(await update({ defaultChannels: ['fax'] })).toBe('INVALID_INPUT defaultChannels[0]');
  expect(await update({ defaultFrequency: 'hourly' })).toBe('INVALID_INPUT defaultFrequency');
  expect(await update({ capExcess: 'keep' })).toBe('INVALID_INPUT capExcess');
  expect(await update({ typeKey: 'nope' })).toBe('NOT_FOUND typeKey');
  await update({ lockedChannels: [] });
  await db.owner.query(`update notify.notification_types set purpose = 'promotional' where key = $1`, [type]);
  expect(await update({ lockedChannels: ['sms'] })).toBe('INVALID_INPUT lockedChannels');
  await expect(
    db.owner.query(`update notify.notification_types set locked_channels = '{sms}' where key = $1`, [type]),
  ).rejects.toThrow(/promotional_is_not_locked/);
});

test('NC-16 JK-10 what is unknown is refused by name of the field', async () => {
  const at = { typeKey: type, channel: 'push' };
  const cases: [string, Record<string, unknown>, string][] = [
    ['setPreference', { ...at, typeKey: 'nope', enabled: true }, 'NOT_FOUND typeKey'],
    ['setPreference', { ...at, channel: 'pigeon', enabled: true }, 'INVALID_INPUT channel'],
    ['setPreference', { ...at, channel: 'in_app', enabled: true }, 'INVALID_INPUT channel'],
    ['setPreference', { ...at, frequency: 'hourly' }, 'INVALID_INPUT frequency'],
    ['setPreference', { ...at, channel: 'sms', frequency: 'daily' }, 'INVALID_INPUT frequency'],
    ['setPreference', at, 'INVALID_INPUT enabled'],
    ['setTypePreferences', { typeKey: type, channels: ['push', 'pigeon'] }, 'INVALID_INPUT channels[1]'],
    ['setTypePreferences', { typeKey: type, channels: ['push', null] }, 'INVALID_INPUT channels[1]'],
    ['setTypePreferences', { typeKey: type, channels: [], enabled: true }, 'INVALID_INPUT enabled'],
    ['setTypePreferences', { typeKey: type }, 'INVALID_INPUT enabled'],
    ['setTypePreferences', { typeKey: 'nope', enabled: true }, 'NOT_FOUND typeKey'],
    ['setCategoryPreference', { category: 'nope', enabled: true }, 'NOT_FOUND category'],
    ['setCategoryPreference', { category: type, channel: 'in_app', enabled: true }, 'INVALID_INPUT channel'],
    ['setCategoryPreference', { category: type, frequency: 'x' }, 'INVALID_INPUT frequency'],
  ];
  for (const [mutation, input, expected] of cases)
    expect([input, await refused(change(mutation, input))]).toEqual([input, expected]);
  expect(await one(db.owner, 'select count(*)::int from notify.preferences where user_id = $1', [ada])).toBe(0);
});

test('operators and services have no choices of a person to make, and nobody writes the tables', async () => {
  const set = `select notify.set_preference($1, 'push', false)`;
  for (const as of [db.asOperator, db.asWriter, db.asAnonymous])
    await expect(as((client) => client.query(set, [type]))).rejects.toThrow(/permission denied/);
  await expect(db.asUser('00000000-0000-7000-8000-00000000dead', (c) => c.query(set, [type]))).rejects.toThrow(
    /does not exist/,
  );
  for (const table of ['preferences', 'category_preferences', 'personal_settings'])
    for (const as of [db.asOperator, db.asWriter, db.asWorker, db.asUser.bind(db, ada)])
      await expect(as((client) => client.query(`delete from notify.${table}`))).rejects.toThrow(/permission denied/);
});

test('NC-10 NC-13 the engine and the API say the same, whatever was chosen', async () => {
  const random = seeded(seed);
  const everything = ['push', 'email', 'sms', 'in_app'];
  const types: string[] = [];
  for (let n = 0; n < 12; n++) {
    const defaults = random.some(everything, 50);
    const key = await makeType(db, { channels: everything, defaultChannels: defaults });
    await db.owner.query(
      `update notify.notification_types set default_frequency = $2, locked_channels = $3, category = $4 where key = $1`,
      [key, random.from(['instant', 'daily', 'weekly', 'never']), defaults.slice(0, 1), `group_${n % 3}`],
    );
    types.push(key);
  }
  const said = () => [random.from([true, false, null]), random.from(['instant', 'daily', 'weekly', 'never', null])];
  const people = await Promise.all(Array.from({ length: 8 }, () => makePerson(db)));
  for (const person of people) {
    for (const channel of everything) {
      for (const key of types)
        await db.owner.query(
          `insert into notify.preferences (user_id, type_key, channel, enabled, frequency)
           select $1, $2, $3, $4, $5 where num_nonnulls($4::boolean, $5::text) > 0`,
          [person, key, channel, ...said()],
        );
      for (const group of ['group_0', 'group_1', 'group_2'])
        await db.owner.query(
          `insert into notify.category_preferences (user_id, category, channel, enabled, frequency)
           select $1, $2, $3, $4, $5 where num_nonnulls($4::boolean, $5::text) > 0`,
          [person, group, channel, ...said()],
        );
    }
  }
  const { rows } = await db.owner.query(
    `with api as (
       select u.id as recipient_id, p.*,
         case when p.enabled and p.source <> 'locked' and p.frequency <> 'instant' then p.frequency_source else p.source end as decides
       from unnest($1::uuid[]) as u (id) cross join lateral notify_private.effective_preferences(u.id, null) as p
       where p.type_key = any ($2)
     )
     select count(*)::int as compared,
       count(*) filter (where (f.enabled, f.frequency, f.source) is distinct from (a.enabled, a.frequency, a.decides))::int as different
     from api as a
     full join notify_private.rule_inputs(array(
       select row(null, uuidv7(), t.key, u.id, c.channel, null, now() + interval '1 day', null, null)::notify_private.candidate
       from unnest($1::uuid[]) as u (id) cross join unnest($2::text[]) as t (key) cross join unnest($3::text[]) as c (channel)
     ), now()) as f on f.recipient_id = a.recipient_id and f.type_key = a.type_key and f.channel = a.channel`,
    [people, types, everything],
  );
  expect(rows).toEqual([{ compared: people.length * types.length * everything.length, different: 0 }]);
});
