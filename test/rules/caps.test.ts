import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  decisionOf,
  forget,
  installPack,
  makePerson,
  makeType,
  planDue,
  releaseDue,
  tell,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db);
  await db.owner.query(
    `update notify.settings set daily_cap = 2, capped_channels = '{push}', rolling_cap = null, rolling_window = '24 hours'`,
  );
});

const decide = async (type: string, person: string, times: number, channel = 'push') => {
  const said = [];
  for (let n = 0; n < times; n++) {
    const event = await tell(db, type, [person]);
    await planDue(db);
    said.push(await decisionOf(db, event, channel));
  }
  return said;
};
const heldUntil = (event: string) =>
  one<Date>(db.owner, 'select held_until from notify.decisions where event_id = $1', [event]);

test('TR-G3: beyond the cap a type that drops is suppressed', async () => {
  const type = await makeType(db);
  const person = await makePerson(db);
  expect(await decide(type, person, 3)).toEqual(['send', 'send', 'daily_cap: cap_reached']);
});

test('a type that defers waits for the next day at the hour of the digest, in the time zone of the person', async () => {
  const type = await makeType(db, { capExcess: 'defer' });
  const person = await makePerson(db, { timeZone: 'Pacific/Auckland' });
  expect(await decide(type, person, 2)).toEqual(['send', 'send']);
  const event = await tell(db, type, [person]);
  await planDue(db);
  expect(await decisionOf(db, event)).toBe('daily_cap: cap_reached');
  const clock = await one<string>(
    db.owner,
    `select to_char($1::timestamptz at time zone 'Pacific/Auckland', 'YYYY-MM-DD HH24:MI')`,
    [await heldUntil(event)],
  );
  expect(clock).toBe(
    await one<string>(
      db.owner,
      `select to_char((now() at time zone 'Pacific/Auckland')::date + 1, 'YYYY-MM-DD') || ' 09:00'`,
    ),
  );
  // The next day has room again.
  await db.owner.query(`update notify_private.daily_counters set day = day - 1`);
  await db.owner.query(`update notify.holds set due_at = now()`);
  await releaseDue(db);
  expect(await decisionOf(db, event)).toBe('send');
});

test('a type that folds goes into the daily digest', async () => {
  const type = await makeType(db, { capExcess: 'digest' });
  const person = await makePerson(db);
  await decide(type, person, 2);
  const event = await tell(db, type, [person]);
  await planDue(db);
  expect(await decisionOf(db, event)).toBe('daily_cap: cap_reached');
  const { rows } = await db.owner.query(
    `select g.frequency, g.channel, g.user_id from notify.digest_items as i join notify.digests as g on g.id = i.digest_id where i.event_id = $1`,
    [event],
  );
  expect(rows).toEqual([{ frequency: 'daily', channel: 'push', user_id: person }]);
});

test('all capped channels and types count together, in the order of events and then of the channels of the type', async () => {
  await db.owner.query(`update notify.settings set daily_cap = 3, capped_channels = '{push,sms}'`);
  const both = await makeType(db, { channels: ['sms', 'push'] });
  const other = await makeType(db);
  const person = await makePerson(db, { phone: '+15005550006' });
  const [first, second] = [await tell(db, both, [person]), await tell(db, both, [person])];
  const third = await tell(db, other, [person]);
  await planDue(db);
  expect([await decisionOf(db, first, 'sms'), await decisionOf(db, first, 'push')]).toEqual(['send', 'send']);
  expect([await decisionOf(db, second, 'sms'), await decisionOf(db, second, 'push')]).toEqual([
    'send',
    'daily_cap: cap_reached',
  ]);
  expect(await decisionOf(db, third)).toBe('daily_cap: cap_reached');
});

test('a cap of their own counts where it is lower, never where it is higher', async () => {
  const type = await makeType(db);
  const [lower, higher] = [await makePerson(db), await makePerson(db)];
  await db.owner.query('insert into notify.personal_settings (user_id, daily_cap) values ($1, 1), ($2, 50)', [
    lower,
    higher,
  ]);
  expect(await decide(type, lower, 2)).toEqual(['send', 'daily_cap: cap_reached']);
  expect(await decide(type, higher, 3)).toEqual(['send', 'send', 'daily_cap: cap_reached']);
});

test('the cap over a rolling window counts what was sent within it, across days; deferred waits until it has room', async () => {
  await db.owner.query(`update notify.settings set daily_cap = 100, rolling_cap = 2, rolling_window = '6 hours'`);
  const type = await makeType(db, { capExcess: 'defer' });
  const person = await makePerson(db);
  await decide(type, person, 2);
  // One of them was sent five hours ago, on the counter of yesterday.
  await db.owner.query(
    `with moved as (update notify_private.daily_counters set count = 1, sent_at = sent_at[2:2] where recipient_id = $1 returning *)
     insert into notify_private.daily_counters (recipient_id, day, channel, count, sent_at)
     select recipient_id, day - 1, channel, 1, array[now() - interval '5 hours'] from moved`,
    [person],
  );
  const event = await tell(db, type, [person]);
  await planDue(db);
  expect(await decisionOf(db, event)).toBe('rolling_cap: cap_reached');
  expect(
    await one<number>(db.owner, `select round(extract(epoch from $1::timestamptz - now()) / 60)::integer`, [
      await heldUntil(event),
    ]),
  ).toBe(60);
  // Seven hours ago it is outside.
  await db.owner.query(
    `update notify_private.daily_counters set sent_at = array[now() - interval '7 hours']
     where recipient_id = $1 and sent_at[1] < now() - interval '4 hours'`,
    [person],
  );
  await db.owner.query('update notify.holds set due_at = now()');
  await releaseDue(db);
  expect(await decisionOf(db, event)).toBe('send');
  expect(await decide(type, person, 1)).toEqual(['rolling_cap: cap_reached']);
});

test('P0 passes both caps and counts', async () => {
  await db.owner.query(`update notify.settings set daily_cap = 1, rolling_cap = 1`);
  const [urgent, usual] = [await makeType(db, { priority: 'P0' }), await makeType(db)];
  const person = await makePerson(db);
  expect(await decide(urgent, person, 3)).toEqual(['send', 'send', 'send']);
  expect(await decide(usual, person, 1)).toEqual(['daily_cap: cap_reached']);
});
