// Over 300 lines: what owners and services do with an endpoint, each with its refusals.
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

let db: TestDatabase;
let api: TestApi;
let sandbox: Sandbox;
let worker: WorkerProcess;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
  sandbox = await startSandbox();
});
afterAll(async () => {
  await worker?.stop();
  await api?.stop();
  await sandbox?.close();
  await db?.drop();
});

type Somebody = { readonly id: string; readonly token: string };
const somebody = async (): Promise<Somebody> => {
  const id = await createUser(db);
  return { id, token: await signToken(id) };
};
const ask = ({ token }: Somebody, query: string, variables = {}) => api.ask(query, { token, variables });

let made = 0;
const aUrl = () => `https://hooks.example/${++made}`;
const register = (who: Somebody, url = aUrl()) =>
  ask(
    who,
    `mutation ($url: String!) { registerWebhookEndpoint(input: { url: $url }) {
      result { webhookEndpointId secret previousSecretExpiresAt } } }`,
    { url },
  );
const registered = async (who: Somebody, url = aUrl()): Promise<{ webhookEndpointId: string; secret: string }> => {
  const { data, errors } = await register(who, url);
  expect(errors).toEqual([]);
  return data.registerWebhookEndpoint.result;
};
const rotate = (who: Somebody, id: string, overlapHours?: number) =>
  ask(
    who,
    `mutation ($id: UUID!, $hours: Int) { rotateWebhookSecret(input: { endpointId: $id, overlapHours: $hours }) {
      result { webhookEndpointId secret previousSecretExpiresAt } } }`,
    { id, hours: overlapHours },
  );
const remove = (who: Somebody, id: string) =>
  ask(who, 'mutation ($id: UUID!) { deleteWebhookEndpoint(input: { endpointId: $id }) { result } }', { id });
const call = (who: Somebody, id: string) =>
  ask(
    who,
    `mutation ($id: UUID!) { testWebhookEndpoint(input: { endpointId: $id }) { deliveryId status reason providerCode } }`,
    { id },
  );
const list = async (who: Somebody) =>
  (await ask(who, '{ webhookEndpoints { id url userId deactivatedAt previousSecretExpiresAt } }')).data
    .webhookEndpoints;
const secretsOf = (id: string) =>
  one<string[]>(db.owner, 'select array[secret, previous_secret] from notify.webhook_endpoints where id = $1', [id]);
const limit = (key: string, most: number) =>
  db.owner.query('update notify.limits set at_most = $2 where key = $1', [key, most]);

describe('W32: their owner', () => {
  test('registers, lists, rotates and removes webhook endpoints; nobody else sees or changes them', async () => {
    const [ada, bob] = [await somebody(), await somebody()];
    const url = aUrl();
    const { webhookEndpointId: id, secret } = await registered(ada, url);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect((await registered(bob, url)).secret).not.toBe(secret);
    expect(await list(ada)).toEqual([{ id, url, userId: ada.id, deactivatedAt: null, previousSecretExpiresAt: null }]);

    expect((await rotate(bob, id)).codes).toEqual(['NOT_FOUND']);
    expect((await remove(bob, id)).data.deleteWebhookEndpoint.result).toBe(false);
    expect((await call(bob, id)).codes).toEqual(['NOT_FOUND']);
    expect(await secretsOf(id)).toEqual([secret, null]);

    const rotated = (await rotate(ada, id)).data.rotateWebhookSecret.result;
    expect(await secretsOf(id)).toEqual([rotated.secret, secret]);
    expect((await list(ada))[0].previousSecretExpiresAt).toBe(rotated.previousSecretExpiresAt);
    expect((await remove(ada, id)).data.deleteWebhookEndpoint.result).toBe(true);
    expect((await remove(ada, id)).data.deleteWebhookEndpoint.result).toBe(false);
    expect(await list(ada)).toEqual([]);
    expect(await list(bob)).toHaveLength(1);
  });

  test('sees a secret once: no query shows it, to them or to operators', async () => {
    const ada = await somebody();
    const { secret } = await registered(ada);
    for (const who of [ada, { ...ada, token: await signToken(ada.id, { role: 'operator' }) }])
      for (const column of ['secret', 'previousSecret']) {
        const { status, text } = await ask(who, `{ webhookEndpoints { nodes { ${column} } } }`);
        expect(status).toBe(400);
        expect(text).not.toContain(secret);
      }
    for (const as of [db.asOperator, db.asWriter])
      await expect(as((client) => client.query('select secret from notify.webhook_endpoints'))).rejects.toMatchObject({
        code: '42501',
      });
  });

  test('cannot register the same one twice while it works; what was given up begins anew', async () => {
    const ada = await somebody();
    const url = aUrl();
    const first = await registered(ada, url);
    const again = await register(ada, url);
    expect(again.errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', field: 'url' });
    await db.owner.query(
      `update notify.webhook_endpoints set deactivated_at = now(), deactivation_reason = 'unregistered' where user_id = $1`,
      [ada.id],
    );
    expect((await call(ada, first.webhookEndpointId)).errors[0]?.message).toContain('register it again');
    const second = await registered(ada, url);
    expect(second.webhookEndpointId).not.toBe(first.webhookEndpointId);
    expect(second.secret).not.toBe(first.secret);
    expect(await list(ada)).toMatchObject([{ id: second.webhookEndpointId, deactivatedAt: null }]);
  });

  test.each([-1, 169])('is refused an overlap of %i hours', async (hours) => {
    const ada = await somebody();
    const { webhookEndpointId, secret } = await registered(ada);
    const { errors } = await rotate(ada, webhookEndpointId, hours);
    expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'overlapHours' });
    expect(await secretsOf(webhookEndpointId)).toEqual([secret, null]);
  });

  test.each([
    'http://hooks.example/1',
    'https://127.0.0.1/1',
    'https://169.254.169.254/latest',
    'https://2130706433/1',
    'https://[::1]/1',
    'https://localhost/1',
    'https://postgres/1',
    'https://metadata.google.internal/1',
    'https://hooks.example:8443/1',
    'https://ada@hooks.example/1',
    'https://hooks.example@127.0.0.1/1',
    'https://hooks.example/ü',
    'file:///etc/passwd',
    '',
  ])('SE-9: is refused an endpoint at %s', async (url) => {
    const ada = await somebody();
    const { errors } = await register(ada, url);
    expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'url' });
    expect(await list(ada)).toEqual([]);
  });

  test('is refused an endpoint of more than 2000 characters', async () => {
    const ada = await somebody();
    const long = (length: number) => `https://hooks.example/${++made}/`.padEnd(length, 'x');
    expect((await register(ada, long(2_001))).errors[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'url' });
    await registered(ada, long(2_000));
  });
});

