import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Message, Provider, Result } from '../../src/providers/types.ts';
import { errors } from '../../src/providers/webhook/errors.ts';
import { createWebhook } from '../../src/providers/webhook/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { webhookSecretOf } from '../../src/sandbox/webhook.ts';
import { messageTo, turns, unaborted } from '../support/message.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let webhook: Provider;
let url: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  webhook = createWebhook({ allowPrivateNetworks: true, timeoutMs: 60_000 });
  url = `http://127.0.0.1:${sandbox.ports.webhook}/hooks/billing`;
});
afterAll(async () => {
  await webhook.close();
  await sandbox.close();
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});

const call = (changes: Partial<Message> = {}, address = url) =>
  messageTo(address, { webhookSecrets: [webhookSecretOf('billing')], ...changes });

async function sendOne(message: Message, provider = webhook): Promise<Result> {
  const [result] = await provider.send([message], unaborted);
  if (!result) throw new Error('no result');
  return result;
}

const received = () => sandbox.journal.list({ provider: 'webhook' });

describe('what the receiver gets', () => {
  test('type, timestamp and data, signed, with the delivery as webhook-id', async () => {
    const message = call({ subtitle: 'Rowbell', data: { tripId: '42' }, threadId: '42', collapseKey: 'trip-42' });
    expect(await sendOne(message)).toEqual({ outcome: 'accepted', providerMessageId: null });
    const [entry] = received();
    const { deliveryId, title, subtitle, body, data, threadId, collapseKey } = message;
    expect(entry).toMatchObject({ address: url, deliveryId, status: 204, title, body, data });
    expect(entry?.raw).toEqual({
      type: message.typeKey,
      timestamp: '2026-11-30T09:00:00.125Z',
      data: { deliveryId, title, subtitle, body, data, threadId, collapseKey },
    });
    expect(entry?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': deliveryId,
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
      'webhook-signature': expect.stringMatching(/^v1,/),
    });
  });

  test('W13: the same webhook-id and the same bytes at every attempt', async () => {
    const message = call();
    sandbox.faults.add({ provider: 'webhook', kind: 'server_error', times: 1 });
    expect(await sendOne(message)).toMatchObject({ permanence: 'transient' });
    expect(await sendOne({ ...message, attempt: 2 })).toMatchObject({ outcome: 'accepted' });
    expect(received().map((entry) => entry.headers['webhook-id'])).toEqual([message.deliveryId, message.deliveryId]);
    const [second, first] = received().map(({ raw }) => JSON.stringify(raw));
    expect(second).toBe(first);
  });

  test('a wrong secret is refused by the receiver', async () => {
    const webhookSecrets = [webhookSecretOf('somebody else')];
    expect(await sendOne(call({ webhookSecrets }))).toMatchObject({ permanence: 'message', code: '401' });
    expect(received()[0]?.reason).toBe('wrong signature');
    expect(await sendOne(call())).toMatchObject({ outcome: 'accepted' });
  });
});

describe('what an answer means', () => {
  const cases = [
    { kind: 'reject', status: 302, permanence: 'message', reason: 'redirected' },
    { kind: 'reject', status: 404, permanence: 'message', reason: 'refused' },
    { kind: 'reject', status: 408, permanence: 'transient', reason: 'server_error' },
    { kind: 'gone', status: 410, permanence: 'address', reason: 'unregistered' },
    { kind: 'reject', status: 413, permanence: 'message', reason: 'too_large' },
    { kind: 'reject', status: 425, permanence: 'transient', reason: 'server_error' },
    { kind: 'throttle', status: 429, permanence: 'throttled', reason: 'rate_limited' },
    { kind: 'server_error', status: 500, permanence: 'transient', reason: 'server_error' },
    { kind: 'server_error', status: 503, permanence: 'throttled', reason: 'server_error' },
  ] as const;

  test.each(cases)('$status is $permanence/$reason', async ({ kind, status, ...meaning }) => {
    sandbox.faults.add({ provider: 'webhook', address: url, kind, status, times: 1 });
    expect(await sendOne(call())).toEqual({ outcome: 'rejected', ...meaning, code: String(status) });
    expect(received()).toHaveLength(1);
    expect(await sendOne(call())).toMatchObject({ outcome: 'accepted' });
  });

  test('every status in the table is among the cases above', () => {
    const tested = cases.map(({ status }) => String(status));
    expect(errors.map(({ code }) => code).filter((code) => /^\d+$/.test(code) && !tested.includes(code))).toEqual([]);
  });

  test.each([429, 503, 500])('%i with Retry-After says when', async (status) => {
    sandbox.faults.add({ provider: 'webhook', kind: 'server_error', status, retryAfterS: 30, times: 1 });
    const before = Date.now();
    const result = await sendOne(call());
    if (result.outcome !== 'rejected' || !result.retryAt) throw new Error('no retryAt');
    expect(result.retryAt.getTime() - before).toBeGreaterThanOrEqual(30_000);
    expect(result.retryAt.getTime() - Date.now()).toBeLessThanOrEqual(30_000);
  });

  test('no answer in time and a cut connection are ambiguous, nobody there is transient', async () => {
    const hasty = createWebhook({ allowPrivateNetworks: true, timeoutMs: 1_500 });
    sandbox.faults.add({ provider: 'webhook', kind: 'latency', latencyMs: 5_000, times: 1 });
    expect(await sendOne(call(), hasty)).toMatchObject({ permanence: 'ambiguous', reason: 'timeout' });
    sandbox.faults.add({ provider: 'webhook', kind: 'reset', times: 1 });
    expect(await sendOne(call())).toMatchObject({ permanence: 'ambiguous', reason: 'connection_lost' });
    expect(await sendOne(call({}, 'http://127.0.0.1:1/'))).toMatchObject({ permanence: 'transient' });
    expect(await sendOne(call({}, 'http://rowbell.invalid/'))).toMatchObject({ code: 'not_connected' });
    await expect.poll(received).toHaveLength(2);
    await hasty.close();
  });
});

