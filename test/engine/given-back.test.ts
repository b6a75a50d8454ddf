import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { registerWorker } from '../support/engine.ts';
import { makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { db, told } from './rules-told.ts';

const skip = (sender: number) =>
  one<string>(db.worker, `select notify_private.skip_deliveries($1, 'bulk')`, [sender]).then(Number);
const count = (person: string) =>
  one<number>(
    db.owner,
    'select coalesce(sum(count), 0)::integer from notify_private.daily_counters where recipient_id = $1',
    [person],
  );
const reasons = async (person: string) =>
  (await db.owner.query('select reason from notify.deliveries where recipient_id = $1 order by 1', [person])).rows.map(
    ({ reason }) => reason,
  );

describe('W40: what nobody was told of uses up neither its key nor room under a cap', () => {
  test('a provider without credentials', async () => {
    const type = await makeType(db, { dedupeKey: 'k:{Key}' });
    const person = await makePerson(db);
    for (let round = 0; round < 2; round++) {
      for (const Key of ['1', '2', '3']) await tell(db, type, [person], { variables: { Key } });
      await planDue(db);
      expect(await count(person)).toBe(3);
      expect(await skip(senders.apns)).toBe(3);
      expect(await count(person)).toBe(0);
    }
    expect(await one(db.owner, 'select count(*)::integer from notify_private.dedupe_keys')).toBe(0);
    expect(await reasons(person)).toEqual(Array(6).fill('provider_not_configured'));
  });

  test('not where another device of theirs has it or has it still to come', async () => {
    const type = await makeType(db, { dedupeKey: 'k' });
    const person = await makePerson(db, { devices: ['apns', 'fcm'] });
    expect(await told(type, person)).toBe('send');
    await skip(senders.apns);
    expect(await count(person)).toBe(1);
    expect(await told(type, person)).toBe('dedupe: already_sent');
    // The other one has no credentials either.
    await skip(senders.fcm);
    expect(await count(person)).toBe(0);
    expect(await told(type, person)).toBe('send');
  });

  test('as many as were not told, of several that were decided at one instant', async () => {
    const [type, mail] = [await makeType(db), await makeType(db, { channels: ['email'] })];
    const person = await makePerson(db, { devices: ['apns'], email: 'a@example.com' });
    await db.owner.query(`update notify.settings set capped_channels = '{push,email}'`);
    await tell(db, type, [person]);
    await tell(db, mail, [person]);
    await tell(db, type, [person]);
    await planDue(db);
    await skip(senders.apns);
    const { rows } = await db.owner.query(
      'select channel, count, cardinality(sent_at) as instants from notify_private.daily_counters order by channel',
    );
    expect(rows).toEqual([
      { channel: 'email', count: 1, instants: 1 },
      { channel: 'push', count: 0, instants: 0 },
    ]);
    await db.owner.query(`update notify.settings set capped_channels = '{push}'`);
  });

  test('who is held by somebody else comes with a later look', async () => {
    const person = await makePerson(db);
    await told(await makeType(db), person);
    await db.asOwner(async (client) => {
      await client.query('select from notify.users where id = $1 for no key update', [person]);
      expect(await skip(senders.apns)).toBe(0);
    });
    expect(await skip(senders.apns)).toBe(1);
    expect(await count(person)).toBe(0);
  });

  test('an address that came to the suppression list after planning', async () => {
    const type = await makeType(db, { channels: ['email'], dedupeKey: 'k' });
    const person = await makePerson(db, { email: 'gone@example.com' });
    expect(await told(type, person, 'email')).toBe('send');
    const suppress = `insert into notify.suppressions (channel, address, reason) values ('email', 'gone@example.com', 'hard_bounce')`;
    await db.owner.query(suppress);
    const worker = await registerWorker(db);
    const claim = () =>
      db.worker.query(`select * from notify_private.claim_deliveries($1, $2, $3, 'bulk')`, [
        randomUUID(),
        worker,
        senders.smtp,
      ]);
    // Somebody else holds the person: it waits for a moment, and nobody waits for it.
    await db.asOwner(async (client) => {
      await client.query('select from notify.users where id = $1 for no key update', [person]);
      expect((await claim()).rows).toEqual([]);
    });
    expect(await reasons(person)).toEqual([null]);
    await db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
    expect((await claim()).rows).toEqual([]);
    expect([await reasons(person), await count(person)]).toEqual([['hard_bounce'], 0]);
    await db.owner.query('delete from notify.suppressions');
    expect(await told(type, person, 'email')).toBe('send');
  });
});

test('W40: the back-test says what happened, given back and all', async () => {
  const type = await makeType(db, { dedupeKey: 'k:{Key}' });
  const person = await makePerson(db);
  const tellAll = async (keys: readonly string[]) => {
    for (const Key of keys) await tell(db, type, [person], { variables: { Key } });
    await planDue(db);
  };
  await tellAll(['1', '2', '3', '4']);
  expect(await skip(senders.apns)).toBe(3);
  await tellAll(['1', '2', '5', '6']);
  const { rows } = await db.owner.query(
    `select outcome, rule, new_outcome, new_rule from notify_private.replay(now() - interval '1 day', now() + interval '1 second', '{}', 0, 1)
     where (outcome, rule) is distinct from (new_outcome, new_rule)`,
  );
  expect(rows).toEqual([]);
  expect(await one(db.owner, `select count(*)::integer from notify.decisions where rule = 'daily_cap'`)).toBe(2);
});

test('W31: tests of devices, endpoints and mailboxes count under no cap and in no delivery metric', async () => {
  const person = await makePerson(db, { devices: ['apns', 'apns', 'apns'], email: 'a@example.com' });
  await db.owner.query(
    `update notify.settings set capped_channels = '{push,email,webhook}', rolling_cap = 3, rolling_window = '6 hours'`,
  );
  await db.asUser(person, (client) => client.query('select * from notify_hidden.send_test_push()'), { commit: true });
  await db.owner.query(
    `insert into notify.events (type_key, actor_id, subject_type, subject_id)
     values ('test_email', $1, 'user', $1), ('test_webhook', $1, 'user', $1)`,
    [person],
  );
  const type = await makeType(db);
  // Planned together with what counts.
  const events = [];
  for (let n = 0; n < 4; n++) events.push(await tell(db, type, [person]));
  await planDue(db);
  const { rows } = await db.owner.query(
    `select outcome, coalesce(rule, '') as rule, count(*)::integer from notify.decisions where event_id = any ($1) group by 1, 2 order by 1`,
    [events],
  );
  expect(rows).toEqual([
    { outcome: 'send', rule: '', count: 3 },
    { outcome: 'suppress', rule: 'daily_cap', count: 1 },
  ]);
  expect(await count(person)).toBe(3);
  expect(
    await one(
      db.owner,
      `select count(*)::integer from notify.deliveries as d join notify.notifications as n
      on n.id = d.notification_id where n.type_key like 'test\\_%'`,
    ),
  ).toBeGreaterThanOrEqual(4);
  expect(
    await one(db.owner, `select array_agg(distinct type_key) from notify.delivery_timelines where not is_test`),
  ).toEqual([type]);
  await db.owner.query(
    `update notify.settings set capped_channels = '{push}', rolling_cap = null, rolling_window = '24 hours'`,
  );
});
