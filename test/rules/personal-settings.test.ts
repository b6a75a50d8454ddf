// Over 300 lines: one mutation, field by field.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createUser, type GraphqlAnswer, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { decisionOf, installPack, makeDevice, makeType, planDue, releaseDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
let api: TestApi;
let ada: string;
let token: string;
let operator: string;

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
  ada = await createUser(db);
  token = await signToken(ada);
});

const fields =
  'timeZone quietHours { weekday startsAt endsAt } pausedUntil dailyCap digestTime digestWeekday holdWhileLooking own';
const update = (input: object) =>
  api.ask(
    `mutation ($input: UpdatePersonalSettingsInput!) { updatePersonalSettings(input: $input) { result { ${fields} } } }`,
    { token, variables: { input } },
  );
const reset = (settings?: readonly string[]) =>
  api.ask(`mutation ($s: [SettingName!]) { resetPersonalSettings(input: { settings: $s }) { result { ${fields} } } }`, {
    token,
    variables: { s: settings },
  });
const operators = (input: object, as = operator) =>
  api.ask(
    `mutation ($input: UpdateSettingsInput!) { updateSettings(input: $input) { result { dailyCap rollingCap quietHours { weekday } } } }`,
    { token: as, variables: { input } },
  );
const mine = async (as = token) => (await api.ask(`{ mySettings { ${fields} } }`, { token: as })).data.mySettings;
const refused = async (answer: Promise<GraphqlAnswer>) => {
  const { codes, errors } = await answer;
  return `${codes.join()} ${errors[0]?.message}`;
};
const night = (weekday: number, startsAt = '22:00', endsAt = '07:00') => ({ weekday, startsAt, endsAt });
const byDefault = {
  timeZone: 'UTC',
  quietHours: [],
  pausedUntil: null,
  dailyCap: 3,
  digestTime: '09:00',
  digestWeekday: 1,
  holdWhileLooking: true,
  own: [],
};

test('NC-10 NC-11 what is not given stays, what is taken back follows the operators again', async () => {
  expect(await mine()).toEqual(byDefault);
  const first = await update({ quietHours: [night(1), night(7)], dailyCap: 2, timeZone: 'Europe/Lisbon' });
  const own = {
    ...byDefault,
    timeZone: 'Europe/Lisbon',
    quietHours: [night(1), night(7)],
    dailyCap: 2,
    own: ['quiet_hours', 'daily_cap'],
  };
  expect(first.data.updatePersonalSettings.result).toEqual(own);
  await update({ digestTime: '18:30', digestWeekday: 5, holdWhileLooking: false });
  expect(await mine()).toEqual({
    ...own,
    digestTime: '18:30',
    digestWeekday: 5,
    holdWhileLooking: false,
    own: ['quiet_hours', 'daily_cap', 'digest_time', 'digest_weekday', 'hold_while_looking'],
  });
  // None at all is a choice, unlike having made none.
  await operators({ quietHours: [night(3)] });
  expect((await mine()).quietHours).toHaveLength(2);
  await update({ quietHours: [] });
  expect((await mine()).quietHours).toEqual([]);
  await reset(['quiet_hours', 'digest_time']);
  expect(await mine()).toMatchObject({ quietHours: [night(3)], digestTime: '09:00', digestWeekday: 5 });
  await operators({ quietHours: [] });
  const { data } = await reset();
  expect(data.resetPersonalSettings.result).toEqual({ ...byDefault, timeZone: 'Europe/Lisbon' });
  // Nobody else was concerned.
  expect(await mine(await signToken(await createUser(db)))).toEqual(byDefault);
});

test('a pause begins and ends; the cap counts where it is lower than the operators’', async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await update({ pausedUntil: until, dailyCap: 3 });
  expect(new Date((await mine()).pausedUntil).toISOString()).toBe(until);
  await operators({ dailyCap: 2 });
  expect(await mine()).toMatchObject({ dailyCap: 2, own: ['paused_until', 'daily_cap'] });
  await operators({ dailyCap: 3 });
  await reset(['paused_until']);
  expect(await mine()).toMatchObject({ pausedUntil: null, dailyCap: 3, own: ['daily_cap'] });
});

