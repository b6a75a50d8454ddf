import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { webhookSecretOf } from '../../src/sandbox/webhook.ts';
import { makeDelivery } from '../support/engine.ts';
import { forget, makeCrowd, makePerson, makeType, planDue, tell, tellGroup } from '../support/engine-pack.ts';
import { makeSomeone } from '../support/lives.ts';
import { one } from '../support/one.ts';
import { eventsOf, type StatusWorld, startStatusWorld } from '../support/status-world.ts';

let world: StatusWorld;
let ada: string;
beforeAll(async () => {
  world = await startStatusWorld();
  ada = await makePerson(world.db, { email: 'ada@example.org' });
});
afterAll(() => world?.close());
afterEach(async () => {
  await world.db.owner.query('delete from notify.status_endpoints; delete from notify_private.status_changes');
  await forget(world.db);
  world.receiver.clear();
});

const backlog = () => one<number>(world.db.owner, 'select count(*)::integer from notify_private.status_changes');
const receipt = (deliveryId: string, kind: string, source: string, reason: string | null = null) =>
  world.db.owner.query('select notify_private.record_receipt($1, $2, $3, reason => $4)', [
    deliveryId,
    kind,
    source,
    reason,
  ]);
const kindsOf = (path?: string) => eventsOf(world.receiver, path).map(({ kind }) => kind);

/** One of each kind, by the functions that make them in life; the deliveries. */
async function makeOneOfEach() {
  const { db } = world;
  const mail = { channel: 'email', provider: 'smtp', address: 'ada@example.org' };
  const arrived = await makeDelivery(db, ada, mail);
  const bounced = await makeDelivery(db, ada, mail);
  const canceled = await makeDelivery(db, ada, { status: 'queued', attempt: 0 });
  await receipt(arrived.deliveryId, 'delivered', 'provider');
  await receipt(bounced.deliveryId, 'failed', 'provider', 'mailbox_full');
  await db.owner.query('select notify.cancel_event($1)', [canceled.eventId]).catch(() => {});
  for (const kind of ['opened', 'clicked', 'unsubscribed']) await receipt(arrived.deliveryId, kind, 'client');
  return { arrived, bounced, canceled };
}

