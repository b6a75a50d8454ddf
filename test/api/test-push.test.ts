import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { registerWorker } from '../support/engine.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let api: TestApi;
let worker: string;
let stopped = false;
let working: Promise<void>;
/** What the provider says, by device id; accepted unless told. */
const verdicts = new Map<string, { outcome: string; reason: string; code: string }>();

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  worker = await registerWorker(database);
  working = work();
});
afterAll(async () => {
  stopped = true;
  await working;
  await api?.stop();
  await database?.drop();
});

/** The engine's functions as a worker calls them, with a provider that says what the test wants. */
async function work(): Promise<void> {
  while (!stopped) {
    await database.worker.query('select notify_private.plan($1)', [
      (await database.owner.query('select id from notify.events where planned_at is null')).rows.map(({ id }) => id),
    ]);
    const claim = randomUUID();
    const { rows } = await database.worker.query(
      `select * from notify_private.claim_deliveries($1, $2, '1', 'urgent')`,
      [claim, worker],
    );
    const ids: string[] = rows.map(({ delivery_id }) => delivery_id);
    const carried = await database.owner.query('select id, device_id from notify.deliveries where id = any($1)', [ids]);
    const results = carried.rows.map(({ id, device_id }) => ({
      delivery_id: id,
      suspect: false,
      ...(verdicts.get(device_id) ?? { outcome: 'accepted' }),
    }));
    await database.worker.query(
      `select * from notify_private.record_results($1, array(
         select r from jsonb_populate_recordset(null::notify_private.result, $2) as r))`,
      [claim, JSON.stringify(results)],
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function somebody(devices: number): Promise<{ token: string; devices: string[] }> {
  const token = await signToken(await createUser(database));
  const ids: string[] = [];
  for (let n = 0; n < devices; n++) {
    const { data } = await api.ask(
      `mutation { registerDevice(input: { provider: apns, token: "${randomBytes(32).toString('hex')}" }) { result { id } } }`,
      { token },
    );
    ids.push(data.registerDevice.result.id);
  }
  return { token, devices: ids };
}
const testPush = (token: string, deviceId?: string) =>
  api.ask(
    'mutation ($id: UUID) { testPush(input: { deviceId: $id }) { results { deviceId deliveryId status reason providerCode } } }',
    { token, variables: { id: deviceId } },
  );

test("NC-60 JK-7 one device alone rings, and the answer is the provider's", async () => {
  const { token, devices } = await somebody(2);
  const [first = '', second = ''] = devices;
  const { data, errors } = await testPush(token, first);
  expect(errors).toEqual([]);
  expect(data.testPush.results).toEqual([
    { deviceId: first, deliveryId: expect.any(String), status: 'sent', reason: null, providerCode: null },
  ]);
  verdicts.set(second, { outcome: 'address', reason: 'unregistered', code: 'Unregistered' });
  const refused = await testPush(token, second);
  expect(refused.data.testPush.results).toEqual([
    {
      deviceId: second,
      deliveryId: expect.any(String),
      status: 'failed',
      reason: 'unregistered',
      providerCode: 'Unregistered',
    },
  ]);
  const { rows } = await database.owner.query('select device_id from notify.deliveries where device_id = any($1)', [
    devices,
  ]);
  expect(rows).toHaveLength(2);
  const gone = await testPush(token, second);
  expect(gone.codes).toEqual(['NOT_FOUND']);
  expect(gone.errors[0]?.message).toContain('register it again');
});

test('JK-7 every device, each with its own verdict', async () => {
  const { token, devices } = await somebody(3);
  verdicts.set(devices[1] ?? '', { outcome: 'transient', reason: 'unavailable', code: '503' });
  const { data } = await testPush(token);
  const byDevice = Object.fromEntries(
    data.testPush.results.map((result: { deviceId: string; status: string }) => [result.deviceId, result.status]),
  );
  expect(byDevice).toEqual({ [devices[0] ?? '']: 'sent', [devices[1] ?? '']: 'failed', [devices[2] ?? '']: 'sent' });
});

test('a preference holds it back, and the answer says so', async () => {
  const { token } = await somebody(1);
  await api.ask(
    'mutation { setPreference(input: { typeKey: "test_push", channel: push, enabled: false }) { clientMutationId } }',
    { token },
  );
  const { data } = await testPush(token);
  expect(data.testPush.results).toMatchObject([{ deliveryId: null, status: 'suppressed', reason: 'turned_off' }]);
});

test("NC-60 not on another's device, which rings for its owner", async () => {
  const ada = await somebody(1);
  const bob = await somebody(1);
  expect((await testPush(bob.token, ada.devices[0])).codes).toEqual(['NOT_FOUND']);
  expect((await testPush(ada.token, ada.devices[0])).errors).toEqual([]);
});

test('not without a device, nor more than five times a minute, also at once', async () => {
  const none = await somebody(0);
  expect((await testPush(none.token)).codes).toEqual(['NOT_FOUND']);
  const { token } = await somebody(2);
  const answers = await Promise.all(Array.from({ length: 8 }, () => testPush(token)));
  expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(5);
  expect(answers.flatMap(({ codes }) => codes)).toEqual(Array(3).fill('RATE_LIMITED'));
});

test('SE-6: a test of all devices counts each of them', async () => {
  const { token, devices } = await somebody(20);
  expect((await testPush(token)).errors).toEqual([]);
  const refused = await testPush(token, devices[0]);
  expect(refused.codes).toEqual(['RATE_LIMITED']);
  expect(refused.errors[0]?.message).toContain('at most 20 devices that test pushes ring a minute');
  expect(
    (
      await database.owner.query(
        `select from notify.events as e join notify.devices as d on d.id = e.subject_id where d.id = any ($1)`,
        [devices],
      )
    ).rowCount,
  ).toBe(20);
});

test('a key of the data chooses no device, and services may not write the column that does', async () => {
  const { devices } = await somebody(2);
  const insert = (client: Pick<typeof database.owner, 'query'>, column: string, value: string | object) =>
    client.query<{ id: string }>(
      `insert into notify.events (type_key, actor_id, ${column}) values ('test_push', $1, $2)`,
      [owner, value],
    );
  const { rows } = await database.owner.query<{ user_id: string }>('select user_id from notify.devices where id = $1', [
    devices[0],
  ]);
  const owner = rows[0]?.user_id;
  await database.asWriter((client) => insert(client, 'data', { only_device_id: devices[0] }), { commit: true });
  await until('both ring', async () => {
    const { rowCount } = await database.owner.query('select from notify.deliveries where device_id = any ($1)', [
      devices,
    ]);
    return rowCount === 2;
  });
  await expect(
    database.asWriter((client) => insert(client, 'only_device_id', devices[0] as string)),
  ).rejects.toMatchObject({ code: '42501' });
});