test('NC-16 every refusal names the field', async () => {
  const cases: [object, RegExp][] = [
    [{ timeZone: 'Europe/Atlantis' }, /^INVALID_INPUT timeZone: /],
    [{ timeZone: 'UTC+3' }, /^INVALID_INPUT timeZone: /],
    [{ dailyCap: 0 }, /^INVALID_INPUT dailyCap: must be from 1 to 3/],
    [{ dailyCap: 4 }, /^INVALID_INPUT dailyCap: /],
    [{ digestWeekday: 8 }, /^INVALID_INPUT digestWeekday: /],
    [{ digestTime: '25:00' }, /^INVALID_INPUT .*input\.digestTime.* must be like "22:00"/],
    [{ digestTime: '9 o’clock' }, /^INVALID_INPUT .*input\.digestTime/],
    [{ pausedUntil: '2020-01-01T00:00:00Z' }, /^INVALID_INPUT pausedUntil: /],
    [{ pausedUntil: '2126-01-01T00:00:00Z' }, /^INVALID_INPUT pausedUntil: /],
    [{ pausedUntil: 'tomorrow' }, /^INVALID_INPUT .*input\.pausedUntil/],
    [{ pausedUntil: '2126-02-30T00:00:00Z' }, /^INVALID_INPUT .*input\.pausedUntil/],
    [{ pausedUntil: '2126-02-20T00:00:00' }, /^INVALID_INPUT .*input\.pausedUntil/],
    [{ quietHours: [night(0)] }, /^INVALID_INPUT quietHours: weekday/],
    [{ quietHours: [night(8)] }, /^INVALID_INPUT quietHours: weekday/],
    [{ quietHours: [night(1, '24:00')] }, /^INVALID_INPUT .*input\.quietHours\[0\]\.startsAt/],
    [{ quietHours: [{ weekday: 1, startsAt: '22:00' }] }, /^INVALID_INPUT .*input\.quietHours\[0\]/],
    [{ quietHours: [null] }, /^INVALID_INPUT .*input\.quietHours\[0\]/],
    [{ quietHours: [night(1, '22:00', '22:00')] }, /^INVALID_INPUT quietHours: starts_at and ends_at must differ/],
    [{ quietHours: [night(1), night(1, '23:00', '23:30')] }, /^INVALID_INPUT quietHours: windows overlap/],
    [{ quietHours: [night(1), night(1)] }, /^INVALID_INPUT quietHours: windows overlap/],
    // From Sunday over midnight into Monday.
    [{ quietHours: [night(7), night(1, '06:00', '08:00')] }, /^INVALID_INPUT quietHours: windows overlap/],
  ];
  for (const [input, message] of cases)
    expect([input, await refused(update(input))]).toEqual([input, expect.stringMatching(message)]);
  expect(await mine()).toEqual(byDefault);
  // Touching is not overlapping; seven times a day and a half-day is no whole week.
  expect((await update({ quietHours: [night(7), night(1, '07:00', '08:00')] })).codes).toEqual([]);
  const days = [1, 2, 3, 4, 5, 6, 7];
  const whole = days.flatMap((day) => [night(day, '00:00', '12:00'), night(day, '12:00', '00:00')]);
  expect(await refused(update({ quietHours: whole }))).toMatch(/^INVALID_INPUT quietHours: some time/);
  expect((await update({ quietHours: whole.slice(1) })).codes).toEqual([]);
  expect(
    (await api.ask('mutation { resetPersonalSettings(input: { settings: [sleep] }) { clientMutationId } }', { token }))
      .codes,
  ).toEqual(['INVALID_INPUT']);
});

test('NC-16 a refusal has the field as the API spells it, wherever its value stands', async () => {
  const input = (fields: string) => `mutation { updatePersonalSettings(input: { ${fields} }) { clientMutationId } }`;
  const cases: [string, string][] = [
    [input('timeZone: "Europe/Atlantis"'), 'timeZone'],
    [input('digestTime: "25:00"'), 'digestTime'],
    [input('digestWeekday: "Monday"'), 'digestWeekday'],
    [input('quietHours: [{ weekday: 1, startsAt: "24:00", endsAt: "07:00" }]'), 'startsAt'],
    [input('quietHours: [{ weekday: 8, startsAt: "22:00", endsAt: "07:00" }]'), 'quietHours'],
    [
      'mutation { setPreference(input: { typeKey: "nope", channel: email, enabled: false }) { clientMutationId } }',
      'typeKey',
    ],
    ['{ mySettings(at: "yesterday") { own } }', 'at'],
    [
      'mutation { registerDevice(input: { provider: web_push, token: "https://push.example.com/1", webPushP256Dh: "short" }) { clientMutationId } }',
      'webPushP256Dh',
    ],
  ];
  for (const [query, field] of cases) {
    const [error, ...more] = (await api.ask(query, { token })).errors;
    expect([query, error?.extensions.field, more]).toEqual([query, field, []]);
    expect(error?.message).toMatch(/^\w+: /);
  }
  const [error] = (await update({ quietHours: [night(1, '24:00')] })).errors;
  expect(error?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'quietHours[0].startsAt' });
  const [syntax] = (await api.ask('{ mySettings { nope } }', { token })).errors;
  expect(syntax?.extensions).toEqual({ code: 'INVALID_INPUT' });
});

