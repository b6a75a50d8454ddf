import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const rows = read('docs/limits.md')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const numberOf = (cell = '') => Number(cell.replaceAll(/[\s_]/g, ''));
/** What a constant of a file is worth; they are numbers, or products of numbers. */
const worth = (file: string, name: string) => {
  const [, product] = new RegExp(`\\b${name}\\b\\s*[:=]\\s*([\\d_]+(?: \\* [\\d_]+)*)[;,\\s}]`).exec(read(file)) ?? [];
  return product?.split('*').reduce((worthOfAll, factor) => worthOfAll * numberOf(factor), 1);
};
const constants = rows.flatMap(([what, bound, , , where]) => {
  const [, name = '', file = ''] = /^`(\w+)` in (src\/\S+\.ts)$/.exec(where ?? '') ?? [];
  return name ? [{ what, bound: numberOf(bound), name, file }] : [];
});

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

test('SE-14: docs/limits.md has every row of notify.limits as it is', async () => {
  const stored = await database.owner.query({
    text: `select key, at_most::text, case
             when per is null then 'at a time' when per = interval '1 day' then 'a day'
             when per = interval '1 hour' then 'an hour' when per = interval '1 minute' then 'a minute' end, noun
           from notify.limits order by key`,
    rowMode: 'array',
  });
  const documented = rows.flatMap(([key = '', bound = '', per, counted = '', beyond]) => {
    if (!beyond || !/^`[a-z_]+`$/.test(key)) return [];
    // What is counted begins with the limit's own noun, and may say more.
    const noun = stored.rows.find(([name]) => name === key.slice(1, -1))?.[3];
    return [[key.slice(1, -1), String(numberOf(bound)), per, counted.startsWith(noun) ? noun : counted]];
  });
  expect(documented.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))).toEqual(stored.rows);
});

test('SE-6: and the spending caps as they are installed', async () => {
  const { rows: stored } = await database.owner.query({
    text: `select format('%s %s %s %s %s %s', channel, country, per_day, currency, unit_price, currency) from notify.spending_caps`,
    rowMode: 'array',
  });
  const documented = rows.flatMap(([channel = '', country = '', ...amounts]) =>
    /^`(sms|voice)`$/.test(channel) ? [[channel, country, ...amounts].join(' ').replaceAll('`', '')] : [],
  );
  expect(documented.toSorted()).toEqual(stored.flat().toSorted());
});

test('SE-14: and every constant with which the API bounds something, with its worth', () => {
  expect(constants.map(({ what, name, file }) => [what, worth(file, name)])).toEqual(
    constants.map(({ what, bound }) => [what, bound]),
  );
  const bounding = /\bconst ((?:max|patience)\w*|\w+TimeoutMs)\b\s*=\s*\d/g;
  const found = ['src/api.ts', 'src/bin/dsn.ts', ...globSync('src/{graphql,http,live}/**/*.ts', { cwd: root })].flatMap(
    (file) => [...read(file).matchAll(bounding)].map(([, name]) => `${name} in ${file}`),
  );
  expect(found.length).toBeGreaterThan(15);
  expect(found.filter((constant) => !constants.some(({ name, file }) => `${name} in ${file}` === constant))).toEqual(
    [],
  );
});

test('SE-14: each bound stands once, and on this page alone', () => {
  const places = rows.flatMap((row) => (/ in src\/| in tasks\/|^notify_private\./.test(row[4] ?? '') ? [row[4]] : []));
  expect(places.filter((place, n) => places.indexOf(place) !== n)).toEqual([]);
  const headed = globSync('docs/*.md', { cwd: root }).filter((page) => /^\|[^\n]*\| At most \|/m.test(read(page)));
  expect(headed).toEqual(['docs/limits.md']);
});
