import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { writtenTables } from '../support/written-tables.ts';

/** Columns without a bound of their own, in tables that people may write: what stands there is not their word. */
const ours: Readonly<Record<string, string>> = {
  'coaching.calls.outcome_reason': 'a reason of ours',
  'coaching.members.effective_pref': 'generated from columns that are checked',
  'notify.devices.app_key': 'one that there is, or register_device() refuses it',
  'notify.devices.deactivation_reason': 'a reason of ours',
  'notify.devices.session_id': "the token's, which the application signs",
  'notify.email_verifications.address': "the person's mailbox, which services write",
  'notify.devices.web_push_auth': 'of so many characters, or register_device() refuses it',
  'notify.devices.web_push_p256dh': 'of so many characters, or register_device() refuses it',
  'notify.events.plan_error': "the database's words, for operators",
  'notify.events.subject_type': 'people make no events',
  'notify.preference_changes.channel': 'copied from columns that are checked',
  'notify.preference_changes.key': 'copied from columns that are checked',
  'notify.preference_changes.new': 'copied from columns that are checked',
  'notify.preference_changes.old': 'copied from columns that are checked',
  'notify.receipts.code': 'cut off in record_receipt()',
  'notify.receipts.earlier_codes': 'what code was',
  'notify.receipts.reason': 'cut off in record_receipt()',
  'notify.suppressions.address': "the delivery's, or that of a text to us",
  'notify.suppression_changes.address': 'copied from suppressions',
  'notify.suppression_changes.channel': 'copied from suppressions',
  'notify.suppression_changes.note': 'copied from suppressions',
  'notify.suppression_changes.reason': 'copied from suppressions',
  'notify.webhook_endpoints.deactivation_reason': 'a reason of ours',
  'notify.webhook_endpoints.previous_secret': 'what secret was',
  'notify_private.daily_counters.channel': 'copied from deliveries',
  'notify_private.event_keys.idempotency_key': 'people make no events',
  'notify_private.status_changes.channel': 'copied from columns that are checked',
  'notify_private.status_changes.reason': 'a reason of ours',
};

/** Whether a check bounds a column: its length or size, a list of what there is, or a pattern without "as many as one likes". */
const bounds = (check: string, column: string) =>
  [
    `(length|size|cardinality)\\([^()]*\\b${column}\\b`,
    `\\b${column} (= ANY|= '|<@)`,
    `\\b${column} ~ '\\^[^'+*]*\\$'`,
  ].some((pattern) => new RegExp(pattern).test(check));

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

test('SE-14: every text, list of texts, JSON and number without digits that people may write is bounded', async () => {
  const { tables } = await writtenTables(database);
  const { rows } = await database.owner.query<{ table: string; column: string; checks: string }>(
    `select a.attrelid::regclass as table, a.attname as column, concat_ws(' ', (
       select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint as k
       where k.conrelid = a.attrelid and k.contype = 'c' and a.attnum = any (k.conkey)
     )) as checks
     from pg_attribute as a
     where a.attrelid = any ($1::regclass[]) and a.attnum > 0 and not a.attisdropped
       and (a.atttypid = any ('{text,text[],json,jsonb,bytea}'::regtype[]) or a.atttypid = 'numeric'::regtype and a.atttypmod = -1)
       -- What names a row that is there is as short as that row's.
       and not exists (select from pg_constraint as k where k.conrelid = a.attrelid and k.contype = 'f' and a.attnum = any (k.conkey))
     order by 1, 2`,
    [tables.map(({ name }) => name)],
  );
  expect(rows.length).toBeGreaterThan(40);
  const unbounded = rows
    .filter(({ column, checks }) => !bounds(checks, column))
    .map(({ table, column }) => `${table}.${column}`);
  expect(unbounded.filter((name) => !(name in ours))).toEqual([]);
  expect(Object.keys(ours).filter((name) => !unbounded.includes(name))).toEqual([]);
});
