import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery } from '../support/engine.ts';
import { makeSomeone, type Someone } from '../support/lives.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
let api: TestApi;
let operator: string;
let ada: Someone;
let deviceId: string;
let endpoint: { readonly id: string; readonly url: string };
let made: Awaited<ReturnType<typeof makeDelivery>>;
let providerId: string;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
  operator = await signToken(await createUser(db), { role: 'operator' });
  ada = await makeSomeone(db);
  await makeSomeone(db, 'Brunhilde');
  deviceId = await one(db.owner, 'select id from notify.devices where user_id = $1', [ada.id]);
  endpoint = (
    await db.owner.query<{ id: string; url: string }>(
      'select id, url from notify.webhook_endpoints where user_id = $1',
      [ada.id],
    )
  ).rows[0] as typeof endpoint;
  made = await makeDelivery(db, ada.id, { channel: 'email', provider: 'smtp', address: ada.email.toLowerCase() });
  providerId = `<${randomBytes(8).toString('hex')}@mail.example>`;
  await db.owner.query(
    `insert into notify.delivery_attempts (delivery_id, attempt, outcome, provider_message_id, started_at)
     values ($1, 1, 'accepted', $2, now())`,
    [made.deliveryId, providerId],
  );
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const ask = (query: string, variables = {}) => api.ask(query, { token: operator, variables });
const find = async (text: string) => {
  const { data, errors } = await ask(
    `query ($text: String!) { find(text: $text) { nodes { kind id matched userId person { id } device { id }
      webhookEndpoint { id } notification { id } delivery { id } event { id } } } }`,
    { text },
  );
  expect(errors).toEqual([]);
  return data.find.nodes as readonly Record<string, unknown>[];
};
const nothing = { device: null, webhookEndpoint: null, notification: null, delivery: null, event: null };

describe('issue 12: one box finds', () => {
  test.each([
    ['an id', () => ada.id, 'id'],
    ['an external id', () => ada.externalId, 'external_id'],
  ])('a person by %s', async (_what, text, matched) => {
    expect(await find(` ${text()} `)).toEqual([
      { kind: 'person', id: ada.id, matched, userId: ada.id, person: { id: ada.id }, ...nothing },
    ]);
  });

  test('a person and what went to them by an address, however it is spelled', async () => {
    const found = [
      {
        kind: 'delivery',
        id: made.deliveryId,
        matched: 'address',
        userId: ada.id,
        person: { id: ada.id },
        ...nothing,
        delivery: { id: made.deliveryId },
      },
      { kind: 'person', id: ada.id, matched: 'email', userId: ada.id, person: { id: ada.id }, ...nothing },
    ];
    for (const text of [ada.email, ada.email.toUpperCase()]) expect(await find(text)).toEqual(found);
    const digits = ada.phone.slice(1);
    for (const text of [ada.phone, `00${digits}`, `+${digits.slice(0, 3)} (${digits.slice(3, 6)}) ${digits.slice(6)}`])
      expect(await find(text)).toMatchObject([{ kind: 'person', id: ada.id, matched: 'phone' }]);
  });

  test.each([
    ['device', () => deviceId, () => deviceId, 'id', 'device'],
    ['device', () => ada.token.toUpperCase(), () => deviceId, 'token', 'device'],
    ['webhook_endpoint', () => endpoint.id, () => endpoint.id, 'id', 'webhookEndpoint'],
    ['webhook_endpoint', () => endpoint.url, () => endpoint.id, 'url', 'webhookEndpoint'],
    ['notification', () => made.notificationId, () => made.notificationId, 'id', 'notification'],
    ['delivery', () => made.deliveryId, () => made.deliveryId, 'id', 'delivery'],
    ['delivery', () => providerId, () => made.deliveryId, 'provider_message_id', 'delivery'],
  ])('a %s', async (kind, text, id, matched, field) => {
    expect(await find(text())).toEqual([
      { kind, id: id(), matched, userId: ada.id, person: { id: ada.id }, ...nothing, [field]: { id: id() } },
    ]);
  });

  test('an event, which is nobody’s', async () => {
    expect(await find(made.eventId)).toEqual([
      {
        kind: 'event',
        id: made.eventId,
        matched: 'id',
        userId: null,
        person: null,
        ...nothing,
        event: { id: made.eventId },
      },
    ]);
  });

  test('nothing by a part, and says so where nothing is asked', async () => {
    for (const text of [ada.email.slice(0, -1), ada.externalId.slice(1), ada.name, '%', "' or true --"])
      expect(await find(text)).toEqual([]);
    for (const text of ['', '  ', 'x'.repeat(2_001)]) {
      const { errors } = await ask('query ($text: String!) { find(text: $text) { nodes { id } } }', { text });
      expect(errors[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'text' });
    }
  });

  test('by index alone', async () => {
    await db.asOperator(async (client) => {
      for (const text of [ada.id, ada.email, ada.phone, ada.token, endpoint.url, providerId])
        await client.query('select * from notify.find($1)', [text]);
      for (const call of [`deliveries_by_address('${ada.email}')`, `deliveries_by_provider_id('${providerId}')`])
        await client.query(`set local enable_seqscan = off`).then(() => client.query(`select * from notify.${call}`));
      const { rows } = await client.query<{ name: string }>(
        `select relname as name from pg_stat_xact_user_tables where seq_scan > 0 and schemaname = 'notify'`,
      );
      expect(rows).toEqual([]);
    });
  });
});