describe('W32: limits of a person', () => {
  test('the oldest goes beyond the limit, and only so many are registered in a day, also at once', async () => {
    await limit('webhook_endpoints', 2);
    await limit('webhook_registrations', 4);
    const [ada, bob] = [await somebody(), await somebody()];
    const answers = await Promise.all(Array.from({ length: 7 }, () => register(ada)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(4);
    expect(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.limit))).toEqual(
      Array(3).fill('webhook_registrations'),
    );
    expect((await list(ada)).filter(({ deactivatedAt }: { deactivatedAt: string }) => !deactivatedAt)).toHaveLength(2);
    await registered(bob);
    await limit('webhook_endpoints', 20);
    await limit('webhook_registrations', 50);
  });

  test('five tests a minute', async () => {
    const ada = await somebody();
    await limit('test_webhooks', 0);
    expect((await call(ada, (await registered(ada)).webhookEndpointId)).codes).toEqual(['RATE_LIMITED']);
    await limit('test_webhooks', 5);
  });
});

describe('W32: with a worker, whose webhooks may go to private networks', () => {
  let origin: string;
  const receiver = async (name: string, secret: string) => {
    const answer = await fetch(`${origin}/hooks`, { method: 'POST', body: JSON.stringify({ name, secret }) });
    expect(answer.status).toBe(201);
  };
  beforeAll(async () => {
    origin = `http://127.0.0.1:${sandbox.ports.webhook}`;
    worker = await startWorker({ databaseUrl: db.workerUrl, lane: 'urgent', settings: sandbox.settings });
  });

  test('a test answers with what the receiver said', async () => {
    const ada = await somebody();
    const { webhookEndpointId, secret } = await registered(ada, `${origin}/hooks/tested`);
    const refused = await call(ada, webhookEndpointId);
    expect(refused.data.testWebhookEndpoint).toEqual({
      deliveryId: expect.any(String),
      status: 'failed',
      reason: 'refused',
      providerCode: '401',
    });
    await receiver('tested', secret);
    const taken = await call(ada, webhookEndpointId);
    expect(taken.data.testWebhookEndpoint).toMatchObject({ status: 'sent', reason: null, providerCode: null });
    const [entry] = sandbox.journal.list({ provider: 'webhook', address: `${origin}/hooks/tested` });
    expect(entry).toMatchObject({ deliveryId: taken.data.testWebhookEndpoint.deliveryId, title: 'Test call' });
  });

  test('goes to the one endpoint that is named', async () => {
    const ada = await somebody();
    await registered(ada, `${origin}/hooks/spared`);
    await call(ada, (await registered(ada, `${origin}/hooks/named`)).webhookEndpointId);
    expect(sandbox.journal.list({ provider: 'webhook', address: `${origin}/hooks/named` })).toHaveLength(1);
    expect(sandbox.journal.list({ provider: 'webhook', address: `${origin}/hooks/spared` })).toHaveLength(0);
  });

  test('while a secret is replaced a receiver with either takes calls; afterwards with the new one alone', async () => {
    const ada = await somebody();
    const url = `${origin}/hooks/rotated`;
    const { webhookEndpointId: id, secret: old } = await registered(ada, url);
    const statusWith = async (secret: string) => {
      await receiver('rotated', secret);
      return (await call(ada, id)).data.testWebhookEndpoint.status;
    };
    const { secret: fresh } = (await rotate(ada, id)).data.rotateWebhookSecret.result;
    expect(await statusWith(old)).toBe('sent');
    expect(await statusWith(fresh)).toBe('sent');
    const [entry] = sandbox.journal.list({ provider: 'webhook', address: url });
    expect(entry?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const secret of [old, fresh])
      expect(() => new Webhook(secret).verify(JSON.stringify(entry?.raw), entry?.headers ?? {})).not.toThrow();

    await db.owner.query('update notify.webhook_endpoints set previous_secret_expires_at = now() where id = $1', [id]);
    expect(await statusWith(old)).toBe('failed');
    await db.worker.query('select notify_private.expire_keys()');
    expect(await secretsOf(id)).toEqual([fresh, null]);
    await limit('test_webhooks', 20);
    expect(await statusWith(fresh)).toBe('sent');
    // Without an overlap the old one is over at once: it may be in wrong hands.
    const { secret: last } = (await rotate(ada, id, 0)).data.rotateWebhookSecret.result;
    expect(await statusWith(fresh)).toBe('failed');
    expect(await statusWith(last)).toBe('sent');
    await limit('test_webhooks', 5);
  });

  test('SE-9: no other spelling of a URL comes in with them', async () => {
    const ada = await somebody();
    for (const url of ['ftp://127.0.0.1/1', 'http://ada@127.0.0.1/1', 'http:127.0.0.1/1', 'http://127.0.0.1\\@x/1'])
      expect((await register(ada, url)).codes).toEqual(['INVALID_INPUT']);
  });
});

