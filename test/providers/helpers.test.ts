import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDeadline } from '../../src/providers/deadline.ts';
import { createRejections } from '../../src/providers/error-table.ts';
import { createPublicLookup, isPublicAddress } from '../../src/providers/public-address.ts';
import { parseRetryAfter } from '../../src/providers/retry-after.ts';
import { createConcurrentSend } from '../../src/providers/send-concurrently.ts';
import { startDns } from '../support/dns.ts';
import { messageTo, unaborted } from '../support/message.ts';

describe('isPublicAddress', () => {
  test.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '2606:4700::1111', '2a00:1450:4001::1'])('%s is', (ip) => {
    expect(isPublicAddress(ip)).toBe(true);
  });

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '',
    'example.com',
    '1.2.3',
  ])('%s is not', (ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });
});

describe('createPublicLookup', () => {
  let dns: Awaited<ReturnType<typeof startDns>>;
  let lookup: (name: string, options?: object) => Promise<unknown>;
  beforeAll(async () => {
    dns = await startDns({
      'push.example': ['93.184.216.34', '93.184.216.35'],
      'inside.example': ['10.1.2.3'],
      'both.example': ['93.184.216.34', '127.0.0.1'],
      'metadata.example': ['169.254.169.254'],
      'never.example': [],
    });
    const publicLookup = createPublicLookup([dns.address]);
    lookup = (name, options = { all: true }) =>
      new Promise((resolve) => publicLookup(name, options, (error, address) => resolve(error?.name ?? address)));
  });
  afterAll(() => dns.close());

  test('gives the addresses of a public name', async () => {
    expect(await lookup('push.example', { family: 4 })).toBe('93.184.216.34');
    expect(await lookup('push.example')).toEqual([
      { address: '93.184.216.34', family: 4 },
      { address: '93.184.216.35', family: 4 },
    ]);
  });

  test.each(['inside.example', 'both.example', 'metadata.example'])(
    'SE-9: refuses %s, which leads out of the public internet',
    async (name) => {
      expect(await lookup(name)).toBe('PrivateAddressError');
      expect(await lookup(name, {})).toBe('PrivateAddressError');
    },
  );

  test('a name nobody has is an ordinary error', async () => {
    expect(await lookup('nobody.example')).toBe('Error');
  });

  test('SE-2: names that are never answered hold up no other', async () => {
    const never = Promise.all(Array.from({ length: 50 }, () => lookup('never.example')));
    let over = false;
    void never.then(() => {
      over = true;
    });
    expect(await lookup('push.example')).toHaveLength(2);
    expect(over).toBe(false);
    expect(new Set(await never)).toEqual(new Set(['Error']));
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const inSeconds = (seconds: number) => new Date(now + seconds * 1000);

  test.each([
    ['120', 120],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['999999999', 86_400],
    ['9'.repeat(400), 86_400],
    ['Fri, 01 Jan 2038 00:00:00 GMT', 86_400],
  ])('%s', (header, seconds) => {
    expect(parseRetryAfter(header, now)).toEqual(inSeconds(seconds));
  });

  test.each([undefined, null, '', 'soon', '-5 minutes'])('%s says nothing', (header) => {
    expect(parseRetryAfter(header, now)).toBeUndefined();
  });

  test('of several the first counts', () => {
    expect(parseRetryAfter(['10', '20'], now)).toEqual(inSeconds(10));
  });
});

describe('createRejections', () => {
  const { has, reject } = createRejections([
    { code: 'a', permanence: 'throttled', reason: 'rate_limited', note: '' },
    { code: 'b', permanence: 'address', reason: 'gone', suspect: true, note: '' },
  ]);
  const retryAt = new Date();

  test('keeps retryAt where it means something, and the exact code where one is known', () => {
    expect(reject('a', { retryAt, code: '429' })).toEqual({
      outcome: 'rejected',
      permanence: 'throttled',
      reason: 'rate_limited',
      code: '429',
      retryAt,
    });
    expect(reject('b', { retryAt })).toEqual({
      outcome: 'rejected',
      permanence: 'address',
      reason: 'gone',
      code: 'b',
      suspect: true,
    });
    expect(reject('a')).not.toHaveProperty('retryAt');
  });

  test('a code without a row is a mistake', () => {
    expect(has('c')).toBe(false);
    expect(() => reject('c' as 'a')).toThrow(RangeError);
  });
});

describe('sendConcurrently', () => {
  const batch = Array.from({ length: 10 }, (_, index) => messageTo(String(index)));

  test('never has more than the limit under way, and keeps the order', async () => {
    let current = 0;
    let max = 0;
    const results = await createConcurrentSend(3)(batch, { signal: unaborted }, async ({ address }) => {
      max = Math.max(max, ++current);
      await new Promise((resolve) => setTimeout(resolve, 10 - Number(address)));
      current--;
      return { outcome: 'accepted', providerMessageId: address };
    });
    expect(max).toBe(3);
    expect(results).toEqual(batch.map(({ address }) => ({ outcome: 'accepted', providerMessageId: address })));
  });

  test('a mistake of ours is ambiguous and stays with its message', async () => {
    const results = await createConcurrentSend(3)(batch, { signal: unaborted }, async ({ address }) => {
      if (address === '4') throw new Error('mistake');
      return { outcome: 'accepted', providerMessageId: null };
    });
    expect(results.map(({ outcome }) => outcome).indexOf('rejected')).toBe(4);
    expect(results.filter(({ outcome }) => outcome === 'rejected')).toMatchObject([
      { permanence: 'ambiguous', reason: 'internal' },
    ]);
  });

  test('chunks take turns', async () => {
    const begun: string[] = [];
    const sendConcurrently = createConcurrentSend(1);
    const of = (name: string) => Array.from({ length: 3 }, () => messageTo(name));
    const send = (name: string) =>
      sendConcurrently(of(name), { signal: unaborted }, async ({ address }) => {
        begun.push(address);
        return { outcome: 'accepted', providerMessageId: null };
      });
    await Promise.all([send('a'), send('b')]);
    expect(begun.join('')).toBe('aababb');
  });

  test('aborted before it began: nothing is begun', async () => {
    const results = await createConcurrentSend(3)(batch, { signal: AbortSignal.abort() }, () => {
      throw new Error('must not be called');
    });
    expect(new Set(results.map((result) => result.outcome === 'rejected' && result.reason))).toEqual(
      new Set(['not_begun']),
    );
  });
});

describe('withDeadline', () => {
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason));
    });

  test('aborts with a TimeoutError when time is up', async () => {
    await expect(withDeadline(unaborted, 20, untilAborted)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test("aborts with the caller's reason, also when that came first", async () => {
    const caller = new AbortController();
    const call = withDeadline(caller.signal, 5000, untilAborted);
    caller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect(withDeadline(caller.signal, 5000, untilAborted)).rejects.toThrow('enough');
  });

  test('gives back what the call gives, and leaves it alone afterwards', async () => {
    const caller = new AbortController();
    const inner = await withDeadline(caller.signal, 5, async (signal) => signal);
    caller.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(inner.aborted).toBe(false);
  });
});
