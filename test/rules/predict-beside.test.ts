import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { expectNoEffect } from '../support/no-effect.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db.drop());

/** What an operator is told, as "channel step outcome rule". */
const predicted = async (person: string, key: string): Promise<string[]> => {
  const { rows } = await db.asOperator((client) =>
    client.query('select * from notify.predict_for($1, $2)', [person, key]),
  );
  return rows.map(({ channel, step, outcome, rule }) => `${channel} ${step} ${outcome} ${rule}`);
};

test('W42: what a pause holds beside others comes as one digest with them, and what waits already takes its room', async () => {
  const person = await makePerson(db, { email: 'beside@example.com' });
  const key = await makeType(db, { channels: ['push', 'email'] });
  const soon = await makeType(db, { channels: ['push'], expiresAfter: '1 minute' });
  await db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '2 hours')`,
    [person],
  );
  const alone = ['push 1 hold quiet_hours', 'push 2 send null', 'email 1 hold quiet_hours', 'email 2 send null'];
  expect(await predicted(person, key)).toEqual(alone);
  // What will be over by then is not told, so it does not come with it.
  await tell(db, soon, [person]);
  await planDue(db);
  expect(await predicted(person, key)).toEqual(alone);
  await tell(db, key, [person], { channels: ['push'] });
  await planDue(db);
  const one = ['hold quiet_hours', 'digest digest', 'send null'];
  const steps = (channel: string) => one.map((said, n) => `${channel} ${n + 1} ${said}`);
  expect(await expectNoEffect(db, () => predicted(person, key))).toEqual([...steps('push'), ...steps('email')]);
  // Digests that gather more count as one; a day that is full by then is full.
  await db.owner.query('update notify.settings set daily_cap = 1');
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, frequency) values ($1, $2, 'push', 'daily')`,
    [person, soon],
  );
  expect(await predicted(person, key)).toEqual([...steps('push'), ...steps('email')]);
  await db.owner.query('update notify.settings set daily_cap = 3');
});
