import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db?.drop());

const now = () => one<string>(db.owner, 'select clock_timestamp()::text');
const preferences = (person: string, at: string | null) =>
  one<unknown[]>(
    db.owner,
    `select coalesce(jsonb_agg(to_jsonb(p) order by p.type_key, p.channel), '[]') from notify_private.effective_preferences($1, $2) as p
     where p.pack = 'engine_test'`,
    [person, at],
  );
const settings = (person: string, at: string | null) =>
  one<unknown>(db.owner, 'select to_jsonb(notify_private.effective_settings($1, $2))', [person, at]);

type Act = (at: { person: string; types: readonly string[] }) => Promise<unknown>;
const asPerson = (person: string, sql: string, values: readonly unknown[]) =>
  db.asUser(person, (client) => client.query(sql, [...values]), { commit: true });
const asOperator = (sql: string, values: readonly unknown[]) =>
  db.asOperator((client) => client.query(sql, [...values]), { commit: true });

const channel = fc.constantFrom('push', 'email', 'sms');
const place = fc.nat({ max: 2 });
const choice = fc
  .record({
    enabled: fc.option(fc.boolean()),
    frequency: fc.option(fc.constantFrom('instant', 'daily', 'weekly', 'never')),
  })
  .filter(({ enabled, frequency }) => enabled !== null || frequency !== null);
const subset = fc.subarray(['push', 'email', 'sms']);

/** Refusals (a frequency where there are no digests, a cap above the operators') are as good as no change. */
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(place, channel, choice).map(
    ([n, on, { enabled, frequency }]): Act =>
      ({ person, types }) =>
        asPerson(person, 'select notify.set_preference($1, $2, $3, $4)', [types[n], on, enabled, frequency]),
  ),
  fc.tuple(place, subset).map(
    ([n, channels]): Act =>
      ({ person, types }) =>
        asPerson(person, 'select notify.set_type_preferences($1, channels => $2)', [types[n], channels]),
  ),
  fc.tuple(channel, choice).map(
    ([on, { enabled, frequency }]): Act =>
      ({ person }) =>
        asPerson(person, `select notify.set_category_preference('test', $1, $2, $3)`, [on, enabled, frequency]),
  ),
  fc.tuple(place, fc.option(channel)).map(
    ([n, on]): Act =>
      ({ person, types }) =>
        asPerson(person, 'select notify.reset_preference($1, $2)', [types[n], on]),
  ),
  fc.constant<Act>(({ person }) => asPerson(person, 'select notify.reset_preferences()', [])),
  fc.constant<Act>(({ person }) => asPerson(person, `select notify.reset_category_preference('test')`, [])),
  fc.tuple(place, subset, fc.boolean(), fc.constantFrom('instant', 'daily', 'never')).map(
    ([n, channels, enabled, frequency]): Act =>
      ({ types }) =>
        asOperator('select notify.update_type_defaults($1, $2, $3, $4, $5)', [
          types[n],
          enabled,
          channels,
          frequency,
          channels.slice(0, 1),
        ]),
  ),
  fc.tuple(place, fc.constantFrom('test', 'other')).map(
    ([n, category]): Act =>
      ({ types }) =>
        db.owner.query('update notify.notification_types set category = $2 where key = $1', [types[n], category]),
  ),
  fc.record({ cap: fc.option(fc.integer({ min: 1, max: 4 })), day: fc.option(fc.integer({ min: 1, max: 7 })) }).map(
    ({ cap, day }): Act =>
      ({ person }) =>
        asPerson(
          person,
          `select notify.update_personal_settings(daily_cap => $1, digest_weekday => $2, time_zone => 'Asia/Tokyo',
               quiet_hours => case when $2::integer is not null then array[row($2, '22:00', '07:00')::notify.quiet_window] end)`,
          [cap, day],
        ),
  ),
  fc.constant<Act>(({ person }) => asPerson(person, `select notify.reset_personal_settings('{daily_cap}')`, [])),
  fc.constant<Act>(({ person }) => asPerson(person, 'select notify.reset_personal_settings()', [])),
  fc.integer({ min: 1, max: 5 }).map(
    (cap): Act =>
      () =>
        asOperator(`select notify.update_settings(daily_cap => $1, digest_time => '10:00')`, [cap]),
  ),
);

