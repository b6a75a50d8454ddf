// Over 300 lines: one batch, and each way in which an endpoint or a worker fails it.
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createSignedCalls } from '../../src/providers/webhook/calls.ts';
import { webhookSecretOf } from '../../src/sandbox/webhook.ts';
import { statusSend } from '../../tasks/status__send.ts';
import { startDns } from '../support/dns.ts';
import { makeDelivery } from '../support/engine.ts';
import { forget, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { endPause, eventsOf, type StatusWorld, startStatusWorld } from '../support/status-world.ts';
import { until } from '../support/until.ts';
import { planningContext, runUpkeep } from '../support/worker-context.ts';

let world: StatusWorld;
let ada: string;
beforeAll(async () => {
  world = await startStatusWorld();
  ada = await makePerson(world.db);
});
afterAll(() => world?.close());
afterEach(async () => {
  await world.db.owner.query('delete from notify.status_endpoints; delete from notify_private.status_changes');
  await forget(world.db);
  world.receiver.clear();
});

const backlog = () => one<number>(world.db.owner, 'select count(*)::integer from notify_private.status_changes');
/** Something that is told; its event's id. */
async function happen(recipient = ada): Promise<string> {
  const { deliveryId } = await makeDelivery(world.db, recipient);
  await world.db.owner.query(`select notify_private.record_receipt($1, 'delivered', 'provider')`, [deliveryId]);
  return `${deliveryId}:delivered`;
}
/** Nothing of it is taken to be under way: a transaction of another database is, for a moment. */
const isOver = () =>
  until('what was written is over', () =>
    one<boolean>(
      world.db.owner,
      `select coalesce((select max(xid) from notify_private.status_changes) < notify_private.status_horizon(), true)`,
    ),
  );
const standing = async (endpoint: string) => {
  const { rows } = await world.db.asOperator((operator) =>
    operator.query(
      `select pauses, pause_reason as reason, round(extract(epoch from paused_until - clock_timestamp()))::integer as "pausedFor",
         failing_since is not null as failing from notify.status_endpoints where id = $1`,
      [endpoint],
    ),
  );
  return rows[0];
};
const healthy = { pauses: 0, reason: null, pausedFor: null, failing: false };

describe('issue 12, 6: an endpoint that does not take a batch', () => {
  test.each([
    [500, 'server_error'],
    [401, 'refused'],
    [410, 'unregistered'],
    [302, 'redirected'],
  ])(
    '%i: is paused, says so, and gets the same batch under the same name until it takes it',
    async (status, reason) => {
      const { db, receiver } = world;
      const endpoint = await world.addEndpoint();
      receiver.answer(() => ({ status }));
      const first = await happen();
      await world.send(endpoint);
      expect(await standing(endpoint)).toMatchObject({ pauses: 1, reason, failing: true });
      const second = await happen();
      // Paused: nothing is sent, by the task or by the poller.
      await world.send(endpoint);
      await db.worker.query(`select notify_private.enqueue_due('bulk')`);
      expect(await db.jobs('status__send')).toEqual([]);
      expect(receiver.calls).toHaveLength(1);
      await endPause(db, endpoint);
      await world.send(endpoint);
      expect(await standing(endpoint)).toMatchObject({ pauses: 2, reason });
      receiver.answer(() => ({ status: 204 }));
      await endPause(db, endpoint);
      await world.send(endpoint);
      expect(await standing(endpoint)).toEqual(healthy);
      expect(receiver.calls.map(({ webhookId, events }) => [webhookId, events.map(({ id }) => id)])).toEqual([
        [`${endpoint}_1`, [first]],
        [`${endpoint}_1`, [first]],
        [`${endpoint}_1`, [first]],
        [`${endpoint}_2`, [second]],
      ]);
    },
  );

  test('pauses are 5 s, 10, 20 … and never longer than 5 min; Retry-After counts where it asks for more, up to an hour', async () => {
    const { db, receiver } = world;
    const endpoint = await world.addEndpoint();
    await happen();
    const pauses: number[] = [];
    receiver.answer(() => ({ status: 500 }));
    for (let n = 0; n < 9; n++) {
      await world.send(endpoint);
      // Of the instant at which it was paused; clocks of tests are slow.
      pauses.push(
        await one<number>(
          db.owner,
          `select extract(epoch from notify_private.pause_duration(pauses - 1))::integer from notify.status_endpoints
           where paused_until > clock_timestamp() - interval '1 minute'`,
        ),
      );
      await endPause(db, endpoint);
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    for (const [asked, atLeast, atMost] of [
      [1_200, 1_100, 1_200],
      [80_000, 3_500, 3_600],
    ] as const) {
      receiver.answer(() => ({ status: 429, retryAfter: asked }));
      await world.send(endpoint);
      const { pausedFor } = await standing(endpoint);
      expect(pausedFor).toBeGreaterThan(atLeast);
      expect(pausedFor).toBeLessThanOrEqual(atMost);
      await endPause(db, endpoint);
    }
  });

  test('others go on meanwhile, and an operator ends the pause', async () => {
    const { db, receiver } = world;
    const [broken, good] = [await world.addEndpoint({ path: '/broken' }), await world.addEndpoint({ path: '/good' })];
    receiver.answer(({ path }) => ({ status: path === '/broken' ? 500 : 204 }));
    const event = await happen();
    await world.send(broken);
    await world.send(good);
    expect(eventsOf(receiver, '/good').map(({ id }) => id)).toEqual([event]);
    const metric = (name: string, endpoint: string) =>
      one<number>(
        db.owner,
        `select value from notify_private.prometheus_metrics() where name = $1 and labels ->> 'endpoint' = $2`,
        [name, endpoint],
      );
    expect(await metric('status_endpoint_paused', broken)).toBe(1);
    expect(await metric('status_endpoint_paused', good)).toBe(0);
    expect(await metric('status_events_oldest_seconds', broken)).toBeGreaterThan(0);
    expect(await metric('status_events_oldest_seconds', good)).toBe(0);

    receiver.answer(() => ({ status: 204 }));
    await db.asOperator((operator) => operator.query('select notify.resume_status_endpoint($1)', [broken]), {
      commit: true,
    });
    expect(await standing(broken)).toEqual(healthy);
    await world.send(broken);
    expect(await metric('status_events_oldest_seconds', broken)).toBe(0);
  });

  test('what is beyond the public internet is not called, unless private networks are allowed', async () => {
    const { db, receiver } = world;
    const calls = createSignedCalls();
    const send = statusSend(planningContext(db), calls);
    for (const url of [receiver.url(), receiver.url().replace('http:', 'https:'), 'https://169.254.169.254/latest']) {
      const endpoint = await world.addEndpoint({ url });
      await happen();
      await isOver();
      await send({ endpoint });
      expect(await standing(endpoint)).toMatchObject({ pauses: 1, failing: true });
    }
    expect(receiver.calls).toEqual([]);
    await calls.close();
  });

  test('nor is a name that leads there once it is to be connected to', async () => {
    const { db, receiver } = world;
    const inside = ['127.0.0.1'];
    const dns = await startDns({ 'inside.example': inside, 'both.example': ['93.184.216.34', ...inside] });
    const port = new URL(receiver.url()).port;
    const calls = createSignedCalls({ nameServers: [dns.address] });
    const send = statusSend(planningContext(db), calls);
    try {
      for (const name of ['inside.example', 'both.example']) {
        const endpoint = await world.addEndpoint({ url: `https://${name}:${port}/status` });
        await happen();
        await isOver();
        await send({ endpoint });
        expect(dns.asked).toContain(name);
        expect(await standing(endpoint)).toMatchObject({ pauses: 1, reason: 'unavailable', failing: true });
      }
      expect(receiver.connections).toBe(0);
    } finally {
      await calls.close();
      dns.close();
    }
  });

  test("a shutdown during a call is nobody's fault", async () => {
    const { db, receiver } = world;
    const endpoint = await world.addEndpoint();
    const event = await happen();
    receiver.answer(() => new Promise(() => {}));
    const abandon = new AbortController();
    const calls = createSignedCalls({ allowPrivateNetworks: true });
    const sending = statusSend({ ...planningContext(db), abandon: abandon.signal }, calls)({ endpoint });
    while (receiver.calls.length === 0) await sleep(10);
    abandon.abort();
    await sending;
    expect(await standing(endpoint)).toEqual(healthy);
    receiver.answer(() => ({ status: 204 }));
    await world.send(endpoint);
    expect(receiver.calls.map(({ webhookId }) => webhookId)).toEqual([`${endpoint}_1`, `${endpoint}_1`]);
    expect(eventsOf(receiver).map(({ id }) => id)).toEqual([event]);
    await calls.close();
  });
});

test('issue 12, 6: one call at a time; of a worker that died another takes over, with the same batch', async () => {
  const { db, receiver } = world;
  const endpoint = await world.addEndpoint();
  await happen();
  const claim = () =>
    db.worker.query<{ webhook_id: string }>('select * from notify_private.claim_status_batch($1, gen_random_uuid())', [
      endpoint,
    ]);
  expect((await claim()).rows).toHaveLength(1);
  await happen();
  expect((await claim()).rows).toEqual([]);
  await world.send(endpoint);
  expect(receiver.calls).toEqual([]);
  await db.owner.query(`update notify_private.status_positions set claimed_until = clock_timestamp()`);
  await world.send(endpoint);
  expect(receiver.calls.map(({ webhookId, events }) => [webhookId, events.length])).toEqual([
    [`${endpoint}_1`, 1],
    [`${endpoint}_2`, 1],
  ]);
  // Whoever was taken for dead changes nothing.
  await db.worker.query(`select notify_private.record_status_batch($1, gen_random_uuid(), 'rejected', 'late')`, [
    endpoint,
  ]);
  expect(await standing(endpoint)).toEqual(healthy);
});

test('issue 12, 6: while a secret is replaced calls are signed with both, and then with the new one alone', async () => {
  const { db, receiver } = world;
  const endpoint = await world.addEndpoint();
  const { rows } = await db.asOperator(
    (operator) =>
      operator.query('select * from notify.rotate_status_endpoint_secret($1, overlap_hours => 2)', [endpoint]),
    { commit: true },
  );
  const [{ secret: fresh, previous_secret_expires_at: expires }] = rows;
  expect(expires.getTime()).toBeGreaterThan(Date.now());
  const verifies = (secret: string) => {
    const { body, headers } = receiver.calls.at(-1) as (typeof receiver.calls)[number];
    try {
      return Boolean(new Webhook(secret).verify(body, headers as Record<string, string>));
    } catch {
      return false;
    }
  };
  await happen();
  await world.send(endpoint);
  expect([verifies(fresh), verifies(webhookSecretOf('/status')), verifies(webhookSecretOf('/other'))]).toEqual([
    true,
    true,
    false,
  ]);
  await db.owner.query('update notify_private.status_positions set previous_secret_expires_at = clock_timestamp()');
  await happen();
  await world.send(endpoint);
  // The receiver has the old one alone, and refuses.
  expect(receiver.refused).toEqual(['wrong signature']);
  expect(await one(db.owner, 'select previous_secret from notify_private.status_positions')).toBeNull();
});

describe('issue 12, 6: the backlog', () => {
  test('is emptied of what every endpoint has had', async () => {
    const { db } = world;
    const [quick, slow] = [await world.addEndpoint({ path: '/quick' }), await world.addEndpoint({ path: '/slow' })];
    await happen();
    await world.send(quick);
    await runUpkeep(db, 'status_changes__trim');
    expect(await backlog()).toBe(1);
    await world.send(slow);
    await runUpkeep(db, 'status_changes__trim');
    expect(await backlog()).toBe(0);
    expect(await one(db.owner, 'select sum(dropped_events)::integer from notify.status_endpoints')).toBe(0);
  });

  test('is bounded in days and rows; what an endpoint loses is counted, and it is told', async () => {
    const { db, receiver } = world;
    const away = await world.addEndpoint();
    const dropped = () => one<number>(db.owner, 'select dropped_events::integer from notify.status_endpoints');
    await happen();
    await db.owner.query(`update notify_private.status_changes set changed_at = now() - interval '4 days'`);
    await happen();
    await runUpkeep(db, 'retention__apply');
    expect([await backlog(), await dropped()]).toEqual([1, 1]);
    await happen();
    await db.worker.query('select notify_private.trim_status_changes(1)');
    expect([await backlog(), await dropped()]).toEqual([1, 2]);
    await world.send(away);
    expect(receiver.calls).toHaveLength(1);
    expect(JSON.parse(receiver.calls[0]?.body ?? '').data).toMatchObject({ droppedEvents: 2 });
    const kept = await db.asOperator((operator) =>
      operator.query(`select keep from notify.set_retention('notify_private.status_changes', '7 days')`),
    );
    expect(kept.rowCount).toBe(1);
  });

  test('of somebody who is erased nothing is sent any more', async () => {
    const { db, receiver } = world;
    const endpoint = await world.addEndpoint();
    const eve = await makePerson(db);
    const typeKey = await makeType(db, { channels: ['push'], defaultChannels: [] });
    await tell(db, typeKey, [ada, eve]);
    await planDue(db);
    await happen(eve);
    const others = await happen(ada);
    await db.asOperator(
      (operator) => operator.query(`select notify.erase_person($1, 'person_request', confirm => $1)`, [eve]),
      { commit: true },
    );
    expect(
      await one(db.owner, 'select count(*)::integer from notify_private.status_changes as c where c::text like $1', [
        `%${eve}%`,
      ]),
    ).toBe(0);
    await world.send(endpoint);
    const told = eventsOf(receiver);
    expect(told.map(({ recipientId }) => recipientId)).toEqual([ada, ada]);
    expect(told.map(({ id }) => id)).toContain(others);
  });
});
