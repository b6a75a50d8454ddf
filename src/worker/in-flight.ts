import type { Claimed } from '../database/claimed.ts';
import type { Progress, Result } from '../providers/types.ts';

export type Landed = { readonly message: Claimed; readonly result: Result };

/** A claimed chunk on its way to a provider. */
export type Flight = {
  /** Results nobody took yet with their messages, and the messages that have none yet. */
  take(): { readonly landed: readonly Landed[]; readonly open: readonly Claimed[] };
  /** How many messages have no result yet. */
  open(): number;
  /** Resolves when nothing more is to be expected soon: all have landed or are late, or it took too long. */
  lull(): Promise<void>;
  /** Resolves when all have landed, and after `ms` at the latest. */
  end(ms: number): Promise<void>;
};

/** A chunk in which nothing was heard for so long, or that took so long in all, is not waited for. */
const quietMs = 100;
const deadlineMs = 1_000;

/** Sends a chunk off; `send` tells what becomes of each message by its place in the chunk, and resolves when it knows all. */
export function launch(messages: readonly Claimed[], send: (progress: Progress) => Promise<unknown>): Flight {
  const waiting = new Set(messages.keys());
  const late = new Set<number>();
  let landed: Landed[] = [];
  let heardAt = performance.now();
  let look = () => {};

  const sent = send({
    heard(index, result) {
      const message = messages[index];
      if (!message || !waiting.delete(index)) return;
      late.delete(index);
      landed.push({ message, result });
      heardAt = performance.now();
      if (waiting.size === late.size) look();
    },
    late(index) {
      if (waiting.has(index)) late.add(index);
      if (waiting.size === late.size) look();
    },
  });
  const over = sent.then(() => {
    if (waiting.size > 0) throw new Error(`${waiting.size} messages were left without a result`);
  });
  // Whoever waits for the flight hears of it; until then it is nobody's.
  over.catch(() => {});

  async function lull(): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    let timer: NodeJS.Timeout | undefined;
    const settled = new Promise<void>((resolve) => {
      look = () => {
        const now = performance.now();
        const wait = Math.min(heardAt + quietMs, deadline) - now;
        if (waiting.size === late.size || wait <= 0) return resolve();
        clearTimeout(timer);
        timer = setTimeout(() => {
          // A timer that is late itself says nothing: what was heard meanwhile is still to be read.
          if (performance.now() - now > wait + quietMs / 2) heardAt = performance.now();
          look();
        }, wait);
      };
      look();
    });
    await Promise.race([settled, over]);
    clearTimeout(timer);
    look = () => {};
  }

  return {
    take() {
      const taken = landed;
      landed = [];
      return { landed: taken, open: [...waiting].map((index) => messages[index] as Claimed) };
    },
    open: () => waiting.size,
    lull,
    async end(ms) {
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      });
      await Promise.race([over, enough]);
      clearTimeout(timer);
    },
  };
}
