import { describe, expect, test } from 'vitest';
import { parseTwilioStatus } from '../../src/providers/twilio/index.ts';
import { planDue } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';
import { coachId, db } from './calls-world.ts';
import { type Member, type MemberOptions, makeMember } from './world.ts';

/** What came to stand on a call, as it is reported. */
type Placed = { readonly member: Member; readonly call: string; readonly delivery: string };

/** A call that the provider took an hour ago, before anything was reported of it. */
async function place(options: MemberOptions = { streak: 3 }, member?: Member): Promise<Placed> {
  const who = member ?? (await makeMember(db, options));
  const call = await one<string>(
    db.owner,
    `insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at) values ($1, $2, 'mood_check', now()) returning id`,
    [who.id, coachId],
  );
  await planDue(db);
  const delivery = await one<string>(
    db.owner,
    `update notify.deliveries as d set status = 'sent', attempt = 1, due_at = null, sent_at = now() - interval '1 hour',
       created_at = now() - interval '2 hours'
     from notify.notifications as n join notify.events as e on e.id = n.event_id
     where d.notification_id = n.id and e.subject_id = $1 and d.channel = 'voice' returning d.id`,
    [call],
  );
  return { member: who, call, delivery };
}

type Report = {
  readonly kind: 'sent' | 'delivered' | 'answered' | 'completed' | 'failed';
  readonly code?: string;
  /** Minutes after it was placed; without: now. */
  readonly after?: number;
  readonly seconds?: number;
};

async function report({ delivery }: Placed, ...reports: readonly Report[]): Promise<(boolean | null)[]> {
  const found: (boolean | null)[] = [];
  for (const { kind, code = null, after = null, seconds = null } of reports) {
    const { rows } = await db.asHttp(
      (client) =>
        client.query(
          `select notify_private.record_receipt(
             $1, $2, 'provider', $3, $4, occurred_at => now() - interval '1 hour' + $5 * interval '1 minute', duration_seconds => $6) as new`,
          [delivery, kind, code, kind === 'failed' ? 'no_answer' : null, after, seconds],
        ),
      { commit: true },
    );
    found.push(rows[0].new);
  }
  return found;
}

async function standing({ call, member }: Placed) {
  const { rows } = await db.owner.query(
    `select c.status, c.outcome, c.outcome_reason as reason, c.duration_seconds as seconds,
            round(extract(epoch from c.ended_at - d.sent_at) / 60)::integer as "endedAfter",
            round(extract(epoch from c.answered_at - d.sent_at) / 60)::integer as "answeredAfter",
            s.day, s.last_answered_on is not null as "hasAnswered"
     from coaching.calls as c
     join notify.events as e on e.subject_id = c.id and e.type_key = 'coaching_call'
     join notify.notifications as n on n.event_id = e.id
     join notify.deliveries as d on d.notification_id = n.id
     left join coaching.streaks as s on s.user_id = $2
     where c.id = $1`,
    [call, member.id],
  );
  return rows[0];
}

