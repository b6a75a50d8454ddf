import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPack } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const page = readFileSync(new URL('../../docs/analytics.md', import.meta.url), 'utf8');
const section = (title: string) => page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
const names = (text = '') => [...text.matchAll(/`([a-z0-9_]+)`/g)].map(([, name]) => name as string);
/** What the first cell of each row of a section's tables names. */
const named = (title: string) => [...section(title).matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) => names(cell));

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db?.drop());

const columnsOf = async (relation: string): Promise<string[]> => {
  const { rows } = await db.owner.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [relation],
  );
  return rows.map(({ name }) => name);
};

describe('NC-51: docs/analytics.md defines every figure', () => {
  test('every column of a delivery, and no other', async () => {
    expect(named('A delivery').sort()).toEqual((await columnsOf('notify.delivery_timelines')).sort());
  });

  test.runIf(hasPack('coaching'))('every view for analysts with every column, and no other', async () => {
    const [, list = '', table = ''] =
      /^The counts by provider are([\s\S]*?)\n\n([\s\S]*?)\n\n/m.exec(section('Analysts')) ?? [];
    const byProvider = [...names(list), ...[...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) => names(cell))];
    expect(byProvider.length).toBeGreaterThan(15);
    const told = [...section('Analysts').matchAll(/^\| `(analytics\.\w+)` \| ([^|]+) \|/gm)].map(
      ([, view, columns]) => [
        view,
        [
          ...names(columns),
          ...(columns?.includes('metrics') ? named('Metrics') : []),
          ...(columns?.includes('counts by provider') ? byProvider : []),
        ].sort(),
      ],
    );
    const { rows } = await db.owner.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class where relnamespace = 'analytics'::regnamespace order by 1`,
    );
    expect(rows.length).toBeGreaterThan(15);
    const views = await Promise.all(rows.map(async ({ name }) => [name, (await columnsOf(name)).sort()]));
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(views));
  });

  test('every figure that the API answers with', async () => {
    const { rows } = await db.owner.query<{ name: string; isTime: boolean }>(
      `select a.attname as name, a.atttypid = 'notify.duration_metrics'::regtype as "isTime"
       from pg_attribute as a where a.attrelid = 'notify.delivery_metrics'::regclass and a.attnum > 0`,
    );
    const metrics = named('Metrics');
    const frame = ['starts_at', 'ends_at', 'type_key', 'channel', 'computed_at'];
    for (const { name, isTime } of rows) {
      if (isTime) expect(metrics).toContain(name.replace('time_to_', '').concat('_known'));
      else if (!frame.includes(name)) expect(metrics).toContain(name);
    }
    expect(metrics).toHaveLength(
      rows.length - frame.length - 3 + 3 * (await columnsOf('notify.duration_metrics')).length,
    );
  });
});
