import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let api: TestApi;
let ada: string;
let bob: string;
let adaToken: string;
let bobToken: string;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  ada = await createUser(database);
  bob = await createUser(database);
  adaToken = await signToken(ada, { sid: 'ada-1' });
  bobToken = await signToken(bob, { sid: 'bob-1' });
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const register = `mutation ($input: RegisterDeviceInput!) {
  registerDevice(input: $input) { result { id provider userId sessionId deactivatedAt } }
}`;
const unregister = `mutation ($provider: ProviderName!, $token: String!) {
  unregisterDevice(input: { provider: $provider, token: $token }) { result }
}`;
const apnsToken = () => randomBytes(32).toString('hex');
const registerAs = (token: string, input: Record<string, unknown>) =>
  api.ask(register, { token, variables: { input } });
const ownersOf = async (token: string) =>
  (await database.owner.query<{ user_id: string }>('select user_id from notify.devices where token = $1', [token]))
    .rows;

describe('registering', () => {
  test('NC-60 TR-G2 a user registers, sees and removes many devices; twice is one row', async () => {
    const tokens = [apnsToken(), apnsToken()];
    for (const token of [...tokens, tokens[0]?.toUpperCase()]) {
      const { data, errors } = await registerAs(adaToken, { provider: 'apns', token });
      expect(errors).toEqual([]);
      expect(data.registerDevice.result).toMatchObject({ provider: 'apns', userId: ada, sessionId: 'ada-1' });
    }
    const { data } = await api.ask('{ devices { id userId } }', { token: adaToken });
    expect(data.devices).toHaveLength(2);
    const id = data.devices[0].id;
    const remove = `mutation { deleteDevice(input: { deviceId: "${id}" }) { result } }`;
    expect((await api.ask(remove, { token: bobToken })).data.deleteDevice.result).toBe(false);
    expect((await api.ask(remove, { token: adaToken })).data.deleteDevice.result).toBe(true);
    expect((await api.ask(remove, { token: adaToken })).data.deleteDevice.result).toBe(false);
  });

  test('JK-2 TR-G2 a token that another user registers moves to them, with its session', async () => {
    const token = apnsToken();
    await registerAs(adaToken, { provider: 'apns', token });
    await database.owner.query(
      `update notify.devices set deactivated_at = now(), deactivation_reason = 'unregistered' where token = $1`,
      [token],
    );
    const { data } = await registerAs(bobToken, { provider: 'apns', token });
    expect(data.registerDevice.result).toMatchObject({ userId: bob, sessionId: 'bob-1', deactivatedAt: null });
    expect(await ownersOf(token)).toEqual([{ user_id: bob }]);
    const seen = await api.ask('query ($id: UUID!) { device(id: $id) { id } }', {
      token: adaToken,
      variables: { id: data.registerDevice.result.id },
    });
    expect(seen.data.device).toBeNull();
  });

  test('JK-2 sixteen users registering one token at once leave one owner', async () => {
    const token = apnsToken();
    const users = await Promise.all(Array.from({ length: 16 }, () => createUser(database)));
    const answers = await Promise.all(
      users.map(async (user) => registerAs(await signToken(user), { provider: 'apns', token })),
    );
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await ownersOf(token)).toHaveLength(1);
  });

  const keys = { webPushP256Dh: `B${'a'.repeat(86)}`, webPushAuth: 'a'.repeat(22) };
  test('FCM and Web Push devices register', async () => {
    const fcm = await registerAs(adaToken, { provider: 'fcm', token: `x:${'A'.repeat(140)}` });
    expect(fcm.errors).toEqual([]);
    const web = await registerAs(adaToken, { provider: 'web_push', token: 'https://push.example/send/1', ...keys });
    expect(web.errors).toEqual([]);
  });

  test.each([
    'https://127.0.0.1/1',
    'https://127.0.0.1:9001/1',
    'https://10.0.0.1/1',
    'https://8.8.8.8/1',
    'https://2130706433/1',
    'https://0x7f000001/1',
    'https://0x7f.0.0.1/1',
    'https://127.1/1',
    'https://0177.0.0.01/1',
    'https://[::1]/1',
    'https://[::ffff:10.0.0.1]:443/1',
    'https://localhost/1',
    'https://localhost:5678/1',
    'https://db.localhost/1',
    'https://postgres/1',
    'https://postgres:5432/1',
    'https://metadata.google.internal/1',
    'https://printer.LOCAL/1',
    'https://push.example:8443/1',
    'https://push.example:80/1',
    'https://push.example:/1',
    'https://push.example./1',
    'https://push..example/1',
    'https://ada@push.example/1',
    'https://push.example@127.0.0.1/1',
    'https://push.example\\@127.0.0.1/1',
    'https:push.example/1',
    'http://push.example/1',
    'https://127.0.0.1:9001@push.example/1',
  ])('SE-9: an endpoint at %s is refused', async (token) => {
    const { codes, errors } = await registerAs(adaToken, { provider: 'web_push', token, ...keys });
    expect(codes).toEqual(['INVALID_INPUT']);
    expect(errors[0]?.message).toContain('token:');
  });

  test('SE-9: the sandbox is let in where a worker says that it may send there, exactly there and no longer', async () => {
    const start = (origins: readonly string[]) =>
      database.worker.query(`select notify_private.register_worker('urgent', 'h', 1, '{3}', $1)`, [origins]);
    const codesOf = async (token: string) =>
      (await registerAs(adaToken, { provider: 'web_push', token, ...keys })).codes;
    const inside = 'https://127.0.0.1:9001/push/a';
    await start(['https://127.0.0.1:9001']);
    expect(await codesOf(inside)).toEqual([]);
    for (const near of ['https://127.0.0.1:90011/push/a', 'https://127.0.0.1:9002/a', 'https://127.0.0.1/push/a']) {
      expect(await codesOf(near)).toEqual(['INVALID_INPUT']);
    }
    expect(await codesOf('https://updates.push.services.mozilla.com/wpush/v2/x')).toEqual([]);
    expect(await codesOf('https://PUSH.example:443/x')).toEqual([]);
    await start([]);
    expect(await codesOf(inside)).toEqual(['INVALID_INPUT']);
  });

  test.each([
    ['an unknown provider', { provider: 'pigeon', token: 'x' }, '"ProviderName"'],
    ['an APNs token that is not hexadecimal', { provider: 'apns', token: 'z'.repeat(64) }, 'token:'],
    ['an APNs token that is too short', { provider: 'apns', token: 'ab' }, 'token:'],
    ['an FCM token that is too long', { provider: 'fcm', token: 'a'.repeat(1001) }, 'token:'],
    [
      'a Web Push endpoint that is not https',
      { provider: 'web_push', token: 'http://push.example/1', ...keys },
      'token:',
    ],
    ['Web Push without keys', { provider: 'web_push', token: 'https://push.example/1' }, 'webPushP256Dh:'],
    [
      'a Web Push secret of the wrong length',
      { provider: 'web_push', token: 'https://push.example/1', ...keys, webPushAuth: 'aaa' },
      'webPushAuth:',
    ],
    ['a name that is too long', { provider: 'apns', token: 'ab'.repeat(32), name: 'n'.repeat(121) }, 'name:'],
  ])('%s is refused, naming the field', async (_what, input, field) => {
    const { codes, errors } = await registerAs(adaToken, input);
    expect(codes).toEqual(['INVALID_INPUT']);
    expect(errors[0]?.message).toContain(field);
  });

  test('a token of somebody the application does not know registers nothing', async () => {
    const stranger = await signToken('00000000-0000-4000-8000-000000000000');
    const { codes } = await registerAs(stranger, { provider: 'apns', token: apnsToken() });
    expect(codes).toEqual(['NOT_FOUND']);
  });
});

