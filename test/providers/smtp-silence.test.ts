import { describe, expect, test } from 'vitest';
import { createSmtp } from '../../src/providers/smtp/index.ts';
import type { Message, Provider, Result } from '../../src/providers/types.ts';
import { messageTo, unaborted } from '../support/message.ts';
import { ada, options, relayOf, sandbox, sendOne, smtp } from './smtp-world.ts';

describe('silent mail servers', () => {
  const silent = (count: number, of: (n: number) => { readonly domain: string; readonly person: number }) =>
    Array.from({ length: count }, (_, n) => {
      const { domain, person } = of(n);
      return messageTo(`silent${n}@${domain}`, {
        recipientId: `00000000-0000-7000-8000-${String(person).padStart(12, '0')}`,
      });
    });
  const heard = (provider: Provider, batch: readonly Message[], signal = unaborted) => {
    const results = new Map<number, Result>();
    const late = new Set<number>();
    const done = provider.send(batch, signal, {
      heard: (index, result) => void results.set(index, result),
      late: (index) => void late.add(index),
    });
    return { results, late, done };
  };

  test.each([
    ['one domain', (n: number) => ({ domain: 'slow.example', person: n % 5 })],
    ['a domain each', (n: number) => ({ domain: `slow${n % 5}.example`, person: n % 5 })],
    ['a domain each mail', (n: number) => ({ domain: `slow${n}.example`, person: n % 5 })],
    ['hundreds of people, a domain each', (n: number) => ({ domain: `slow${n}.example`, person: n })],
  ])('SE-2: people whose mailboxes lie there hold up no others: %s', async (_what, of) => {
    const provider = createSmtp(options);
    expect(await sendOne(messageTo(ada), provider)).toMatchObject({ outcome: 'accepted' });
    const attack = silent(600, of);
    for (const { address } of attack)
      sandbox.faults.add({ provider: 'smtp', address, kind: 'latency', latencyMs: 600_000 });
    const controller = new AbortController();
    const { results, late, done } = heard(provider, attack, controller.signal);
    // Fewer are left than handlers wait for, and nobody waits for those.
    await expect.poll(() => attack.length - results.size, { timeout: 60_000 }).toBeLessThan(100);
    await expect.poll(() => late.size >= attack.length - results.size, { timeout: 60_000 }).toBe(true);
    expect(
      [...results.values()].every((result) => result.outcome === 'rejected' && result.reason === 'set_aside'),
    ).toBe(true);
    const others = Array.from({ length: 20 }, () => messageTo(ada));
    expect(new Set((await provider.send(others, unaborted)).map(({ outcome }) => outcome))).toEqual(
      new Set(['accepted']),
    );
    // And none of the silent ones has had an answer meanwhile.
    expect([...results.values()].some(({ outcome }) => outcome === 'accepted')).toBe(false);
    controller.abort();
    await done;
    await provider.close();
  });

  test('SE-2: mails to as many new domains as one likes are sent, all of them', async () => {
    const many = Array.from({ length: 300 }, (_, n) => messageTo(`ada@new${n}.example`));
    expect(new Set((await smtp.send(many, unaborted)).map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
  });

  test('SE-2: a relay that lets nobody in says nothing of the domains', async () => {
    await using relay = await relayOf((line) => (line === 'GREETING' ? 'silence' : null), { timeoutMs: 1_000 });
    for (let n = 0; n < 4; n++) {
      expect(await sendOne(messageTo(ada), relay.provider)).toMatchObject({
        permanence: 'origin',
        reason: 'unavailable',
        code: 'CONN ETIMEDOUT',
      });
    }
  });
});
