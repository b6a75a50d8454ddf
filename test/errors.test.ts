import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes, frenchMessages, RowbellError } from '../src/errors.ts';
import { withCode } from '../src/graphql/public-error.ts';
import { listOwnSqlFiles } from '../src/migrate/packs.ts';

const root = join(import.meta.dirname, '..');

test('docs/errors.md lists the codes as they are', async () => {
  const text = await readFile(join(root, 'docs/errors.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| `(RB[A-Z]{3})` \| (\d{3}) \| (.+) \| (.+) \|$/gm)];
  expect(rows.map(([, name, code, status, message]) => [code, { name, status: Number(status), message }])).toEqual(
    Object.entries(errorCodes),
  );
  expect(rows.map(([, , code, , , french]) => [code, french])).toEqual(Object.entries(frenchMessages));
});

test('SQL raises registered codes only', async () => {
  const files = [...(await listOwnSqlFiles('migrations')), ...(await listOwnSqlFiles('functions'))];
  for (const file of files) {
    const used = (await readFile(join(root, file), 'utf8')).matchAll(/errcode = '(RB[A-Z0-9]{3})'/g);
    for (const [, code] of used)
      expect([file, code, Object.hasOwn(errorCodes, code ?? '')]).toEqual([file, code, true]);
  }
});

test('SQL says which field it refuses as the column of its error, and begins the message with it', async () => {
  for (const file of await listOwnSqlFiles('functions')) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [statement, message = ''] of text.matchAll(
      /raise exception '((?:[^']|'')*)'(?:[^;']|'(?:[^']|'')*')*using(?:[^;']|'(?:[^']|'')*')*;/g,
    )) {
      const [, named] = /^([a-z]\w*|%): /.exec(message) ?? [];
      const [, column] = /column = ('\w+'|[\w.]+(?:\[1\])?)/.exec(statement) ?? [];
      // A name put together is the first value of the message.
      const first = named === '%' ? /',\s*([\w.]+(?:\[1\])?)/.exec(statement)?.[1] : named && `'${named}'`;
      expect([file, statement, column]).toEqual([file, statement, first]);
    }
  }
});

test('no function says a field by the words of a problem alone', async () => {
  for (const file of await listOwnSqlFiles('functions')) {
    const text = await readFile(join(root, file), 'utf8');
    expect([file, /raise exception '%', \w+ using/.test(text)]).toEqual([file, false]);
  }
});

test.each([
  ['lead_minutes: must be from 1 to 60', 'lead_minutes', 'leadMinutes: must be from 1 to 60'],
  ['start_on, end_on: must be days', 'start_on', 'startOn, endOn: must be days'],
  ['quiet_hours[0].starts_at: must be a time', 'quiet_hours[0].starts_at', 'quietHours[0].startsAt: must be a time'],
  ['sort: must be newest, oldest or unread_first', 'sort', 'sort: must be newest, oldest or unread_first'],
  // Whatever looks like a field where no field is meant is left alone.
  ['copy_texts: there are none', undefined, 'copy_texts: there are none'],
])('a message spells fields as the API does: %s', (message, field, shown) => {
  const { message: words, extensions } = withCode(new RowbellError('RBINV', message, { field }));
  expect([words, extensions.field === undefined || words.includes(extensions.field)]).toEqual([shown, true]);
});

/** Values that have underscores, and what only services are told, in SQL. */
const spelledAsInSql = /^(push_only|sms_only|push_and_sms|unread_first|subject_type|subject_id|due_at)$/;

test('no message names a field after its first words, where it would be spelled as in SQL', async () => {
  for (const file of await listOwnSqlFiles('functions')) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [, message = ''] of text.matchAll(/raise exception '((?:[^']|'')*)'/g)) {
      const words = message.replace(/^[\w.%, ]+: /, '').match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? [];
      expect([file, message, words.filter((word) => !spelledAsInSql.test(word))]).toEqual([file, message, []]);
    }
  }
});
