import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery, registerWorker } from '../support/engine.ts';

let database: TestDatabase;
let api: TestApi;
let bobToken: string;
let operatorToken: string;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  bobToken = await signToken(await createUser(database));
  operatorToken = await signToken(await createUser(database), { role: 'operator' });
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

async function somebody(): Promise<{ id: string; token: string }> {
  const id = await createUser(database);
  return { id, token: await signToken(id) };
}
const mark = (what: string, ids: readonly string[], token: string) =>
  api.ask(`mutation ($ids: [UUID!]!) { ${what}(input: { notificationIds: $ids }) { result } }`, {
    token,
    variables: { ids },
  });
const report = (deliveryId: string, kind: string, token: string) =>
  api.ask(
    `mutation ($id: UUID!, $kind: ReportedReceiptKind!) { reportReceipt(input: { deliveryId: $id, kind: $kind }) { result } }`,
    {
      token,
      variables: { id: deliveryId, kind },
    },
  );
const deliveryRow = async (id: string) =>
  (await database.owner.query('select * from notify.deliveries where id = $1', [id])).rows[0];
const notificationRow = async (id: string) =>
  (await database.owner.query('select * from notify.notifications where id = $1', [id])).rows[0];

describe('the inbox', () => {
  test("is one's own, in pages, newest first", async () => {
    const ada = await somebody();
    const made = [
      await makeDelivery(database, ada.id),
      await makeDelivery(database, ada.id),
      await makeDelivery(database, ada.id),
    ];
    const newest = made.map(({ notificationId }) => notificationId).reverse();
    const query = `query ($after: Cursor) { inbox(first: 2, after: $after) {
      nodes { id title } pageInfo { hasNextPage endCursor } } }`;
    const { data } = await api.ask(query, { token: ada.token });
    expect(data.inbox.nodes.map(({ id }: { id: string }) => id)).toEqual(newest.slice(0, 2));
    const after = data.inbox.pageInfo.endCursor;
    const next = await api.ask(query, { token: ada.token, variables: { after } });
    expect(next.data.inbox).toMatchObject({ nodes: [{ id: newest[2] }], pageInfo: { hasNextPage: false } });
    const foreign = await api.ask('query ($id: UUID!) { notification(id: $id) { id } }', {
      token: bobToken,
      variables: { id: newest[0] },
    });
    expect(foreign.data.notification).toBeNull();
    expect(await notificationRow(newest[0] ?? '')).toBeDefined();
  });

  test.each([
    ['markSeen', ['seen_at']],
    ['markRead', ['read_at', 'seen_at']],
    ['archive', ['archived_at']],
  ])("%s: one's own, once; the first time stands", async (what, columns) => {
    const ada = await somebody();
    const { notificationId } = await makeDelivery(database, ada.id);
    expect((await mark(what, [notificationId], bobToken)).data[what].result).toBe(0);
    for (const column of columns) expect((await notificationRow(notificationId))[column]).toBeNull();
    expect((await mark(what, [notificationId, notificationId], ada.token)).data[what].result).toBe(1);
    const first = await notificationRow(notificationId);
    for (const column of columns) expect(first[column]).not.toBeNull();
    expect((await mark(what, [notificationId], ada.token)).data[what].result).toBe(0);
    expect(await notificationRow(notificationId)).toEqual(first);
  });

  test('counts what is unread and marks all of it', async () => {
    const ada = await somebody();
    for (let n = 0; n < 3; n++) await makeDelivery(database, ada.id);
    const count = async () => (await api.ask('{ unreadCount }', { token: ada.token })).data.unreadCount;
    expect(await count()).toBe(3);
    expect((await api.ask('mutation { markAllRead(input: {}) { result } }', { token: bobToken })).errors).toEqual([]);
    expect(await count()).toBe(3);
    const { data } = await api.ask('mutation { markAllRead(input: {}) { result } }', { token: ada.token });
    expect([data.markAllRead.result, await count()]).toEqual([3, 0]);
  });
});

const chain = `query ($id: UUID!) { notification(id: $id) {
  decisions { nodes { channel outcome } }
  deliveries { id status attempts { attempt outcome code } receipts { kind source } }
} }`;

