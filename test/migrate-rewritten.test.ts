import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from './support/database.ts';
import { migrateTo } from './support/migrate-to.ts';
import { one } from './support/one.ts';

const shop = join(import.meta.dirname, '..', 'examples', 'shop');
let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await createDatabase({ empty: true });
  folder = await mkdtemp(join(tmpdir(), 'rowbell-rewritten-'));
  await cp(shop, join(folder, 'shop'), { recursive: true });
});
afterAll(async () => {
  await db.drop();
  await rm(folder, { recursive: true });
});

test('a database whose migrations are all unknown is left as it is', async () => {
  await db.owner.query(
    `create schema rowbell;
     create table rowbell.migrations (version character varying primary key);
     insert into rowbell.migrations values ('20261121000100');
     create schema notify;
     create table notify.users (id uuid)`,
  );
  const contents = () =>
    one(db.owner, `select string_agg(oid::regclass::text, ' ' order by oid) from pg_class where oid >= 16384`);
  const before = await contents();
  await expect(migrateTo(db, {})).rejects.toThrow(
    `This database was made by an earlier checkout, whose migrations have been rewritten since: it cannot be brought to this version. ` +
      `Nothing in it was changed or deleted. To keep what it has, go back to that checkout. ` +
      `To begin anew, drop the database ("drop database ${db.name}"), make it again and migrate.`,
  );
  expect(await contents()).toBe(before);
  await db.owner.query('drop schema rowbell cascade; drop schema notify cascade');
});

test('a migration that was applied and is another now is named, also of a pack of one’s own', async () => {
  const choice = { packs: ['shop'], packsDir: folder };
  await migrateTo(db, choice);
  const migrations = join(folder, 'shop', 'migrations');
  const [, file = ''] = (await readdir(migrations)).sort();
  const text = await readFile(join(migrations, file), 'utf8');
  await writeFile(join(migrations, file), text.replace('create table', '-- Rewritten.\ncreate table'));
  await expect(migrateTo(db, choice)).rejects.toThrow(`rewritten since (${join(migrations, file)})`);
  await writeFile(join(migrations, file), text);
  await migrateTo(db, choice);
});

test('one that failed may be corrected', async () => {
  const choice = { packs: ['shop'], packsDir: folder };
  const added = join(folder, 'shop', 'migrations', '20270101000000_returns.sql');
  await writeFile(added, '-- migrate:up\ncreate tabel shop.returns ();\n-- migrate:down\n');
  await expect(migrateTo(db, choice)).rejects.toThrow(/20270101000000_returns\.sql.*syntax error/);
  await writeFile(added, '-- migrate:up\ncreate table shop.returns ();\n-- migrate:down\n');
  await migrateTo(db, choice);
  await migrateTo(db, choice);
});
