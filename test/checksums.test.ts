import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findChangedMigrations, readReleased, releaseMigrations } from '../scripts/checksums.ts';

let folder: string;
const migrations = () => join(folder, 'db/migrations/core');
const write = (name: string, text: string) => writeFile(join(migrations(), name), text);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowbell-checksums-'));
  await mkdir(migrations(), { recursive: true });
  await write('1_users.sql', 'create table users ();\n');
});
afterEach(() => rm(folder, { recursive: true }));

test('before the first release a migration may be edited, and may go', async () => {
  expect(await readReleased(folder)).toEqual(new Map());
  await write('1_users.sql', 'create table people ();\n');
  expect(await findChangedMigrations(folder)).toEqual([]);
});

test('what is released stays as it is', async () => {
  expect(await releaseMigrations(folder)).toEqual(['db/migrations/core/1_users.sql']);
  expect(await findChangedMigrations(folder)).toEqual([]);
  await write('1_users.sql', 'create table people ();\n');
  expect(await findChangedMigrations(folder)).toEqual([
    'db/migrations/core/1_users.sql was released and has been edited: write a new migration',
  ]);
  await rm(join(migrations(), '1_users.sql'));
  expect(await findChangedMigrations(folder)).toEqual(['db/migrations/core/1_users.sql was released and is gone']);
});

test('a release adds what is new, and never another checksum of what was released before', async () => {
  await releaseMigrations(folder);
  const before = await readReleased(folder);
  await write('1_users.sql', 'create table people ();\n');
  await write('2_devices.sql', 'create table devices ();\n');
  expect(await findChangedMigrations(folder)).toHaveLength(1);
  expect(await releaseMigrations(folder)).toEqual(['db/migrations/core/2_devices.sql']);
  expect((await readReleased(folder)).get('db/migrations/core/1_users.sql')).toBe(
    before.get('db/migrations/core/1_users.sql'),
  );
  expect(await findChangedMigrations(folder)).toHaveLength(1);
});
