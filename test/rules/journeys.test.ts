import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decisionOf, makeDevice } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker } from '../support/worker-process.ts';
import {
  db,
  enroll,
  finish,
  forgetToday,
  newcomer,
  pass,
  sandbox,
  stateOf,
  stepsOf,
  titles,
} from './journeys-world.ts';

describe('JK-4: onboarding nudges', () => {
  test('JK-4: come after 24 h, 72 h and 7 days, each naming what is then the next step', async () => {
    const person = await newcomer();
    const { enrollment_id } = await enroll(person);
    await pass('23 hours');
    expect(await titles(person)).toEqual([]);
    await pass('1 hour');
    expect(await titles(person)).toEqual(['Next: pick three artists']);
    await finish(person, 1);
    await forgetToday();
    await pass('47 hours');
    expect(await titles(person)).toHaveLength(1);
    await pass('1 hour');
    expect((await titles(person))[1]).toBe('Next: add a photo');
    await forgetToday();
    expect(await stateOf(enrollment_id)).toEqual({ next: 3, ended: null, error: null });
    await pass('96 hours');
    expect((await titles(person))[2]).toBe('Last call: add a photo');
    expect(await stateOf(enrollment_id)).toEqual({ next: null, ended: 'completed', error: null });
    expect(await stepsOf(enrollment_id)).toEqual(['1 told', '2 told', '3 told']);
    await forgetToday();
    await pass('100 days');
    expect(await titles(person)).toHaveLength(3);
  });

  test('JK-4: whoever has finished hears nothing more, without being taken out by anyone', async () => {
    const person = await newcomer();
    const { enrollment_id } = await enroll(person);
    await pass('24 hours');
    await finish(person, 1);
    await finish(person, 2);
    await forgetToday();
    await pass('7 days');
    expect(await titles(person)).toHaveLength(1);
    expect(await stateOf(enrollment_id)).toMatchObject({ ended: 'exited' });
    expect(await stepsOf(enrollment_id)).toEqual(['1 told']);
  });

  test('JK-4: finishing while the last nudge waits for the morning cancels it', async () => {
    const person = await newcomer();
    const { enrollment_id } = await enroll(person);
    await db.owner.query(
      `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '8 hours')`,
      [person],
    );
    await db.owner.query('update notify.journey_enrollments set next_step = 3, next_at = now() where id = $1', [
      enrollment_id,
    ]);
    await pass('0');
    const event = await one<string>(
      db.owner,
      'select event_id from notify.journey_steps_taken where enrollment_id = $1',
      [enrollment_id],
    );
    expect(await decisionOf(db, event)).toBe('quiet_hours: paused');
    expect(await stateOf(enrollment_id)).toMatchObject({ ended: 'completed' });
    await finish(person, 1);
    await finish(person, 2);
    await db.owner.query('delete from notify.personal_settings; update notify.holds set due_at = now()');
    while (await one<boolean>(db.worker, `select notify_private.release_holds('bulk')`));
    expect(await decisionOf(db, event)).toBe('still_relevant: not_relevant');
    expect(await one(db.owner, 'select count(*)::integer from notify.deliveries')).toBe(0);
  });

  test('JK-4: never in quiet hours: a nudge that falls into them waits for their end', async () => {
    const person = await newcomer('Asia/Kathmandu');
    const { enrollment_id } = await enroll(person);
    await db.owner.query(
      `insert into notify.personal_settings (user_id, quiet_hours)
       select $1, array[row(extract(isodow from here - interval '1 hour'), (here - interval '1 hour')::time, (here + interval '1 hour')::time)::notify.quiet_window]
       from (select now() at time zone 'Asia/Kathmandu' as here) as clock`,
      [person],
    );
    await pass('24 hours');
    const held = await one<{ outcome: string; reason: string; minutes: number }>(
      db.owner,
      `select to_jsonb(h) from (
         select c.outcome, c.reason, round(extract(epoch from c.held_until - now()) / 60) as minutes
         from notify.journey_steps_taken as t join notify.decisions as c on c.event_id = t.event_id where t.enrollment_id = $1) as h`,
      [enrollment_id],
    );
    expect(held).toEqual({ outcome: 'hold', reason: 'quiet_hours', minutes: 60 });
    expect(await one(db.owner, 'select count(*)::integer from notify.deliveries')).toBe(0);
  });

  test('JK-4: at most one a day: what is late follows at the same time of the next days', async () => {
    // Where no day is longer than others.
    const person = await newcomer('America/Bogota');
    const { enrollment_id } = await enroll(person);
    // Nobody worked for ten days.
    await pass('10 days');
    await pass('23 hours');
    expect(await stepsOf(enrollment_id)).toEqual(['1 told']);
    await pass('2 hours');
    expect(await stepsOf(enrollment_id)).toEqual(['1 told', '2 told']);
    await pass('26 hours');
    expect(await stepsOf(enrollment_id)).toEqual(['1 told', '2 told', '3 told']);
  });

  test.each([1, 200])(
    'JK-4: at most one a day, over all subjects of a journey and sessions at once, %i a look',
    async (most) => {
      const person = await newcomer();
      await Promise.all(
        [randomUUID(), randomUUID(), randomUUID()].map((subject) => enroll(person, 'onboarding', subject)),
      );
      await db.owner.query('update notify.journey_enrollments set next_at = now()');
      await Promise.all(
        Array.from({ length: 12 }, () => db.worker.query('select notify_private.advance_journeys($1)', [most])),
      );
      await pass('0');
      expect(await one(db.owner, 'select count(*)::integer from notify.journey_steps_taken')).toBe(1);
    },
  );

  test('JK-4: the phone gets the nudge from a worker', async () => {
    const person = await newcomer();
    const { token } = await makeDevice(db, person);
    await enroll(person);
    await db.owner.query('update notify.journey_enrollments set next_at = now()');
    const worker = await startWorker({ databaseUrl: db.workerUrl, lane: 'bulk', settings: sandbox.settings });
    try {
      const entry = await until('the phone rang', async () => sandbox.journal.list({ address: token })[0]);
      expect(entry).toMatchObject({ title: 'Next: pick three artists', body: 'Welcome, Ann.' });
    } finally {
      await worker.stop();
    }
  });
});