test('NC-16 operators’ settings are checked as well, and are theirs alone', async () => {
  const cases: [object, RegExp][] = [
    [{ dailyCap: 0 }, /^INVALID_INPUT dailyCap: /],
    [{ cappedChannels: ['pigeon'] }, /^INVALID_INPUT .*input\.cappedChannels\[0\]/],
    [{ quietChannels: ['pigeon'] }, /^INVALID_INPUT .*input\.quietChannels\[0\]/],
    [{ rollingCap: -1 }, /^INVALID_INPUT rollingCap: /],
    [{ rollingWindow: { seconds: 30 } }, /^INVALID_INPUT rollingWindow: /],
    [{ quietHours: [night(9)] }, /^INVALID_INPUT quietHours: /],
    [{ digestWeekday: 0 }, /^INVALID_INPUT digestWeekday: /],
    [{ digestTime: '' }, /^INVALID_INPUT .*input\.digestTime/],
  ];
  for (const [input, message] of cases)
    expect([input, await refused(operators(input))]).toEqual([input, expect.stringMatching(message)]);
  expect((await operators({ rollingCap: 5 })).data.updateSettings.result.rollingCap).toBe(5);
  expect((await operators({ dailyCap: 3 })).data.updateSettings.result.rollingCap).toBe(5);
  expect((await operators({ rollingCap: 0 })).data.updateSettings.result.rollingCap).toBe(null);
  expect((await operators({ dailyCap: 9 }, token)).codes).toContain('INVALID_INPUT');
});

test('NC-16 an operator who updates the row itself is refused the same', async () => {
  const update = (change: string) => db.asOperator((client) => client.query(`update notify.settings set ${change}`));
  const week = `array(select row(d, '08:00', '20:00')::notify.quiet_window from generate_series(1, 7) as d)`;
  await update(`quiet_hours = ${week}, digest_time = '23:59'`);
  await expect(update(`quiet_hours = ${week} || '{"(1,22:00,22:00)"}'`)).rejects.toThrow(/^quiet_hours/);
  await expect(update(`quiet_hours = '{"(9,22:00,07:00)"}'`)).rejects.toThrow(/^quiet_hours/);
  await expect(update(`digest_time = '24:00'`)).rejects.toThrow(/^digest_time/);
});