describe('W32: a service does the same for a person', () => {
  const service = <T>(text: string, values: readonly unknown[]) =>
    db.asWriter(async (client) => (await client.query<{ value: T }>(text, [...values])).rows[0]?.value as T, {
      commit: true,
    });
  type Made = { readonly webhook_endpoint_id: string; readonly secret: string };
  const own = `whsec_${'b'.repeat(32)}`;

  test('registers, lists, rotates, tests and removes', async () => {
    const ada = await somebody();
    const add = 'select to_jsonb(notify.register_webhook_endpoint_for($1, $2, $3)) as value';
    const given = await service<Made>(add, [ada.id, aUrl(), own]);
    expect(given.secret).toBe(own);
    const { webhook_endpoint_id: id, secret } = await service<Made>(add, [ada.id, aUrl(), null]);
    const rotated = await service<Made>('select to_jsonb(notify.rotate_webhook_secret_for($1, $2, 2)) as value', [
      ada.id,
      id,
    ]);
    expect(await secretsOf(id)).toEqual([rotated.secret, secret]);
    expect(
      await service<number>(
        'select count(id)::integer as value from notify.webhook_endpoints where user_id = $1 and deactivated_at is null',
        [ada.id],
      ),
    ).toBe(2);
    const event = await service<string>('select notify.test_webhook_endpoint_for($1, $2) as value', [ada.id, id]);
    expect(await one(db.owner, 'select only_device_id from notify.events where id = $1', [event])).toBe(id);
    expect(await service('select notify.delete_webhook_endpoint_for($1, $2) as value', [ada.id, id])).toBe(true);
    expect(await list(ada)).toMatchObject([{ id: given.webhook_endpoint_id }]);
  });

  test("not another person's, not an unsafe URL, not for nobody; and no person calls it", async () => {
    const [ada, bob] = [await somebody(), await somebody()];
    const { webhookEndpointId: id } = await registered(ada);
    await expect(service('select notify.rotate_webhook_secret_for($1, $2)', [bob.id, id])).rejects.toMatchObject({
      code: 'RBNFD',
    });
    await expect(service('select notify.test_webhook_endpoint_for($1, $2)', [bob.id, id])).rejects.toMatchObject({
      code: 'RBNFD',
    });
    expect(await service('select notify.delete_webhook_endpoint_for($1, $2) as value', [bob.id, id])).toBe(false);
    const add = 'select notify.register_webhook_endpoint_for($1, $2, $3)';
    await expect(service(add, [ada.id, 'gopher://hooks.example/', null])).rejects.toMatchObject({ column: 'url' });
    await expect(service(add, [ada.id, aUrl(), 'whsec_short'])).rejects.toMatchObject({ column: 'secret' });
    await expect(service(add, ['00000000-0000-4000-8000-000000000000', aUrl(), null])).rejects.toMatchObject({
      column: 'user_id',
    });
    for (const role of ['asUser', 'asOperator'] as const) {
      const work = (client: Pick<typeof db.owner, 'query'>) => client.query(add, [ada.id, aUrl(), null]);
      const asked = role === 'asUser' ? db.asUser(ada.id, work) : db.asOperator(work);
      await expect(asked).rejects.toMatchObject({ code: '42501' });
    }
  });
});
