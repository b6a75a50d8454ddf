import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
beforeEach(() => forget(db));

/** Quiet from an hour ago to so many hours from now by this zone's clock, every day. */
async function quieten(person: string, zone: string, hours = 2): Promise<void> {
  await db.owner.query(
    `insert into notify.personal_settings (user_id, quiet_hours)
     select $1, array_agg(row(d, ((now() - interval '1 hour') at time zone $2)::time(0), ((now() + make_interval(hours => $3)) at time zone $2)::time(0))::notify.quiet_window)
     from generate_series(1, 7) as d
     on conflict (user_id) do update set quiet_hours = excluded.quiet_hours`,
    [person, zone, hours],
  );
}
const holdsOf = (event: string) =>
  db.owner
    .query(
      `select channel, rule, reason, due_at, outcome, extract(epoch from due_at - clock_timestamp()) / 3600 as hours
       from notify.holds where event_id = $1 order by held_at, channel`,
      [event],
    )
    .then(({ rows }) => rows);
const deliveriesOf = (event: string) =>
  one<number>(
    db.owner,
    `select count(*)::integer from notify.deliveries where notification_id in (select id from notify.notifications where event_id = $1)`,
    [event],
  );

describe('NC-12: quiet hours', () => {
  test('hold until they end, the person sees nothing of it meanwhile, then it is sent', async () => {
    const type = await makeType(db);
    const person = await makePerson(db, { timeZone: 'Asia/Tokyo' });
    await quieten(person, 'Asia/Tokyo');
    const event = await tell(db, type, [person]);
    await planDue(db);
    expect(await decisionOf(db, event)).toBe('quiet_hours: quiet_hours');
    const [hold] = await holdsOf(event);
    expect(Number(hold.hours)).toBeCloseTo(2, 1);
    expect(await deliveriesOf(event)).toBe(0);
    const inbox = () =>
      db.asUser(person, (client) =>
        client.query('select id from notify.notifications').then(({ rowCount }) => rowCount),
      );
    expect(await inbox()).toBe(0);
    // Not before its time, whoever asks.
    await releaseDue(db);
    expect(await decisionOf(db, event)).toBe('quiet_hours: quiet_hours');
    // They end earlier than thought.
    await db.owner.query(`update notify.personal_settings set quiet_hours = '{}' where user_id = $1`, [person]);
    await db.owner.query('update notify.holds set due_at = now() where event_id = $1', [event]);
    await releaseDue(db);
    expect(await decisionOf(db, event)).toBe('send');
    expect(await deliveriesOf(event)).toBe(1);
    expect((await holdsOf(event)).map(({ outcome }) => outcome)).toEqual(['send']);
    expect(await inbox()).toBe(1);
  });

  test('looked at too early they go on holding, and both stays are on record', async () => {
    const type = await makeType(db);
    const person = await makePerson(db, { timeZone: 'America/New_York' });
    await quieten(person, 'America/New_York');
    const event = await tell(db, type, [person]);
    await planDue(db);
    await db.owner.query('update notify.holds set due_at = now() where event_id = $1', [event]);
    await releaseDue(db);
    expect((await holdsOf(event)).map(({ outcome }) => outcome)).toEqual(['hold', null]);
    expect(await decisionOf(db, event)).toBe('quiet_hours: quiet_hours');
  });

  test('do not hold P0, nor channels that do not disturb, nor anybody else', async () => {
    const urgent = await makeType(db, { priority: 'P0' });
    const usual = await makeType(db, { channels: ['push', 'in_app'] });
    const [quiet, awake] = [await makePerson(db), await makePerson(db)];
    await quieten(quiet, 'UTC');
    const [first, second] = [await tell(db, urgent, [quiet]), await tell(db, usual, [quiet])];
    const third = await tell(db, usual, [awake]);
    await planDue(db);
    expect(await decisionOf(db, first)).toBe('send');
    expect(await decisionOf(db, second, 'in_app')).toBe('send');
    expect(await decisionOf(db, second, 'push')).toBe('quiet_hours: quiet_hours');
    expect(await decisionOf(db, third)).toBe('send');
  });

  test("the operators' default holds for whoever set none, an empty list of one's own does not", async () => {
    const type = await makeType(db);
    const [silent, none] = [await makePerson(db), await makePerson(db)];
    await db.owner.query(`insert into notify.personal_settings (user_id, quiet_hours) values ($1, '{}')`, [none]);
    await db.owner.query(
      `update notify.settings set quiet_hours = (
         select array_agg(row(d, ((now() - interval '1 hour') at time zone 'UTC')::time(0), ((now() + interval '1 hour') at time zone 'UTC')::time(0))::notify.quiet_window)
         from generate_series(1, 7) as d)`,
    );
    const [first, second] = [await tell(db, type, [silent]), await tell(db, type, [none])];
    await planDue(db);
    await db.owner.query(`update notify.settings set quiet_hours = '{}'`);
    expect(await decisionOf(db, first)).toBe('quiet_hours: quiet_hours');
    expect(await decisionOf(db, second)).toBe('send');
  });

  test('held past expiry: expiry wins, the key is free again, and quiet hours alone drop nothing', async () => {
    const type = await makeType(db, { expiresAfter: '1 hour', dedupeKey: 'once:{Key}' });
    const person = await makePerson(db);
    await quieten(person, 'UTC');
    const data = { variables: { Key: 'k' } };
    const event = await tell(db, type, [person], data);
    await planDue(db);
    const [hold] = await holdsOf(event);
    expect(Number(hold.hours)).toBeCloseTo(1, 1);
    const second = await tell(db, type, [person], data);
    await planDue(db);
    expect(await decisionOf(db, second)).toBe('dedupe: already_sent');
    await db.owner.query(`update notify.events set due_at = now() - interval '1 hour' where id = $1`, [event]);
    await db.owner.query('update notify.holds set due_at = now() where event_id = $1', [event]);
    await releaseDue(db);
    expect(await decisionOf(db, event)).toBe('expiry: expired');
    await db.owner.query('delete from notify.personal_settings where user_id = $1', [person]);
    const third = await tell(db, type, [person], data);
    await planDue(db);
    expect(await decisionOf(db, third)).toBe('send');
  });

  test('what is held is asked all rules again: switched off meanwhile, it is not sent', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    await quieten(person, 'UTC');
    const event = await tell(db, type, [person]);
    await planDue(db);
    await db.asUser(person, (client) => client.query(`select notify.set_preference($1, 'push', false)`, [type]), {
      commit: true,
    });
    await db.owner.query('update notify.holds set due_at = now() where event_id = $1', [event]);
    await releaseDue(db);
    expect(await decisionOf(db, event)).toBe('preference: turned_off');
    expect(await deliveriesOf(event)).toBe(0);
  });
});

