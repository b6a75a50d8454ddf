import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { writtenTables } from '../support/written-tables.ts';

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');
const exempt = [...page.matchAll(/^\| `(\w+\.\w+)` \| .+ \|$/gm)].map(([, table]) => table as string);

let database: TestDatabase;
let written: Awaited<ReturnType<typeof writtenTables>>;
let limits: Set<string>;

beforeAll(async () => {
  database = await createDatabase();
  written = await writtenTables(database);
  const { rows } = await database.owner.query<{ key: string }>('select key from notify.limits');
  limits = new Set(rows.map(({ key }) => key));
});
afterAll(() => database.drop());

const keysIn = (source: string) =>
  [...source.matchAll(/(?:use_limit|check_limit)\('(\w+)'|key = '(\w+)'/g)].map(([, a, b]) => (a ?? b) as string);
/** By which limits what is added to a table is counted: in its triggers, or in every function that adds. */
function limitsOf({ name, writers }: { name: string; writers: ReadonlySet<string> }): string[] {
  const byTrigger = written
    .triggersOf(name)
    .filter(({ events }) => events & 4)
    .flatMap(({ fn, argument }) => [...keysIn(written.sourceOf(fn)), ...(argument ? [argument] : [])]);
  // Or a function does that each of them calls.
  const byWriter = [...writers].map((writer) =>
    [writer, ...written.calledBy(writer)].flatMap((fn) => keysIn(written.sourceOf(fn))),
  );
  return [...byTrigger, ...(byWriter.every((keys) => keys.length > 0) ? byWriter.flat() : [])].filter((key) =>
    limits.has(key),
  );
}

test('SE-14: whatever people may add rows to is counted by a limit, or docs/limits.md says why not', () => {
  const unbounded = written.tables.filter((table) => limitsOf(table).length === 0).map(({ name }) => name);
  expect(unbounded.filter((name) => !exempt.includes(name))).toEqual([]);
  // Nothing is excused that nobody could add to, or that is counted already.
  expect(exempt.filter((name) => !unbounded.includes(name))).toEqual([]);
});

test('SE-14: the search for them finds what it should', () => {
  const names = written.tables.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['notify.devices', 'coaching.calls', 'trips.trip_messages', 'juke.invites']),
  );
  // By a trigger of a trigger: a device that moves is an activity of nobody, a preference is one of the person's.
  const activities = written.tables.find(({ name }) => name === 'notify.activities');
  expect([...(activities?.entries ?? [])]).toContain('notify.set_preference');
  expect(names).not.toContain('notify.sms_prices');
});
