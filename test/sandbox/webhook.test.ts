import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { webhookSecretOf } from '../../src/sandbox/webhook.ts';

let sandbox: Sandbox;
let origin: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  origin = `http://127.0.0.1:${sandbox.ports.webhook}`;
});
afterAll(() => sandbox.close());
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});

const body = JSON.stringify({ type: 'a', timestamp: 'b', data: { title: 'Hi' } });

function call(changes: Record<string, string> = {}, at = new Date()) {
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(webhookSecretOf('billing')).sign('msg_1', at, body),
    ...changes,
  };
  return fetch(`${origin}/hooks/billing`, { method: 'POST', headers, body, redirect: 'manual' });
}

test('a call that is signed well', async () => {
  expect((await call()).status).toBe(204);
  expect(sandbox.journal.list()).toMatchObject([
    { address: `${origin}/hooks/billing`, deliveryId: 'msg_1', status: 204, title: 'Hi' },
  ]);
});

test.each([
  ['another signature', { 'webhook-signature': 'v1,AAAA' }, 401],
  ['another id', { 'webhook-id': 'msg_2' }, 401],
  ['no JSON', { 'content-type': 'text/plain' }, 415],
])('%s', async (_what, changes, status) => {
  expect((await call(changes)).status).toBe(status);
});

test('a timestamp of ten minutes ago', async () => {
  expect((await call({}, new Date(Date.now() - 600_000))).status).toBe(401);
});

test.each([
  [{ kind: 'gone' }, 410],
  [{ kind: 'hard_bounce' }, 410],
  [{ kind: 'throttle' }, 429],
  [{ kind: 'soft_bounce' }, 503],
  [{ kind: 'server_error' }, 500],
  [{ kind: 'server_error', status: 502 }, 502],
  [{ kind: 'reject', status: 302 }, 302],
])('%j answers %i', async (fault, status) => {
  sandbox.faults.add({ provider: 'webhook', address: `${origin}/hooks/billing`, retryAfterS: 9, ...fault });
  const answer = await call();
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, '9']);
});

test('a lost answer: the call was taken', async () => {
  sandbox.faults.add({ provider: 'webhook', kind: 'reset', reason: 'accepted', times: 1 });
  await expect(call()).rejects.toThrow();
  expect(sandbox.journal.list()).toMatchObject([{ status: 0, reason: 'accepted' }]);
});

test('reset cuts, goaway answers and closes', async () => {
  sandbox.faults.add({ provider: 'webhook', kind: 'reset', times: 1 });
  await expect(call()).rejects.toThrow();
  sandbox.faults.add({ provider: 'webhook', kind: 'goaway', times: 1 });
  const answer = await call();
  expect([answer.status, answer.headers.get('connection')]).toEqual([204, 'close']);
});

describe('receivers', () => {
  test('are made by name', async () => {
    const answer = await fetch(`${origin}/hooks`, { method: 'POST', body: '{"name":"billing"}' });
    expect(await answer.json()).toEqual({ url: `${origin}/hooks/billing`, secret: webhookSecretOf('billing') });
    expect(webhookSecretOf('billing')).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhookSecretOf('other')).not.toBe(webhookSecretOf('billing'));
  });

  test.each(['', '{}', '{"name":"a/b"}'])('%j is no name', async (text) => {
    expect((await fetch(`${origin}/hooks`, { method: 'POST', body: text })).status).toBe(400);
  });

  test.each([
    ['GET', '/hooks/billing', 405],
    ['POST', '/elsewhere', 404],
    ['POST', '/hooks/a%2Fb', 404],
  ])('%s %s is %i', async (method, path, status) => {
    expect((await fetch(origin + path, { method })).status).toBe(status);
  });
});
