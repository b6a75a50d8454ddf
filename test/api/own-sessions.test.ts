import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const sessionsOf = async (token: string) => {
  const { data, errors } = await api.ask('{ mySessions { nodes { sessionId deviceCount seenAt isCurrent } } }', {
    token,
  });
  expect(errors).toEqual([]);
  return data.mySessions.nodes;
};
const aToken = () => `fcm-${randomBytes(24).toString('hex')}`;
const registerIn = (token: string) =>
  api.ask(`mutation { registerDevice(input: { provider: fcm, token: "${aToken()}" }) { result { id } } }`, { token });
const end = (token: string, sessionId: string) =>
  api.ask('mutation ($id: String!) { endSession(input: { sessionId: $id }) { result } }', {
    token,
    variables: { id: sessionId },
  });

test("issue 12: people see their own sessions and end one; another's of the same name goes on", async () => {
  const [ada, bob] = [await createUser(db), await createUser(db)];
  const phone = await signToken(ada, { sid: 'phone' });
  const laptop = await signToken(ada, { sid: 'laptop' });
  const others = await signToken(bob, { sid: 'phone' });
  for (const token of [phone, phone, others]) await registerIn(token);
  expect(await sessionsOf(laptop)).toEqual([
    { sessionId: 'laptop', deviceCount: 0, seenAt: null, isCurrent: true },
    { sessionId: 'phone', deviceCount: 2, seenAt: expect.any(String), isCurrent: false },
  ]);
  expect((await end(laptop, 'phone')).data.endSession.result).toBe(2);
  expect(await sessionsOf(laptop)).toMatchObject([{ sessionId: 'laptop' }]);
  expect((await api.ask('{ mySessions { nodes { sessionId } } }', { token: phone })).codes).toEqual([
    'UNAUTHENTICATED',
  ]);
  expect(await sessionsOf(others)).toMatchObject([{ sessionId: 'phone', deviceCount: 1, isCurrent: true }]);
});

test('issue 12: a token that names no session has none; nobody but people asks', async () => {
  expect(await sessionsOf(await signToken(await createUser(db)))).toEqual([]);
  await expect(db.asWriter((client) => client.query('select notify.my_sessions()'))).rejects.toMatchObject({
    code: '42501',
  });
});

test('issue 12: a service manages devices, sessions and consents of a person, and not of another', async () => {
  const [ada, bob] = [await createUser(db), await createUser(db)];
  const ask = async <T>(text: string, values: readonly unknown[]) =>
    db.asWriter(async (client) => (await client.query<{ value: T }>(text, [...values])).rows[0]?.value as T, {
      commit: true,
    });
  const add = 'select notify.register_device_for($1, $2, $3, $4) as value';
  const [token, device] = [aToken(), 'select count(id)::integer as value from notify.devices where user_id = $1'];
  const id = await ask<string>(add, [ada, 'tablet', 'fcm', token]);
  expect(await ask<string>(add, [ada, 'tablet', 'fcm', token])).toBe(id);
  expect(await sessionsOf(await signToken(ada))).toMatchObject([{ sessionId: 'tablet', deviceCount: 1 }]);
  expect(await ask('select notify.delete_device_for($1, $2) as value', [bob, id])).toBe(false);
  expect(await ask(device, [ada])).toBe(1);
  expect(await ask('select notify.delete_device_for($1, $2) as value', [ada, id])).toBe(true);
  expect(await ask(device, [ada])).toBe(0);

  await ask(add, [ada, 'tablet', 'fcm', aToken()]);
  expect(await ask('select notify.end_session_for($1, $2) as value', [bob, 'tablet'])).toBe(0);
  expect(await ask('select notify.end_session_for($1, $2) as value', [ada, 'tablet'])).toBe(1);
  await expect(ask(add, [ada, 'tablet', 'fcm', aToken()])).rejects.toMatchObject({ code: 'RBAUT' });
  await ask(`select notify.record_consent_for($1, 'v1', 'import')`, [ada]);
  const consents = 'select count(*)::integer as value from notify.consents where user_id = $1 and granted';
  expect([await ask(consents, [ada]), await ask(consents, [bob])]).toEqual([1, 0]);

  await expect(ask(add, [ada, null, 'pigeon', token])).rejects.toMatchObject({ code: 'RBINV', column: 'provider' });
  await expect(ask(add, ['00000000-0000-4000-8000-000000000000', null, 'fcm', aToken()])).rejects.toMatchObject({
    code: 'RBNFD',
    column: 'user_id',
  });
  await expect(ask('select token as value from notify.devices where user_id = $1', [ada])).rejects.toMatchObject({
    code: '42501',
  });
  await expect(db.asUser(ada, (client) => client.query(add, [ada, null, 'fcm', aToken()]))).rejects.toMatchObject({
    code: '42501',
  });
});