describe('what is not sent', () => {
  test.each([[], [''], ['whsec_'], ['whsec_%%%'], [webhookSecretOf('billing'), 'whsec_%%%']])(
    'without a usable secret (%s)',
    async (...webhookSecrets) => {
      expect(await sendOne(call({ webhookSecrets }))).toMatchObject({ permanence: 'message', code: 'bad_secret' });
      expect(received()).toEqual([]);
    },
  );

  test.each(['', 'ftp://a.example/', 'http://u:p@a.example/', 'file:///etc/hosts'])('to %s', async (address) => {
    expect(await sendOne(call({}, address))).toMatchObject({ permanence: 'address', code: 'bad_endpoint' });
  });

  test.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::]',
    '0x7f000001',
    '192.168.1.1',
    '169.254.169.254',
    '[64:ff9b::7f00:1]',
  ])('to %s unless private networks are allowed', async (host) => {
    const careful = createWebhook();
    expect(await sendOne(call({}, `https://${host}:${sandbox.ports.webhook}/hooks/billing`), careful)).toMatchObject({
      permanence: 'transient',
      reason: 'unavailable',
      code: 'not_connected',
    });
    expect(received()).toEqual([]);
    await careful.close();
  });

  test('in the clear unless private networks are allowed', async () => {
    const careful = createWebhook();
    expect(await sendOne(call({}, 'http://hooks.example/'), careful)).toMatchObject({ code: 'bad_endpoint' });
    await careful.close();
  });
});

describe('a chunk', () => {
  test('goes over few connections, which are used again', async () => {
    const few = createWebhook({ allowPrivateNetworks: true, connections: 3 });
    const chunk = Array.from({ length: 30 }, () => call());
    for (let round = 0; round < 2; round++) {
      const results = await few.send(chunk, unaborted);
      expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    }
    expect(new Set(received().map(({ connection }) => connection)).size).toBeLessThanOrEqual(3);
    expect(new Set(received().map(({ deliveryId }) => deliveryId)).size).toBe(30);
    await few.close();
    await few.close();
  });

  test('aborted: what is in flight is ambiguous, the rest was not begun', async () => {
    const one = createWebhook({ allowPrivateNetworks: true, concurrency: 1 });
    sandbox.faults.add({ provider: 'webhook', kind: 'latency', latencyMs: 5_000 });
    const results = await one.send([call(), call()], AbortSignal.timeout(1_500));
    expect(results).toMatchObject([
      { permanence: 'ambiguous', reason: 'aborted' },
      { permanence: 'transient', reason: 'not_begun' },
    ]);
    await expect.poll(received).toHaveLength(1);
    await one.close();
  });
});

describe('a receiver that never stops talking', () => {
  let endless: Server;
  let written = 0;
  beforeAll(async () => {
    endless = createServer((request, response) => {
      request.resume();
      response.writeHead(200);
      const chunk = Buffer.alloc(16 * 1024);
      const more = () => {
        if (response.destroyed) return;
        written += chunk.length;
        response.write(chunk, () => setImmediate(more));
      };
      more();
    });
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => endless.closeAllConnections());

  test('is accepted by its status and cut off', async () => {
    const { port } = endless.address() as AddressInfo;
    expect(await sendOne(call({}, `http://127.0.0.1:${port}/`))).toMatchObject({ outcome: 'accepted' });
    await expect.poll(() => written, { interval: 50 }).toBeGreaterThan(0);
    await until('nothing more is written', async () => {
      const before = written;
      await turns();
      return written === before;
    });
  });
});

test('a receiver that answers a byte at a time holds nobody up', async () => {
  const dripping = createServer((request, response) => {
    request.resume();
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), 50);
    response.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
  const { port } = dripping.address() as AddressInfo;
  const provider = createWebhook({ allowPrivateNetworks: true, timeoutMs: 100_000 });
  const begun = performance.now();
  expect(await sendOne(call({}, `http://127.0.0.1:${port}/`), provider)).toMatchObject({ outcome: 'accepted' });
  await provider.close();
  // Not when its patience is over.
  expect(performance.now() - begun).toBeLessThan(100_000);
  dripping.close();
});

test('the signature is Standard Webhooks', async () => {
  const message = call();
  await sendOne(message);
  const [entry] = received();
  const verifier = new Webhook(webhookSecretOf('billing'));
  expect(() => verifier.verify(JSON.stringify(entry?.raw), entry?.headers ?? {})).not.toThrow();
  expect(() => verifier.verify(`${JSON.stringify(entry?.raw)} `, entry?.headers ?? {})).toThrow();
});
