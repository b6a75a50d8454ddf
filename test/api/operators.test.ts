import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery } from '../support/engine.ts';
import { senders } from '../support/senders.ts';

let database: TestDatabase;
let api: TestApi;
let operator: string;
let ada: string;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  operator = await signToken(await createUser(database), { role: 'operator' });
  ada = await createUser(database);
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const ask = (query: string, variables = {}) => api.ask(query, { token: operator, variables });

test('TR-G12 the recent deliveries of all or of one trip', async () => {
  const trip = randomUUID();
  const ofTrip = [
    await makeDelivery(database, ada, { subjectId: trip }),
    await makeDelivery(database, ada, { subjectId: trip, status: 'failed' }),
  ].map(({ deliveryId }) => deliveryId);
  const other = await makeDelivery(database, ada);
  const recent =
    'query ($t: String, $id: UUID, $o: UUID) { recentDeliveries(subjectType: $t, subjectId: $id, olderThan: $o) { nodes { id } } }';
  const ids = async (variables: object) =>
    (await ask(recent, variables)).data.recentDeliveries.nodes.map(({ id }: { id: string }) => id);
  expect(await ids({})).toEqual([other.deliveryId, ...[...ofTrip].reverse()]);
  expect(await ids({ t: 'trip', id: trip })).toEqual([...ofTrip].reverse());
  expect(await ids({ t: 'trip', id: trip, o: ofTrip[1] })).toEqual([ofTrip[0]]);
  expect((await ask(recent, { id: trip })).codes).toEqual(['INVALID_INPUT']);
  expect((await ask('{ recentDeliveries(maxRows: 101) { nodes { id } } }')).codes).toEqual(['INVALID_INPUT']);
});

test('a paused sender is seen and resumed', async () => {
  await database.owner.query(`select notify_private.pause_sender('1', 'bad_credentials')`);
  const seen = await ask('{ senders { id appKey provider pauseReason } }');
  expect(seen.data.senders).toContainEqual({
    id: senders.apns,
    appKey: 'default',
    provider: 'apns',
    pauseReason: 'bad_credentials',
  });
  const resumed = await ask('mutation { resumeSender(input: { senderId: 1 }) { result { pausedUntil pauseReason } } }');
  expect(resumed.data.resumeSender.result).toEqual({ pausedUntil: null, pauseReason: null });
  expect((await ask('mutation { resumeSender(input: { senderId: 999 }) { result { id } } }')).codes).toEqual([
    'NOT_FOUND',
  ]);
});

test('an event that could not be planned is seen with its reason and tried again', async () => {
  const { rows } = await database.owner.query(
    `insert into notify.events (type_key, plan_error, retry_at) values ('test_push', 'RB001 copy needs a value', now() + interval '1 hour') returning id`,
  );
  const id = rows[0].id;
  const failed = await ask('{ failedEvents { nodes { id planError } } }');
  expect(failed.data.failedEvents.nodes).toEqual([{ id, planError: 'RB001 copy needs a value' }]);
  const retry = 'mutation ($id: UUID!) { retryEvent(input: { eventId: $id }) { result } }';
  expect((await ask(retry, { id })).data.retryEvent.result).toBe(true);
  expect((await ask(retry, { id: randomUUID() })).data.retryEvent.result).toBe(false);
  expect(
    (await database.owner.query('select from notify.events where id = $1 and retry_at <= clock_timestamp()', [id]))
      .rowCount,
  ).toBe(1);
});

test('an address goes on the suppression list and off it', async () => {
  const add = `mutation ($c: Channel!, $a: String!, $r: SuppressionReason) {
    suppressAddress(input: { channel: $c, address: $a, reason: $r }) { result { address reason } } }`;
  const added = await ask(add, { c: 'email', a: 'Ada@Example.com' });
  expect(added.data.suppressAddress.result).toEqual({ address: 'ada@example.com', reason: 'operator' });
  expect(
    (await ask(add, { c: 'email', a: 'ada@example.com', r: 'complaint' })).data.suppressAddress.result.reason,
  ).toBe('complaint');
  expect((await ask(add, { c: 'pigeon', a: 'x' })).codes).toEqual(['INVALID_INPUT']);
  expect((await ask(add, { c: 'email', a: 'x'.repeat(2_001) })).codes).toEqual(['INVALID_INPUT']);
  const remove = `mutation { unsuppressAddress(
    input: { channel: email, address: "ADA@example.com", note: "mailbox works again" }) { result } }`;
  expect((await ask(remove)).data.unsuppressAddress.result).toBe(true);
  expect((await ask(remove)).data.unsuppressAddress.result).toBe(false);
});

test('OP-19 an app gets a sender of its own, which operators see with the name of its secret', async () => {
  const { data } = await ask(
    `mutation { setSender(input: {app: "trips", provider: apns, options: {topic: "com.example.trips"}, secretSetting: "APNS_KEY_TRIPS"})
      { result { id appKey provider environment options secretSetting configured } } }`,
  );
  expect(data.setSender.result).toEqual({
    id: expect.any(Number),
    appKey: 'trips',
    provider: 'apns',
    environment: 'production',
    options: { topic: 'com.example.trips' },
    secretSetting: 'APNS_KEY_TRIPS',
    configured: false,
  });
  const refused = await ask(
    `mutation { setSender(input: {app: "trips", provider: apns, options: {}, secretSetting: "DATABASE_URL"}) { result { id } } }`,
  );
  expect(refused.errors?.[0]).toMatchObject({ extensions: { code: 'INVALID_INPUT', field: 'secretSetting' } });
});
