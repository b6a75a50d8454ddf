import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from './support/database.ts';
import { migrateTo } from './support/migrate-to.ts';
import { one } from './support/one.ts';

describe('OP-19: a choice that there is not', () => {
  let db: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    db = await createDatabase({ empty: true });
    folder = await mkdtemp(join(tmpdir(), 'rowbell-packs-'));
  });
  afterAll(async () => {
    await db.drop();
    await rm(folder, { recursive: true });
  });
  const packIn = async (name: string, files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, name, path, '..'), { recursive: true });
      await writeFile(join(folder, name, path), text);
    }
  };
  const isUntouched = () =>
    one(db.owner, `select to_regnamespace('rowbell') is null and to_regnamespace('notify') is null`);

  test('is refused by the name of its setting, before anything is done', async () => {
    await expect(migrateTo(db, { packs: ['trips', 'trip'] })).rejects.toThrow(/ROWBELL_PACKS names trip: .*coaching/);
    await expect(migrateTo(db, { packsDir: join(folder, 'nowhere') })).rejects.toThrow(
      'ROWBELL_PACKS_DIR must be a folder',
    );
    expect(await isUntouched()).toBe(true);
  });

  test.each([
    ['trips', 'that name is taken'],
    ['public', 'that name is taken'],
    ['all', 'that name is taken'],
    ['My-Shop', 'small letters'],
    ['shop_private', 'small letters'],
  ])('a folder %s is no pack: %s', async (name, reason) => {
    await packIn(name, { 'migrations/20270101000000_schemas.sql': '' });
    await expect(migrateTo(db, { packsDir: folder })).rejects.toThrow(`ROWBELL_PACKS_DIR has a pack ${name}: `);
    await expect(migrateTo(db, { packsDir: folder })).rejects.toThrow(reason);
    await rm(join(folder, name), { recursive: true });
    expect(await isUntouched()).toBe(true);
  });

  test.each([
    ['notification.html', '', /has a mail template of that name/],
    ['receipt.html', '<!-- if:title -->', /does not close a block/],
    ['receipt.json', '{"en": {"bage": "Paid"}}', /texts by language.*bage/s],
    ['receipt.json', '{"en"', /JSON/],
  ])('a mail template %s of %j is refused by its name', async (file, text, reason) => {
    await packIn('shop', {
      'migrations/20270101000000_schemas.sql': '',
      'templates/receipt.html': '',
      [`templates/${file}`]: text,
    });
    const refused = migrateTo(db, { packsDir: folder });
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toThrow(`shop/templates/${file.split('.')[0]}`);
    await rm(join(folder, 'shop'), { recursive: true });
    expect(await isUntouched()).toBe(true);
  });

  test('two migrations of one number are refused, one of which would never be applied', async () => {
    await packIn('shop', { 'migrations/20261130100100_schemas.sql': '' });
    await expect(migrateTo(db, { packsDir: folder })).rejects.toThrow(
      /shop\/migrations\/20261130100100_schemas\.sql and db\/migrations\/core\/20261130100100_schemas\.sql have the same number/,
    );
    await rm(join(folder, 'shop'), { recursive: true });
    expect(await isUntouched()).toBe(true);
  });
});
