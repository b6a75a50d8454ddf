import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { errors } from '../../src/providers/twilio/errors.ts';
import { createTwilio, parseTwilioStatus, verifyTwilioSignature } from '../../src/providers/twilio/index.ts';
import type { Message, Provider, Result } from '../../src/providers/types.ts';
import { messageTo, unaborted } from '../support/message.ts';
import { startTwilioWorld, type TwilioWorld } from '../support/twilio.ts';

let world: TwilioWorld;
let twilio: Provider;
const number = '+33612345678';

beforeAll(async () => {
  world = await startTwilioWorld();
  twilio = createTwilio(world.options);
});
afterAll(async () => {
  await twilio.close();
  await world.close();
});
afterEach(() => world.clear());

async function sendOne(message: Message, provider = twilio): Promise<Result> {
  const [result] = await provider.send([message], unaborted);
  if (!result) throw new Error('no result');
  return result;
}

const received = () => world.sandbox.journal.list({ provider: 'twilio' });
const statusesOf = (message: Message) =>
  world.callbacks.filter(({ path }) => path.endsWith(message.deliveryId)).map(({ params }) => params.MessageStatus);

describe('what is sent', () => {
  test('text, sender, validity and the callback that names the delivery', async () => {
    const message = messageTo(number, { expiresAt: new Date(Date.now() + 600_000) });
    expect(await sendOne(message)).toEqual({
      outcome: 'accepted',
      providerMessageId: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      tookMs: expect.any(Number),
    });
    const [entry] = received();
    expect(entry).toMatchObject({ address: number, deliveryId: message.deliveryId, status: 201, body: message.body });
    const { ValidityPeriod, ...raw } = (entry?.raw ?? {}) as Record<string, string>;
    expect(raw).toEqual({
      To: number,
      From: world.options.from,
      Body: message.body,
      StatusCallback: `${world.options.publicUrl}/callbacks/twilio/${message.deliveryId}`,
    });
    expect(Number(ValidityPeriod)).toBeLessThanOrEqual(600);
    expect(Number(ValidityPeriod)).toBeGreaterThan(500);
  });

  test('a callback that names the sender, where that is not the default app’s', async () => {
    const of = createTwilio({ ...world.options, sender: 9 });
    const message = messageTo(number);
    expect(await sendOne(message, of)).toMatchObject({ outcome: 'accepted' });
    expect(received()[0]?.raw).toMatchObject({
      StatusCallback: `${world.options.publicUrl}/callbacks/twilio/${message.deliveryId}?sender=9`,
    });
    await of.close();
  });

  test('validity stays within what Twilio accepts', async () => {
    for (const ms of [-1000, 30 * 86_400_000]) {
      const message = messageTo(number, { expiresAt: new Date(Date.now() + ms) });
      expect(await sendOne(message)).toMatchObject({ outcome: 'accepted' });
    }
    const periods = received().map(({ raw }) => (raw as Record<string, string>).ValidityPeriod);
    expect(periods).toEqual(['36000', '1']);
  });

  test('a messaging service stands in place of a number', async () => {
    const service = `MG${'0'.repeat(32)}`;
    const provider = createTwilio({ ...world.options, from: service });
    expect(await sendOne(messageTo(number), provider)).toMatchObject({ outcome: 'accepted' });
    expect(received()[0]?.raw).toMatchObject({ MessagingServiceSid: service });
    expect(received()[0]?.raw).not.toHaveProperty('From');
    await provider.close();
  });

  test('characters of every kind arrive as they are', async () => {
    const body = 'Ça & là: 100 % = 1+1 😀\r\nTo: +15005550000';
    await sendOne(messageTo(number, { body }));
    expect(received()[0]).toMatchObject({ body, address: number });
  });
});