test('what held at an instant is what was seen then, whatever happened since', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 15 }), async (acts) => {
      const person = await makePerson(db);
      const types = [];
      for (let n = 0; n < 3; n++) types.push(await makeType(db, { channels: ['push', 'email', 'sms'] }));
      const seen: { at: string; preferences: unknown; settings: unknown }[] = [];
      const look = async () => {
        seen.push({
          at: await now(),
          preferences: await preferences(person, null),
          settings: await settings(person, null),
        });
      };
      await look();
      for (const one of acts) {
        await one({ person, types }).catch((error: { code?: string }) => {
          if (!error.code?.startsWith('RB')) throw error;
        });
        await look();
      }
      for (const { at, ...then } of seen)
        expect({ preferences: await preferences(person, at), settings: await settings(person, at) }).toEqual(then);
      // A type that is gone is still there in the past, and one that came later is not.
      await db.owner.query('delete from notify.notification_types where key = any ($1)', [types]);
      const [first, last] = [seen[0], seen.at(-1)];
      expect(await preferences(person, first?.at ?? null)).toEqual(first?.preferences);
      expect(await preferences(person, last?.at ?? null)).toEqual(last?.preferences);
      expect(await preferences(person, null)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

test('who changed it and on whose word stands with each change', async () => {
  const [ada, operator] = [await createUser(db), await createUser(db)];
  const type = await makeType(db);
  const as = { commit: true };
  await db.asUser(ada, (c) => c.query(`select notify.set_preference($1, 'push', false)`, [type]), as);
  await db.asUser(ada, (c) => c.query(`select notify.set_preference($1, 'push', false)`, [type]), as);
  await db.asUser(ada, (c) => c.query(`select notify.reset_preference($1)`, [type]), as);
  await db.asUser(ada, (c) => c.query(`select notify.update_personal_settings(time_zone => 'Asia/Tokyo')`), as);
  await db.asWriter(
    (c) => c.query(`update notify.users set time_zone = 'Asia/Seoul', region = 'KR' where id = $1`, [ada]),
    as,
  );
  await db.asWriter((c) => c.query(`update notify.users set name = 'A' where id = $1`, [ada]), as);
  // The route for unsubscribing says so in the row.
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, enabled, source) values ($1, $2, 'push', false, 'unsubscribe')`,
    [ada, type],
  );
  await db.asOperator((c) => c.query(`select notify.update_type_defaults($1, default_channels => '{}')`, [type]), {
    ...as,
    userId: operator,
  });
  const { rows } = await db.owner.query(
    `select scope, key = $2 as of_type, channel, old, new, source, changed_by from notify.preference_changes
     where user_id = $1 or scope = 'default' and key = $2 and source = 'operator' order by id`,
    [ada, type],
  );
  const push = { scope: 'type', of_type: true, channel: 'push' };
  const off = { enabled: false, frequency: null };
  const user = { scope: 'user', of_type: null, channel: null };
  expect(rows).toEqual([
    { ...push, old: null, new: off, source: 'person', changed_by: ada },
    { ...push, old: off, new: null, source: 'person', changed_by: ada },
    {
      ...user,
      old: { time_zone: null, region: null },
      new: { time_zone: 'Asia/Tokyo', region: null },
      source: 'person',
      changed_by: ada,
    },
    {
      ...user,
      old: { time_zone: 'Asia/Tokyo', region: null },
      new: { time_zone: 'Asia/Seoul', region: 'KR' },
      source: 'service',
      changed_by: null,
    },
    { ...push, old: null, new: off, source: 'unsubscribe', changed_by: null },
    {
      ...push,
      scope: 'default',
      channel: null,
      old: expect.objectContaining({ default_channels: ['push'] }),
      new: expect.objectContaining({ default_channels: [] }),
      source: 'operator',
      changed_by: operator,
    },
  ]);
});

test('the record is read by whom it is about and by operators, and written by nobody', async () => {
  const [ada, bob] = [await createUser(db), await createUser(db)];
  const type = await makeType(db);
  for (const person of [ada, bob])
    await db.asUser(person, (c) => c.query(`select notify.set_preference($1, 'push', false)`, [type]), {
      commit: true,
    });
  const count = `select count(*)::int from notify.preference_changes where key = '${type}' and scope = 'type'`;
  expect(await db.asUser(ada, (c) => one(c as never, count))).toBe(1);
  expect(await db.asOperator((c) => one(c as never, count))).toBe(2);
  for (const as of [
    db.asUser.bind(db, ada),
    db.asOperator,
    db.asWriter,
    db.asWorker,
    db.asHttp,
    db.asAnonymous,
    db.asAnalyst,
  ])
    for (const sql of [
      `update notify.preference_changes set source = 'service'`,
      'delete from notify.preference_changes',
      'truncate notify.preference_changes',
      `insert into notify.preference_changes (scope, source) values ('settings', 'person')`,
    ])
      await expect(as((c) => c.query(sql))).rejects.toThrow(/permission denied/);
  expect(await one(db.owner, count)).toBe(2);
  // Erasing a person takes their record along, and adds none about it.
  await db.owner.query('delete from notify.users where id = $1', [ada]);
  expect(await one(db.owner, count)).toBe(1);
});

test('the past through GraphQL: one’s own, and for operators anybody’s', async () => {
  const api = await startTestApi(db);
  try {
    const ada = await createUser(db);
    const type = await makeType(db);
    const [token, operator] = [await signToken(ada), await signToken(await createUser(db), { role: 'operator' })];
    const before = new Date().toISOString();
    await db.owner.query('select pg_sleep(0.002)');
    await db.asUser(ada, (c) => c.query(`select notify.set_preference($1, 'push', false)`, [type]), { commit: true });
    await db.asUser(ada, (c) => c.query(`select notify.update_personal_settings(daily_cap => 1)`), { commit: true });
    const enabled = (nodes: { typeKey: string; enabled: boolean }[]) =>
      nodes.find(({ typeKey }) => typeKey === type)?.enabled;
    const mine =
      'query ($at: Datetime) { myPreferences(first: 100, at: $at) { typeKey enabled } mySettings(at: $at) { own } }';
    const then = await api.ask(mine, { token, variables: { at: before } });
    const today = await api.ask(mine, { token });
    expect([enabled(then.data.myPreferences), then.data.mySettings.own]).toEqual([true, []]);
    expect([enabled(today.data.myPreferences), today.data.mySettings.own]).toEqual([false, ['daily_cap']]);
    const theirs = `query ($u: UUID!, $at: Datetime!) {
      preferencesAt(first: 100, userId: $u, at: $at) { typeKey enabled } effectiveSettingsAt(userId: $u, at: $at) { own } }`;
    const seen = await api.ask(theirs, { token: operator, variables: { u: ada, at: before } });
    expect([enabled(seen.data.preferencesAt), seen.data.effectiveSettingsAt.own]).toEqual([true, []]);
    expect((await api.ask(theirs, { token, variables: { u: ada, at: before } })).codes).toEqual([
      'INVALID_INPUT',
      'INVALID_INPUT',
    ]);
  } finally {
    await api.stop();
  }
});
