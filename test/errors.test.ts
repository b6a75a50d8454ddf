import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes } from '../src/errors.ts';
import { listOwnSqlFiles } from '../src/migrate/packs.ts';

const root = join(import.meta.dirname, '..');

test('docs/errors.md lists the codes as they are', async () => {
  const text = await readFile(join(root, 'docs/errors.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| `(RB[A-Z]{3})` \| (\d{3}) \| (.+) \|$/gm)];
  expect(rows.map(([, name, code, status, message]) => [code, { name, status: Number(status), message }])).toEqual(
    Object.entries(errorCodes),
  );
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
