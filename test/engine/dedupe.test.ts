import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decisionOf, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { cap, db, inputsOf, prefer, told } from './rules-told.ts';

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
