// Over 300 lines: the life of one journey, from its rows to its end.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Client } from '../support/database.ts';
import { makePerson, planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { db, enroll, forgetToday, pass, stateOf, stepsOf, titles } from './journeys-world.ts';

describe('JK-11: journeys are data', () => {
  /** Two steps told by one type, the first under a condition, without an exit of its own. */
  const makeJourney = async (changes: { progress?: string; expiresAfter?: string; condition?: string } = {}) => {
    const key = `journey_${randomUUID().slice(0, 8)}`;
    await db.owner.query(
      `insert into notify.notification_types (key, pack, category, audience) values ($1, 'music', 'test', 'notify_private.journey_audience')`,
      [key],
    );
    await db.owner.query(
      `insert into notify.notification_copies (type_key, locale, title, body) values ($1, 'en', 'Hello {Who}', '-')`,
      [key],
    );
    await db.owner.query(
      'insert into notify.journeys (key, pack, description, progress, expires_after) values ($1, $1, $1, $2, $3)',
      [key, changes.progress ?? null, changes.expiresAfter ?? null],
    );
    await db.owner.query(
      `insert into notify.journey_steps (journey_key, step, delay, delay_from, condition, type_key)
       values ($1, 10, '1 hour', 'enrollment', $2, $1), ($1, 20, '1 hour', 'previous', null, $1)`,
      [key, changes.condition ?? null],
    );
    return key;
  };

  test('JK-11: enrolling again while on the way changes nothing; another subject is another way; once ended it begins anew', async () => {
    const journey = await makeJourney();
    const person = await makePerson(db);
    const first = await enroll(person, journey);
    expect(first.deduplicated).toBe(false);
    expect(await enroll(person, journey)).toEqual({ enrollment_id: first.enrollment_id, deduplicated: true });
    expect((await enroll(person, journey, randomUUID())).deduplicated).toBe(false);
    await pass('2 days');
    await pass('2 days');
    expect(await stateOf(first.enrollment_id)).toMatchObject({ ended: 'completed' });
    expect((await enroll(person, journey)).deduplicated).toBe(false);
  });

  test('JK-11: sessions that enroll the same people at once agree on the enrollments', async () => {
    const journey = await makeJourney();
    const people = await Promise.all(Array.from({ length: 5 }, () => makePerson(db)));
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        db.asWriter(
          (app) =>
            app.query<{ enrollment_id: string; deduplicated: boolean }>(
              `select r.* from notify.enroll_many(array(select row($1, id, null, null, null)::notify.enrollment_input from unnest($2::uuid[]) as id)) as r`,
              [journey, n % 2 ? people : [...people].reverse()],
            ),
          { commit: true },
        ),
      ),
    );
    const rows = answers.flatMap((answer) => answer.rows);
    expect(new Set(rows.map(({ enrollment_id }) => enrollment_id)).size).toBe(5);
    expect(rows.filter(({ deduplicated }) => !deduplicated)).toHaveLength(5);
  });

  test('JK-11: twice in a call is once; calls with the same people in another order wait for each other', async () => {
    const journey = await makeJourney();
    const people = [await makePerson(db), await makePerson(db)].sort();
    const all = (client: Pick<Client, 'query'>, ids: string[]) =>
      client.query<{ enrollment_id: string; deduplicated: boolean }>(
        `select r.* from notify.enroll_many(array(select row($1, id, null, null, null)::notify.enrollment_input from unnest($2::uuid[]) as id)) as r`,
        [journey, ids],
      );
    const [first, second] = people as [string, string];
    await db.asWriter(
      async (mine) => {
        expect((await all(mine, [first, first])).rows.map(({ deduplicated }) => deduplicated)).toEqual([false, true]);
        const other = db.asWriter((theirs) => all(theirs, [second, first]), { commit: true });
        await until('the other waits', () =>
          one<boolean>(
            db.owner,
            `select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%enroll_many%' and datname = current_database())`,
          ),
        );
        expect((await all(mine, [second])).rows.map(({ deduplicated }) => deduplicated)).toEqual([false]);
        await mine.query('commit');
        expect((await other).rows.map(({ deduplicated }) => deduplicated)).toEqual([true, true]);
        await mine.query('begin');
      },
      { commit: true },
    );
  });

  test('JK-11: a step whose condition does not hold is skipped and says so', async () => {
    await db.owner.query(
      `create or replace function music.never(user_id uuid, subject_id uuid) returns boolean language sql stable as 'select false'`,
    );
    const journey = await makeJourney({ condition: 'music.never' });
    const person = await makePerson(db);
    const { enrollment_id } = await enroll(person, journey);
    await pass('1 hour');
    // The next one counts from here.
    await pass('59 minutes');
    expect(await stepsOf(enrollment_id)).toEqual(['10 skipped']);
    expect(await titles(person)).toEqual([]);
    await pass('1 hour');
    expect(await stepsOf(enrollment_id)).toEqual(['10 skipped', '20 told']);
    expect(await titles(person)).toEqual(['Hello Ann']);
  });

  test('JK-11: an exit takes effect with its commit, for steps to come and for what is told but not planned', async () => {
    const journey = await makeJourney();
    const [ann, bob] = [await makePerson(db), await makePerson(db)];
    const [mine, theirs] = [await enroll(ann, journey), await enroll(bob, journey)];
    await db.owner.query('update notify.journey_enrollments set next_at = now()');
    await db.worker.query('select notify_private.advance_journeys()');
    const exit = (reason: string, commit: boolean) =>
      db.asWriter(
        (app) => one<number>(app, 'select notify.exit_journey($1, array[$2::uuid], null, $3)', [journey, ann, reason]),
        { commit },
      );
    expect(await exit('canceled', false)).toBe(1);
    expect(await stateOf(mine.enrollment_id)).toMatchObject({ ended: null });
    expect(await exit('canceled', true)).toBe(1);
    expect(await exit('exited', true)).toBe(0);
    await pass('5 days');
    expect(await stateOf(mine.enrollment_id)).toEqual({ next: null, ended: 'canceled', error: null });
    expect(await titles(ann)).toEqual([]);
    expect(await titles(bob)).toHaveLength(2);
    expect(await stateOf(theirs.enrollment_id)).toMatchObject({ ended: 'completed' });
  });

  test('JK-11: an exit also ends what waits for the morning, though all steps were behind; what was sent stays sent', async () => {
    const journey = await makeJourney();
    const person = await makePerson(db);
    const { enrollment_id } = await enroll(person, journey);
    await pass('1 hour');
    await db.owner.query(
      `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '8 hours')`,
      [person],
    );
    // The first one left before that.
    await db.owner.query(`update notify.deliveries set status = 'sent', due_at = null, sent_at = now(), attempt = 1`);
    await pass('1 hour');
    expect(await stateOf(enrollment_id)).toMatchObject({ ended: 'completed' });
    await db.asWriter((app) => app.query('select notify.exit_journey($1, array[$2::uuid])', [journey, person]), {
      commit: true,
    });
    const { rows } = await db.owner.query<{ step: number; canceled: boolean; outcome: string; rule: string | null }>(
      `select t.step, e.canceled_at is not null as canceled, c.outcome, c.rule
       from notify.journey_steps_taken as t join notify.events as e on e.id = t.event_id join notify.decisions as c on c.event_id = e.id
       where t.enrollment_id = $1 order by t.step`,
      [enrollment_id],
    );
    expect(rows).toEqual([
      { step: 10, canceled: false, outcome: 'send', rule: null },
      { step: 20, canceled: true, outcome: 'suppress', rule: 'event' },
    ]);
    expect(await stateOf(enrollment_id)).toMatchObject({ ended: 'completed' });
  });

  test('JK-11: an exit reaches the last step in the hands of a planner, though it is behind and nothing asks for progress', async () => {
    const journey = await makeJourney();
    await db.owner.query(
      `update notify.notification_types set still_relevant = 'notify_private.journey_is_active' where key = $1`,
      [journey],
    );
    const [left, stayed] = [await makePerson(db), await makePerson(db)];
    const { enrollment_id } = await enroll(left, journey);
    await enroll(stayed, journey);
    await pass('1 hour');
    await forgetToday();
    await db.owner.query('update notify.journey_enrollments set next_at = now()');
    await db.worker.query('select notify_private.advance_journeys()');
    expect(await stateOf(enrollment_id)).toMatchObject({ ended: 'completed' });
    const { rows: told } = await db.owner.query<{ id: string }>(
      'select id from notify.events where planned_at is null',
    );
    const planner = await db.worker.connect();
    await db.asWriter(
      async (app) => {
        // Whoever calls it has the person: the planner passes over them with the event in hand.
        await app.query('select notify.record_consent_for($1, $2, $3)', [left, 'terms', 'import']);
        await planner.query('begin');
        await planner.query('select notify_private.plan($1)', [told.map(({ id }) => id)]);
        await app.query('select notify.exit_journey($1, array[$2::uuid])', [journey, left]);
      },
      { commit: true },
    );
    await planner.query('commit');
    planner.release();
    await planDue(db);
    const last = (person: string) =>
      db.owner
        .query(
          `select c.outcome, c.rule from notify.journey_steps_taken as t join notify.journey_enrollments as n on n.id = t.enrollment_id
           join notify.decisions as c on c.event_id = t.event_id where n.user_id = $1 order by t.step desc limit 1`,
          [person],
        )
        .then(({ rows }) => rows[0]);
    expect(await last(left)).toEqual({ outcome: 'suppress', rule: 'still_relevant' });
    expect(await last(stayed)).toEqual({ outcome: 'send', rule: null });
  });

  test('JK-11: of one subject an exit leaves the other alone', async () => {
    const journey = await makeJourney();
    const person = await makePerson(db);
    const subjects = [randomUUID(), randomUUID()];
    const [left, stays] = [await enroll(person, journey, subjects[0]), await enroll(person, journey, subjects[1])];
    await db.asWriter(
      (app) => app.query('select notify.exit_journey($1, array[$2::uuid], $3)', [journey, person, subjects[0]]),
      { commit: true },
    );
    expect(await stateOf(left?.enrollment_id as string)).toMatchObject({ ended: 'exited' });
    expect(await stateOf(stays?.enrollment_id as string)).toMatchObject({ ended: null });
  });

  test('JK-11: too old for further steps it expires', async () => {
    const journey = await makeJourney({ expiresAfter: '90 minutes' });
    const { enrollment_id } = await enroll(await makePerson(db), journey);
    await pass('1 hour');
    await pass('1 hour');
    expect(await stateOf(enrollment_id)).toMatchObject({ ended: 'expired' });
    expect(await stepsOf(enrollment_id)).toEqual(['10 told']);
  });

  test('JK-11: a broken function keeps back its own people alone, until it is mended', async () => {
    const zero = (body: string) =>
      db.owner.query(
        `create or replace function music.broken(user_id uuid, subject_id uuid) returns jsonb language sql stable as $$ ${body} $$`,
      );
    await zero(`select to_jsonb(1 / (select count(*)::integer from engine_test.switches where name = 'nothing'))`);
    const [sick, well] = [await makeJourney({ progress: 'music.broken' }), await makeJourney()];
    const [mine, theirs] = [await enroll(await makePerson(db), sick), await enroll(await makePerson(db), well)];
    await pass('1 hour');
    expect(await stepsOf(theirs.enrollment_id)).toEqual(['10 told']);
    expect(await stateOf(mine.enrollment_id)).toEqual({ next: 10, ended: null, error: '22012: division by zero' });
    await zero(`select '{}'::jsonb`);
    await pass('5 minutes');
    expect(await stateOf(mine.enrollment_id)).toEqual({ next: 20, ended: null, error: null });
    expect(await stepsOf(mine.enrollment_id)).toEqual(['10 told']);
  });

  test('JK-11: each step is taken once however many sessions advance, and everyone gets each of them', async () => {
    const journey = await makeJourney();
    const people = await Promise.all(Array.from({ length: 60 }, () => makePerson(db)));
    for (const person of people) await enroll(person, journey);
    for (const round of [1, 2]) {
      await db.owner.query('update notify.journey_enrollments set next_at = now() where ended_at is null');
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          while (await one<boolean>(db.worker, 'select notify_private.advance_journeys(7)'));
        }),
      );
      while (await one<boolean>(db.worker, 'select notify_private.advance_journeys()'));
      expect(await one(db.owner, 'select count(*)::integer from notify.journey_steps_taken')).toBe(round * 60);
      expect(await one(db.owner, 'select count(*)::integer from notify.events')).toBe(round * 60);
    }
  });

  test('JK-11: whom another session has is passed by, without waiting', async () => {
    const journey = await makeJourney();
    const [ann, bob] = [await makePerson(db), await makePerson(db)];
    const [mine, theirs] = [await enroll(ann, journey), await enroll(bob, journey)];
    await db.owner.query('update notify.journey_enrollments set next_at = now()');
    await db.asOwner(async (client) => {
      await client.query('select from notify.journey_enrollments where id = $1 for update', [mine.enrollment_id]);
      await db.asWorker(
        async (worker) => {
          await worker.query(`set local statement_timeout = '60s'`);
          await worker.query('select notify_private.advance_journeys()');
        },
        { commit: true },
      );
    });
    expect(await stepsOf(mine.enrollment_id)).toEqual([]);
    expect(await stepsOf(theirs.enrollment_id)).toEqual(['10 told']);
  });

  test('JK-11: what is not understood is refused, naming the field, and people may do none of it', async () => {
    const journey = await makeJourney();
    const person = await makePerson(db);
    const asked: [string, unknown[], string][] = [
      [`select notify.enroll('nowhere', $1)`, [person], 'journey_key: there is no journey "nowhere"'],
      [`select notify.enroll($1, $2)`, [journey, randomUUID()], 'user_id: there is no such user'],
      [
        `select notify.enroll($1, $2, 'trip')`,
        [journey, person],
        'subject_id: subject_type and subject_id come together',
      ],
      [`select notify.enroll($1, $2, data => '[]')`, [journey, person], 'data: must be an object'],
      [
        `select notify.exit_journey('nowhere', array[$1::uuid])`,
        [person],
        'journey_key: there is no journey "nowhere"',
      ],
      [
        `select notify.exit_journey($1, array[$2::uuid], null, 'completed')`,
        [journey, person],
        'reason: must be exited or canceled',
      ],
    ];
    for (const [sql, values, message] of asked)
      await expect(db.asWriter((app) => app.query(sql, values))).rejects.toThrow(message);
    for (const sql of [
      `select notify.enroll('onboarding', $1)`,
      `select notify.exit_journey('onboarding', array[$1::uuid])`,
    ])
      await expect(db.asUser(person, (me) => me.query(sql, [person]))).rejects.toThrow('permission denied');
  });
});
