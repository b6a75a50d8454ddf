import { setTimeout as sleep } from 'node:timers/promises';

/** Rounds begin no sooner one after the other, so what comes within so long goes together: ten single ones cost little more than one. */
export const restMs = 15;

/**
 * Bounds how many handlers of one key run at a time, without losing a call: one that comes while all places are taken
 * is remembered and makes a running handler go round once more. So a slow provider cannot take every slot of the
 * worker, and a job that finds no place still means "look again".
 *
 * @param limit 1 for what many are due of at once, as digests are at nine in the morning: planning and sending what comes
 *   of them needs the other places
 */
export function createDrain(limit: number) {
  const states = new Map<string | number, { running: number; again: boolean }>();

  return async function drain(key: string | number, round: () => Promise<void>): Promise<void> {
    const state = states.get(key) ?? { running: 0, again: false };
    states.set(key, state);
    if (state.running >= limit) {
      state.again = true;
      return;
    }
    state.running++;
    try {
      for (;;) {
        state.again = false;
        const startedAt = performance.now();
        await round();
        if (!state.again) return;
        // After a long round enough has come; a rest would only keep the sender idle while a broadcast is planned.
        const rest = startedAt + restMs - performance.now();
        if (rest > 0) await sleep(rest);
      }
    } finally {
      state.running--;
    }
  };
}
