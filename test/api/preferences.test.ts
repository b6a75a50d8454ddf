import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let api: TestApi;
let token: string;
let bobToken: string;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  token = await signToken(await createUser(database));
  bobToken = await signToken(await createUser(database));
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const set = (typeKey: string, channel: string, as = token) =>
  api.ask(
    `mutation ($t: String!, $c: Channel!) { setPreference(input: { typeKey: $t, channel: $c, enabled: false }) { result { enabled } } }`,
    { token: as, variables: { t: typeKey, c: channel } },
  );
const effective = async (as: string) => {
  const { data } = await api.ask('{ myPreferences { typeKey channel enabled source } }', {
    token: as,
  });
  return data.myPreferences.find(({ typeKey }: { typeKey: string }) => typeKey === 'test_push');
};

test("NC-63 one's own choice stands over the default until it is taken back, and is nobody else's", async () => {
  const byDefault = { typeKey: 'test_push', channel: 'push', enabled: true, source: 'default' };
  expect(await effective(token)).toEqual(byDefault);
  expect((await set('test_push', 'push')).data.setPreference.result).toEqual({ enabled: false });
  expect(await effective(token)).toEqual({ ...byDefault, enabled: false, source: 'own' });
  expect(await effective(bobToken)).toEqual(byDefault);
  const reset = (as: string) =>
    api.ask('mutation { resetPreference(input: { typeKey: "test_push", channel: push }) { result } }', { token: as });
  expect((await reset(bobToken)).data.resetPreference.result).toBe(false);
  expect((await reset(token)).data.resetPreference.result).toBe(true);
  expect(await effective(token)).toEqual(byDefault);
});

test('not for a type that is none, nor a channel it does not use', async () => {
  expect((await set('nope', 'push')).codes).toEqual(['NOT_FOUND']);
  const { codes, errors } = await set('test_push', 'sms');
  expect(codes).toEqual(['INVALID_INPUT']);
  expect(errors[0]?.message).toContain('channel:');
});
