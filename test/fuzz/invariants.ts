import { marksIn, tablesIn } from '../security/world.ts';
import type { TestDatabase } from '../support/database.ts';

/** What must hold in the database whatever was asked of it: a name, and a query that finds what breaks it. */
const invariants: Readonly<Record<string, string>> = {
  'attempts of a delivery are numbered from 1 on, without a gap': `
    select d.id from notify.deliveries as d join notify.delivery_attempts as a on a.delivery_id = d.id
    group by d.id having min(a.attempt) <> 1 or max(a.attempt) <> count(*)`,
  'one decision for each event, person and channel': `
    select event_id from notify.decisions group by event_id, recipient_id, channel having count(*) > 1`,
  'a notification is of an event that is there': `
    select n.id from notify.notifications as n where not exists (select from notify.events as e where e.id = n.event_id)`,
  'a delivery is of a notification of the same person': `
    select d.id from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id where n.recipient_id <> d.recipient_id`,
  'what is read was seen': `select id from notify.notifications where read_at is not null and seen_at is null`,
  'no two people have one active token': `
    select token from notify.devices where deactivated_at is null group by provider, token having count(distinct user_id) > 1`,
};

export async function brokenInvariants(db: TestDatabase): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, query] of Object.entries(invariants)) {
    const { rows } = await db.owner.query<Record<string, unknown>>(`${query} limit 3`);
    if (rows.length > 0) broken.push(`${name}: ${JSON.stringify(rows)}`);
  }
  return broken;
}

/** The engine works on these by itself; rows of them change as time passes. */
const alive =
  /^notify_private\.|^notify\.(holds|digests|digest_items|deliveries|events|journey|schedule|sweep|workers|senders)|^coaching\.(calls|call_schedules|streaks)$/;

/** Rows in which a mark stands, as text: what must be as it was when all is over. */
export async function rowsOf(db: TestDatabase, marks: ReadonlySet<string>): Promise<Set<string>> {
  const found = new Set<string>();
  for (const table of await tablesIn(db)) {
    if (alive.test(table) || table.startsWith('engine_test.')) continue;
    const { rows } = await db.owner.query<{ row: string }>(`select r::text as row from ${table} as r`);
    for (const { row } of rows) if (marksIn(row, marks).length > 0) found.add(`${table} ${row}`);
  }
  return found;
}