test('NC-12 what quiet hours hold of a type that becomes P0 is sent at once, by the urgent lane; of others it waits on', async () => {
  const [raised, other] = [await makeType(db), await makeType(db)];
  const person = await makePerson(db, { timeZone: 'Asia/Tokyo' });
  await quieten(person, 'Asia/Tokyo');
  const events = [await tell(db, raised, [person]), await tell(db, other, [person])] as const;
  await planDue(db);
  await db.owner.query(`update notify.notification_types set priority = 'P0' where key = $1`, [raised]);
  await releaseDue(db, 'bulk');
  await releaseDue(db, 'urgent');
  expect([await decisionOf(db, events[0]), await decisionOf(db, events[1])]).toEqual([
    'send',
    'quiet_hours: quiet_hours',
  ]);
  expect((await holdsOf(events[0])).map(({ outcome }) => outcome)).toEqual(['send']);
  expect(
    await one(
      db.owner,
      `select d.lane from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id where n.event_id = $1`,
      [events[0]],
    ),
  ).toBe('urgent');
});

test('a pause holds until its date, P0 passes', async () => {
  const usual = await makeType(db);
  const urgent = await makeType(db, { priority: 'P0' });
  const person = await makePerson(db);
  await db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '3 days')`,
    [person],
  );
  const [first, second] = [await tell(db, usual, [person]), await tell(db, urgent, [person])];
  await planDue(db);
  expect(await decisionOf(db, first)).toBe('quiet_hours: paused');
  expect(Number((await holdsOf(first))[0].hours)).toBeCloseTo(72, 0);
  expect(await decisionOf(db, second)).toBe('send');
});

test('two sessions that release at once send once', async () => {
  const type = await makeType(db);
  const people = await Promise.all(Array.from({ length: 20 }, () => makePerson(db)));
  for (const person of people) await quieten(person, 'UTC');
  const event = await tell(db, type, people);
  await planDue(db);
  await db.owner.query('delete from notify.personal_settings');
  await db.owner.query('update notify.holds set due_at = now()');
  await Promise.all(Array.from({ length: 8 }, () => releaseDue(db)));
  await releaseDue(db);
  expect(await deliveriesOf(event)).toBe(20);
  expect(await one(db.owner, `select count(*)::integer from notify.holds where outcome = 'send'`)).toBe(20);
});

test('one that cannot be judged does not keep the others', async () => {
  await db.owner.query(`
    create or replace function engine_test.fragile(event_id uuid, recipient_id uuid) returns boolean language sql stable as
    $$ select 1 / (select count(*) from engine_test.switches where name = 'relevant') > 0 $$`);
  await db.owner.query(`insert into engine_test.switches values ('relevant') on conflict do nothing`);
  const fragile = await makeType(db, { stillRelevant: 'engine_test.fragile' });
  const sound = await makeType(db);
  const person = await makePerson(db);
  await quieten(person, 'UTC');
  const [first, second] = [await tell(db, fragile, [person]), await tell(db, sound, [person])];
  await planDue(db);
  await db.owner.query('delete from notify.personal_settings');
  await db.owner.query('update notify.holds set due_at = now()');
  await db.owner.query(`delete from engine_test.switches where name = 'relevant'`);
  await releaseDue(db);
  expect(await decisionOf(db, first)).toBe('quiet_hours: quiet_hours');
  expect(await decisionOf(db, second)).toBe('send');
  await db.owner.query(`insert into engine_test.switches values ('relevant')`);
  await db.owner.query('update notify.holds set due_at = now() where released_at is null');
  await releaseDue(db);
  expect(await decisionOf(db, first)).toBe('send');
});