describe('W25: when a call ended', () => {
  test('is what the final report says, and a call that is picked up is not over', async () => {
    const placed = await place();
    await report(placed, { kind: 'delivered', after: 1 }, { kind: 'answered', code: 'human', after: 2 });
    expect(await standing(placed)).toMatchObject({ status: 'in_progress', outcome: null, endedAfter: null, day: 3 });
    await report(placed, { kind: 'completed', after: 9, seconds: 481 });
    expect(await standing(placed)).toMatchObject({
      status: 'completed',
      outcome: 'answered',
      answeredAfter: 1,
      endedAfter: 9,
      seconds: 481,
      day: 4,
    });
    expect(await report(placed, { kind: 'completed', after: 30, seconds: 9 }, { kind: 'delivered' })).toEqual([
      false,
      false,
    ]);
    expect(await standing(placed)).toMatchObject({ endedAfter: 9, seconds: 481, day: 4 });
  });

  test('the beginning is known from the duration where the end is heard first', async () => {
    const placed = await place();
    await report(placed, { kind: 'completed', after: 20, seconds: 600 });
    expect(await standing(placed)).toMatchObject({ answeredAfter: 10, endedAfter: 20, seconds: 600 });
    await report(placed, { kind: 'answered', code: 'machine_start' }, { kind: 'delivered' });
    expect(await standing(placed)).toMatchObject({
      answeredAfter: 10,
      endedAfter: 20,
      seconds: 600,
      outcome: 'voicemail',
    });
  });

  test('without an end, the sweep closes it by what was heard; a late report corrects that', async () => {
    const calls = [await place(), await place(), await place()];
    const [human, machine, silent] = calls as [Placed, Placed, Placed];
    await report(human, { kind: 'delivered', after: 1 });
    await report(machine, { kind: 'answered', code: 'machine_end_beep', after: 1 });
    await report(silent, { kind: 'sent', after: 1 });
    await db.owner.query(`select coaching_private.make_and_close_calls(null, now() + interval '3 hours')`);
    expect(await standing(human)).toMatchObject({ outcome: 'answered', reason: null, seconds: null, day: 4 });
    expect(await standing(machine)).toMatchObject({ outcome: 'voicemail', reason: 'machine_end_beep', day: 3 });
    expect(await standing(silent)).toMatchObject({ outcome: 'failed', reason: 'no_report', day: 3 });
    await report(human, { kind: 'answered', code: 'fax', after: 2 }, { kind: 'completed', after: 5 });
    await report(silent, { kind: 'completed', after: 7, seconds: 60 });
    expect(await standing(human)).toMatchObject({ outcome: 'voicemail', reason: 'fax', endedAfter: 5, day: 3 });
    expect(await standing(silent)).toMatchObject({ outcome: 'answered', reason: null, endedAfter: 7, day: 4 });
  });

  test('Twilio says in whole seconds when it was, and how long it lasted', () => {
    const call = { CallSid: `CA${'0'.repeat(32)}`, CallStatus: 'completed', CallDuration: '61', Duration: '2' };
    expect(parseTwilioStatus({ ...call, Timestamp: 'Tue, 01 Dec 2026 06:00:05 +0000' })).toMatchObject({
      durationSeconds: 61,
      occurredAt: new Date('2026-12-01T06:00:05Z'),
    });
    for (const Timestamp of ['yesterday', 'Tue, 41 Dec 2026 06:00:05 +0000', '', ['a', 'b']]) {
      expect(parseTwilioStatus({ ...call, CallDuration: '-1', Timestamp })).toMatchObject({
        durationSeconds: null,
        occurredAt: null,
      });
    }
  });
});

