import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../src/migrate.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';

describe('migrate', () => {
  let database: TestDatabase;
  const logins = () => ({
    databaseUrl: database.ownerUrl,
    apiDatabaseUrl: database.apiUrl,
    workerDatabaseUrl: database.workerUrl,
  });
  beforeAll(async () => {
    database = await createDatabase({ empty: true });
  });
  afterAll(() => database.drop());

  test('three at once take turns, and one more time changes nothing', async () => {
    const said: string[] = [];
    const run = () => migrate({ ...logins(), say: (sentence) => said.push(sentence) });
    await Promise.all([run(), run(), run()]);
    const applied = said.filter((sentence) => sentence.startsWith('Applied migration'));
    expect(applied.length).toBeGreaterThan(0);
    expect(new Set(applied.map((sentence) => sentence.split(' ')[2])).size).toBe(applied.length);
    await run();
    expect(said.filter((sentence) => sentence.startsWith('Applied migration'))).toHaveLength(applied.length);
  });

  test('the worker owns its queue, the owner can add to it, the API can not', async () => {
    const add = `select graphile_worker.add_job('nothing')`;
    await database.asWorker((client) => client.query(add));
    await database.asOwner((client) => client.query(add));
    await expect(
      database.asUser('00000000-0000-7000-8000-000000000001', (client) => client.query(add)),
    ).rejects.toMatchObject({
      code: '42501',
    });
  });

  test('the API login may do nothing until it says who it acts for', async () => {
    const { rows } = await database.asOwner((client) =>
      client.query(
        `select rolinherit, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'rowbell_api'`,
      ),
    );
    expect(rows).toEqual([{ rolinherit: false, rolsuper: false, rolbypassrls: false, rolcreaterole: false }]);
  });
});
