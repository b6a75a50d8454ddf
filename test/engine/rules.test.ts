import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  decisionOf,
  decisionsOf,
  forget,
  installPack,
  makePerson,
  makeType,
  planDue,
  tell,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db.drop());
beforeEach(() => forget(db));

/** Tells, plans at once, and says what was decided. */
async function told(type: string, person: string, channel = 'push'): Promise<string> {
  const event = await tell(db, type, [person]);
  await planDue(db);
  return decisionOf(db, event, channel);
}
const prefer = (person: string, type: string, channel: string, enabled: boolean) =>
  db.asUser(person, (client) => client.query('select notify.set_preference($1, $2, $3)', [type, channel, enabled]), {
    commit: true,
  });
const cap = (most: number) => db.owner.query('update notify.settings set daily_cap = $1', [most]);
const inputsOf = async (event: string) => (await decisionsOf(db, event))[0]?.inputs;

describe('type', () => {
  test('a disabled type tells nobody; enabled again it does', async () => {
    const type = await makeType(db, { enabled: false });
    const person = await makePerson(db);
    expect(await told(type, person)).toBe('type: type_disabled');
    await db.owner.query('update notify.notification_types set enabled = true where key = $1', [type]);
    expect(await told(type, person)).toBe('send');
  });
});

describe('preference', () => {
  test("holds back where the person switched it off, with their choice and the type's default as inputs", async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    await prefer(person, type, 'push', false);
    const event = await tell(db, type, [person]);
    await planDue(db);
    expect(await decisionOf(db, event)).toBe('preference: turned_off');
    expect(await inputsOf(event)).toEqual({ source: 'own', enabled: false, frequency: 'instant' });
    await prefer(person, type, 'push', true);
    expect(await told(type, person)).toBe('send');
  });

  test('without a choice the default of the type decides, also when it changes later', async () => {
    const type = await makeType(db, { channels: ['push', 'in_app'], defaultChannels: ['in_app'] });
    const [chose, silent] = [await makePerson(db), await makePerson(db)];
    await prefer(chose, type, 'push', true);
    expect(await told(type, chose)).toBe('send');
    expect(await told(type, silent)).toBe('preference: off_by_default');
    expect(await told(type, silent, 'in_app')).toBe('send');
    await db.owner.query(`update notify.notification_types set default_channels = '{push}' where key = $1`, [type]);
    expect(await told(type, silent)).toBe('send');
  });

  test('of one type, channel or person says nothing about another', async () => {
    const [type, otherType] = [await makeType(db, { channels: ['push', 'in_app'] }), await makeType(db)];
    const [person, other] = [await makePerson(db), await makePerson(db)];
    await prefer(person, type, 'push', false);
    expect(await told(type, person)).toBe('preference: turned_off');
    expect(await told(type, person, 'in_app')).toBe('send');
    expect(await told(otherType, person)).toBe('send');
    expect(await told(type, other)).toBe('send');
  });
});

describe('address', () => {
  test.each(['push', 'email', 'sms', 'webhook'])('someone without any on %s', async (channel) => {
    const type = await makeType(db, { channels: [channel] });
    const person = await makePerson(db, { devices: [] });
    expect(await told(type, person, channel)).toBe('address: no_address');
  });

  test('a deactivated device is none', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    await db.owner.query(
      `update notify.devices set deactivated_at = now(), deactivation_reason = 'unregistered' where user_id = $1`,
      [person],
    );
    expect(await told(type, person)).toBe('address: no_address');
  });

  test('all devices of a person are rung, and only theirs', async () => {
    const type = await makeType(db);
    const person = await makePerson(db, { devices: ['apns', 'apns', 'fcm'] });
    await makePerson(db);
    expect(await told(type, person)).toBe('send');
    const { rows } = await db.owner.query('select provider, recipient_id from notify.deliveries order by provider');
    expect(rows).toEqual(['apns', 'apns', 'fcm'].map((provider) => ({ provider, recipient_id: person })));
  });
});

