import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { expectNothingLostOrDoubled, untilSettled } from '../support/engine-invariants.ts';
import { installPack, makeCrowd, makeType, tell, tellGroup } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

/** `TEST_KILLS=200 npm test -- worker-crash` is a storm. */
const kills = Number(process.env.TEST_KILLS ?? 15);
const crowd = 300;

let db: TestDatabase;
let sandbox: Sandbox;
const running = new Set<WorkerProcess>();
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  sandbox = await startSandbox({ journalLimit: 100_000 });
  await db.owner.query(`
    update notify.settings set daily_cap = 1000000;
    update notify.limits set at_most = 1000000 where key = 'sms_sent';
    update notify.spending_caps set per_day = 1000000;
  `);
});
afterAll(async () => {
  await Promise.all([...running].map((worker) => worker.stop()));
  await sandbox.close();
  await db.drop();
});

async function start(): Promise<WorkerProcess> {
  const worker = await startWorker({ databaseUrl: db.workerUrl, settings: sandbox.settings });
  running.add(worker);
  return worker;
}

test(
  `${kills} workers killed under load: every delivery ends, each SMS goes out once at most, pushes keep their id`,
  async () => {
    // Answers take their time, so that kills find chunks on their way.
    for (const provider of ['apns', 'fcm', 'twilio'] as const)
      sandbox.faults.add({ provider, kind: 'latency', latencyMs: 30, rate: 0.3 });
    const push = await makeType(db, { audience: 'group', body: 'event {N}', maxAttempts: 50 });
    const text = await makeType(db, { audience: 'group', body: 'event {N}', channels: ['sms'] });
    const group = await makeCrowd(db, crowd, { apns: crowd, fcm: 100, phones: 100 });

    // Single ones beside the broadcasts, of two channels, and an application that holds some of their people now and then.
    const single = await makeType(db, { body: 'single {N}', maxAttempts: 50, channels: ['push', 'sms'] });
    const { rows: people } = await db.owner.query<{ id: string; devices: number; phones: number }>(
      `select u.id, (select count(*)::integer from notify.devices as d where d.user_id = u.id) as devices, (u.phone is not null)::integer as phones
     from notify.users as u join engine_test.members as m on m.user_id = u.id where m.group_id = $1`,
      [group],
    );
    const some = (share: number) => people.filter(() => Math.random() < share);
    const expected = { pushes: 0, texts: 0 };
    let singles = 0;
    let events = 0;
    let killing = true;
    const holding = (async () => {
      while (killing) {
        await db.asOwner(async (client) => {
          await client.query('select from notify.users where id = any ($1) order by id for no key update', [
            some(0.1).map(({ id }) => id),
          ]);
          await sleep(Math.random() * 500);
        });
      }
    })();
    const load = (async () => {
      while (killing || events < 8) {
        await tellGroup(db, push, group, { N: ++events });
        await tellGroup(db, text, group, { N: events });
        expected.pushes += crowd + 100;
        expected.texts += 100;
        for (const { id, devices, phones } of some(0.05)) {
          await tell(db, single, [id], { variables: { N: ++singles } });
          expected.pushes += devices;
          expected.texts += phones;
        }
        // No more than the workers can take, or the end is long in coming.
        await until('there is room', () =>
          one<boolean>(db.owner, `select count(*) < 1500 from notify.deliveries where status = 'queued'`),
        );
        await sleep(150);
      }
    })();

    const silent = `update notify.workers set seen_at = seen_at - interval '16 seconds' where pid = any ($1) and stopped_at is null`;
    const dead: number[] = [];
    await Promise.all([start(), start()]);
    for (let n = 0; n < kills; n++) {
      await sleep(100 + Math.random() * 600);
      await until('there is something to be lost', () =>
        one<boolean>(db.owner, `select count(*) > 0 from notify.deliveries where status = 'sending'`),
      );
      const victims = [...running];
      const victim = victims[Math.floor(Math.random() * victims.length)] as WorkerProcess;
      await victim.kill();
      running.delete(victim);
      // Fifteen seconds of silence, without waiting for them.
      await db.owner.query(silent, [[victim.pid]]);
      dead.push(victim.pid);
      await start();
    }
    killing = false;
    await Promise.all([load, holding]);
    await untilSettled(db);
    // A last heartbeat may have been on its way and have come after we said that there was none.
    await until('the dead are known to be', async () => (await db.owner.query(silent, [dead])).rowCount === 0, {
      everyMs: 1_000,
    });

    await expectNothingLostOrDoubled(db, sandbox.journal, expected);
    // The kills hit something, or all this would prove nothing.
    const lost = await one<number>(
      db.owner,
      `select count(*)::integer from notify.delivery_attempts where outcome = 'lost'`,
    );
    expect(lost).toBeGreaterThan(0);
    const { rows } = await db.owner.query<{ alive: number; dead: number }>(
      `select count(*) filter (where stopped_at is null)::integer as alive, count(*) filter (where stopped_at is not null)::integer as dead
     from notify.workers`,
    );
    expect(rows[0]).toEqual({ alive: 2, dead: kills });
  },
  kills * 40_000,
);
