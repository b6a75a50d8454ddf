import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../src/migrate/index.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';
import { until } from './support/until.ts';

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

  test('a deploy while an application writes refuses neither it nor itself, and mends what is not as it should be', async () => {
    await migrate(logins());
    const { owner } = database;
    const triggers = async () =>
      (
        await owner.query<{ definition: string }>(
          'select pg_get_triggerdef(oid) as definition from pg_trigger where not tgisinternal order by 1',
        )
      ).rows;
    const person = '00000000-0000-7000-8000-000000000001';
    await owner.query(`insert into notify.users (id) values ($1)`, [person]);
    await owner.query(`insert into trips.circles (id, name) values ($1, 'c')`, [person]);
    const before = await triggers();
    await owner.query('drop trigger _900_tell_created on trips.trips; drop trigger _100_claim_key on notify.events');
    expect(await triggers()).not.toEqual(before);

    let isOver = false;
    let written = 0;
    const refusals: unknown[] = [];
    const application = async () => {
      const client = await owner.connect();
      while (!isOver) {
        try {
          await client.query('begin');
          await client.query(`insert into trips.trips (circle_id, name, creator_id) values ($1, 't', $1)`, [person]);
          await sleep(10);
          await client.query(`insert into notify.events (type_key) values ('test_push')`);
          await client.query('commit');
          written++;
        } catch (error) {
          await client.query('rollback');
          refusals.push(error);
        }
      }
      client.release();
    };
    const applications = Promise.all([application(), application(), application(), application()]);
    // With triggers to be put back, and with none.
    for (let n = 0; n < 3; n++) {
      const before = written;
      await until('it writes', async () => written > before);
      await migrate(logins());
    }
    isOver = true;
    await applications;
    expect(refusals).toEqual([]);
    expect(await triggers()).toEqual(before);
  });

  test('the worker and the owner can add to the queue, the API can not', async () => {
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
