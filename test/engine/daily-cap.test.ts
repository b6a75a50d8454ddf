import { describe, expect, test } from 'vitest';
import { decisionOf, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';
import { db, inputsOf, prefer, told } from './rules-told.ts';

describe('daily cap (TR-G3)', () => {
  test('three pushes a day; the fourth says why', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    for (let n = 0; n < 3; n++) expect(await told(type, person)).toBe('send');
    const event = await tell(db, type, [person]);
    await planDue(db);
    expect(await decisionOf(db, event)).toBe('daily_cap: cap_reached');
    const today = new Date().toISOString().slice(0, 10);
    expect(await inputsOf(event)).toEqual({ cap: 3, count: 3, day: today });
    expect(await told(type, await makePerson(db))).toBe('send');
  });

  test('within one call too, and the count says how many were really sent', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    const events = [];
    for (let n = 0; n < 6; n++) events.push(await tell(db, type, [person]));
    await planDue(db);
    const decisions = await Promise.all(events.map((event) => decisionOf(db, event)));
    expect(decisions).toEqual([...Array(3).fill('send'), ...Array(3).fill('daily_cap: cap_reached')]);
    expect(await inputsOf(events[5] as string)).toMatchObject({ cap: 3, count: 3 });
  });

  test('counts notifications and not devices', async () => {
    const type = await makeType(db);
    const person = await makePerson(db, { devices: ['apns', 'apns', 'apns', 'fcm'] });
    for (let n = 0; n < 3; n++) expect(await told(type, person)).toBe('send');
    expect(await told(type, person)).toBe('daily_cap: cap_reached');
    expect(await one(db.owner, 'select count(*)::integer from notify.deliveries')).toBe(12);
  });

  test('P0 is never held back but counts', async () => {
    const [urgent, usual] = [await makeType(db, { priority: 'P0' }), await makeType(db)];
    const person = await makePerson(db);
    expect(await told(usual, person)).toBe('send');
    expect(await told(urgent, person)).toBe('send');
    expect(await told(urgent, person)).toBe('send');
    expect(await told(usual, person)).toBe('daily_cap: cap_reached');
    for (let n = 0; n < 3; n++) expect(await told(urgent, person)).toBe('send');
    expect(await one(db.owner, 'select count from notify_private.daily_counters')).toBe(6);
  });

  test('holds the capped channels only, each by itself', async () => {
    const type = await makeType(db, { channels: ['push', 'email', 'in_app'] });
    const person = await makePerson(db, { email: 'a@example.com' });
    for (let n = 0; n < 3; n++) await told(type, person);
    const event = await tell(db, type, [person]);
    await planDue(db);
    expect(await decisionOf(db, event, 'push')).toBe('daily_cap: cap_reached');
    expect(await decisionOf(db, event, 'email')).toBe('send');
    expect(await decisionOf(db, event, 'in_app')).toBe('send');
  });

  test('what dedupe or a preference held back does not count', async () => {
    const [keyed, type] = [await makeType(db, { dedupeKey: 'k' }), await makeType(db)];
    const person = await makePerson(db);
    for (let n = 0; n < 5; n++) await told(keyed, person);
    await prefer(person, type, 'push', false);
    for (let n = 0; n < 5; n++) await told(type, person);
    await prefer(person, type, 'push', true);
    expect([await told(type, person), await told(type, person), await told(type, person)]).toEqual([
      'send',
      'send',
      'daily_cap: cap_reached',
    ]);
  });

  const dayIn = (zone: string, at: string) =>
    db.asOwner(async (client) => {
      const type = await makeType(db);
      const person = await makePerson(db, { timeZone: zone === 'unknown' ? null : zone });
      const { rows } = await client.query<{ day: string }>(
        `select day from unnest(notify_private.evaluate_candidates(
           array[jsonb_populate_record(null::notify_private.candidate,
             jsonb_build_object('event_id', uuidv7(), 'type_key', $1::text, 'recipient_id', $2::uuid, 'channel', 'push'))], $3))`,
        [type, person, at],
      );
      return rows[0]?.day;
    });
  test.each([
    ['Pacific/Kiritimati', '2026-11-21T10:00:00Z', '2026-11-22'],
    ['Pacific/Kiritimati', '2026-11-21T09:59:59Z', '2026-11-21'],
    ['Pacific/Niue', '2026-11-21T10:59:59Z', '2026-11-20'],
    ['Pacific/Niue', '2026-11-21T11:00:00Z', '2026-11-21'],
    ['Asia/Kathmandu', '2026-11-21T18:14:59Z', '2026-11-21'],
    ['Asia/Kathmandu', '2026-11-21T18:15:00Z', '2026-11-22'],
    // The night of 25 October 2026 is an hour longer in Berlin: midnight is at 22:00Z before it, at 23:00Z after.
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T22:59:59Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T23:00:00Z', '2026-10-26'],
    // Santiago goes from 23:59:59 to 01:00:00 on 6 September 2026.
    ['America/Santiago', '2026-09-06T03:59:59Z', '2026-09-05'],
    ['America/Santiago', '2026-09-06T04:00:00Z', '2026-09-06'],
    ['unknown', '2026-11-21T23:59:59.999Z', '2026-11-21'],
    ['unknown', '2026-11-22T00:00:00Z', '2026-11-22'],
  ])("the day is the person's own: %s at %s", async (zone, at, day) => {
    expect(await dayIn(zone, at)).toBe(day);
  });

  test('across midnight in a zone of their own the count begins anew', async () => {
    const type = await makeType(db);
    const person = await makePerson(db, { timeZone: 'Asia/Tokyo' });
    const verdictAt = async (at: string) => {
      const { rows } = await db.owner.query<{ outcome: string; reason: string | null }>(
        `select outcome, reason from unnest(notify_private.evaluate_candidates(
           array[jsonb_populate_record(null::notify_private.candidate,
             jsonb_build_object('event_id', uuidv7(), 'type_key', $1::text, 'recipient_id', $2::uuid, 'channel', 'push'))], $3))`,
        [type, person, at],
      );
      return rows[0]?.reason ?? rows[0]?.outcome;
    };
    await db.owner.query(
      `insert into notify_private.daily_counters (recipient_id, day, channel, count) values ($1, '2026-11-21', 'push', 3)`,
      [person],
    );
    expect(await verdictAt('2026-11-20T14:59:59Z')).toBe('send');
    expect(await verdictAt('2026-11-20T15:00:00Z')).toBe('cap_reached');
    expect(await verdictAt('2026-11-21T14:59:59Z')).toBe('cap_reached');
    expect(await verdictAt('2026-11-21T15:00:00Z')).toBe('send');
  });

  describe('W16: who moves to another time zone', () => {
    /** What was sent at these instants, as planning counted it in a zone. */
    const sentAt = (person: string, zone: string, instants: readonly string[]) =>
      db.owner.query(
        `insert into notify_private.daily_counters (recipient_id, day, channel, count, sent_at)
         select $1, (i at time zone $2)::date, 'push', count(*), array_agg(i order by i) from unnest($3::timestamptz[]) as i group by 2`,
        [person, zone, instants],
      );
    const countAt = (type: string, person: string, at: string) =>
      one<number>(
        db.owner,
        `select count from notify_private.rule_inputs(array[notify_private.candidate(null, uuidv7(), $1, $2, 'push')], $3)`,
        [type, person, at],
      );
    const moveTo = (person: string, zone: string | null) =>
      db.asWriter((client) => client.query('update notify.users set time_zone = $2 where id = $1', [person, zone]), {
        commit: true,
      });

    test('has no more on the day that they live in now, and as many as ever on the next', async () => {
      const type = await makeType(db);
      const person = await makePerson(db, { timeZone: 'Pacific/Kiritimati' });
      // 21 November there, 20 November in Niue.
      await sentAt(person, 'Pacific/Kiritimati', ['2026-11-20T12:00Z', '2026-11-20T13:00Z', '2026-11-20T14:00Z']);
      expect(await countAt(type, person, '2026-11-20T15:00Z')).toBe(3);
      await moveTo(person, 'Pacific/Niue');
      expect(await countAt(type, person, '2026-11-20T15:00Z')).toBe(3);
      expect(await countAt(type, person, '2026-11-21T10:59Z')).toBe(3);
      expect(await countAt(type, person, '2026-11-21T11:00Z')).toBe(0);
      await moveTo(person, null);
      expect(await countAt(type, person, '2026-11-20T23:59Z')).toBe(3);
      expect(await countAt(type, person, '2026-11-21T00:00Z')).toBe(0);
    });

    test('cap and count are those of the present day, told at once and by the same sentence', async () => {
      const type = await makeType(db);
      const person = await makePerson(db, { timeZone: 'Pacific/Kiritimati' });
      for (let n = 0; n < 3; n++) expect(await told(type, person)).toBe('send');
      await moveTo(person, 'Pacific/Niue');
      expect(await told(type, person)).toBe('daily_cap: cap_reached');
      expect(await one(db.owner, 'select sum(count)::integer from notify_private.daily_counters')).toBe(3);
    });

    test('counts the instants of the local day, whatever zones they lived in', async () => {
      const zones = ['Pacific/Kiritimati', 'Pacific/Niue', 'Asia/Kathmandu', 'America/St_Johns', 'CET', 'UTC'];
      const hours = fc.integer({ min: 0, max: 120 });
      const begin = Date.UTC(2026, 2, 26);
      const atHour = (hour: number) => new Date(begin + hour * 3_600_000).toISOString();
      const dayIn = (zone: string, at: string) =>
        new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(new Date(at));
      const type = await makeType(db);
      await fc.assert(
        fc.asyncProperty(
          fc.array(hours, { maxLength: 12 }),
          fc.array(fc.constantFrom(...zones), { minLength: 2, maxLength: 4 }),
          fc.array(hours, { minLength: 1, maxLength: 5 }),
          async (sent, lived, asked) => {
            const person = await makePerson(db, { timeZone: lived[0] as string, devices: [] });
            await sentAt(person, lived[0] as string, sent.map(atHour));
            for (const zone of lived.slice(1)) await moveTo(person, zone);
            const now = lived.at(-1) as string;
            for (const hour of asked) {
              const day = dayIn(now, atHour(hour));
              const expected = sent.filter((instant) => dayIn(now, atHour(instant)) === day).length;
              expect(await countAt(type, person, atHour(hour))).toBe(expected);
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  });

  test('plan() counts in the day that evaluate() named', async () => {
    const type = await makeType(db);
    const zones = ['Pacific/Kiritimati', 'Pacific/Niue', 'UTC'];
    for (const timeZone of zones) await told(type, await makePerson(db, { timeZone }));
    expect(
      await one(
        db.owner,
        `select bool_and(n.day = (x.decided_at at time zone u.time_zone)::date) and count(*) = 3
         from notify_private.daily_counters as n
         join notify.users as u on u.id = n.recipient_id
         join notify.decisions as x on x.recipient_id = n.recipient_id`,
      ),
    ).toBe(true);
  });
});
