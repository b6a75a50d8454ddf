// Over 300 lines: the protocol of one provider, answer by answer.
import { createSecureServer, constants as http2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { errors } from '../../src/providers/apns/errors.ts';
import { explain } from '../../src/providers/apns/failure.ts';
import { type ApnsOptions, createApns } from '../../src/providers/apns/index.ts';
import type { Message, Provider, Result } from '../../src/providers/types.ts';
import { apnsReasons } from '../../src/sandbox/apns.ts';
import { openCredentials } from '../../src/sandbox/credentials.ts';
import type { Entry } from '../../src/sandbox/journal.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { messageTo, turns, unaborted } from '../support/message.ts';

const token = '0a'.repeat(32);
const otherToken = '0b'.repeat(32);

let sandbox: Sandbox;
let options: ApnsOptions;
let apns: Provider;

beforeAll(async () => {
  sandbox = await startSandbox();
  const { APNS_KEY = '', APNS_KEY_ID = '', APNS_TEAM_ID = '', APNS_TOPIC = '', ...rest } = sandbox.settings;
  options = {
    key: APNS_KEY,
    keyId: APNS_KEY_ID,
    teamId: APNS_TEAM_ID,
    topic: APNS_TOPIC,
    host: rest.APNS_HOST,
    port: Number(rest.APNS_PORT),
    ca: rest.APNS_CA,
    timeoutMs: 60_000,
  };
  apns = createApns(options);
});
afterAll(async () => {
  await apns.close();
  await sandbox.close();
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});

const received = () => sandbox.journal.list({ provider: 'apns' });

async function sendOne(message: Message, provider = apns): Promise<Result> {
  const [result, ...more] = await provider.send([message], unaborted);
  expect(more).toEqual([]);
  if (!result) throw new Error('no result');
  return result;
}

/** Runs with a provider of its own and closes it. */
async function withProvider<T>(changes: Partial<ApnsOptions>, use: (provider: Provider) => Promise<T>): Promise<T> {
  const provider = createApns({ ...options, ...changes });
  try {
    return await use(provider);
  } finally {
    await provider.close();
  }
}

describe('what the phone gets', () => {
  test('TR-G1, TR-G8, TR-G9: texts in aps.alert, thread, sound, no badge, data beside aps, every header', async () => {
    const message = messageTo(token, {
      subtitle: 'Rowbell',
      data: { tripId: '42', overlay: 'scheduling' },
      threadId: '42',
      collapseKey: 'trip-42',
      sound: 'default',
      urgency: 'high',
      interruptionLevel: 'time-sensitive',
      expiresAt: new Date('2030-01-02T03:04:05.678Z'),
    });
    expect(await sendOne(message)).toEqual({ outcome: 'accepted', providerMessageId: message.deliveryId });
    const [entry] = received();
    expect(entry).toMatchObject({ address: token, status: 200, deliveryId: message.deliveryId });
    expect(entry?.raw).toEqual({
      aps: {
        alert: { title: 'Lisbon', subtitle: 'Rowbell', body: 'Ada started planning this trip.' },
        'thread-id': '42',
        'interruption-level': 'time-sensitive',
        sound: 'default',
      },
      tripId: '42',
      overlay: 'scheduling',
      deliveryId: message.deliveryId,
    });
    expect(entry?.headers).toEqual({
      'apns-id': message.deliveryId,
      'apns-topic': options.topic,
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-expiration': String(Date.parse('2030-01-02T03:04:05Z') / 1000),
      'apns-collapse-id': 'trip-42',
    });
  });

  test('what a message does not have is left out', async () => {
    await sendOne(messageTo(token));
    const [entry] = received();
    expect(entry?.raw).toEqual({
      aps: { alert: { title: 'Lisbon', body: 'Ada started planning this trip.' } },
      deliveryId: entry?.deliveryId,
    });
    expect(entry?.headers).not.toHaveProperty('apns-collapse-id');
  });

  test.each([
    ['very-low', '1'],
    ['low', '5'],
    ['normal', '5'],
    ['high', '10'],
  ] as const)('urgency %s is priority %s', async (urgency, priority) => {
    await sendOne(messageTo(token, { urgency }));
    expect(received()[0]?.headers['apns-priority']).toBe(priority);
  });

  test('a critical alert has the dictionary form of sound', async () => {
    await sendOne(messageTo(token, { interruptionLevel: 'critical', sound: 'siren.caf' }));
    expect(received()[0]?.raw).toMatchObject({ aps: { sound: { critical: 1, name: 'siren.caf', volume: 1 } } });
  });

  test('data cannot replace aps, and hostile texts arrive as they are', async () => {
    const body = '"},{"\u0000\r\n💥'.repeat(3);
    await sendOne(messageTo(token, { body, data: { aps: 'mine', x: '</script>' } }));
    expect(received()[0]).toMatchObject({ body, data: { x: '</script>' } });
  });

  test('a collapse key that no header can carry still groups', async () => {
    for (const collapseKey of ['é'.repeat(40), 'é'.repeat(40), 'two words']) {
      expect(await sendOne(messageTo(token, { collapseKey }))).toMatchObject({ outcome: 'accepted' });
    }
    const [other, second, first] = received().map(({ headers }) => headers['apns-collapse-id']);
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe('answers', () => {
  const ours = ['stale_unregistered', 'malformed_token', 'refused', 'server_error', 'tls', 'not_connected'];
  ours.push('REFUSED_STREAM', 'timeout', 'connection_lost', 'aborted', 'not_begun', 'internal');

  test('every row of the table is an answer APNs gives or a failure tested here', () => {
    expect(errors.map(({ code }) => code).sort()).toEqual([...Object.keys(apnsReasons), ...ours].sort());
  });

  test.each(Object.keys(apnsReasons))('TR-G7: %s', async (reason) => {
    sandbox.faults.add({ provider: 'apns', kind: 'reject', reason, times: 1 });
    const row = errors.find(({ code }) => code === reason);
    const result = await sendOne(messageTo(token));
    expect(result).toEqual({
      outcome: 'rejected',
      permanence: row?.permanence,
      reason: row?.reason,
      code: reason,
      ...(row && 'suspect' in row && { suspect: true }),
    });
    expect(received()).toHaveLength(1);
  });

  test('TR-G7: gone since before the token was registered again is stale news, gone since then is not', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'gone' });
    const minute = 60_000;
    const registeredLater = messageTo(token, { registeredAt: new Date(Date.now() + minute) });
    expect(await sendOne(registeredLater)).toMatchObject({
      permanence: 'transient',
      reason: 'unregistered_stale',
      code: 'Unregistered',
    });
    const registeredBefore = messageTo(token, { registeredAt: new Date(Date.now() - minute) });
    expect(await sendOne(registeredBefore)).toMatchObject({ permanence: 'address', reason: 'unregistered' });
  });

  test('W19: any word of an address that is gone since an instant is compared with its registration', async () => {
    const minute = 60_000;
    const registered = (after: number) => messageTo(token, { registeredAt: new Date(Date.now() + after) });
    for (const reason of ['ExpiredToken', 'NewReason']) {
      sandbox.faults.add({ provider: 'apns', kind: 'gone', reason, times: 2 });
      expect(await sendOne(registered(minute))).toMatchObject({
        permanence: 'transient',
        reason: 'unregistered_stale',
        code: reason,
      });
      expect(await sendOne(registered(-minute))).not.toMatchObject({ reason: 'unregistered_stale' });
    }
  });

  test('W19: an instant in another spelling is compared, one that says nothing is as none', () => {
    const registeredAt = new Date('2026-06-01T00:00:00Z');
    const [before, after] = [new Date('2026-05-01T00:00:00Z'), new Date('2026-07-01T00:00:00Z')];
    const outcome = (timestamp: unknown) =>
      explain(
        { status: 410, response: { reason: 'ExpiredToken', timestamp } } as never,
        messageTo(token, { registeredAt }),
        undefined,
      ).permanence;
    const spellings = (at: Date) => [at.getTime(), String(at.getTime()), at.getTime() / 1000, at.toISOString()];
    expect(spellings(before).map(outcome)).toEqual(Array(4).fill('transient'));
    expect(spellings(after).map(outcome)).toEqual(Array(4).fill('address'));
    expect([undefined, null, '', 'soon', {}].map(outcome)).toEqual(Array(5).fill('address'));
  });

  test('Retry-After is honoured, which node-apn drops', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'throttle', retryAfterS: 30, times: 2 });
    const before = Date.now();
    const results = await apns.send([messageTo(token), messageTo(otherToken)], unaborted);
    for (const result of results) {
      expect(result).toMatchObject({ permanence: 'throttled', reason: 'rate_limited' });
      const retryAt = (result as { retryAt?: Date }).retryAt?.getTime() ?? 0;
      expect(retryAt - before).toBeGreaterThanOrEqual(29_900);
      expect(retryAt - Date.now()).toBeLessThanOrEqual(30_000);
    }
  });

  test('reasons and statuses unknown here are read by their status', async () => {
    const answered = async (status: number, reason: string) => {
      sandbox.faults.add({ provider: 'apns', kind: 'reject', status, reason, times: 1 });
      return await sendOne(messageTo(token));
    };
    expect(await answered(400, 'NewReason')).toMatchObject({ permanence: 'message', code: 'NewReason' });
    expect(await answered(403, 'NewReason')).toMatchObject({ permanence: 'misconfigured', code: '403' });
    expect(await answered(429, 'NewReason')).toMatchObject({ permanence: 'throttled', code: '429' });
    expect(await answered(500, 'NewReason')).toMatchObject({ permanence: 'transient' });
    expect(await answered(502, 'NewReason')).toMatchObject({ permanence: 'transient', code: '502' });
  });

  test('oversized: refused by APNs, the others of the chunk arrive', async () => {
    const results = await apns.send(
      [messageTo(token), messageTo(token, { body: 'x'.repeat(4096) }), messageTo(token)],
      unaborted,
    );
    expect(results).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'rejected', permanence: 'message', reason: 'too_large', code: 'PayloadTooLarge' },
      { outcome: 'accepted' },
    ]);
  });

  test.each(['', 'abc', `${token}/../x`, `${token}\r\nx: y`, 'z'.repeat(64), '0'.repeat(202)])(
    'no token at all is never sent: %j',
    async (address) => {
      expect(await sendOne(messageTo(address))).toMatchObject({ permanence: 'address', reason: 'invalid_address' });
      expect(received()).toEqual([]);
    },
  );

  test('a wrong key, key id, team or topic pauses the provider, never the address', async () => {
    const { key } = (await openCredentials({ publicHost: 'localhost' })).credentials.apns;
    const cases: [Partial<ApnsOptions>, string][] = [
      [{ key }, 'InvalidProviderToken'],
      [{ keyId: 'AAAAAAAAAA' }, 'InvalidProviderToken'],
      [{ teamId: 'AAAAAAAAAA' }, 'InvalidProviderToken'],
      [{ topic: 'com.example.other' }, 'TopicDisallowed'],
    ];
    for (const [changes, code] of cases) {
      const result = await withProvider(changes, (provider) => sendOne(messageTo(token), provider));
      expect(result).toMatchObject({ permanence: 'misconfigured', code });
    }
  });
});