describe('suppression list', () => {
  const suppress = (channel: string, address: string, expires: string | null = null) =>
    db.owner.query(
      `insert into notify.suppressions (channel, address, reason, expires_at) values ($1, $2, 'hard_bounce', now() + $3::interval)`,
      [channel, address, expires],
    );

  test('an address on it is not used, whatever the case of its letters', async () => {
    const type = await makeType(db, { channels: ['email'] });
    const [person, other] = [
      await makePerson(db, { email: 'Ada@Example.com' }),
      await makePerson(db, { email: 'grace@example.com' }),
    ];
    await suppress('email', 'ada@example.com');
    expect(await told(type, person, 'email')).toBe('suppression_list: hard_bounce');
    expect(await told(type, other, 'email')).toBe('send');
  });

  test('an entry that has expired, or of another channel, does not count', async () => {
    const type = await makeType(db, { channels: ['sms'] });
    const person = await makePerson(db, { phone: '+15550001111' });
    await suppress('webhook', '+15550001111');
    await suppress('sms', '+15550001111', '-1 second');
    expect(await told(type, person, 'sms')).toBe('send');
    await db.owner.query(`update notify.suppressions set expires_at = now() + interval '1 hour' where channel = 'sms'`);
    expect(await told(type, person, 'sms')).toBe('suppression_list: hard_bounce');
  });

  test('where one of several addresses is on it, the others are used and that one is recorded as suppressed', async () => {
    const type = await makeType(db);
    const person = await makePerson(db, { devices: ['apns', 'fcm'] });
    const token = await one<string>(
      db.owner,
      `select token from notify.devices where user_id = $1 and provider = 'fcm'`,
      [person],
    );
    await suppress('push', token);
    expect(await told(type, person)).toBe('send');
    const { rows } = await db.owner.query('select provider, status, reason from notify.deliveries order by provider');
    expect(rows).toEqual([
      { provider: 'apns', status: 'queued', reason: null },
      { provider: 'fcm', status: 'suppressed', reason: 'hard_bounce' },
    ]);
  });
});

