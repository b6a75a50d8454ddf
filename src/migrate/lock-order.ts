import type { ClientBase } from 'pg';

/** A file of db/functions, or one statement of it with blank lines for the rest, so that an error's line stays the file's. */
export type Piece = { readonly path: string; readonly text: string };

/**
 * The core's tables that have triggers, in the order in which one transaction writes them. Replacing a trigger keeps writers
 * from its table until migrate commits: taken in another order than theirs, both sides would wait for each other.
 *
 * A service or a pack writes its own tables first and events last; a planner the notification, what was decided, the
 * delivery, then the event; a worker the delivery, then the device that was refused and what follows from that.
 * test/lock-order.test.ts watches them and names those that come back to an earlier table: with these migrate may have to
 * step back. The order of row locks is another: docs/decisions/0002-the-rules.md.
 */
export const lockOrder = [
  'notify.import_users',
  'notify.import_events',
  'notify.users',
  'notify.settings',
  'notify.notification_types',
  'notify.notification_copies',
  'notify.email_verifications',
  'notify.tracking_consents',
  'notify.notifications',
  'notify.decisions',
  'notify.receipts',
  'notify.deliveries',
  'notify_private.status_changes',
  'notify_private.ended_sessions',
  'notify.devices',
  'notify.personal_settings',
  'notify.preferences',
  'notify.category_preferences',
  'notify.preference_changes',
  'notify.activities',
  'notify.webhook_endpoints',
  'notify.suppressions',
  'notify.announcements',
  'notify.events',
] as const;

const createTrigger = /^create or replace trigger\b[^;]*?\bon ([a-z_]+\.[a-z_]+)[^;]*;/gim;
const createView = /^create or replace view\b/im;

/**
 * Files in the order in which they are to be applied: what locks nothing, then views (whoever writes has read them before),
 * then triggers, one by one, by their tables: the packs' (one that refers to another after it), then the core's by `lockOrder`.
 * Triggers that stand as they should are left out.
 *
 * @throws {Error} where a trigger is on a table of the core that `lockOrder` does not know
 */
export async function inOrderOfLocks(owner: ClientBase, files: readonly Piece[]): Promise<Piece[]> {
  const standing = await standingTriggers(owner);
  const triggers = files.flatMap(triggersOf).filter(({ text }) => !standing.has(normal(text)));
  const ranks = await ranksOf(owner, new Set(triggers.map(({ table }) => table)));
  triggers.sort((a, b) => (ranks.get(a.table) ?? 0) - (ranks.get(b.table) ?? 0));
  const rest = files.map(({ path, text }) => ({ path, text: text.replace(createTrigger, blank) }));
  const isView = ({ text }: Piece) => createView.test(text);
  return [...rest.filter((file) => !isView(file)), ...rest.filter(isView), ...triggers];
}

function triggersOf({ path, text }: Piece): (Piece & { table: string })[] {
  return [...text.matchAll(createTrigger)].map(({ 0: trigger, 1: table = '', index }) => ({
    path,
    table,
    text: blank(text.slice(0, index)) + trigger,
  }));
}

async function standingTriggers(owner: ClientBase): Promise<Set<string>> {
  const { rows } = await owner.query<{ definition: string }>(
    'select pg_get_triggerdef(oid) as definition from pg_trigger where not tgisinternal',
  );
  return new Set(rows.map(({ definition }) => normal(definition)));
}

/** Where in the order each table comes: the packs' tables, one that refers to another after it, then the core's. */
export async function ranksOf(owner: ClientBase, tables: ReadonlySet<string>): Promise<Map<string, number>> {
  const core: readonly string[] = lockOrder;
  const unknown = [...tables].filter((table) => table.startsWith('notify.') && !core.includes(table));
  if (unknown.length > 0)
    throw new Error(`src/migrate/lock-order.ts does not say when ${unknown.join(', ')} is written.`);
  const { rows } = await owner.query<{ child: string; parent: string }>(
    `select conrelid::regclass::text as child, confrelid::regclass::text as parent
     from pg_constraint where contype = 'f' and conrelid <> confrelid`,
  );
  const ofPacks = [...tables].filter((table) => !core.includes(table)).sort();
  const ordered: string[] = [];
  const place = (table: string, seen: readonly string[]): void => {
    if (ordered.includes(table) || seen.includes(table)) return;
    for (const { child, parent } of rows) {
      if (child === table && !core.includes(parent)) place(parent, [...seen, table]);
    }
    ordered.push(table);
  };
  for (const table of ofPacks) place(table, []);
  return new Map([...ordered, ...core].map((table, rank) => [table, rank]));
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, '');
}

/** PostgreSQL tells a trigger in capitals, with more parentheses than it was given and without "or replace". */
function normal(trigger: string): string {
  return trigger
    .toLowerCase()
    .replace(/or replace /, '')
    .replace(/[();]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
