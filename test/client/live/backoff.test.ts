import { expect, test } from 'vitest';
import { judgeClose, waitMs } from '../../../web/client/src/live/backoff.ts';
import fc from '../../support/fast-check.ts';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('NC-42: a wait is anything from nothing to half a second, doubled with each try, and to 30 s at most', () => {
  fc.assert(
    fc.property(fc.nat(2_000), chance, (tries, random) => {
      const ms = waitMs(tries, random);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(Math.min(30_000, 500 * 2 ** tries));
      expect(ms).toBeCloseTo(random * waitMs(tries, 1), 6);
    }),
  );
  expect([0, 1, 2, 5, 6, 60].map((tries) => waitMs(tries, 1))).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000]);
});

test('NC-42: clients that were cut off together come back spread over the whole wait', () => {
  const tenths = Array.from({ length: 1_000 }, (_, index) => Math.floor(waitMs(6, index / 1_000) / 3_000));
  for (const tenth of Array(10).keys()) expect(tenths.filter((one) => one === tenth)).toHaveLength(100);
});

test('NC-42: what each close code asks for; what is not known passes', () => {
  expect(judgeClose(4401, '')).toEqual({ kind: 'refused' });
  expect(judgeClose(4403, 'token expired')).toEqual({ kind: 'expired' });
  expect(judgeClose(4429, '')).toEqual({ kind: 'full' });
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 4999 }), (code) => {
      fc.pre(![4401, 4403, 4429].includes(code));
      expect(judgeClose(code, 'gone')).toEqual({ kind: 'again', retryAfterMs: undefined });
    }),
  );
});

test.each([
  ['{"retryAfter":7}', 7_000],
  ['retryAfter=2.5', 2_500],
  ['busy, retryAfter: 3', 3_000],
  ['retryAfter 99999999', 600_000],
  ['retryAfter: soon', undefined],
  ['', undefined],
] as const)('NC-42: a closed socket says "%s"', (reason, retryAfterMs) => {
  expect(judgeClose(1013, reason)).toEqual({ kind: 'again', retryAfterMs });
});