describe('dedupe (TR-G4)', () => {
  test('the same key again within the window is held back, after it sent again', async () => {
    const type = await makeType(db, { dedupeKey: 'k:{userId}', dedupeWindow: '2 hours' });
    const person = await makePerson(db);
    const first = await tell(db, type, [person]);
    await planDue(db);
    const again = await tell(db, type, [person]);
    await planDue(db);
    expect([await decisionOf(db, first), await decisionOf(db, again)]).toEqual(['send', 'dedupe: already_sent']);
    expect(await inputsOf(again)).toMatchObject({ key: `k:${person}`, first_event_id: first });
    const left = `extract(epoch from expires_at - now()) / 3600`;
    expect(await one(db.owner, `select round(${left}, 1)::float from notify_private.dedupe_keys`)).toBe(2);
    await db.owner.query(`update notify_private.dedupe_keys set expires_at = now() - interval '1 ms'`);
    expect(await told(type, person)).toBe('send');
    expect(await told(type, person)).toBe('dedupe: already_sent');
  });

  test('a key longer than an index row may be works like any other', async () => {
    const type = await makeType(db, {
      dedupeKey: `${randomBytes(3_000).toString('hex')}:{userId}`,
      dedupeWindow: '1 day',
    });
    const [person, other] = [await makePerson(db), await makePerson(db)];
    expect(await told(type, person)).toBe('send');
    expect(await told(type, person)).toBe('dedupe: already_sent');
    expect(await told(type, other)).toBe('send');
  });

  test('also between two events planned in one call: the earlier one is sent', async () => {
    const type = await makeType(db, { dedupeKey: 'k:{userId}' });
    const person = await makePerson(db);
    const events = [await tell(db, type, [person]), await tell(db, type, [person]), await tell(db, type, [person])];
    await planDue(db);
    const decisions = await Promise.all(events.map((event) => decisionOf(db, event)));
    expect(decisions).toEqual(['send', 'dedupe: already_sent', 'dedupe: already_sent']);
    expect(await inputsOf(events[2] as string)).toMatchObject({ first_event_id: events[0] });
  });

  test('is per recipient, per channel and per value of the key', async () => {
    const type = await makeType(db, { channels: ['push', 'email'], dedupeKey: 'offer:{Offer}', dedupeWindow: '1 day' });
    const person = await makePerson(db);
    const other = await makePerson(db);
    const offer = (to: string, name: string) => tell(db, type, [to], { variables: { Offer: name } });
    const first = await offer(person, 'a');
    await planDue(db);
    // Their mailbox was not known then: the push has used up the push's key and no other.
    await db.owner.query(
      `update notify.users set email_verified_at = now(), email = 'late@example.com' where id = $1`,
      [person],
    );
    const events = [await offer(person, 'a'), await offer(person, 'b'), await offer(other, 'a')];
    await planDue(db);
    expect([await decisionOf(db, first), await decisionOf(db, first, 'email')]).toEqual([
      'send',
      'address: no_address',
    ]);
    expect(await decisionOf(db, events[0] as string)).toBe('dedupe: already_sent');
    expect(await decisionOf(db, events[0] as string, 'email')).toBe('send');
    expect(await decisionOf(db, events[1] as string)).toBe('send');
    expect(await decisionOf(db, events[2] as string)).toBe('send');
  });

  test('a type without a key: each event is unique', async () => {
    await cap(100);
    const type = await makeType(db);
    const person = await makePerson(db);
    for (let n = 0; n < 5; n++) expect(await told(type, person)).toBe('send');
    await cap(3);
  });

  test('a key without a window is remembered as long as events are (TR-G11)', async () => {
    const type = await makeType(db, { dedupeKey: 'once' });
    await told(type, await makePerson(db));
    const days = `extract(epoch from expires_at - now()) / 86400`;
    expect(await one(db.owner, `select round(${days})::integer from notify_private.dedupe_keys`)).toBe(30);
  });

  test.each([
    ['preference', (person: string, type: string) => prefer(person, type, 'push', false)],
    [
      'address',
      (person: string) =>
        db.owner.query(
          `update notify.devices set deactivated_at = now(), deactivation_reason = 'gone' where user_id = $1`,
          [person],
        ),
    ],
    [
      'type',
      (_: string, type: string) =>
        db.owner.query('update notify.notification_types set enabled = false where key = $1', [type]),
    ],
    [
      'suppression_list',
      (person: string) =>
        db.owner.query(
          `insert into notify.suppressions (channel, address, reason) select 'push', token, 'operator' from notify.devices where user_id = $1`,
          [person],
        ),
    ],
  ] as const)('what %s held back does not use up its key (TR-G6)', async (rule, hold) => {
    const type = await makeType(db, { dedupeKey: 'k' });
    const person = await makePerson(db);
    await hold(person, type);
    expect(await told(type, person)).toMatch(new RegExp(`^${rule}: `));
    await db.owner.query('delete from notify.preferences');
    await db.owner.query('update notify.devices set deactivated_at = null, deactivation_reason = null');
    await db.owner.query('update notify.notification_types set enabled = true where key = $1', [type]);
    await db.owner.query('delete from notify.suppressions');
    expect(await told(type, person)).toBe('send');
    expect(await told(type, person)).toBe('dedupe: already_sent');
  });

  test('what the cap held back does not use up its key (TR-G6): the next day it is sent', async () => {
    const [filler, type] = [await makeType(db), await makeType(db, { dedupeKey: 'k' })];
    const person = await makePerson(db);
    for (let n = 0; n < 3; n++) expect(await told(filler, person)).toBe('send');
    expect(await told(type, person)).toBe('daily_cap: cap_reached');
    await db.owner.query('update notify_private.daily_counters set day = day - 1');
    expect(await told(type, person)).toBe('send');
    expect(await told(type, person)).toBe('dedupe: already_sent');
  });

  test('nor in one call: behind a P1 that the cap held back, a P0 with the same key is sent (TR-G6)', async () => {
    const filler = await makeType(db);
    const quiet = await makeType(db, { dedupeKey: 'shared' });
    const loud = await makeType(db, { dedupeKey: 'shared', priority: 'P0' });
    const person = await makePerson(db);
    for (let n = 0; n < 3; n++) await told(filler, person);
    const events = [];
    for (const type of [quiet, quiet, loud, loud, quiet]) events.push(await tell(db, type, [person]));
    await planDue(db);
    expect(await Promise.all(events.map((event) => decisionOf(db, event)))).toEqual([
      'daily_cap: cap_reached',
      'daily_cap: cap_reached',
      'send',
      'dedupe: already_sent',
      'dedupe: already_sent',
    ]);
    expect(await inputsOf(events[3] as string)).toMatchObject({ first_event_id: events[2] });
  });
});

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
        `select day from notify_private.evaluate(
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
        `select outcome, reason from notify_private.evaluate(
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

describe('the order', () => {
  test('the first rule that holds something back is the one that is named', async () => {
    const filler = await makeType(db);
    const type = await makeType(db, { enabled: false, dedupeKey: 'k' });
    const person = await makePerson(db, { devices: [] });
    await prefer(person, type, 'push', false);
    const lift = [
      [
        'type: type_disabled',
        () => db.owner.query('update notify.notification_types set enabled = true where key = $1', [type]),
      ],
      ['preference: turned_off', () => prefer(person, type, 'push', true)],
      [
        'address: no_address',
        async () => {
          await db.owner.query(
            `insert into notify.devices (user_id, provider, token) values ($1, 'apns', 'suppressed')`,
            [person],
          );
          await db.owner.query(
            `insert into notify.suppressions (channel, address, reason) values ('push', 'suppressed', 'operator')`,
          );
        },
      ],
      [
        'suppression_list: operator',
        async () => {
          await db.owner.query('delete from notify.suppressions');
          // Now both the key and the cap are used up.
          await told(type, person);
          for (let n = 0; n < 2; n++) await told(filler, person);
        },
      ],
      ['dedupe: already_sent', () => db.owner.query('delete from notify_private.dedupe_keys')],
      ['daily_cap: cap_reached', () => db.owner.query('delete from notify_private.daily_counters')],
    ] as const;
    for (const [verdict, remove] of lift) {
      expect(await told(type, person)).toBe(verdict);
      await remove();
    }
    expect(await told(type, person)).toBe('send');
  });
});
