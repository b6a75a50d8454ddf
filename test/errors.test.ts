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
