import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';

let db: TestDatabase;
let api: TestApi;
let operator: string;
let ada: string;
let ben: string;
let type: string;
const range = `since: "${new Date(Date.now() - 3_600_000).toISOString()}", until: "${new Date(Date.now() + 3_600_000).toISOString()}"`;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  [ada, ben] = [await makePerson(db), await makePerson(db)];
  type = await makeType(db);
  for (let n = 0; n < 5; n++) {
    await tell(db, type, [ada, ben]);
    await planDue(db);
    // From now on Ada wants less than others.
    if (n === 3)
      await db.asUser(ada, (client) => client.query('select notify.update_personal_settings(daily_cap => 2)'), {
        commit: true,
      });
  }
  api = await startTestApi(db);
  operator = await signToken(await createUser(db), { role: 'operator' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const totals = (changes: object, more = '') =>
  api.ask(
    `query ($c: JSON!) { backtest(${range}, changes: $c ${more}) { typeKey channel outcome rule newOutcome newRule total } }`,
    { token: operator, variables: { c: changes } },
  );

test('totals by what happened and what would have, in GraphQL, for operators alone', async () => {
  const row = { typeKey: type, channel: 'push' };
  const same = await totals({});
  expect(same.codes).toEqual([]);
  expect(same.data.backtest).toEqual([
    { ...row, outcome: 'send', rule: null, newOutcome: 'send', newRule: null, total: '6' },
    { ...row, outcome: 'suppress', rule: 'daily_cap', newOutcome: 'suppress', newRule: 'daily_cap', total: '4' },
  ]);
  // Ada's own cap of 2 is hers only since the fourth.
  expect((await totals({ daily_cap: 5 })).data.backtest).toEqual([
    { ...row, outcome: 'send', rule: null, newOutcome: 'send', newRule: null, total: '6' },
    { ...row, outcome: 'suppress', rule: 'daily_cap', newOutcome: 'send', newRule: null, total: '3' },
    { ...row, outcome: 'suppress', rule: 'daily_cap', newOutcome: 'suppress', newRule: 'daily_cap', total: '1' },
  ]);
  const off = await totals({ types: { [type]: { default_channels: [] } } });
  expect(off.data.backtest.map(({ newRule }: { newRule: string }) => newRule)).toEqual(['preference', 'preference']);

  const cases = await api.ask(
    `query ($c: JSON!) { backtestCases(${range}, changes: $c, newOutcome: send) { recipientId rule newRule newAt } }`,
    { token: operator, variables: { c: { daily_cap: 5 } } },
  );
  expect(cases.data.backtestCases.map(({ recipientId }: { recipientId: string }) => recipientId).sort()).toEqual(
    [ada, ben, ben].sort(),
  );
  const mine = await api.ask(`{ backtest(${range}) { total } }`, { token: await signToken(ada) });
  expect(mine.codes).toEqual(['INVALID_INPUT']);
});

test('parts of the people add up', async () => {
  const sums = await Promise.all(
    [0, 1, 2].map(async (part) => {
      const { data } = await totals({ daily_cap: 5 }, `, part: ${part}, parts: 3`);
      return data.backtest.reduce((sum: number, { total }: { total: string }) => sum + Number(total), 0);
    }),
  );
  expect(sums.reduce((a, b) => a + b)).toBe(10);
});

test('changes that are none are refused by name', async () => {
  const refusal = (changes: unknown) =>
    db.asOperator((client) =>
      client
        .query(`select * from notify.backtest(now() - interval '1 hour', now(), $1)`, [JSON.stringify(changes)])
        .then(
          () => null,
          ({ code, message }) => `${code} ${message.split(':')[0]}`,
        ),
    );
  expect(await refusal({ daily_cap: 2, rolling_cap: null })).toBeNull();
  expect(await refusal([])).toBe('RBINV changes');
  for (const [field, value] of Object.entries({
    color: 1,
    daily_cap: 0,
    capped_channels: ['in_app'],
    rolling_cap: 0,
    rolling_window: '9 days',
    quiet_channels: null,
    quiet_hours: [{ weekday: 9, starts_at: '22:00', ends_at: '07:00' }],
  }))
    expect(await refusal({ [field]: value })).toBe(`RBINV changes.${field}`);
  expect(await refusal({ daily_cap: 'many' })).toBe('RBINV changes.daily_cap');
  expect(await refusal({ types: { nothing: {} } })).toBe('RBNFD changes.types.nothing');
  for (const [field, value] of Object.entries({
    title: 'x',
    enabled: null,
    default_channels: ['sms'],
    default_frequency: 'hourly',
    cap_excess: 'x',
    dedupe_window: '-1 day',
  }))
    expect(await refusal({ types: { [type]: { [field]: value } } })).toBe(`RBINV changes.types.${type}.${field}`);
  for (const more of [', part: 1', ', parts: 0', ', parts: 1001'])
    expect((await totals({}, more)).codes).toEqual(['INVALID_INPUT']);
});

test('a canceled event ends what waited and gives its key back, then as now', async () => {
  const keyed = await makeType(db, { dedupeKey: 'k:{Key}', channels: ['push', 'email'], defaultChannels: ['push'] });
  const dan = await makePerson(db);
  const told = async () => {
    const event = await tell(db, keyed, [dan], { variables: { Key: 'a' } });
    await planDue(db);
    return event;
  };
  const cancel = (event: string) => db.owner.query('select notify_private.cancel_events(array[$1::uuid])', [event]);
  const pause = (until: string) =>
    db.owner.query(
      `insert into notify.personal_settings (user_id, paused_until) values ($1, clock_timestamp() + $2::interval)
       on conflict (user_id) do update set paused_until = excluded.paused_until`,
      [dan, until],
    );
  // Sent but not yet taken by a provider, then held: canceled both, so the third is told and the fourth a repetition.
  await cancel(await told());
  await pause('1 hour');
  await cancel(await told());
  await pause('-1 hour');
  await told();
  await told();
  const { rows } = await db.owner.query(
    `select outcome, rule, new_outcome, new_rule, at = new_at as same
     from notify_private.replay(now() - interval '1 hour', now() + interval '1 hour', '{}', 0, 1)
     where recipient_id = $1 and channel = 'push' order by event_id`,
    [dan],
  );
  const same = (outcome: string, rule: string | null) => ({
    outcome,
    rule,
    new_outcome: outcome,
    new_rule: rule,
    same: true,
  });
  expect(rows).toEqual([same('send', null), same('suppress', 'event'), same('send', null), same('suppress', 'dedupe')]);
});

test('what a person chose for all categories holds under other defaults too, unless they chose for the category', async () => {
  const quiet = await makeType(db, { channels: ['push', 'email'], defaultChannels: ['email'] });
  const [eva, fay] = [await makePerson(db), await makePerson(db)];
  // As a mail's page writes it, where somebody leaves everything.
  const choose = (person: string, category: string, enabled: boolean) =>
    db.owner.query(
      `insert into notify.category_preferences (user_id, category, channel, enabled) values ($1, $2, 'push', $3)`,
      [person, category, enabled],
    );
  const { rows: types } = await db.owner.query<{ category: string }>(
    'select category from notify.notification_types where key = $1',
    [quiet],
  );
  await choose(eva, 'all', false);
  await choose(fay, 'all', false);
  await choose(fay, types[0]?.category ?? '', true);
  await tell(db, quiet, [eva, fay]);
  await planDue(db);
  const { rows } = await db.owner.query<{ recipient_id: string; new_outcome: string }>(
    `select recipient_id, new_outcome from notify_private.replay(now() - interval '1 hour', now() + interval '1 hour', $1, 0, 1)
     where type_key = $2 and channel = 'push'`,
    [{ types: { [quiet]: { default_channels: ['push'] } } }, quiet],
  );
  expect(Object.fromEntries(rows.map((row) => [row.recipient_id, row.new_outcome]))).toEqual({
    [eva]: 'suppress',
    [fay]: 'send',
  });
});
