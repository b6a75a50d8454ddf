import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a condition and gives what it found. For what happens in other processes, never for measuring time: the
 * bound is generous and only keeps a failing test from hanging.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  { withinMs = 100_000, everyMs = 50 } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await sleep(everyMs);
  }
}
