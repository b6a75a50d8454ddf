import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { closeDue } from '../support/digests.ts';
import { decisionOf, installPack, makePerson, makeType, planDue, releaseDue, tell } from '../support/engine-pack.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(`
    insert into notify.fallbacks values ('push_then_mail', 'mail where push fails');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('push_then_mail', 1, '{push}', null, 'sent'), ('push_then_mail', 2, '{email}', null, 'sent')`);
});
afterAll(() => db.drop());

/** What a back-test without changes says went otherwise. */
const differing = async (): Promise<object[]> =>
  (
    await db.owner.query(
      `select type_key, channel, outcome, rule, new_outcome, new_rule from notify_private.replay(now() - interval '1 hour', now() + interval '1 hour', '{}', 0, 1)
       where (outcome, rule, reason, at) is distinct from (new_outcome, new_rule, new_reason, new_at)`,
    )
  ).rows;
/** Its digest is due. */
const close = async (person: string) => {
  await db.owner.query('update notify.digests set due_at = now() where user_id = $1', [person]);
  await closeDue(db);
};

test('W43: a key that a later step of a fallback has used is used for a type without one', async () => {
  const ada = await makePerson(db, { email: 'keys@example.com', devices: [] });
  const stepped = await makeType(db, { channels: ['push', 'email'], dedupeKey: 'k', fallbackKey: 'push_then_mail' });
  const plain = await makeType(db, { channels: ['email'], dedupeKey: 'k' });
  const first = await tell(db, stepped, [ada]);
  await planDue(db);
  await releaseDue(db);
  expect(await decisionOf(db, first, 'email')).toBe('send');
  const second = await tell(db, plain, [ada]);
  await planDue(db);
  expect(await decisionOf(db, second, 'email')).toBe('dedupe: already_sent');
  expect(await differing()).toEqual([]);
});

test('W43: what was gathered had its key in use, also where its digest left it out', async () => {
  const ada = await makePerson(db, { email: 'gathered@example.com', devices: [] });
  const type = await makeType(db, { channels: ['email'], dedupeKey: 'k', defaultFrequency: 'daily' });
  const first = await tell(db, type, [ada]);
  const second = await tell(db, type, [ada]);
  await planDue(db);
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, enabled) values ($1, $2, 'email', false)`,
    [ada, type],
  );
  await close(ada);
  expect(await decisionOf(db, first, 'email')).toBe('preference: turned_off');
  expect(await decisionOf(db, second, 'email')).toBe('dedupe: already_sent');
  expect(await differing()).toEqual([]);
});

test('W43: a type that was switched off before its digest closed was on when it was gathered', async () => {
  const ada = await makePerson(db, { email: 'off@example.com', devices: [] });
  const type = await makeType(db, { channels: ['email'], defaultFrequency: 'daily' });
  const event = await tell(db, type, [ada]);
  await planDue(db);
  await db.owner.query('update notify.notification_types set enabled = false where key = $1', [type]);
  await close(ada);
  expect(await decisionOf(db, event, 'email')).toBe('type: type_disabled');
  expect(await differing()).toEqual([]);
});

test('W43: what a digest left out because it was deleted in the inbox keeps its key', async () => {
  const ada = await makePerson(db, { email: 'deleted@example.com', devices: [] });
  const type = await makeType(db, { channels: ['email', 'in_app'], dedupeKey: 'k', defaultFrequency: 'daily' });
  const first = await tell(db, type, [ada]);
  await planDue(db);
  await db.owner.query('update notify.notifications set deleted_at = now() where event_id = $1', [first]);
  await close(ada);
  expect(await decisionOf(db, first, 'email')).toBe('inbox: deleted');
  const second = await tell(db, type, [ada]);
  await planDue(db);
  expect(await decisionOf(db, second, 'email')).toBe('dedupe: already_sent');
  expect(await differing()).toEqual([]);
});
