import { describe, expect, test } from 'vitest';
import { decisionOf, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
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
        `select day from notify_private.evaluate_candidates(
           array[jsonb_populate_record(null::notify_private.candidate,
             jsonb_build_object('event_id', uuidv7(), 'type_key', $1::text, 'recipient_id', $2::uuid, 'channel', 'push'))], $3)`,
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
        `select outcome, reason from notify_private.evaluate_candidates(
           array[jsonb_populate_record(null::notify_private.candidate,
             jsonb_build_object('event_id', uuidv7(), 'type_key', $1::text, 'recipient_id', $2::uuid, 'channel', 'push'))], $3)`,
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
