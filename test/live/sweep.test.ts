import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startSweep } from '../../src/live/sweep.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('NC-43: a sweep looks at each of many once, a few at a time, so that frames pass between', () => {
  const all = new Set(Array.from({ length: 1_000 }, (_, n) => n));
  const looked = new Map<number, number>();
  const stop = startSweep(all, 1_000, (one) => looked.set(one, (looked.get(one) ?? 0) + 1));
  let [before, most] = [0, 0];
  for (let ms = 0; ms < 1_000; ms++) {
    vi.advanceTimersByTime(1);
    const now = [...looked.values()].reduce((sum, times) => sum + times, 0);
    most = Math.max(most, now - before);
    before = now;
  }
  expect(new Set(looked.values())).toEqual(new Set([1]));
  expect(looked.size).toBe(1_000);
  expect(most).toBe(50);
  stop();
  vi.advanceTimersByTime(10_000);
  expect([...looked.values()].reduce((sum, times) => sum + times, 0)).toBe(1_000);
});

test('a sweep goes on while some come and go', () => {
  const all = new Set<number>();
  const looked = new Map<number, number>();
  const stop = startSweep(all, 1_000, (one) => {
    looked.set(one, (looked.get(one) ?? 0) + 1);
    // A third leaves as soon as it was looked at.
    if (one % 3 === 0) all.delete(one);
  });
  for (let one = 0; one < 90; one++) {
    all.add(one);
    vi.advanceTimersByTime(50);
  }
  vi.advanceTimersByTime(5_000);
  expect(looked.size).toBe(90);
  expect([...all].every((one) => one % 3 !== 0 && (looked.get(one) ?? 0) >= 4)).toBe(true);
  stop();
});