describe('what a refusal means', () => {
  const codes = errors.map((row) => row).filter(({ code }) => /^2\d{4}$/.test(code));

  test.each(codes)('$code is $permanence/$reason', async ({ code, permanence, reason, ...row }) => {
    world.sandbox.faults.add({ provider: 'twilio', address: number, kind: 'reject', reason: code, times: 1 });
    expect(await sendOne(messageTo(number))).toEqual({
      outcome: 'rejected',
      permanence,
      reason,
      code,
      ...('suspect' in row && { suspect: true }),
      tookMs: expect.any(Number),
    });
    expect(await sendOne(messageTo(number))).toMatchObject({ outcome: 'accepted' });
  });

  test.each([
    ['a number that is none', messageTo('0612345678'), '21211'],
    ['no text', messageTo(number, { body: '' }), '21602'],
    ['1601 characters', messageTo(number, { body: 'x'.repeat(1601) }), '21617'],
  ])('%s', async (_what, message, code) => {
    expect(await sendOne(message)).toMatchObject({ code });
  });

  test('a recipient who sent STOP', async () => {
    world.sandbox.faults.add({ provider: 'twilio', address: number, kind: 'gone' });
    expect(await sendOne(messageTo(number))).toMatchObject({ permanence: 'address', reason: 'opted_out' });
  });

  test.each([
    ['a wrong token', { authToken: 'wrong' }, '20003'],
    ["another's account", { accountSid: `AC${'0'.repeat(32)}` }, '20003'],
    ["somebody else's number", { from: '+15005550001' }, '21606'],
  ])('TR-G5: %s pauses the provider', async (_what, changes, code) => {
    const provider = createTwilio({ ...world.options, ...changes });
    expect(await sendOne(messageTo(number), provider)).toMatchObject({ permanence: 'misconfigured', code });
    await provider.close();
  });

  test('Retry-After of each answer for itself, though the SDK drops it', async () => {
    const [slow, slower] = [messageTo('+33600000001'), messageTo('+33600000002')];
    world.sandbox.faults.add({ provider: 'twilio', address: slow.address, kind: 'throttle', retryAfterS: 10 });
    world.sandbox.faults.add({ provider: 'twilio', address: slower.address, kind: 'throttle', retryAfterS: 100 });
    const before = Date.now();
    const results = await twilio.send([slow, slower, messageTo(number)], unaborted);
    const after = Date.now();
    const retryAt = results.map((result) => result.outcome === 'rejected' && result.retryAt?.getTime());
    for (const [n, seconds] of [10, 100].entries()) {
      expect(Number(retryAt[n]) - before).toBeGreaterThanOrEqual(seconds * 1000);
      expect(Number(retryAt[n]) - after).toBeLessThanOrEqual(seconds * 1000);
    }
    expect(results[2]).toMatchObject({ outcome: 'accepted' });
    expect(results[0]).toMatchObject({ permanence: 'throttled', reason: 'rate_limited', code: '20429' });
  });

  test.each([
    [401, 'misconfigured'],
    [429, 'throttled'],
    [503, 'transient'],
    [418, 'message'],
    [500, 'ambiguous'],
    [502, 'ambiguous'],
    [504, 'ambiguous'],
  ])('%i without a code of Twilio (a proxy) is %s', async (status, permanence) => {
    const proxy = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status).end('<html>no JSON</html>'));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const provider = createTwilio({
      ...world.options,
      apiUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    });
    expect(await sendOne(messageTo(number), provider)).toMatchObject({ permanence, code: String(status) });
    await provider.close();
    proxy.close();
  });
});

describe('at most once', () => {
  test('a lost answer is ambiguous and the callback settles it', async () => {
    world.sandbox.faults.add({ provider: 'twilio', kind: 'reset', reason: 'accepted', times: 1 });
    const message = messageTo(number);
    expect(await sendOne(message)).toMatchObject({ permanence: 'ambiguous', reason: 'connection_lost' });
    await expect.poll(() => statusesOf(message)).toEqual(['sent', 'delivered']);
    expect(received()).toHaveLength(1);
  });

  test('no answer in time is ambiguous, and so is an error while processing', async () => {
    const hasty = createTwilio({ ...world.options, timeoutMs: 1_500 });
    world.sandbox.faults.add({ provider: 'twilio', kind: 'latency', latencyMs: 5_000, times: 1 });
    expect(await sendOne(messageTo(number), hasty)).toMatchObject({ permanence: 'ambiguous', reason: 'timeout' });
    world.sandbox.faults.add({ provider: 'twilio', kind: 'server_error', times: 1 });
    expect(await sendOne(messageTo(number))).toMatchObject({ permanence: 'ambiguous', code: '20500' });
    await expect.poll(received).toHaveLength(2);
    await hasty.close();
  });

  test('nobody there: nothing was sent, and it is about Twilio', async () => {
    const provider = createTwilio({ ...world.options, apiUrl: 'http://127.0.0.1:1' });
    expect(await sendOne(messageTo(number), provider)).toMatchObject({
      permanence: 'origin',
      code: 'not_connected',
    });
    await provider.close();
  });

  test('aborted: what is in flight is ambiguous, the rest was not begun', async () => {
    const one = createTwilio({ ...world.options, concurrency: 1 });
    world.sandbox.faults.add({ provider: 'twilio', kind: 'latency', latencyMs: 5_000 });
    const results = await one.send([messageTo(number), messageTo(number)], AbortSignal.timeout(1_500));
    expect(results).toMatchObject([
      { permanence: 'ambiguous', reason: 'aborted' },
      { permanence: 'transient', reason: 'not_begun' },
    ]);
    await expect.poll(received).toHaveLength(1);
    await one.close();
  });
});