describe('issue 12: deliveries', () => {
  const idsOf = async (field: string, name: string, value: string, first = 2) => {
    const ids: string[] = [];
    for (let after: string | null = null; ; ) {
      const { data, errors } = await ask(
        `query ($value: String!, $first: Int, $after: Cursor) { ${field}(${name}: $value, first: $first, after: $after) {
          nodes { id } pageInfo { endCursor hasNextPage } } }`,
        { value, first, after },
      );
      expect(errors).toEqual([]);
      ids.push(...data[field].nodes.map(({ id }: { id: string }) => id));
      if (!data[field].pageInfo.hasNextPage) return ids;
      after = data[field].pageInfo.endCursor as string;
      // What comes in meanwhile moves nothing.
      await makeDelivery(db, ada.id, { channel: 'email', provider: 'smtp', address: value.toLowerCase() });
    }
  };

  test('by address, newest first, page by page', async () => {
    const email = `${randomBytes(6).toString('hex')}@Example.com`;
    const ids: string[] = [];
    for (let n = 0; n < 5; n++)
      ids.push(
        (await makeDelivery(db, ada.id, { channel: 'email', provider: 'smtp', address: email.toLowerCase() }))
          .deliveryId,
      );
    expect(await idsOf('deliveriesByAddress', 'address', email)).toEqual([...ids].reverse());
    expect(await idsOf('deliveriesByAddress', 'address', 'nobody@example.com')).toEqual([]);
    // The inbox has the person's id for an address.
    expect(await idsOf('deliveriesByAddress', 'address', ada.id)).toEqual([]);
  });

  test('by the URL of a webhook', async () => {
    const { deliveryId } = await makeDelivery(db, ada.id, { channel: 'webhook', provider: 'webhook' });
    await db.owner.query('update notify.deliveries set device_id = $1 where id = $2', [endpoint.id, deliveryId]);
    expect(await idsOf('deliveriesByAddress', 'address', endpoint.url)).toEqual([deliveryId]);
  });

  test("by the provider's id of any attempt", async () => {
    expect(await idsOf('deliveriesByProviderId', 'providerMessageId', providerId)).toEqual([made.deliveryId]);
    expect(await idsOf('deliveriesByProviderId', 'providerMessageId', 'SM0')).toEqual([]);
  });
});