test('NC-12 what quiet hours, pauses and caps hold is due at once when the person’s settings change', async () => {
  const bob = await createUser(db);
  const hold = async (recipient: string, rule: string) => {
    const id = await one<string>(db.owner, 'select uuidv7()::text');
    await db.owner.query(
      `insert into notify.holds (event_id, recipient_id, channel, held_at, lane, notification_id, rule, reason, due_at)
       values ($1, $2, 'push', now(), 'bulk', $3, $4, $4, now() + interval '5 hours')`,
      [id, recipient, randomUUID(), rule],
    );
    return id;
  };
  const changes: [string, () => Promise<unknown>, boolean][] = [
    ['quiet hours', () => update({ quietHours: [night(2)] }), true],
    ['the same quiet hours', () => update({ quietHours: [night(2)] }), false],
    ['a pause', () => update({ pausedUntil: new Date(Date.now() + 3_600_000).toISOString() }), true],
    ['its end', () => reset(['paused_until']), true],
    ['the time zone', () => update({ timeZone: 'Asia/Tokyo' }), true],
    ['the same time zone', () => update({ timeZone: 'Asia/Tokyo' }), false],
    [
      'the time zone, by a service',
      () => db.owner.query(`update notify.users set time_zone = 'Asia/Seoul' where id = $1`, [ada]),
      true,
    ],
    ['the region', () => db.owner.query(`update notify.users set region = 'KR' where id = $1`, [ada]), false],
    ['a name', () => db.owner.query(`update notify.users set name = 'A' where id = $1`, [ada]), false],
  ];
  const due = async (id: string) =>
    one<boolean>(db.owner, 'select due_at <= clock_timestamp() from notify.holds where event_id = $1', [id]);
  for (const [name, act, expected] of changes) {
    const hers = [await hold(ada, 'quiet_hours'), await hold(ada, 'daily_cap'), await hold(ada, 'rolling_cap')];
    const others = [await hold(bob, 'quiet_hours'), await hold(ada, 'fallback')];
    await act();
    expect([name, await Promise.all(hers.map(due))]).toEqual([name, [expected, expected, expected]]);
    expect([name, await Promise.all(others.map(due))]).toEqual([name, [false, false]]);
    await db.owner.query('delete from notify.holds');
  }
  // The operators' concern everyone; what is released stays as it was.
  const all = [await hold(ada, 'quiet_hours'), await hold(bob, 'daily_cap')];
  const fallback = await hold(bob, 'fallback');
  const released = await hold(ada, 'quiet_hours');
  await db.owner.query(`update notify.holds set released_at = now(), outcome = 'send' where event_id = $1`, [released]);
  await operators({ quietHours: [night(4)] });
  expect(await Promise.all(all.map(due))).toEqual([true, true]);
  expect(await Promise.all([fallback, released].map(due))).toEqual([false, false]);
  await operators({ quietHours: [] });
  await db.owner.query('delete from notify.holds');
});

test('NC-12 who ends a pause hears at once what it held; who moves their clock is judged by the new one', async () => {
  await makeDevice(db, ada);
  const type = await makeType(db);
  const decision = async (event: string) => {
    await releaseDue(db);
    return decisionOf(db, event);
  };
  await update({ pausedUntil: new Date(Date.now() + 7_200_000).toISOString() });
  const event = await tell(db, type, [ada]);
  await planDue(db);
  expect(await decision(event)).toBe('quiet_hours: paused');
  await update({ pausedUntil: new Date(Date.now() + 3_600_000).toISOString() });
  expect(await decision(event)).toBe('quiet_hours: paused');
  await reset(['paused_until']);
  expect(await decision(event)).toBe('send');
  // Quiet for the three hours around now in Tokyo, and nobody's night in Honolulu, nineteen hours behind.
  const clock = (hours: number) => new Date(Date.now() + (9 + hours) * 3_600_000).toISOString().slice(11, 16);
  const days = [1, 2, 3, 4, 5, 6, 7].map((weekday) => night(weekday, clock(-1), clock(2)));
  await update({ timeZone: 'Asia/Tokyo', quietHours: days });
  const other = await tell(db, type, [ada]);
  await planDue(db);
  expect(await decision(other)).toBe('quiet_hours: quiet_hours');
  await update({ timeZone: 'Pacific/Honolulu' });
  expect(await decision(other)).toBe('send');
});

test('operators wait for who is judging what is held, and hold nothing meanwhile', async () => {
  const type = await makeType(db);
  await makeDevice(db, ada);
  await update({ pausedUntil: new Date(Date.now() + 7_200_000).toISOString() });
  await tell(db, type, [ada]);
  await planDue(db);
  const judging = await db.owner.connect();
  try {
    await judging.query('begin');
    await judging.query('select from notify.users where id = $1 for no key update', [ada]);
    const change = operators({ dailyCap: 4 });
    const pid = await one<number>(judging, 'select pg_backend_pid()');
    await until('operators wait', () =>
      one<boolean>(
        db.owner,
        'select exists (select from pg_locks as l where not l.granted and $1 = any (pg_blocking_pids(l.pid)))',
        [pid],
      ),
    );
    const { rowCount } = await judging.query('select from notify.holds where recipient_id = $1 for update nowait', [
      ada,
    ]);
    expect(rowCount).toBe(1);
    await judging.query('commit');
    expect((await change).codes).toEqual([]);
  } finally {
    judging.release();
  }
  expect(await one(db.owner, 'select due_at <= now() from notify.holds where recipient_id = $1', [ada])).toBe(true);
  await operators({ dailyCap: 3 });
});
