import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { decisionOf, decisionsOf, forget, installPack, planDue, tell } from '../support/engine-pack.ts';

/**
 * What the tests of single rules begin with. A test file that imports this has a database of its own:
 * the hooks here are its hooks.
 */

export let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});

afterAll(() => db.drop());

beforeEach(() => forget(db));

/** Tells, plans at once, and says what was decided. */
export async function told(type: string, person: string, channel = 'push'): Promise<string> {
  const event = await tell(db, type, [person]);
  await planDue(db);
  return decisionOf(db, event, channel);
}

export const prefer = (person: string, type: string, channel: string, enabled: boolean) =>
  db.asUser(person, (client) => client.query('select notify.set_preference($1, $2, $3)', [type, channel, enabled]), {
    commit: true,
  });

export const cap = (most: number) => db.owner.query('update notify.settings set daily_cap = $1', [most]);

export const inputsOf = async (event: string) => (await decisionsOf(db, event))[0]?.inputs;
