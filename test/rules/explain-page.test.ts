import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makeDevice, makeType, planDue, tell } from '../support/engine-pack.ts';

const page = readFileSync(new URL('../../docs/explain.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```sql\n([\s\S]*?)```\n```text\n([\s\S]*?)```/g)].map(
  ([, sql, output]) => [sql as string, output as string] as const,
);
const [ada, ben] = ['e1', 'e2'].map((end) => `00000000-0000-7000-8000-0000000000${end}`) as [string, string];

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query('update notify.settings set require_verified_email = false');
  const type = await makeType(db, { key: 'order_placed', channels: ['push', 'email'], defaultChannels: ['push'] });
  for (const [id, name] of [
    [ada, 'ada'],
    [ben, 'ben'],
  ] as const) {
    await db.owner.query(`insert into notify.users (id, time_zone, email) values ($1, 'Europe/Paris', $2)`, [
      id,
      `${name}@example.com`,
    ]);
    await makeDevice(db, id);
  }
  await db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, timestamptz '2035-01-01 09:00 Europe/Paris')`,
    [ada],
  );
  await db.owner.query(`update notify.notification_types set expires_after = '20 years' where key = $1`, [type]);
  await tell(db, type, [ada]);
  await planDue(db);
  await tell(db, type, [ben]);
  await planDue(db);
});
afterAll(() => db.drop());

test('the page has an example of every function', () => {
  for (const name of ['explain', 'trace', 'predict_for', 'backtest'])
    expect(examples.some(([sql]) => sql.includes(`notify.${name}(`))).toBe(true);
});

test('explain() has the rules of docs/rules.md in their order, and looks at inputs that stand there', async () => {
  const lines = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8').split('\n');
  const { rows } = await db.owner.query<{ position: number; rule: string; keys: string[] }>(
    'select * from notify_hidden.rules() order by position',
  );
  expect(rows.map(({ position, rule }) => `| ${position} | \`${rule}\` |`)).toEqual(
    lines.filter((line) => /^\| \d/.test(line)).map((line) => `${line.split('|').slice(0, 3).join('|')}|`),
  );
  const known = lines
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => line.split('|')[1]?.match(/\w+/g) ?? []);
  expect(rows.flatMap(({ keys }) => keys).filter((key) => !known.includes(key))).toEqual([]);
});

test.each(examples)('%s', async (sql, output) => {
  const rows = await db.asOperator(async (client) => {
    const result = await client.query({ text: sql, rowMode: 'array' });
    return [
      result.fields.map(({ name }) => name),
      ...result.rows.map((row) => row.map((cell: unknown) => String(cell ?? ''))),
    ];
  });
  const cells = output
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  expect(rows).toEqual(cells);
});