test('connections are used again', async () => {
  const few = createTwilio({ ...world.options, concurrency: 3 });
  for (let round = 0; round < 2; round++) {
    const results = await few.send(
      Array.from({ length: 20 }, () => messageTo(number)),
      unaborted,
    );
    expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
  }
  expect(new Set(received().map(({ connection }) => connection)).size).toBeLessThanOrEqual(3);
  await few.close();
  await few.close();
});

describe('status callbacks', () => {
  test('sent, then delivered, signed over the URL we gave', async () => {
    const message = messageTo(number);
    const result = await sendOne(message);
    await expect.poll(() => statusesOf(message)).toEqual(['sent', 'delivered']);
    for (const { path, signature, params } of world.callbacks.filter((one) => one.path.endsWith(message.deliveryId))) {
      const url = world.options.publicUrl + path;
      expect(verifyTwilioSignature(world.options.authToken, signature, url, params)).toBe(true);
      expect(verifyTwilioSignature('another token', signature, url, params)).toBe(false);
      expect(verifyTwilioSignature(world.options.authToken, signature, `${url}x`, params)).toBe(false);
      expect(verifyTwilioSignature(world.options.authToken, signature, url, { ...params, MessageStatus: 'x' })).toBe(
        false,
      );
      expect(verifyTwilioSignature(world.options.authToken, undefined, url, params)).toBe(false);
      expect(parseTwilioStatus(params)).toMatchObject({
        messageId: result.outcome === 'accepted' && result.providerMessageId,
      });
    }
  });

  test('a number that bounces: undelivered, with what it means', async () => {
    world.sandbox.faults.add({ provider: 'twilio', kind: 'hard_bounce', times: 1 });
    const message = messageTo(number);
    expect(await sendOne(message)).toMatchObject({ outcome: 'accepted' });
    await expect.poll(() => statusesOf(message)).toEqual(['sent', 'undelivered']);
    expect(parseTwilioStatus(world.callbacks.at(-1)?.params ?? {})).toMatchObject({
      status: 'failed',
      code: '30005',
      permanence: 'address',
      reason: 'unregistered',
    });
  });

  test.each(errors.filter(({ code }) => /^3\d{4}$/.test(code)))('$code is $permanence/$reason', (row) => {
    const params = { MessageSid: `SM${'0'.repeat(32)}`, MessageStatus: 'undelivered', ErrorCode: row.code };
    const { code, permanence, reason } = row;
    expect(parseTwilioStatus(params)).toEqual({
      status: 'failed',
      messageId: params.MessageSid,
      code,
      permanence,
      reason,
      occurredAt: null,
    });
  });

  test.each([
    ['queued', 'sent'],
    ['sending', 'sent'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
    ['failed', 'failed'],
    ['canceled', 'failed'],
  ])('%s is %s', (MessageStatus, status) => {
    expect(parseTwilioStatus({ MessageSid: `SM${'0'.repeat(32)}`, MessageStatus })).toMatchObject({ status });
  });

  test.each([
    {},
    { MessageSid: 'SM1', MessageStatus: 'sent' },
    { MessageSid: `SM${'0'.repeat(32)}` },
    { MessageSid: `SM${'0'.repeat(32)}`, MessageStatus: 'constructor' },
    { MessageSid: ['a'], MessageStatus: ['sent'] },
  ])('%j is none', (params) => {
    expect(parseTwilioStatus(params)).toBeNull();
  });

  test('an unknown error code still fails, and the code is kept', () => {
    const params = { MessageSid: `SM${'0'.repeat(32)}`, MessageStatus: 'failed', ErrorCode: '39999' };
    expect(parseTwilioStatus(params)).toMatchObject({ status: 'failed', code: '39999', permanence: 'message' });
  });
});