describe('W25: a verdict that changes the outcome', () => {
  test('takes the streak back, exactly, and gives it again', async () => {
    const placed = await place();
    await report(placed, { kind: 'delivered', after: 1 }, { kind: 'completed', after: 3 });
    expect(await standing(placed)).toMatchObject({ outcome: 'answered', day: 4, hasAnswered: true });
    await report(placed, { kind: 'answered', code: 'machine_start' });
    expect(await standing(placed)).toMatchObject({
      outcome: 'voicemail',
      reason: 'machine_start',
      day: 3,
      hasAnswered: false,
    });
    // What was heard before is a repeat and no correction; what was not is one.
    await report(placed, { kind: 'answered', code: 'human' });
    expect(await standing(placed)).toMatchObject({ outcome: 'answered', reason: null, day: 4, endedAfter: 3 });
    expect(await report(placed, { kind: 'answered', code: 'machine_start' })).toEqual([false]);
    expect(await report(placed, { kind: 'answered', code: 'unknown' })).toEqual([true]);
    expect(await standing(placed)).toMatchObject({ outcome: 'answered', day: 4 });
  });

  test('keeps it where another call of the day was answered', async () => {
    const first = await place();
    const second = await place({}, first.member);
    for (const placed of [first, second]) await report(placed, { kind: 'completed', after: 3 });
    expect(await standing(first)).toMatchObject({ day: 4 });
    await report(first, { kind: 'answered', code: 'machine_start' });
    expect(await standing(first)).toMatchObject({ outcome: 'voicemail', day: 4, hasAnswered: true });
    await report(second, { kind: 'answered', code: 'machine_start' });
    expect(await standing(first)).toMatchObject({ day: 3, hasAnswered: false });
  });

  test('after a service set the streak changes what it set', async () => {
    const placed = await place();
    await report(placed, { kind: 'completed', after: 3 });
    await db.asWriter(
      (client) => client.query('update coaching.streaks set day = 20 where user_id = $1', [placed.member.id]),
      {
        commit: true,
      },
    );
    await report(placed, { kind: 'answered', code: 'fax' });
    expect(await standing(placed)).toMatchObject({ outcome: 'voicemail', day: 20 });
  });

  test('reports in any order, repeated, late and corrected come to the same', async () => {
    // The same word again is a repeat, whatever instant it names.
    const words = fc.shuffledSubarray(['human', 'machine_start', 'machine_end_beep', 'fax', 'unknown'], {
      maxLength: 3,
    });
    const life = fc.record({
      verdicts: words.map((codes) => codes.map((code, index) => ({ code, after: 2 + index * 5 }))),
      ends: fc.boolean(),
      rings: fc.boolean(),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(life, fc.infiniteStream(fc.nat()), async ({ verdicts, ends, rings, fails }, order) => {
        const all: Report[] = [
          { kind: 'sent', after: 0 },
          ...verdicts.map(({ code, after }): Report => ({ kind: 'answered', code, after })),
          ...(rings ? [{ kind: 'delivered', after: 1 } as const] : []),
          ...(ends ? [{ kind: 'completed', after: 41, seconds: 40 * 60 } as const] : []),
          ...(fails ? [{ kind: 'failed', after: 50 } as const] : []),
        ];
        const shuffled = [...all, ...all]
          .map((one) => ({ one, place: order.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ one }) => one);
        const placed = await place();
        await report(placed, ...shuffled);
        const pickedUp = verdicts.length > 0 || ends || rings;
        const over = ends || fails;
        const last = verdicts
          .filter(({ code }) => code !== 'unknown')
          .sort((a, b) => a.after - b.after)
          .at(-1)?.code;
        const isMachine = last !== undefined && last !== 'human';
        const outcome = !over ? null : !pickedUp ? 'no_answer' : isMachine ? 'voicemail' : 'answered';
        expect(await standing(placed)).toMatchObject({
          status: over ? 'completed' : pickedUp ? 'in_progress' : expect.stringMatching(/pending|in_progress/),
          outcome,
          endedAfter: ends ? 41 : fails ? 50 : null,
          seconds: ends ? 2400 : null,
          day: outcome === 'answered' ? 4 : 3,
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('W25: a streak is what the answered days say, in whatever order they become known', () => {
  /** Read day by day, as a person would. */
  function read(start: { day: number; last: number | null }, days: ReadonlySet<number>) {
    let { day, last } = start;
    for (let at = 0; at <= 50; at++) {
      if (!days.has(at) || (last !== null && at <= last)) continue;
      day = last !== null && last < at - 1 ? 2 : day + 1;
      last = at;
    }
    return { day, last };
  }

  test('random verdicts on random days, against a reading day by day', async () => {
    const step = fc.record({ at: fc.integer({ min: 0, max: 12 }), answered: fc.boolean() });
    const start = fc.record({ day: fc.integer({ min: 1, max: 9 }), last: fc.option(fc.integer({ min: -3, max: 3 })) });
    await fc.assert(
      fc.asyncProperty(start, fc.array(step, { minLength: 1, maxLength: 20 }), async (begin, steps) => {
        const ada = await makeMember(db, { streak: begin.day });
        await db.owner.query(
          `update coaching.streaks set last_answered_on = '2026-03-01'::date + $2::integer where user_id = $1`,
          [ada.id, begin.last],
        );
        // Two calls a day, so that a day stays answered while one of them is.
        const { rows } = await db.owner.query<{ id: string }>(
          `insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at)
           select $1, $2, 'mood_check', timestamptz '2026-03-01 08:00Z' + d * interval '1 day' + h * interval '1 hour'
           from generate_series(0, 12) as d, generate_series(0, 1) as h order by d, h returning id`,
          [ada.id, coachId],
        );
        const answered = new Set<number>();
        for (const [index, { at, answered: isAnswered }] of steps.entries()) {
          const which = at * 2 + (index % 2);
          await db.owner.query(`update coaching.calls set status = 'completed', outcome = $2 where id = $1`, [
            rows[which]?.id,
            isAnswered ? 'answered' : 'voicemail',
          ]);
          if (isAnswered) answered.add(which);
          else answered.delete(which);
          const days = new Set([...answered].map((call) => Math.floor(call / 2)));
          const found = await db.owner.query(
            `select day, last_answered_on - '2026-03-01'::date as last from coaching.streaks where user_id = $1`,
            [ada.id],
          );
          expect(found.rows[0]).toEqual(read(begin, days));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('what is remembered of it does not grow', async () => {
    const ada = await makeMember(db, { streak: 1 });
    await db.owner.query(
      `insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at)
       select $1, $2, 'mood_check', timestamptz '2026-03-01 08:00Z' + d * interval '1 day' from generate_series(0, 49) as d`,
      [ada.id, coachId],
    );
    await db.owner.query(`update coaching.calls set status = 'completed', outcome = 'answered' where user_id = $1`, [
      ada.id,
    ]);
    const streak = () =>
      db.owner.query('select day, cardinality(answers) as kept from coaching.streaks where user_id = $1', [ada.id]);
    expect((await streak()).rows[0]).toEqual({ day: 51, kept: 31 });
    await db.owner.query(
      `update coaching.calls set outcome = 'voicemail' where user_id = $1 and scheduled_at = '2026-04-18 08:00Z'`,
      [ada.id],
    );
    // The day before the last is missing now, so the last is the first of a new row.
    expect((await streak()).rows[0]).toEqual({ day: 2, kept: 30 });
  });
});