describe('what became of it', () => {
  test("JK-6 a person follows a notification to the provider's word; nobody else does", async () => {
    const ada = await somebody();
    const { notificationId, deliveryId } = await makeDelivery(database, ada.id);
    await database.owner.query(
      `insert into notify.delivery_attempts (delivery_id, attempt, outcome, code, started_at) values ($1, 1, 'accepted', 'ok', now())`,
      [deliveryId],
    );
    await report(deliveryId, 'delivered', ada.token);
    const { data, errors } = await api.ask(chain, { token: ada.token, variables: { id: notificationId } });
    expect(errors).toEqual([]);
    expect(data.notification).toEqual({
      decisions: { nodes: [{ channel: 'push', outcome: 'send' }] },
      deliveries: [
        {
          id: deliveryId,
          status: 'delivered',
          attempts: [{ attempt: 1, outcome: 'accepted', code: 'ok' }],
          receipts: [{ kind: 'delivered', source: 'client' }],
        },
      ],
    });
    const direct = `{ delivery(id: "${deliveryId}") { id attempts { outcome } receipts { kind } } }`;
    expect((await api.ask(direct, { token: bobToken })).data).toEqual({
      delivery: null,
    });
    expect((await api.ask(direct, { token: ada.token })).data).toEqual({
      delivery: { id: deliveryId, attempts: [{ outcome: 'accepted' }], receipts: [{ kind: 'delivered' }] },
    });
  });

  test('TR-G12 an operator follows an event all the way; a person may not see the event', async () => {
    const ada = await somebody();
    const { eventId, deliveryId } = await makeDelivery(database, ada.id);
    const query = `{ event(id: "${eventId}") { typeKey decisions { nodes { notification { deliveries { id lane } } } } } }`;
    const { data } = await api.ask(query, { token: operatorToken });
    expect(data.event.decisions.nodes[0].notification.deliveries).toEqual([{ id: deliveryId, lane: 'urgent' }]);
    expect((await api.ask(query, { token: ada.token })).codes).toEqual(['INVALID_INPUT']);
    const lane = await api.ask(`{ delivery(id: "${deliveryId}") { lane } }`, { token: ada.token });
    expect(lane.codes).toEqual(['INVALID_INPUT']);
  });

  test('NC-6: what names a notification finds it by its key, if it is to be seen', async () => {
    const ada = await somebody();
    const made = [await makeDelivery(database, ada.id), await makeDelivery(database, ada.id)];
    const [deleted, shown] = made.map(({ notificationId }) => notificationId);
    await database.owner.query('update notify.notifications set deleted_at = now() where id = $1', [deleted]);
    await database.owner.query(
      `insert into notify.decisions (event_id, recipient_id, channel, outcome, rule, reason)
       values (uuidv7(), $1, 'push', 'suppress', 'dedupe', 'duplicate')`,
      [ada.id],
    );
    const ask = (query: string) => api.ask(query, { token: ada.token });
    const decisions = '{ decisions { nodes { notificationId notification { id } } } }';
    const { data, errors } = await ask(decisions);
    expect(errors).toEqual([]);
    expect(data.decisions.nodes).toEqual([
      { notificationId: null, notification: null },
      { notificationId: shown, notification: { id: shown } },
      { notificationId: deleted, notification: null },
    ]);
    const all = [
      decisions,
      `{ delivery(id: "${made[1]?.deliveryId}") { notification { id } } }`,
      `{ deliveryTimeline(deliveryId: "${made[1]?.deliveryId}") { notification { id } } }`,
      '{ inboxThreads { nodes { newest { id } } } }',
    ];
    for (const query of all) expect((await ask(query)).errors).toEqual([]);
    // A join would do without this right, and read all that the person has.
    await database.owner.query('revoke execute on function notify.inbox_row(uuid) from rowbell_user');
    try {
      for (const query of all) expect((await ask(query)).codes).toEqual(['FORBIDDEN']);
    } finally {
      await database.owner.query('grant execute on function notify.inbox_row(uuid) to rowbell_user');
    }
  });

  test('there is no list of deliveries at the root', async () => {
    expect((await api.ask('{ deliveries { id } }', { token: operatorToken })).status).toBe(400);
  });
});

