import { afterAll, beforeAll } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { asService, makeCoach } from './world.ts';

/**
 * What the tests of calls begin with. A test file that imports this has a database of its own:
 * the hooks here are its hooks.
 */

export let db: TestDatabase;

export let coachId: string;

beforeAll(async () => {
  db = await createDatabase();
  coachId = await makeCoach(db);
});

afterAll(() => db.drop());

export type Event = { readonly type: string; readonly dueAt: Date; readonly state: 'waiting' | 'planned' | 'canceled' };

/** The scheduled works of a call, oldest first. */
export async function eventsOf(callId: string): Promise<Event[]> {
  const { rows } = await db.owner.query<Event>(
    `select type_key as type, due_at as "dueAt",
            case when canceled_at is not null then 'canceled' when planned_at is not null then 'planned' else 'waiting' end as state
     from notify.events where subject_id = $1 order by id`,
    [callId],
  );
  return rows;
}

export const minutes = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 60_000;

export const move = (callId: string, after: string) =>
  asService(db, 'update coaching.calls set scheduled_at = now() + $2::interval where id = $1', [callId, after]);

export const cancel = (callId: string) =>
  asService(db, `update coaching.calls set status = 'canceled' where id = $1`, [callId]);

export const previewsOf = async (userId: string) =>
  (
    await db.owner.query<{ title: string }>(
      `select title from notify.notifications where recipient_id = $1 and type_key = 'coaching_preview' order by id`,
      [userId],
    )
  ).rows.map(({ title }) => title);
