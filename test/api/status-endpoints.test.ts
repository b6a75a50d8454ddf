import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let api: TestApi;
let operator: string;
let ada: string;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  operator = await signToken(await createUser(database), { role: 'operator' });
  ada = await signToken(await createUser(database));
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const ask = (query: string, variables = {}) => api.ask(query, { token: operator, variables });
const create = `mutation ($url: String!, $kinds: [StatusEventKind!]) {
  createStatusEndpoint(input: { url: $url, kinds: $kinds }) { result { statusEndpointId secret previousSecretExpiresAt } } }`;
const list =
  '{ statusEndpoints { id url kinds typeKeys appKeys maxEvents enabled failingSince pausedUntil pauseReason droppedEvents } }';

test('issue 12, 6: an operator adds, sees, changes, rotates, resumes and deletes a status endpoint', async () => {
  const made = (await ask(create, { url: 'https://app.example/status', kinds: ['failed', 'opened'] })).data
    .createStatusEndpoint.result;
  expect(made).toEqual({
    statusEndpointId: expect.any(String),
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    previousSecretExpiresAt: null,
  });
  const id = made.statusEndpointId;
  expect((await ask(list)).data.statusEndpoints).toEqual([
    {
      ...{
        id,
        url: 'https://app.example/status',
        kinds: ['failed', 'opened'],
        typeKeys: [],
        appKeys: [],
        maxEvents: 100,
      },
      ...{ enabled: true, failingSince: null, pausedUntil: null, pauseReason: null, droppedEvents: '0' },
    },
  ]);
  const changed = await ask(
    `mutation ($id: UUID!) { updateStatusEndpoint(input: { endpointId: $id, appKeys: ["trips"], maxEvents: 500, enabled: false })
      { result { url kinds appKeys maxEvents enabled } } }`,
    { id },
  );
  expect(changed.data.updateStatusEndpoint.result).toEqual({
    url: 'https://app.example/status',
    kinds: ['failed', 'opened'],
    appKeys: ['trips'],
    maxEvents: 500,
    enabled: false,
  });
  const rotated = await ask(
    'mutation ($id: UUID!) { rotateStatusEndpointSecret(input: { endpointId: $id }) { result { secret previousSecretExpiresAt } } }',
    { id },
  );
  expect(rotated.data.rotateStatusEndpointSecret.result.secret).not.toBe(made.secret);
  expect(Date.parse(rotated.data.rotateStatusEndpointSecret.result.previousSecretExpiresAt)).toBeGreaterThan(
    Date.now(),
  );
  const resumed = await ask(
    'mutation ($id: UUID!) { resumeStatusEndpoint(input: { endpointId: $id }) { result { pausedUntil } } }',
    { id },
  );
  expect(resumed.data.resumeStatusEndpoint.result).toEqual({ pausedUntil: null });
  const remove = 'mutation ($id: UUID!) { deleteStatusEndpoint(input: { endpointId: $id }) { result } }';
  expect((await ask(remove, { id })).data.deleteStatusEndpoint.result).toBe(true);
  expect((await ask(remove, { id })).data.deleteStatusEndpoint.result).toBe(false);
  expect((await ask(list)).data.statusEndpoints).toEqual([]);
});

test('issue 12, 6: what is wrong is refused with its field; nobody else may ask', async () => {
  const refused = await ask(create, { url: 'ftp://app.example' });
  expect(refused.errors?.[0]).toMatchObject({ extensions: { code: 'INVALID_INPUT', field: 'url' } });
  expect((await ask(create, { url: 'https://app.example/', kinds: ['sent'] })).codes).toEqual(['INVALID_INPUT']);
  const rotate =
    'mutation { rotateStatusEndpointSecret(input: { endpointId: "00000000-0000-7000-8000-000000000001" }) { result { secret } } }';
  expect((await ask(rotate)).codes).toEqual(['NOT_FOUND']);
  for (const query of [rotate, list]) {
    const answer = await api.ask(query, { token: ada });
    expect(answer.codes).toHaveLength(1);
    expect(answer.data?.statusEndpoints ?? null).toBeNull();
  }
});
