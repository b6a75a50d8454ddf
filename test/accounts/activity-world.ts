import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

/**
 * What the tests of the activity begin with. A test file that imports this has a database of its own:
 * the hooks here are its hooks.
 */

export let db: TestDatabase;

export let api: TestApi;

beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
});

afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

export const makeUser = (locale = 'en', timeZone: string | null = null) =>
  one<string>(db.owner, 'insert into notify.users (locale, time_zone) values ($1, $2) returning id', [
    locale,
    timeZone,
  ]);

export const sha = () => createHash('sha256').update(randomUUID()).digest();

export type Activity = {
  type: string;
  resource_type: string | null;
  resource_id: string | null;
  action: string;
  status: string;
  title: string;
  description: string | null;
  metadata: Record<string, unknown>;
  ip_address: string | null;
  user_agent: string | null;
};

/** A person's entries, as they see them, oldest first. */
export const activityOf = async (userId: string): Promise<Activity[]> =>
  (await db.asUser(userId, (client) => client.query<Activity>('select * from notify.activities order by id'))).rows;

/** The same in a line each. */
export const linesOf = async (userId: string) =>
  (await activityOf(userId)).map(
    (a) => `${a.type} ${a.action} ${a.status}: ${a.title}${a.description === null ? '' : ` | ${a.description}`}`,
  );