describe('the connection', () => {
  test('one serves every chunk', async () => {
    await withProvider({}, async (provider) => {
      for (let chunk = 0; chunk < 3; chunk++) {
        const batch = Array.from({ length: 500 }, () => messageTo(token));
        const results = await provider.send(batch, unaborted);
        expect(results.map((result) => 'providerMessageId' in result && result.providerMessageId)).toEqual(
          batch.map(({ deliveryId }) => deliveryId),
        );
      }
    });
    expect(new Set(received().map(({ connection }) => connection)).size).toBe(1);
    expect(sandbox.journal.counts().apns).toEqual({ received: 1500, accepted: 1500, rejected: 0 });
  });

  test('cut: what was under way may have arrived, the next message gets a new connection', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'reset', times: 1 });
    expect(await sendOne(messageTo(token))).toMatchObject({ permanence: 'ambiguous', reason: 'connection_lost' });
    expect(await sendOne(messageTo(token))).toMatchObject({ outcome: 'accepted' });
    const [after, before] = received();
    expect(before).toMatchObject({ status: 0, reason: 'reset' });
    expect(after?.connection).not.toBe(before?.connection);
  });

  test('GOAWAY: nothing is lost, what follows goes by a new connection', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'goaway', times: 1 });
    const batch = Array.from({ length: 50 }, () => messageTo(token));
    const results = await apns.send(batch, unaborted);
    const accepted = results.filter(({ outcome }) => outcome === 'accepted').length;
    const refused = results.filter((result) => 'permanence' in result && result.permanence === 'transient').length;
    expect(accepted + refused).toBe(50);
    expect(received()).toHaveLength(accepted);
    const last = received()[0] as Entry;
    expect(await sendOne(messageTo(token))).toMatchObject({ outcome: 'accepted' });
    expect(received()[0]?.connection).not.toBe(last.connection);
  });

  test('many 5xx at once, which make node-apn close its session, are all transient', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'server_error' });
    const results = await apns.send(
      Array.from({ length: 20 }, () => messageTo(token)),
      unaborted,
    );
    expect(new Set(results.map((result) => 'permanence' in result && result.permanence))).toEqual(
      new Set(['transient']),
    );
    expect(received()).toHaveLength(20);
    sandbox.faults.clear();
    expect(await sendOne(messageTo(token))).toMatchObject({ outcome: 'accepted' });
  });

  test('silence: ambiguous after the time-out, and a connection that only keeps silent is replaced', async () => {
    await withProvider({ timeoutMs: 2_000 }, async (provider) => {
      await sendOne(messageTo(token), provider);
      sandbox.faults.add({ provider: 'apns', kind: 'latency', latencyMs: 6_000, times: 1 });
      expect(await sendOne(messageTo(token), provider)).toMatchObject({ permanence: 'ambiguous', reason: 'timeout' });
      await sendOne(messageTo(token), provider);
    });
    // The slow one is journaled when it is answered, last of the three.
    await expect.poll(received).toHaveLength(3);
    const [slow, replaced, first] = received();
    expect(slow?.connection).toBe(first?.connection);
    expect(replaced?.connection).not.toBe(first?.connection);
  });

  test('refused, unknown host: nothing was sent; not trusted: misconfigured', async () => {
    const failing = (changes: Partial<ApnsOptions>) =>
      withProvider(changes, (provider) => provider.send([messageTo(token), messageTo(otherToken)], unaborted));
    const unavailable = { permanence: 'transient', reason: 'unavailable' };
    expect(await failing({ port: 1 })).toMatchObject([unavailable, unavailable]);
    expect(await failing({ host: 'nowhere.invalid' })).toMatchObject([unavailable, unavailable]);
    const untrusted = { permanence: 'misconfigured', reason: 'tls_failed' };
    expect(await failing({ ca: null })).toMatchObject([untrusted, untrusted]);
    expect(received()).toEqual([]);
  });

  test('a stream the server refuses was not processed', async () => {
    const { tls } = (await openCredentials({ publicHost: '127.0.0.1' })).credentials;
    const server = createSecureServer({ key: tls.key, cert: tls.cert });
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.close(http2.NGHTTP2_REFUSED_STREAM);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const result = await withProvider({ port, ca: tls.ca }, (provider) => sendOne(messageTo(token), provider));
      expect(result).toMatchObject({ permanence: 'transient', reason: 'unavailable', code: 'REFUSED_STREAM' });
    } finally {
      server.close();
    }
  });
});

