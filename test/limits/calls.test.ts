import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
let api: TestApi;
let coach: string;

beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
  coach = await one(db.owner, `insert into coaching.coaches (name, voice) values ('Max', 'alice') returning id`);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

let numbers = 33_700_000_000;
const freshPhone = () => `+${++numbers}`;
const limit = (key: string, most: number) =>
  db.owner.query('update notify.limits set at_most = $2 where key = $1', [key, most]);
const call = (who: string, inDays = 1) =>
  db.asUser(
    who,
    (client) =>
      client.query<{ id: string }>(
        `select id from coaching.schedule_call($1, 'mood_check', now() + $2 * interval '1 day')`,
        [coach, inDays],
      ),
    { commit: true },
  );
const schedule = (who: string, at = '07:00') =>
  db.asUser(
    who,
    (client) =>
      client.query<{ id: string }>(`select id from coaching.create_call_schedule($1, 'mood_check', $2)`, [coach, at]),
    {
      commit: true,
    },
  );
const asUser = (who: string, sql: string, values: unknown[] = []) =>
  db.asUser(who, (client) => client.query(sql, values), { commit: true });
const pending = (phone: string) =>
  one<number>(
    db.owner,
    `select count(*)::integer from coaching.calls as c join notify.users as u on u.id = c.user_id where c.status = 'pending' and u.phone = $1`,
    [phone],
  );
const outcomes = (answers: PromiseSettledResult<unknown>[]) => [
  answers.filter(({ status }) => status === 'fulfilled').length,
  new Set(
    answers.flatMap((answer) =>
      answer.status === 'rejected' ? [`${answer.reason.code} ${answer.reason.constraint}`] : [],
    ),
  ),
];

describe('SE-6: calls to one number', () => {
  test('400 scheduled by the API at once: as many as may be to come, the others are told so', async () => {
    const phone = freshPhone();
    const token = await signToken(await createUser(db, { phone }));
    const ask = (n: number) =>
      api.ask(
        `mutation { scheduleCall(input: { coachId: "${coach}", topicKey: "mood_check", scheduledAt: "${new Date(Date.now() + n * 3_600_000).toISOString()}" }) { clientMutationId } }`,
        { token },
      );
    const codes: string[] = [];
    for (let n = 0; n < 400; n += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, nth) => ask(n + nth + 1)));
      codes.push(...answers.map(({ codes: [code] }) => code ?? 'ok'));
    }
    expect(codes.filter((code) => code === 'ok')).toHaveLength(20);
    expect(new Set(codes)).toEqual(new Set(['ok', 'RATE_LIMITED']));
    expect(await pending(phone)).toBe(20);
  });

  test('of several people with it: together as many as one may have', async () => {
    await limit('pending_calls', 7);
    const phone = freshPhone();
    const people = await Promise.all(Array.from({ length: 4 }, () => createUser(db, { phone })));
    const answers = await Promise.allSettled(people.flatMap((who) => [1, 2, 3].map((day) => call(who, day))));
    expect(outcomes(answers)).toEqual([7, new Set(['RBLIM pending_calls'])]);
    expect(await pending(phone)).toBe(7);
    // Another number is another's.
    await call(await createUser(db, { phone: freshPhone() }));
    await call(await createUser(db));
    await limit('pending_calls', 20);
  });

  test('made, canceled and made again: as many a day as the limit says, and canceling is always allowed', async () => {
    await limit('calls_scheduled', 4);
    const who = await createUser(db, { phone: freshPhone() });
    let last = '';
    for (let n = 0; n < 3; n++) {
      last = (await call(who)).rows[0]?.id ?? '';
      await asUser(who, 'select coaching.cancel_call($1)', [last]);
    }
    last = (await call(who)).rows[0]?.id ?? '';
    await expect(call(who)).rejects.toMatchObject({ code: 'RBLIM', constraint: 'calls_scheduled' });
    // Moving is making anew: another preview, another call.
    await expect(
      asUser(who, `select coaching.move_call($1, now() + interval '3 hours')`, [last]),
    ).rejects.toMatchObject({
      code: 'RBLIM',
      constraint: 'calls_scheduled',
    });
    await asUser(who, 'select coaching.cancel_call($1)', [last]);
    await limit('calls_scheduled', 20);
    await asUser(who, 'select coaching.cancel_call($1)', [last]);
    await call(who);
  });

  test('another lead time moves previews and no call: it uses nothing up', async () => {
    const who = await createUser(db, { phone: freshPhone() });
    for (const day of [1, 2, 3]) await call(who, day);
    await limit('calls_scheduled', 3);
    await limit('pending_calls', 3);
    const lead = (minutes: number) =>
      asUser(who, 'select coaching.update_coaching_preferences(lead_minutes => $1)', [minutes]);
    for (const minutes of [10, 20, 30]) await lead(minutes);
    const moved = await one<string>(
      db.owner,
      `select string_agg(distinct (scheduled_at - preview_due_at)::text, ' ') from coaching.calls where user_id = $1`,
      [who],
    );
    expect(moved).toBe('00:30:00');
    // Nor is it refused where more are to come than may be by now.
    await limit('pending_calls', 1);
    await lead(5);
    expect(
      await one<number>(
        db.owner,
        `select used from notify_private.limit_uses where user_id = $1 and limit_key = 'calls_scheduled'`,
        [who],
      ),
    ).toBe(3);
    await limit('calls_scheduled', 20);
    await limit('pending_calls', 20);
  });

  test('by a service: as many as it wants', async () => {
    await limit('pending_calls', 2);
    const who = await createUser(db, { phone: freshPhone() });
    await db.asWriter(
      (client) =>
        client.query(
          `insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at)
           select $1, $2, 'mood_check', now() + n * interval '1 day' from generate_series(1, 30) as n`,
          [who, coach],
        ),
      { commit: true },
    );
    await expect(call(who)).rejects.toMatchObject({ code: 'RBLIM' });
    await limit('pending_calls', 20);
  });
});

