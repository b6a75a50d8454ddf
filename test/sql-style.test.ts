import { expect, test } from 'vitest';
import { findStyleProblems } from '../scripts/sql-style.ts';

const problemsOf = (text: string, mayHoldData = false) => findStyleProblems(text, { mayHoldData });
const long = `select '${'é'.repeat(130)}';\n`;

test('SQL as we write it has no problem', async () => {
  expect(
    await problemsOf(`-- Éloïse's Function
create function notify.greet(name text) returns text language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    return "Name" || E'\\n' || $said$Good Morning$said$;
  end if;
end
$$;
`),
  ).toEqual([]);
});

test('a line has 140 columns at most, counted in letters', async () => {
  expect(await problemsOf(long)).toEqual([]);
  expect(await problemsOf(long.replace('é', 'éé'))).toEqual(['1: more than 140 columns']);
});

test('a row of data in a migration may be longer, a statement may not', async () => {
  const row = `  ('order_placed', 'fr', '${'é'.repeat(200)}'),\n`;
  const rows = `insert into copies values\n${row}${row.replace('),', ');')}`;
  expect(await problemsOf(rows, true)).toEqual([]);
  expect(await problemsOf(rows)).toEqual(['2: more than 140 columns', '3: more than 140 columns']);
  expect(await problemsOf(long.replace('é', 'éé'), true)).toEqual(['1: more than 140 columns']);
});

test('keywords and names are in lower case, in bodies too', async () => {
  expect(await problemsOf(`do $$\nbegin\n  perform 'é';\n  SELECT Name from users;\nend\n$$;\n`)).toEqual([
    '4: "SELECT" is not in lower case',
    '4: "Name" is not in lower case',
  ]);
});

test('there are no tabs, no white space at the end of a line, and one line end at the end of the file', async () => {
  expect(await problemsOf('select 1,\n\t2;\n')).toEqual(['2: a tab']);
  expect(await problemsOf('select 1;  \nselect 2;\r\n')).toEqual([
    '1: white space at the end',
    '2: white space at the end',
  ]);
  expect(await problemsOf('select 1;')).toEqual(['1: does not end with one line end']);
  expect(await problemsOf('select 1;\n\n')).toEqual(['3: does not end with one line end']);
});
