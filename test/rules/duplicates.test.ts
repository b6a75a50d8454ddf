import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  decisionOf,
  forget,
  installPack,
  makeDevice,
  makePerson,
  makeType,
  planDue,
  releaseDue,
  tell,
} from '../support/engine-pack.ts';

let db: TestDatabase;
let type: string;
let plain: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(`
    insert into notify.fallbacks values ('dup_two', 'a text where the push did not do'), ('dup_three', 'three steps'),
      ('dup_both', 'two at once, then a text');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('dup_two', 1, '{push}', '30 seconds', 'delivered'), ('dup_two', 2, '{sms}', null, 'sent'),
      ('dup_three', 1, '{push}', null, 'sent'), ('dup_three', 2, '{email}', null, 'sent'), ('dup_three', 3, '{sms}', null, 'sent'),
      ('dup_both', 1, '{push,email}', '30 seconds', 'delivered'), ('dup_both', 2, '{sms}', null, 'sent')`);
  type = await makeType(db, { channels: ['push', 'email', 'sms'], dedupeKey: 'dup:{Key}' });
  plain = await makeType(db, { channels: ['push', 'email', 'sms'], dedupeKey: 'dup:{Key}' });
});
afterAll(() => db?.drop());
beforeEach(() => forget(db));

const channels = ['push', 'email', 'sms'] as const;
let numbers = 0;
const makeAda = (options: { devices?: readonly 'apns'[]; email?: string | null; phone?: string | null } = {}) =>
  makePerson(db, {
    phone: `+1500556${1_000 + numbers++}`,
    email: `dup-${crypto.randomUUID()}@example.com`,
    ...options,
  });
/** Events of one person with one key, each planned and followed to its end before the next. */
async function tellTwice(ada: string, fallback: string, between: () => Promise<unknown> = async () => {}) {
  await db.owner.query('update notify.notification_types set fallback_key = $1 where key = $2', [fallback, type]);
  const first = await follow(type, ada);
  await between();
  return [first, await follow(type, ada)] as const;
}
async function follow(kind: string, ada: string) {
  const event = await tell(db, kind, [ada], { variables: { Key: ada } });
  await planDue(db);
  await settle();
  return event;
}
const settle = async () => {
  for (let steps = 0; steps < 3; steps++) await releaseDue(db);
};
const decided = (event: string) => Promise.all(channels.map((channel) => decisionOf(db, event, channel)));
const dup = 'dedupe: already_sent';
/** What a provider says at last of what a person was sent on a channel. */
const end = (ada: string, channel: string) =>
  db.asOwner(async (client) => {
    await client.query('begin');
    const { rows } = await client.query(
      `update notify.deliveries set status = 'failed', reason = 'invalid_token', due_at = null, finished_at = now()
       where recipient_id = $1 and channel = $2 returning id`,
      [ada, channel],
    );
    await client.query('select notify_private.advance_awaited($1, clock_timestamp())', [rows.map(({ id }) => id)]);
    await client.query('commit');
  });

test('W22: a duplicate of a push that was told is one on every step of its fallback, now and when its turn would come', async () => {
  for (const [fallback, first] of [
    ['dup_two', ['send', 'send', 'fallback: earlier_step']],
    ['dup_three', ['send', 'fallback: earlier_step', 'fallback: earlier_step']],
    ['dup_both', ['send', 'send', 'fallback: earlier_step']],
  ] as const) {
    const [event, again] = await tellTwice(await makeAda(), fallback);
    expect(await decided(event)).toEqual(first);
    expect(await decided(again)).toEqual([dup, dup, dup]);
  }
});

test('W22: who was told by the last step is not told by the first when they get a device', async () => {
  const ada = await makeAda({ devices: [], email: null });
  const [event, again] = await tellTwice(ada, 'dup_three', () => makeDevice(db, ada));
  expect(await decided(event)).toEqual(['address: no_address', 'address: no_address', 'send']);
  expect(await decided(again)).toEqual([dup, 'address: no_address', dup]);
});

test('W22: the first goes on by itself: its own key is no obstacle to its next step, and the duplicate stays one', async () => {
  const ada = await makeAda();
  const [event, again] = await tellTwice(ada, 'dup_three');
  await end(ada, 'push');
  await settle();
  expect(await decided(event)).toEqual(['send', 'send', 'fallback: earlier_step']);
  await end(ada, 'email');
  await settle();
  expect(await decided(event)).toEqual(['send', 'send', 'send']);
  expect(await decided(again)).toEqual([dup, dup, dup]);
  expect(await decided(await follow(type, ada))).toEqual([dup, dup, dup]);
});

test('W22: both planned in one call, and both waiting for a text, one text goes out', async () => {
  await db.owner.query(`update notify.notification_types set fallback_key = 'dup_two' where key = $1`, [type]);
  const [ada, ben] = [await makeAda(), await makeAda({ devices: [] })];
  const events = [];
  for (let n = 0; n < 2; n++) events.push(await tell(db, type, [ada], { variables: { Key: 'a' } }));
  for (let n = 0; n < 2; n++) events.push(await tell(db, type, [ben], { variables: { Key: 'b' } }));
  await planDue(db);
  await settle();
  expect(await Promise.all(events.map((event) => decisionOf(db, event)))).toEqual([
    'send',
    dup,
    'address: no_address',
    'address: no_address',
  ]);
  expect(await Promise.all(events.map((event) => decisionOf(db, event, 'sms')))).toEqual([
    'fallback: earlier_step',
    dup,
    'send',
    dup,
  ]);
});

test('W22: another key, a window that is over, and a type without a fallback are told as before', async () => {
  const ada = await makeAda();
  const [, again] = await tellTwice(ada, 'dup_two', () =>
    db.owner.query(`update notify_private.dedupe_keys set expires_at = now() - interval '1 second'`),
  );
  expect(await decided(again)).toEqual(['send', 'send', 'fallback: earlier_step']);
  const other = await tell(db, type, [ada], { variables: { Key: 'other' } });
  await planDue(db);
  expect(await decided(other)).toEqual(['send', 'send', 'fallback: earlier_step']);
  // Each channel stands for itself: what was not told on one may be.
  await forget(db);
  await db.owner.query(`update notify.notification_types set default_channels = '{push}' where key = $1`, [plain]);
  const first = await follow(plain, ada);
  await db.owner.query(`update notify.notification_types set default_channels = channels where key = $1`, [plain]);
  expect(await decided(first)).toEqual(['send', 'preference: off_by_default', 'preference: off_by_default']);
  expect(await decided(await follow(plain, ada))).toEqual([dup, 'send', 'send']);
});

test('W22: what nobody was told of frees its key on every step', async () => {
  const ada = await makeAda({ devices: [], email: null, phone: null });
  const [event, again] = await tellTwice(ada, 'dup_three', () => makeDevice(db, ada));
  const nowhere = 'address: no_address';
  expect(await decided(event)).toEqual([nowhere, nowhere, nowhere]);
  expect(await decided(again)).toEqual(['send', nowhere, nowhere]);
});

test('W22: the back-test says what happened', async () => {
  const ada = await makeAda({ devices: [], email: null });
  await tellTwice(ada, 'dup_three', () => makeDevice(db, ada));
  await tellTwice(await makeAda(), 'dup_two');
  const { rows } = await db.owner.query(
    `select * from notify_private.replay(now() - interval '1 hour', now() + interval '1 minute', '{}', 0, 1)
     where (outcome, rule, reason) is distinct from (new_outcome, new_rule, new_reason)`,
  );
  expect(rows).toEqual([]);
});
