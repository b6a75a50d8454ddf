import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCrowd, makeType, tellGroup } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { type StatusWorld, startStatusWorld } from '../support/status-world.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

/** `TEST_KILLS=100 npm test -- status-crash` is a storm. */
const kills = Number(process.env.TEST_KILLS ?? 4);
const crowd = 120;

let world: StatusWorld;
let worker: WorkerProcess | null = null;
beforeAll(async () => {
  world = await startStatusWorld();
});
afterAll(async () => {
  await worker?.stop();
  await world?.close();
});

const start = () =>
  startWorker({ databaseUrl: world.db.workerUrl, settings: { WEBHOOK_ALLOW_PRIVATE_NETWORKS: 'true' } });

test(`issue 12, 6: ${kills} workers killed while they send: every outcome is told, and what comes twice has one webhook-id`, {
  timeout: 600_000,
}, async () => {
  const { db, receiver } = world;
  const endpoint = await world.addEndpoint({ maxEvents: 50 });
  const inApp = await makeType(db, { audience: 'group', channels: ['in_app', 'push'], defaultChannels: ['in_app'] });
  const group = await makeCrowd(db, crowd);
  // Answers take their time, some never come and some are refusals, so that kills find calls at every point of their life.
  receiver.answer(() => (Math.random() < 0.1 ? { status: 500 } : sleep(Math.random() * 150)));
  let events = 0;
  let killing = true;
  const load = (async () => {
    while (killing || events < 4) {
      await tellGroup(db, inApp, group);
      events++;
      await sleep(300);
    }
  })();
  for (let n = 0; n < kills; n++) {
    worker = await start();
    const before = receiver.calls.length;
    await until('a call is under way', async () => receiver.calls.length > before);
    await sleep(Math.random() * 200);
    await worker.kill();
    // The claim of the dead one and the pauses would be waited for; a minute each.
    await db.owner.query(
      'update notify_private.status_positions set claimed_until = clock_timestamp() where claim_id is not null',
    );
    await db.owner.query(
      'update notify.status_endpoints set paused_until = clock_timestamp() where paused_until is not null',
    );
  }
  killing = false;
  await load;
  receiver.answer(() => ({ status: 204 }));
  worker = await start();
  await db.owner.query(
    'update notify.status_endpoints set paused_until = clock_timestamp() where paused_until is not null',
  );
  await until('all is told', async () => {
    const planned = await one<boolean>(db.owner, 'select bool_and(planned_at is not null) from notify.events');
    const waiting = await one<boolean>(
      db.owner,
      `select exists (select from notify_private.status_changes as c join notify_private.status_positions as p on (c.xid, c.id) > (p.after_xid, p.after_id))`,
    );
    return planned && !waiting;
  });

  const idsOfCall = new Map<string, string>();
  const callOfEvent = new Map<string, string>();
  for (const { webhookId, events } of receiver.calls) {
    const ids = events.map(({ id }) => id).join();
    // The same name, the same events.
    expect(idsOfCall.get(webhookId) ?? ids).toBe(ids);
    idsOfCall.set(webhookId, ids);
    for (const { id } of events) {
      expect(callOfEvent.get(id) ?? webhookId).toBe(webhookId);
      callOfEvent.set(id, webhookId);
    }
  }
  const { rows } = await db.owner.query<{ id: string }>(
    `select d.id || ':delivered' as id from notify.deliveries as d where d.status = 'delivered'
       union all
       select concat_ws(':', c.event_id, c.recipient_id, c.channel, 'suppressed') from notify.decisions as c where c.outcome = 'suppress'`,
  );
  expect(rows.length).toBe(events * crowd * 2);
  expect([...callOfEvent.keys()].toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
  expect([...idsOfCall.keys()].every((id) => id.startsWith(`${endpoint}_`))).toBe(true);
  expect(receiver.refused).toEqual([]);
});
