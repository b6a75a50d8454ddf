import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

/** The table of the specification: priority, dedupe key, window (null: as long as events are kept, TR-G11), overlay. */
const catalog: Readonly<Record<string, readonly [string, string, string | null, string | null]>> = {
  'TR-1 trip_created_notify': ['P0', 'trip_created:{tripId}:{userId}', null, null],
  'TR-2 trip_canceled': ['P0', 'trip_canceled:{tripId}:{userId}', null, null],
  'TR-3 first_dates_suggested': ['P0', 'first_dates:{tripId}:{userId}', null, 'scheduling'],
  'TR-4 dates_proposed_by_leader': ['P0', 'dates_proposed:{tripId}:{windowId}', null, 'scheduling'],
  'TR-5 leader_can_lock_dates': ['P0', 'leader_lock:{tripId}', '72:00:00', 'scheduling'],
  'TR-6 dates_locked': ['P0', 'dates_locked:{tripId}', null, 'itinerary'],
  'TR-7 itinerary_generated': ['P0', 'itinerary_generated:{tripId}:v{version}', null, 'itinerary'],
  'TR-8 join_request_received': ['P0', 'join_request:{tripId}:{requesterId}', '24:00:00', 'travelers'],
  'TR-9 leader_ready_to_propose': ['P1', 'leader_propose:{tripId}', '72:00:00', 'scheduling'],
  'TR-10 window_supported_author': ['P1', 'window_supported:{windowId}:{authorUserId}', '02:00:00', 'scheduling'],
  'TR-11 join_request_approved': ['P1', 'join_approved:{tripId}:{requesterId}', null, null],
  'TR-12 expense_added': ['P1', 'expense_added:{tripId}:{expenseId}', null, 'expenses'],
  'TR-13 accommodation_selected': ['P1', 'accommodation_selected:{tripId}', null, 'accommodation'],
  'TR-14 first_idea_contributed': ['P1', 'first_idea:{tripId}:{userId}', null, 'itinerary'],
  'TR-15 prep_reminder_7d': ['P1', 'prep_7d:{tripId}:{userId}', null, 'prep'],
  'TR-16 trip_started': ['P1', 'trip_started:{tripId}:{userId}', null, null],
  'TR-17 leader_transferred': ['P1', 'leader_transferred:{tripId}:{newLeaderId}', null, null],
};
const secondWave = [
  'collecting_momentum_reminder',
  'trip_completed_recap',
  'traveler_left',
  'prep_reminder_3d',
  'join_request_rejected',
  'accommodation_option_added',
  'packing_list_ready',
  'chat_mention',
];

test.each(Object.entries(catalog))('%s says what the specification says', async (name, expected) => {
  const { rows } = await db.owner.query(
    `select array[priority, dedupe_key, dedupe_window::text, data_template ->> 'overlay'] as type, enabled, channels, pack, category
     from notify.notification_types where key = $1`,
    [name.replace(/^TR-\d+ /, '')],
  );
  expect(rows).toEqual([{ type: expected, enabled: true, channels: ['push'], pack: 'trips', category: 'trips' }]);
});

test('TR-18 TR-19 TR-20 TR-21 TR-22 TR-23 TR-24 TR-25 are there and switched off, and nothing else is', async () => {
  const { rows } = await db.owner.query<{ key: string }>(
    `select key from notify.notification_types where pack = 'trips' and not enabled`,
  );
  expect(rows.map(({ key }) => key).sort()).toEqual([...secondWave].sort());
  const { rows: all } = await db.owner.query(`select from notify.notification_types where pack = 'trips'`);
  // The 25 of the specification, the invitation to a circle, and TR-8 of a stranger.
  expect(all).toHaveLength(27);
});

test('TR-G8 TR-G13 copy is titled by the trip, carries the product, and neither "must" nor money', async () => {
  const { rows } = await db.owner.query<{ title: string; subtitle: string; tag: string; body: string }>(
    `select c.title, c.subtitle, t.tag, c.body
     from notify.notification_copies as c join notify.notification_types as t on t.key = c.type_key
     where t.pack = 'trips' and t.key <> 'circle_invitation'`,
  );
  // Two have words of their own for somebody: the leader, the later versions.
  expect(rows).toHaveLength(28);
  for (const row of rows) {
    expect(row).toMatchObject({ title: '{TripName}', subtitle: 'Rowbell Trips', tag: 'Rowbell Trips' });
    expect(row.body).not.toMatch(/\bmust\b|\bhave to\b|[$€£¥]|\d|amount/i);
  }
});

test('SE-5 the invitation to a circle is P1, in words of ours alone, in English and French', async () => {
  const { rows } = await db.owner.query(
    `select t.priority, t.enabled, t.channels, c.locale, concat_ws(' ', c.title, c.subtitle, c.body) as words
     from notify.notification_types as t join notify.notification_copies as c on c.type_key = t.key
     where t.key = 'circle_invitation' order by c.locale`,
  );
  expect(rows.map(({ locale }) => locale)).toEqual(['en', 'fr']);
  for (const row of rows) {
    expect(row).toMatchObject({ priority: 'P1', enabled: true, channels: ['push', 'in_app'] });
    expect(row.words).not.toMatch(/[{}]|\bmust\b|\d/);
  }
});

test('SE-5 TR-8 a stranger asks in the same words under the same key, as P1', async () => {
  const { rows } = await db.owner.query(
    `select t.priority, t.labels ->> 'en' as label, to_jsonb(t) - 'key' - 'priority' - 'labels' as type, to_jsonb(c) - 'type_key' as copy
     from notify.notification_types as t join notify.notification_copies as c on c.type_key = t.key
     where t.key in ('join_request_received', 'join_request_from_stranger') order by t.priority`,
  );
  expect(rows.map(({ priority }) => priority)).toEqual(['P0', 'P1']);
  // In settings and sentences the two are told apart.
  expect(rows.map(({ label }) => label)).toEqual(['Requests to join', 'Requests to join from strangers']);
  expect({ ...rows[1], priority: 'P0', label: 'Requests to join' }).toEqual(rows[0]);
});

test('every type of the pack has an audience that plan() can call and that no role may', async () => {
  const { rows } = await db.owner.query<{ inlinable: boolean }>(
    `select p.prolang = (select oid from pg_language where lanname = 'sql') and p.provolatile = 's'
              and not p.prosecdef and p.proconfig is null as inlinable
     from notify.notification_types as t
     join pg_proc as p on p.oid = to_regprocedure(t.audience || '(uuid[])')
     where t.pack = 'trips'
       and not has_function_privilege('rowbell_user', p.oid, 'execute')
       and not has_function_privilege('rowbell_writer', p.oid, 'execute')`,
  );
  expect(rows).toHaveLength(27);
  expect(rows.every((row) => row.inlinable)).toBe(true);
});