describe('issue 12, 6: what an application is told', () => {
  test('each kind once, with ids, kind, reason and instant, signed as Standard Webhooks say', async () => {
    const { db, receiver } = world;
    const endpoint = await world.addEndpoint();
    const { arrived, bounced } = await makeOneOfEach();
    const inApp = await makeType(db, { channels: ['in_app'] });
    const off = await makeType(db, { channels: ['push'], defaultChannels: [] });
    const shown = await tell(db, inApp, [ada]);
    const unwanted = await tell(db, off, [ada]);
    await planDue(db);
    await world.send(endpoint);

    const ids = { recipientId: ada, externalId: null, appKey: 'default', reason: null };
    const ofMail = (kind: string, { eventId, notificationId, deliveryId }: typeof arrived) => ({
      ...{ id: `${deliveryId}:${kind}`, kind, occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/) },
      ...ids,
      ...{ eventId, notificationId, deliveryId, typeKey: 'test_push', channel: 'email', provider: 'smtp' },
    });
    const told = eventsOf(receiver);
    expect(told).toContainEqual(ofMail('delivered', arrived));
    expect(told).toContainEqual({ ...ofMail('failed', bounced), reason: 'mailbox_full' });
    for (const kind of ['opened', 'clicked', 'unsubscribed']) expect(told).toContainEqual(ofMail(kind, arrived));
    expect(told.find(({ eventId }) => eventId === shown)).toMatchObject({
      kind: 'delivered',
      channel: 'in_app',
      provider: 'in_app',
    });
    expect(told.find(({ eventId }) => eventId === unwanted)).toEqual({
      ...{ id: `${unwanted}:${ada}:push:suppressed`, kind: 'suppressed', occurredAt: expect.any(String) },
      ...ids,
      ...{ eventId: unwanted, notificationId: null, deliveryId: null, typeKey: off, channel: 'push', provider: null },
      reason: expect.any(String),
    });
    expect(told).toHaveLength(new Set(told.map(({ id }) => id)).size);

    const [call] = receiver.calls;
    expect(JSON.parse(call?.body ?? '')).toEqual({
      type: 'status_events',
      timestamp: expect.stringMatching(/Z$/),
      data: { events: expect.any(Array), droppedEvents: 0 },
    });
    // The library of Standard Webhooks agrees with the docs' example.
    expect(() =>
      new Webhook(webhookSecretOf('/status')).verify(call?.body ?? '', call?.headers as Record<string, string>),
    ).not.toThrow();
    expect(() =>
      new Webhook(webhookSecretOf('/status')).verify(`${call?.body} `, call?.headers as Record<string, string>),
    ).toThrow();
    expect(receiver.refused).toEqual([]);
  });

  test('expired is failed, canceled is suppressed; on its way and sent are nothing', async () => {
    const { db } = world;
    const endpoint = await world.addEndpoint();
    const made: Awaited<ReturnType<typeof makeDelivery>>[] = [];
    for (const status of ['queued', 'queued', 'queued', 'sending', 'sent'])
      made.push(await makeDelivery(db, ada, { status, attempt: status === 'queued' ? 0 : 1 }));
    const end = (index: number, status: string) =>
      db.owner.query(
        `update notify.deliveries set status = $2, reason = $2, due_at = null, finished_at = now() where id = $1`,
        [made[index]?.deliveryId, status],
      );
    await end(0, 'expired');
    await end(1, 'canceled');
    await end(2, 'suppressed');
    // Changed without coming to another status.
    await db.owner.query(`update notify.deliveries set rendered_text = '{}'`);
    await world.send(endpoint);
    expect(eventsOf(world.receiver).map(({ deliveryId, kind, reason }) => [deliveryId, kind, reason])).toEqual([
      [made[0]?.deliveryId, 'failed', 'expired'],
      [made[1]?.deliveryId, 'suppressed', 'canceled'],
      [made[2]?.deliveryId, 'suppressed', 'suppressed'],
    ]);
  });

  test('what failed and arrived after all is both, in this order, each with its own instant and reason', async () => {
    const endpoint = await world.addEndpoint();
    const { deliveryId } = await makeDelivery(world.db, ada);
    await receipt(deliveryId, 'failed', 'provider', 'unregistered');
    await receipt(deliveryId, 'delivered', 'client');
    await world.send(endpoint);
    expect(eventsOf(world.receiver).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['failed', 'unregistered'],
      ['delivered', null],
    ]);
  });

  test('nothing that names a person: no address, no text, no data of the event', async () => {
    const { db, receiver } = world;
    const somebody = await makeSomeone(db);
    const endpoint = await world.addEndpoint();
    const typeKey = await makeType(db, {
      channels: ['in_app', 'email', 'push'],
      defaultChannels: ['in_app', 'email'],
      body: 'To {Name}',
    });
    await tell(db, typeKey, [somebody.id], { variables: { Name: somebody.name } });
    await planDue(db);
    await db.owner.query(
      `update notify.deliveries set status = 'failed', reason = 'refused', due_at = null, finished_at = now() where channel = 'email'`,
    );
    await world.send(endpoint);
    expect(kindsOf().toSorted()).toEqual(['delivered', 'failed', 'suppressed']);
    const said = receiver.calls.map(({ body }) => body).join();
    // Their id, and the application's own key for them.
    expect(somebody.values.filter((value) => said.toLowerCase().includes(value.toLowerCase())).toSorted()).toEqual(
      [somebody.id, somebody.externalId].toSorted(),
    );
    expect(said).not.toContain('To ');
  });
});