describe('ending', () => {
  test('aborted: what was answered counts, what is under way is ambiguous', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'latency', latencyMs: 4_000, address: otherToken });
    const abort = new AbortController();
    const sending = apns.send([messageTo(token), messageTo(otherToken)], abort.signal);
    await expect.poll(received).toHaveLength(1);
    await turns();
    abort.abort();
    expect(await sending).toMatchObject([{ outcome: 'accepted' }, { permanence: 'ambiguous', reason: 'aborted' }]);
    await expect.poll(received).toHaveLength(2);
  });

  test('aborted before it began: nothing is sent', async () => {
    expect(await apns.send([messageTo(token)], AbortSignal.abort())).toMatchObject([
      { permanence: 'transient', reason: 'not_begun' },
    ]);
    expect(received()).toEqual([]);
  });

  test('closing twice is closing once, and a closed provider sends nothing', async () => {
    const provider = createApns(options);
    await sendOne(messageTo(token), provider);
    await Promise.all([provider.close(), provider.close()]);
    expect(await sendOne(messageTo(token), provider)).toMatchObject({ permanence: 'transient' });
    expect(received()).toHaveLength(1);
  });
});

describe('secrets', () => {
  test.each(['top-secret-key', '-----BEGIN PRIVATE KEY-----\ntop-secret\n-----END PRIVATE KEY-----'])(
    'a key that cannot sign is refused without being shown',
    (key) => {
      expect(() => createApns({ ...options, key })).toThrow('apns: key is not a P-256 private key');
      expect(() => createApns({ ...options, key })).not.toThrow('top-secret');
    },
  );

  test('no result holds a token or a text', async () => {
    const results: Result[] = [];
    for (const kind of ['gone', 'reject', 'throttle', 'server_error', 'reset']) {
      sandbox.faults.add({ provider: 'apns', kind, times: 1 });
      results.push(await sendOne(messageTo(token)));
    }
    const text = JSON.stringify(results);
    expect(text).not.toContain(token);
    expect(text).not.toContain('Lisbon');
  });
});
