import type { Surroundings } from './surroundings.ts';

/** Laptops sleep, and timers with them: within so long after it woke the clock is looked at. */
const longestStepMs = 60_000;

/**
 * Waits for an instant, however far away it is. It is over when the clock says so, or when as much time has gone by as it was away: a clock
 * that is set back in between holds nothing up.
 *
 * @param instant in milliseconds since 1970
 * @returns stops waiting; and `look` looks at the clock at once
 */
export function waitUntil(
  instant: number,
  { now, after }: Pick<Surroundings, 'now' | 'after'>,
  work: () => void,
): { look(): void; stop(): void } {
  let leftMs = instant - now();
  let cancel = () => {};
  const step = (): void => {
    const ms = Math.min(leftMs, longestStepMs);
    cancel = after(Math.max(0, ms), () => {
      leftMs -= ms;
      if (leftMs > 0 && now() < instant) step();
      else work();
    });
  };
  step();
  return {
    look() {
      if (now() < instant) return;
      cancel();
      work();
    },
    stop: () => cancel(),
  };
}
