import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { signatureOf } from '../../src/sandbox/twilio-callbacks.ts';

let sandbox: Sandbox;
let receiver: Server;
let callbacks: { readonly params: Record<string, string>; readonly genuine: boolean }[] = [];
const statusCallback = 'https://public.example/callbacks/twilio/1?x=1';
/** A number per test, so that late callbacks of one are not taken for another's. */
let to = '';
let last = 33_600_000_000;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(body));
      const expected = signatureOf(sandbox.settings.TWILIO_AUTH_TOKEN ?? '', statusCallback, params);
      callbacks.push({ params, genuine: request.headers['x-twilio-signature'] === expected });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  sandbox = await startSandbox({ twilioCallbackBase: `http://127.0.0.1:${port}` });
});
afterAll(async () => {
  await sandbox.close();
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(() => {
  to = `+${++last}`;
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
  callbacks = [];
});

function call(path: string, form: Record<string, string> | null, password = sandbox.settings.TWILIO_AUTH_TOKEN) {
  const { TWILIO_API_URL, TWILIO_ACCOUNT_SID } = sandbox.settings;
  return fetch(`${TWILIO_API_URL}/2010-04-01/Accounts/${path}`, {
    method: form ? 'POST' : 'GET',
    headers: { authorization: `Basic ${btoa(`${TWILIO_ACCOUNT_SID}:${password}`)}` },
    ...(form && { body: new URLSearchParams(form) }),
  });
}

const account = () => sandbox.settings.TWILIO_ACCOUNT_SID ?? '';
const good = () => ({ To: to, From: sandbox.settings.TWILIO_FROM ?? '', Body: 'Hi', StatusCallback: statusCallback });
const create = (changes: Record<string, string> = {}) => call(`${account()}/Messages.json`, { ...good(), ...changes });
const ours = () => callbacks.filter(({ params }) => params.To === to);
const statuses = () => ours().map(({ params }) => params.MessageStatus);

test('an accepted message, like Twilio answers it', async () => {
  const answer = await create();
  expect(answer.status).toBe(201);
  expect(await answer.json()).toMatchObject({
    sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
    account_sid: account(),
    to,
    body: 'Hi',
    status: 'queued',
    direction: 'outbound-api',
    error_code: null,
  });
});

test.each([
  [{ To: '' }, 400, 21604],
  [{ To: '0612345678' }, 400, 21211],
  [{ To: '+0612345678' }, 400, 21211],
  [{ From: '' }, 400, 21603],
  [{ From: '+15005550001' }, 400, 21606],
  [{ Body: '' }, 400, 21602],
  [{ Body: 'x'.repeat(1601) }, 400, 21617],
  [{ StatusCallback: 'nowhere' }, 400, 21609],
  [{ ValidityPeriod: '36001' }, 400, 20001],
])('%j is refused with %i and code %i', async (changes, status, code) => {
  const answer = await create(changes as Record<string, string>);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({
    code,
    status,
    message: expect.any(String),
    more_info: expect.any(String),
  });
  expect(sandbox.journal.list()).toMatchObject([{ status, reason: String(code) }]);
});

test('1600 characters are taken', async () => {
  expect((await create({ Body: 'x'.repeat(1600) })).status).toBe(201);
});

test('a wrong password and a wrong account', async () => {
  const wrong = await call(`${account()}/Messages.json`, good(), 'wrong');
  expect([wrong.status, await wrong.json()]).toMatchObject([401, { code: 20003 }]);
  const other = await call(`AC${'0'.repeat(32)}/Messages.json`, good());
  expect([other.status, await other.json()]).toMatchObject([404, { code: 20404 }]);
  expect(sandbox.journal.list()).toEqual([]);
});

test('messages are listed by recipient and fetched by sid, with their latest status', async () => {
  const { sid } = (await (await create()).json()) as { sid: string };
  await expect.poll(statuses).toEqual(['sent', 'delivered']);
  const listed = await call(`${account()}/Messages.json?To=${encodeURIComponent(to)}&PageSize=5`, null);
  expect(await listed.json()).toMatchObject({ messages: [{ sid, status: 'delivered' }], next_page_uri: null });
  const fetched = await call(`${account()}/Messages/${sid}.json`, null);
  expect(await fetched.json()).toMatchObject({ sid, status: 'delivered' });
  expect((await call(`${account()}/Messages/SM${'0'.repeat(32)}.json`, null)).status).toBe(404);
});

describe('status callbacks go to the base given, signed over the URL asked for', () => {
  test('sent, then delivered', async () => {
    await create();
    await expect.poll(statuses).toEqual(['sent', 'delivered']);
    expect(ours().every(({ genuine }) => genuine)).toBe(true);
    expect(ours()[0]?.params).toMatchObject({ To: to, AccountSid: account(), SmsStatus: 'sent' });
  });

  test.each([
    [{ kind: 'hard_bounce' }, ['sent', 'undelivered'], '30005'],
    [{ kind: 'soft_bounce' }, ['sent', 'undelivered'], '30003'],
    [{ kind: 'hard_bounce', reason: '30007' }, ['sent', 'undelivered'], '30007'],
    [{ kind: 'late_receipt', latencyMs: 50 }, ['sent', 'delivered'], undefined],
    [{ kind: 'late_receipt', latencyMs: 20, reason: 'out_of_order' }, ['delivered', 'sent'], undefined],
    [
      { kind: 'late_receipt', latencyMs: 20, reason: 'duplicate' },
      ['sent', 'sent', 'delivered', 'delivered'],
      undefined,
    ],
  ])('%j', async (fault, expected, errorCode) => {
    sandbox.faults.add({ provider: 'twilio', address: to, times: 1, ...fault });
    expect((await create()).status).toBe(201);
    await expect.poll(statuses).toEqual(expected);
    expect(ours().at(-1)?.params.ErrorCode).toBe(errorCode);
  });

  test('lost_receipt: nothing after sent', async () => {
    sandbox.faults.add({ provider: 'twilio', address: to, kind: 'lost_receipt', times: 1 });
    await create();
    await expect.poll(statuses).toEqual(['sent']);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(statuses()).toEqual(['sent']);
  });

  test('a cut connection takes nothing, unless it is told to', async () => {
    sandbox.faults.add({ provider: 'twilio', kind: 'reset', times: 1 });
    await expect(create()).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(statuses()).toEqual([]);
    sandbox.faults.add({ provider: 'twilio', kind: 'reset', reason: 'accepted', times: 1 });
    await expect(create()).rejects.toThrow();
    await expect.poll(statuses).toEqual(['sent', 'delivered']);
  });
});

test('429 with Retry-After', async () => {
  sandbox.faults.add({ provider: 'twilio', kind: 'throttle', retryAfterS: 7, times: 1 });
  const answer = await create();
  expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toMatchObject([
    429,
    '7',
    { code: 20429 },
  ]);
});
