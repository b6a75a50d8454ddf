import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { isConnectionLoss } from '../../src/worker/persist.ts';
import { type CrashingPostgres, startCrashingPostgres } from '../support/crashing-postgres.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { expectNothingLostOrDoubled, untilSettled } from '../support/engine-invariants.ts';
import {
  decisionOf,
  decisionsOf,
  installPack,
  makeCrowd,
  makePerson,
  makeType,
  tell,
  tellGroup,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

const crashes = 3;
const crowd = 400;

let postgres: CrashingPostgres;
let db: TestDatabase;
let sandbox: Sandbox;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  postgres = await startCrashingPostgres();
  db = await createDatabase({ cluster: postgres.address });
  await installPack(db);
  sandbox = await startSandbox({ journalLimit: 100_000 });
  await db.owner.query(`
    update notify.settings set daily_cap = 1000000;
    update notify.limits set at_most = 1000000 where key = 'sms_sent';
    update notify.spending_caps set per_day = 1000000`);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await sandbox.close();
  await db.drop();
  await postgres.stop();
});

/** Away for longer than a worker may be silent: the first one back must not take the other, a little slower, for dead. */
async function crashForLong(): Promise<void> {
  const [first, second] = workers as [WorkerProcess, WorkerProcess];
  await postgres.crash(17_000, () => process.kill(second.pid, 'SIGSTOP'));
  try {
    await until('the first one beats', () =>
      one<boolean>(db.owner, `select seen_at > now() - interval '3 seconds' from notify.workers where pid = $1`, [
        first.pid,
      ]),
    );
    await sleep(500);
  } finally {
    process.kill(second.pid, 'SIGCONT');
  }
}

test(`PostgreSQL killed ${crashes} times under load: the workers go on by themselves, nothing is lost or doubled`, async () => {
  for (const provider of ['apns', 'fcm', 'twilio'] as const)
    sandbox.faults.add({ provider, kind: 'latency', latencyMs: 30, rate: 0.3 });
  const push = await makeType(db, { audience: 'group', body: 'event {N}', maxAttempts: 50 });
  const text = await makeType(db, { audience: 'group', body: 'event {N}', channels: ['sms'] });
  const group = await makeCrowd(db, crowd, { apns: crowd, fcm: 100, phones: 100 });
  workers = await Promise.all([
    startWorker({ databaseUrl: db.workerUrl, settings: sandbox.settings }),
    startWorker({ databaseUrl: db.workerUrl, settings: sandbox.settings }),
  ]);

  // Somebody looks at their inbox, and a push waits for that when the first crash comes.
  await db.owner.query(`update notify.settings set attention_channels = '{push}'`);
  const shown = await makeType(db, { channels: ['push', 'in_app'] });
  const ada = await makePerson(db);
  await db.owner.query(`select notify_private.attend(array[$1::uuid], now() + interval '45 seconds')`, [ada]);
  const looked = await tell(db, shown, [ada]);
  await until('her push waits', async () => (await decisionsOf(db, looked)).some(({ reason }) => reason === 'looking'));

  // The client's own writes fail during an outage, as they must; an event counts when its insert was confirmed, or
  // when it turns out to have been committed all the same.
  let sequence = 0;
  let crashing = true;
  const load = (async () => {
    while (crashing) {
      const n = ++sequence;
      for (const type of [push, text]) {
        await tellGroup(db, type, group, { N: n }).catch((error: unknown) => {
          if (!isConnectionLoss(error)) throw error;
        });
      }
      await sleep(250);
      // No more than the workers can take, or the end is long in coming.
      await until('there is room', () =>
        one<boolean>(db.owner, `select count(*) < 1500 from notify.deliveries where status = 'queued'`).catch(
          (error: unknown) => {
            if (!isConnectionLoss(error)) throw error;
            return false;
          },
        ),
      );
    }
  })();
  for (let n = 0; n < crashes; n++) {
    const before = sequence;
    await sleep(1_000 + Math.random() * 1_000);
    await until('there is load', async () => sequence >= before + 2);
    if (n === 1) await crashForLong();
    else await postgres.crash(300);
  }
  await sleep(500);
  crashing = false;
  await load;
  // Nobody looked when it came back, and her push went out all the same.
  expect(await one(db.owner, 'select count(*)::integer from notify_private.attention')).toBe(0);
  await until('her push is out', async () => (await decisionOf(db, looked)) === 'send');
  await untilSettled(db);

  const events = (type: string) =>
    one<number>(db.owner, 'select count(*)::integer from notify.events where type_key = $1', [type]);
  const [pushes, texts] = [await events(push), await events(text)];
  expect(pushes).toBeGreaterThan(crashes);
  await expectNothingLostOrDoubled(db, sandbox.journal, { pushes: pushes * (crowd + 100) + 1, texts: texts * 100 });
  // Nobody was restarted or declared dead: outcomes were kept in the workers and written down after the outage.
  expect(workers.every((worker) => worker.running())).toBe(true);
  const { rows } = await db.owner.query<{ pid: number }>('select pid from notify.workers where stopped_at is null');
  expect(rows.map(({ pid }) => pid).sort()).toEqual(workers.map(({ pid }) => pid).sort());
  expect(await one(db.owner, 'select count(*)::integer from notify.workers')).toBe(2);
  expect(await one(db.owner, `select count(*)::integer from notify.delivery_attempts where outcome = 'lost'`)).toBe(0);
}, 600_000);
