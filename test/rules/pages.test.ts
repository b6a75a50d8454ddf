import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDemo } from '../../src/demo/load.ts';
import { hasPack } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { closeDue } from '../support/digests.ts';
import { planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  const client = await db.owner.connect();
  await loadDemo(client, { webPushOrigin: 'https://127.0.0.1:9001', providers: new Set(['apns', 'fcm', 'web_push']) });
  client.release();
});
afterAll(() => db.drop());

const ben = '00000000-0000-7000-8000-0000000000a2';
/** The SQL of a page, block by block. */
const blocks = (page: string) =>
  [...readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8').matchAll(/```sql\n(.*?)```/gs)].map(
    ([, sql]) => sql as string,
  );
const titles = async () =>
  (
    await db.owner.query<{ title: string }>(
      `select n.title from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
       where n.recipient_id = $1 and d.channel = 'push' order by d.id`,
      [ben],
    )
  ).rows.map(({ title }) => title);

test.runIf(hasPack('trips'))('NC-13: the page on digests does what it says', async () => {
  const statements = blocks('digests').flatMap((block) => block.split(/;\n/).filter((sql) => sql.trim()));
  let shown: unknown[] = [];
  for (const sql of statements) {
    await planDue(db);
    const { rows } = await db.owner.query<Record<string, unknown>>(sql);
    if (sql.trim().startsWith('select')) shown = rows;
  }
  expect(shown).toHaveLength(2);
  expect(shown[0]).toMatchObject({ channel: 'push', frequency: 'daily', closed_at: null, position: null });
  await closeDue(db);
  await planDue(db);
  expect(await titles()).toEqual(['Your day: 2 updates']);
});

test('JK-11: the page on journeys does what it says: rows and one function', async () => {
  const [definition, look] = blocks('journeys');
  await db.owner.query(definition as string);
  while (await one<boolean>(db.worker, 'select notify_private.advance_journeys()'));
  await planDue(db);
  expect((await titles()).at(-1)).toBe('Next: pick three artists');
  const { rows } = await db.owner.query(look as string);
  expect(rows).toMatchObject([{ next_step: 2, step: 1, outcome: 'told', decision: 'send', reason: null }]);
});