describe('issue 12, 6: which events an endpoint gets', () => {
  test('those of its kinds, types and apps', async () => {
    const { db } = world;
    const [ours, theirs] = [
      await makeType(db, { channels: ['in_app'] }),
      await makeType(db, { channels: ['in_app', 'push'], defaultChannels: ['in_app'] }),
    ];
    await db.owner.query(`update notify.notification_types set app_key = 'trips' where key = $1`, [theirs]);
    const endpoints = {
      '/all': await world.addEndpoint({ path: '/all' }),
      '/suppressed': await world.addEndpoint({ path: '/suppressed', kinds: ['suppressed'] }),
      '/ours': await world.addEndpoint({ path: '/ours', typeKeys: [ours] }),
      '/trips': await world.addEndpoint({ path: '/trips', appKeys: ['trips'] }),
      '/none': await world.addEndpoint({ path: '/none', typeKeys: [ours], appKeys: ['trips'] }),
    };
    await tell(db, ours, [ada]);
    await tell(db, theirs, [ada]);
    await planDue(db);
    for (const endpoint of Object.values(endpoints)) await world.send(endpoint);
    const told = (path: string) =>
      eventsOf(world.receiver, path)
        .map(({ typeKey, kind }) => `${typeKey === ours ? 'ours' : 'theirs'} ${kind}`)
        .toSorted();
    expect(told('/all')).toEqual(['ours delivered', 'theirs delivered', 'theirs suppressed']);
    expect(told('/suppressed')).toEqual(['theirs suppressed']);
    expect(told('/ours')).toEqual(['ours delivered']);
    expect(told('/trips')).toEqual(['theirs delivered', 'theirs suppressed']);
    expect(told('/none')).toEqual([]);
    // It has passed over what it did not want: nobody looks at that again.
    expect(
      await one(db.owner, 'select count(distinct (after_xid, after_id))::integer from notify_private.status_positions'),
    ).toBe(1);
  });

  test('none of what happened before it was there or while it was switched off, and nothing is kept where there is none', async () => {
    const { db } = world;
    const before = await makeDelivery(db, ada);
    await receipt(before.deliveryId, 'opened', 'client');
    const inApp = await makeType(db, { channels: ['in_app', 'push'], defaultChannels: ['in_app'] });
    await tell(db, inApp, [ada]);
    await planDue(db);
    expect(await backlog()).toBe(0);

    const endpoint = await world.addEndpoint();
    const set = (enabled: boolean) =>
      db.asWriter(
        (writer) => writer.query('select notify.update_status_endpoint($1, enabled => $2)', [endpoint, enabled]),
        {
          commit: true,
        },
      );
    await receipt(before.deliveryId, 'clicked', 'client');
    await set(false);
    await world.send(endpoint);
    const meanwhile = await makeDelivery(db, ada);
    await receipt(meanwhile.deliveryId, 'opened', 'client');
    await set(true);
    await receipt(meanwhile.deliveryId, 'clicked', 'client');
    await world.send(endpoint);
    expect(eventsOf(world.receiver).map(({ id }) => id)).toEqual([`${meanwhile.deliveryId}:clicked`]);
  });
});

describe('issue 12, 6: batches', () => {
  test('a mass goes out in calls of at most so many, in order, each under a name of its own', async () => {
    const { db, receiver } = world;
    const endpoint = await world.addEndpoint({ maxEvents: 60 });
    const inApp = await makeType(db, { audience: 'group', channels: ['in_app'] });
    await tellGroup(db, inApp, await makeCrowd(db, 250));
    await planDue(db);
    for (let n = 0; n < 10; n++) {
      const { deliveryId } = await makeDelivery(db, ada);
      await receipt(deliveryId, 'opened', 'client');
    }
    // 50 deliveries a row.
    expect(await backlog()).toBe(5 + 20);
    await world.send(endpoint);
    const sizes = receiver.calls.map(({ events }) => events.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(270);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(60);
    expect(sizes.length).toBeLessThanOrEqual(7);
    expect(receiver.calls.map(({ webhookId }) => webhookId)).toEqual(
      sizes.map((_, index) => `${endpoint}_${index + 1}`),
    );
    expect(new Set(eventsOf(receiver).map(({ id }) => id)).size).toBe(270);
  });

  test('a transaction that wrote first and commits last keeps later ones back, and is not lost', async () => {
    const { db, receiver } = world;
    const endpoint = await world.addEndpoint();
    const [first, second] = [await makeDelivery(db, ada), await makeDelivery(db, ada)];
    await db.asOwner(
      async (slow) => {
        await slow.query(`select notify_private.record_receipt($1, 'opened', 'client')`, [first.deliveryId]);
        await receipt(second.deliveryId, 'opened', 'client');
        await world.send(endpoint);
        expect(receiver.calls).toEqual([]);
      },
      { commit: true },
    );
    await world.send(endpoint);
    expect(
      eventsOf(receiver)
        .filter(({ kind }) => kind === 'opened')
        .map(({ deliveryId }) => deliveryId),
    ).toEqual([first.deliveryId, second.deliveryId]);
  });

  test('the poller finds what waits, for the bulk lane alone', async () => {
    const { db } = world;
    const endpoint = await world.addEndpoint();
    const look = async (lane: string) => {
      await db.owner.query('delete from graphile_worker._private_jobs');
      await db.worker.query('select notify_private.enqueue_due($1)', [lane]);
      return (await db.jobs('status__send')).map(({ payload }) => payload);
    };
    expect(await look('bulk')).toEqual([]);
    const { deliveryId } = await makeDelivery(db, ada);
    await receipt(deliveryId, 'opened', 'client');
    expect(await look('urgent')).toEqual([]);
    expect(await look('bulk')).toEqual([{ endpoint }]);
    await world.send(endpoint);
    expect(await look('bulk')).toEqual([]);
  });
});
