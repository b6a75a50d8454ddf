import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Claimed } from '../../src/database/claimed.ts';
import type { Provider } from '../../src/providers/types.ts';
import { createWebhook } from '../../src/providers/webhook/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { webhookSecretOf } from '../../src/sandbox/webhook.ts';
import { makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { unaborted } from '../support/message.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { endPause, type StatusWorld, startStatusWorld } from '../support/status-world.ts';
import { engineOf } from '../support/worker-context.ts';

let world: StatusWorld;
let sandbox: Sandbox;
let webhook: Provider;
let ada: string;
beforeAll(async () => {
  world = await startStatusWorld();
  sandbox = await startSandbox();
  webhook = createWebhook({ allowPrivateNetworks: true, timeoutMs: 60_000 });
  ada = await makePerson(world.db, { devices: [] });
  await world.db.owner.query('insert into notify.webhook_endpoints (user_id, url, secret) values ($1, $2, $3)', [
    ada,
    `http://127.0.0.1:${sandbox.ports.webhook}/hooks/bytes`,
    webhookSecretOf('bytes'),
  ]);
});
afterAll(async () => {
  await webhook.close();
  await sandbox.close();
  await world.close();
});
afterEach(async () => {
  sandbox.faults.clear();
  sandbox.journal.clear();
  world.receiver.clear();
  await world.db.owner.query(`delete from notify.status_endpoints; delete from notify_private.status_changes;
    -- Of the worker that registers above.
    update notify.providers set allows_private_networks = true where provider = 'webhook'`);
});

/** Claims what is due, sends it and writes back what was said, as a worker does; then its next try is due. */
async function attempt(): Promise<Claimed> {
  const { db } = world;
  const engine = engineOf(db);
  const worker = await engine.register('bulk', 'host', 1, [senders.webhook]);
  const claimId = randomUUID();
  const [message, ...more] = await engine.claim(claimId, worker, senders.webhook, 'bulk');
  if (!message || more.length > 0) throw new Error('one webhook was to be called');
  await engine.record(claimId, [message], await webhook.send([message], unaborted));
  await db.owner.query('update notify.deliveries set due_at = clock_timestamp() where due_at is not null');
  return message;
}
const bodies = () => sandbox.journal.list({ provider: 'webhook' }).map(({ raw }) => JSON.stringify(raw));
const happenedAt = (event: string) =>
  one<Date>(world.db.owner, 'select due_at from notify.events where id = $1', [event]);

describe('W13: a webhook that is called again', () => {
  test.each(['when it was recorded', 'when it was due'])('is told the same, and %s', async (which) => {
    const { db } = world;
    const type = await makeType(db, { channels: ['webhook'], title: 'Hello {Name}', withoutCopy: false });
    const data = JSON.stringify({ to: [ada], variables: { Name: 'Ada' } });
    const lead = which === 'when it was due' ? '1 second' : '0';
    const event = await one<string>(
      db.owner,
      `insert into notify.events (type_key, data, due_at) values ($1, $2, now() + $3::interval) returning id`,
      [type, data, lead],
    );
    await expect
      .poll(() => one(db.owner, 'select due_at <= clock_timestamp() from notify.events where id = $1', [event]))
      .toBe(true);
    await planDue(db);
    sandbox.faults.add({ provider: 'webhook', kind: 'server_error', times: 2 });
    await attempt();
    // Whatever has changed meanwhile: its words, were they written now; the person's language; the secret.
    await db.owner.query(
      `update notify.events set data = jsonb_set(data, '{variables,Name}', '"Grace"') where id = $1`,
      [event],
    );
    await db.owner.query(`update notify.notification_types set rerender_after = '0' where key = $1`, [type]);
    await attempt();
    await db.owner.query(`update notify.users set locale = 'fr' where id = $1`, [ada]);
    expect((await attempt()).title).toBe('Hello Ada');
    await db.owner.query(`update notify.users set locale = 'en' where id = $1`, [ada]);
    const [third, second, first] = bodies();
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(JSON.parse(first ?? '')).toMatchObject({
      type,
      timestamp: (await happenedAt(event)).toISOString(),
      data: { title: 'Hello Ada' },
    });
  });

  test('what is written when it is sent keeps the words of the first call', async () => {
    const { db } = world;
    const type = await makeType(db, { channels: ['webhook'], title: 'Hello {Name}' });
    await db.owner.query(`update notify.notification_types set rerender_after = '0' where key = $1`, [type]);
    const event = await tell(db, type, [ada], { variables: { Name: 'Ada' } });
    await planDue(db);
    const rename = (name: string) =>
      db.owner.query(
        `update notify.events set data = jsonb_set(data, '{variables,Name}', to_jsonb($2::text)) where id = $1`,
        [event, name],
      );
    await rename('Grace');
    sandbox.faults.add({ provider: 'webhook', kind: 'server_error', times: 1 });
    expect((await attempt()).title).toBe('Hello Grace');
    await rename('Joan');
    expect((await attempt()).title).toBe('Hello Grace');
    const [second, first] = bodies();
    expect(second).toBe(first);
  });
});

test('W13: status events that were refused are told again as they were, whatever has happened since', async () => {
  const { db, receiver } = world;
  const endpoint = await world.addEndpoint();
  const type = await makeType(db, { channels: ['in_app', 'push'], defaultChannels: ['in_app'] });
  await tell(db, type, [ada]);
  await planDue(db);
  receiver.answer(() => ({ status: 503 }));
  await world.send(endpoint);
  await db.owner.query(`update notify.users set external_id = 'somebody-else' where id = $1`, [ada]);
  await db.owner.query('update notify.status_endpoints set dropped_events = 7');
  await db.owner.query(`update notify.deliveries set finished_at = finished_at + interval '1 hour'`);
  await tell(db, type, [ada]);
  await planDue(db);
  await endPause(db, endpoint);
  receiver.answer(() => ({ status: 204 }));
  await world.send(endpoint);
  const [first, second, next] = receiver.calls;
  expect(second?.webhookId).toBe(first?.webhookId);
  expect(second?.body).toBe(first?.body);
  expect(JSON.parse(first?.body ?? '')).toMatchObject({
    data: { droppedEvents: 0, events: [{ externalId: null }, {}] },
  });
  // And what follows says what is true by then.
  expect(JSON.parse(next?.body ?? '')).toMatchObject({
    data: { droppedEvents: 7, events: [{ externalId: 'somebody-else' }, {}] },
  });
  const [before, after] = [first, next].map((call) => Date.parse(JSON.parse(call?.body ?? '').timestamp));
  expect(after).toBeGreaterThan(before ?? 0);
  expect(
    await one(db.owner, 'select num_nonnulls(fixed_at, events, dropped_events) from notify_private.status_positions'),
  ).toBe(0);
});

test('W13: whoever is erased is taken out of the batch that is on its way, and of no other', async () => {
  const { db, receiver } = world;
  const endpoint = await world.addEndpoint();
  const [ben, chloe] = [await makePerson(db, { devices: [] }), await makePerson(db, { devices: [] })];
  const type = await makeType(db, { channels: ['in_app'] });
  await tell(db, type, [ben, chloe]);
  await tell(db, type, [ben]);
  await planDue(db);
  receiver.answer(() => ({ status: 503 }));
  await world.send(endpoint);
  await db.asOperator(
    (operator) => operator.query(`select notify.erase_person($1, 'person_request', confirm => $1)`, [ben]),
    { commit: true },
  );
  expect(
    await one(db.owner, `select events::text ~ $1 from notify_private.status_positions where endpoint_id = $2`, [
      ben,
      endpoint,
    ]),
  ).toBe(false);
  await endPause(db, endpoint);
  receiver.answer(() => ({ status: 204 }));
  await world.send(endpoint);
  expect(receiver.calls.map(({ events }) => events.map(({ recipientId }) => recipientId))).toEqual([
    expect.arrayContaining([ben, chloe]),
    [chloe],
  ]);
});