describe('receipts', () => {
  test('delivered, opened and clicked, once each, in any order', async () => {
    const kinds = ['delivered', 'opened', 'clicked'];
    for (const order of [kinds, [...kinds].reverse(), ['opened', 'delivered', 'clicked']]) {
      const ada = await somebody();
      const { deliveryId, notificationId } = await makeDelivery(database, ada.id);
      for (const kind of order) {
        expect((await report(deliveryId, kind, ada.token)).data.reportReceipt.result).toBe(true);
        expect((await report(deliveryId, kind, ada.token)).data.reportReceipt.result).toBe(false);
      }
      expect(await deliveryRow(deliveryId)).toMatchObject({ status: 'delivered', reason: null });
      const notification = await notificationRow(notificationId);
      expect(notification.seen_at).not.toBeNull();
      expect(notification.clicked_at).not.toBeNull();
    }
  });

  test('sixteen at once are one', async () => {
    const ada = await somebody();
    const { deliveryId } = await makeDelivery(database, ada.id);
    const answers = await Promise.all(Array.from({ length: 16 }, () => report(deliveryId, 'delivered', ada.token)));
    expect(answers.filter(({ data }) => data.reportReceipt.result)).toHaveLength(1);
  });

  test("not of another's delivery, an unknown one, nor of another kind", async () => {
    const ada = await somebody();
    const { deliveryId } = await makeDelivery(database, ada.id);
    expect((await report(deliveryId, 'opened', bobToken)).codes).toEqual(['NOT_FOUND']);
    expect((await report('00000000-0000-7000-8000-000000000000', 'opened', bobToken)).codes).toEqual(['NOT_FOUND']);
    expect((await report(deliveryId, 'failed', ada.token)).codes).toEqual(['INVALID_INPUT']);
    expect((await deliveryRow(deliveryId)).status).toBe('sent');
    expect((await report(deliveryId, 'opened', ada.token)).errors).toEqual([]);
  });

  test('settle what was unknown, spare a retry, and leave alone what was never tried', async () => {
    const ada = await somebody();
    for (const status of ['unknown', 'queued', 'failed']) {
      const { deliveryId } = await makeDelivery(database, ada.id, { status });
      await report(deliveryId, 'delivered', ada.token);
      expect((await deliveryRow(deliveryId)).status).toBe('delivered');
    }
    const { deliveryId } = await makeDelivery(database, ada.id, { status: 'queued', attempt: 0 });
    expect((await report(deliveryId, 'delivered', ada.token)).errors).toEqual([]);
    expect((await deliveryRow(deliveryId)).status).toBe('queued');
  });

  test("faster than the worker's write-back, it waits for it", async () => {
    const ada = await somebody();
    const register = `mutation { registerDevice(input: { provider: apns, token: "${'cd'.repeat(32)}" }) { result { id } } }`;
    const device = (await api.ask(register, { token: ada.token })).data.registerDevice.result.id;
    const { deliveryId } = await makeDelivery(database, ada.id, { status: 'queued' });
    await database.owner.query('update notify.deliveries set device_id = $2 where id = $1', [deliveryId, device]);
    const worker = await registerWorker(database);
    const claim = '00000000-0000-7000-8000-0000000000c1';
    const { rows } = await database.worker.query(
      `select * from notify_private.claim_deliveries($1, $2, '1', 'urgent')`,
      [claim, worker],
    );
    expect(rows.map(({ delivery_id }) => delivery_id)).toContain(deliveryId);
    expect((await report(deliveryId, 'delivered', ada.token)).data.reportReceipt.result).toBe(true);
    expect((await deliveryRow(deliveryId)).status).toBe('sending');
    await database.worker.query(
      `select * from notify_private.record_results($1, array[row($2, 'accepted', null, null, 'id-1', null, false, null)::notify_private.result])`,
      [claim, deliveryId],
    );
    expect(await deliveryRow(deliveryId)).toMatchObject({ status: 'delivered', provider_message_id: 'id-1' });
    const attempts = await database.owner.query('select from notify.delivery_attempts where delivery_id = $1', [
      deliveryId,
    ]);
    expect(attempts.rowCount).toBe(1);
  });
});
