import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

type Run = {
  readonly sweep_key: string;
  readonly seen: string | null;
  readonly events: string | null;
  readonly sent: string | null;
  readonly held_back: string | null;
  readonly error: string | null;
  readonly took: unknown;
};

let db: TestDatabase;
let ada: string;
const run = () => db.worker.query<Run>('select * from notify_private.run_due_sweeps()').then(({ rows }) => rows);
const runs = () => db.owner.query<Run>('select * from notify.sweep_runs order by id').then(({ rows }) => rows);
const request = (key = 'hourly') =>
  db.asOperator((client) => client.query<Run>('select * from notify.run_sweep($1)', [key]), { commit: true });

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  ada = await one(db.owner, `insert into notify.users (name) values ('Ada') returning id`);
  await db.owner.query(`
    insert into notify.notification_types (key, pack, category, audience, channels, default_channels)
    values ('swept', 'engine_test', 'tests', 'engine_test.named_audience', '{in_app}', '{in_app}');
    insert into notify.notification_copies (type_key, locale, title, body) values ('swept', 'en', 'Swept', 'Swept');
    create function engine_test.look(run_id uuid, at timestamptz) returns bigint language plpgsql as $$
    begin
      insert into notify.events (type_key, data)
      select 'swept', jsonb_build_object('sweep_run_id', run_id, 'to', jsonb_build_array('${ada}')) from generate_series(1, 3);
      insert into notify.events (type_key, data) values ('swept', jsonb_build_object('to', jsonb_build_array('${ada}')));
      if exists (select from engine_test.switches where name = 'broken') then raise exception 'no way'; end if;
      return 7;
    end $$;
    delete from notify.sweeps;
  `);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.owner.query('delete from notify.sweeps; truncate notify.events, notify.decisions, engine_test.switches');
  await db.owner.query(
    `insert into notify.sweeps (key, pack, function, period, next_run_at)
     values ('hourly', 'engine_test', 'engine_test.look', '1 hour', now() - interval '150 minutes')`,
  );
});

test('what is due runs once, also after an outage, and keeps its rhythm', async () => {
  expect(await run()).toMatchObject([{ sweep_key: 'hourly', seen: '7', error: null }]);
  expect(await one(db.owner, `select (next_run_at - now())::text like '00:29:%' from notify.sweeps`)).toBe(true);
  expect(await run()).toEqual([]);
});

test('what is switched off does not run', async () => {
  await db.asOperator((client) => client.query('update notify.sweeps set enabled = false'), { commit: true });
  expect(await run()).toEqual([]);
});

test('a run tells how long it took, what it saw, and, once all is planned, what became of it', async () => {
  await run();
  expect(await runs()).toMatchObject([{ seen: '7', took: expect.anything(), events: null, sent: null }]);
  await run();
  expect(await runs()).toMatchObject([{ events: null }]);
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, enabled) values ($1, 'swept', 'in_app', false)`,
    [ada],
  );
  const ids = `array(select id from notify.events where planned_at is null and data ? 'sweep_run_id' order by id`;
  await db.worker.query(`select notify_private.plan($1)`, [
    (await db.owner.query(`select ${ids} limit 1) as ids`)).rows[0].ids,
  ]);
  await db.owner.query('delete from notify.preferences');
  await db.worker.query(`select notify_private.plan($1)`, [
    (await db.owner.query(`select ${ids}) as ids`)).rows[0].ids,
  ]);
  await run();
  expect(await runs()).toMatchObject([{ events: '3', sent: '2', held_back: '1', waiting: '0' }]);
});

test('a sweep that fails leaves its error and nothing else, and is tried again in five minutes', async () => {
  await db.owner.query(`insert into engine_test.switches values ('broken')`);
  expect(await run()).toMatchObject([{ error: 'P0001: no way', seen: null, events: '0' }]);
  expect(await one(db.owner, 'select count(*)::int from notify.events')).toBe(0);
  expect(await one(db.owner, `select (retry_at - now())::text like '00:04:%' from notify.sweeps`)).toBe(true);
  // Mended, it falls back into its rhythm.
  await db.owner.query(`truncate engine_test.switches; update notify.sweeps set retry_at = now()`);
  expect(await run()).toMatchObject([{ seen: '7', error: null }]);
  expect(
    await one(db.owner, `select (next_run_at - now())::text like '00:29:%' and retry_at is null from notify.sweeps`),
  ).toBe(true);
});

test('two workers at once run it once', async () => {
  const both = await Promise.all([run(), run(), run()]);
  expect(both.flat()).toHaveLength(1);
});

test('operators have it run at once; nobody else may', async () => {
  await run();
  const asked = await request();
  expect(asked.rows).toMatchObject([{ sweep_key: 'hourly', seen: null }]);
  expect((await request()).rows).toEqual(asked.rows);
  expect((await db.jobs('sweep__run')).map(({ key }) => key)).toEqual(['sweep__run']);
  expect(await run()).toMatchObject([{ seen: '7' }]);
  expect(await one(db.owner, `select (next_run_at - now())::text like '00:29:%' from notify.sweeps`)).toBe(true);
  await expect(request('nothing')).rejects.toMatchObject({ code: 'RBNFD' });
  for (const as of [db.asWriter, db.asAnonymous, db.asHttp, db.asAnalyst, db.asWorker]) {
    await expect(as((client) => client.query(`select notify.run_sweep('hourly')`))).rejects.toThrow(
      /permission denied/,
    );
  }
  for (const table of ['sweeps', 'sweep_runs']) {
    await expect(db.asUser(ada, (client) => client.query(`select from notify.${table}`))).rejects.toThrow(
      /permission denied/,
    );
  }
});