describe('unregistering', () => {
  test('TR-G2 removes exactly the named token of the caller', async () => {
    const [kept, removed, foreign] = [apnsToken(), apnsToken(), apnsToken()];
    await registerAs(adaToken, { provider: 'apns', token: kept });
    await registerAs(adaToken, { provider: 'apns', token: removed });
    await registerAs(bobToken, { provider: 'apns', token: foreign });
    const ask = (token: string) => api.ask(unregister, { token: adaToken, variables: { provider: 'apns', token } });
    expect((await ask(removed.toUpperCase())).data.unregisterDevice.result).toBe(true);
    expect((await ask(removed)).data.unregisterDevice.result).toBe(false);
    expect((await ask(foreign)).data.unregisterDevice.result).toBe(false);
    expect(await ownersOf(kept)).toEqual([{ user_id: ada }]);
    expect(await ownersOf(removed)).toEqual([]);
    expect(await ownersOf(foreign)).toEqual([{ user_id: bob }]);
  });

  test("JK-2 ending a session removes its devices, the caller's alone", async () => {
    const user = await createUser(database);
    const [phone, tablet, foreign] = [apnsToken(), apnsToken(), apnsToken()];
    await registerAs(await signToken(user, { sid: 's1' }), { provider: 'apns', token: phone });
    await registerAs(await signToken(user, { sid: 's2' }), { provider: 'apns', token: tablet });
    await registerAs(await signToken(bob, { sid: 's1' }), { provider: 'apns', token: foreign });
    const end = await api.ask('mutation { endSession(input: {}) { result } }', {
      token: await signToken(user, { sid: 's1' }),
    });
    expect(end.data.endSession.result).toBe(1);
    expect(await ownersOf(phone)).toEqual([]);
    expect(await ownersOf(foreign)).toEqual([{ user_id: bob }]);
    const other = await api.ask('mutation { endSession(input: { sessionId: "s2" }) { result } }', {
      token: await signToken(user),
    });
    expect(other.data.endSession.result).toBe(1);
    expect(await ownersOf(tablet)).toEqual([]);
    const none = await api.ask('mutation { endSession(input: {}) { result } }', { token: await signToken(user) });
    expect(none.codes).toEqual(['INVALID_INPUT']);
  });
});

test('NC-60 nobody reads a token, their own neither', async () => {
  await registerAs(adaToken, { provider: 'apns', token: apnsToken() });
  const { status, codes } = await api.ask('{ devices { token } }', { token: adaToken });
  expect([status, ...codes]).toEqual([400, 'INVALID_INPUT']);
  const { rows } = await database.owner.query('select from notify.devices where user_id = $1 and token is not null', [
    ada,
  ]);
  expect(rows.length).toBeGreaterThan(0);
});