describe('SE-14: schedules of calls', () => {
  test('as many as the limit says, also at once; one that ended can be taken up again', async () => {
    const who = await createUser(db, { phone: freshPhone() });
    const answers = await Promise.allSettled(Array.from({ length: 9 }, (_, n) => schedule(who, `0${n}:30`)));
    expect(outcomes(answers)).toEqual([5, new Set(['RBLIM call_schedules'])]);
    const [first] = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.rows[0]?.id] : []));
    await asUser(who, 'select coaching.update_call_schedule($1, active => false)', [first]);
    await expect(schedule(who)).rejects.toMatchObject({ code: 'RBLIM' });
    await asUser(who, `select coaching.update_call_schedule($1, active => true, local_time => '12:00')`, [first]);
    // Another's are another's.
    await schedule(await createUser(db, { phone: freshPhone() }));
  });

  test('taken up and ended over and over: the calls of it are counted', async () => {
    await limit('calls_scheduled', 6);
    const who = await createUser(db, { phone: freshPhone() });
    const id = (await schedule(who, '12:00')).rows[0]?.id;
    const turn = async () => {
      await asUser(who, 'select coaching.update_call_schedule($1, active => false)', [id]);
      await asUser(who, 'select coaching.update_call_schedule($1, active => true)', [id]);
    };
    const answers: PromiseSettledResult<void>[] = [];
    for (let n = 0; n < 10; n++) answers.push(...(await Promise.allSettled([turn()])));
    expect(outcomes(answers)[1]).toEqual(new Set(['RBLIM calls_scheduled']));
    const made = await one<number>(db.owner, 'select count(*)::integer from coaching.calls where user_id = $1', [who]);
    expect(made).toBeLessThanOrEqual(6);
    await limit('calls_scheduled', 20);
  });
});
