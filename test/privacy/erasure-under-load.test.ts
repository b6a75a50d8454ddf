import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makeCrowd, makeType, tellGroup } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';
import { mentionsOf } from './mentions.ts';

let db: TestDatabase;
let sandbox: Sandbox;
let worker: WorkerProcess;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query('update notify.settings set daily_cap = 1000000');
  sandbox = await startSandbox({ journalLimit: 100_000 });
  worker = await startWorker({ databaseUrl: db.workerUrl, lane: 'bulk', settings: { ...sandbox.settings } });
});
afterAll(async () => {
  await worker.stop();
  await sandbox.close();
  await db.drop();
});

test('issue 3, 11: people erased while workers plan and send to them hear nothing after it, and leave nothing behind', async () => {
  const groupId = await makeCrowd(db, 600, { apns: 600 });
  const typeKey = await makeType(db, { audience: 'group', body: 'Of {Name}' });
  const { rows: chosen } = await db.owner.query<{ id: string; token: string }>(
    'select d.user_id as id, d.token from notify.devices as d order by d.token limit 2',
  );
  await db.owner.query(
    `update notify.users set name = 'Nameless-' || right(id::text, 12), email = right(id::text, 12) || '@gone.example' where id = any ($1)`,
    [chosen.map(({ id }) => id)],
  );
  let stop = false;
  let events = 0;
  const writer = (async () => {
    while (!stop) {
      await tellGroup(db, typeKey, groupId, { Name: `group ${events++}` });
      await sleep(300);
      // No more than the worker can take, or the end is long in coming.
      await until('there is room', () =>
        one<boolean>(db.owner, `select count(*) < 1500 from notify.deliveries where status = 'queued'`),
      );
    }
  })();
  await until('messages go out', async () => sandbox.journal.list().length > 700);

  for (const { id, token } of chosen) {
    // The pack's own list of members is not declared: it is the tests'.
    await db.owner.query('delete from engine_test.members where user_id = $1', [id]);
    await until('it is erased', () =>
      db
        .asOperator((operator) => operator.query(`select notify.erase_person($1, 'person_request', $1)`, [id]), {
          commit: true,
        })
        .then(() => true)
        // What it asks for where somebody was in its way.
        .catch((error: { code?: string }) => {
          if (error.code === 'RBUNA') return false;
          throw error;
        }),
    );
    const heard = () => sandbox.journal.list().filter(({ address }) => address === token).length;
    const before = heard();
    expect(before).toBeGreaterThan(0);
    const sent = sandbox.journal.list().length;
    await until('others go on hearing', async () => sandbox.journal.list().length > sent + 300);
    expect(heard()).toBe(before);
  }
  stop = true;
  await writer;
  await until('all is done', () =>
    one<boolean>(
      db.owner,
      `select not exists (select from notify.events where planned_at is null)
         and not exists (select from notify.deliveries where status in ('queued', 'sending'))`,
    ),
  );
  expect(await one(db.owner, `select count(*)::integer from notify.events where plan_error is not null`)).toBe(0);
  const values = chosen.flatMap(({ id, token }) => [
    id,
    token,
    `Nameless-${id.slice(-12)}`,
    `${id.slice(-12)}@gone.example`,
  ]);
  // The crowd's tokens are digests of ids, as what is kept of an erasure.
  expect((await mentionsOf(db, values)).filter((mention) => !mention.startsWith('notify.erasures'))).toEqual([]);
  // Everybody else heard all of it, once.
  expect(await one(db.owner, `select count(*)::integer from notify.deliveries where status = 'sent'`)).toBe(
    events * 598,
  );
}, 600_000);
