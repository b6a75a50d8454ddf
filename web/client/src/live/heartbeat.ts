import type { Surroundings } from './surroundings.ts';

const pingEveryMs = 25_000;
const pongWithinMs = 10_000;
/** After which a socket that said nothing is taken for dead. */
export const silentMs = pingEveryMs + pongWithinMs;

export type Heartbeat = {
  /** Something was heard. */
  beat(): void;
  /** Asks at once: somebody looks again, or the laptop was opened. */
  check(): void;
  stop(): void;
};

type Options = Pick<Surroundings, 'now' | 'after' | 'isVisible'> & {
  readonly ping: () => void;
  readonly onDead: () => void;
};

/**
 * Finds sockets that are dead without having been closed. Browsers let the timers of hidden tabs sleep, and laptops let
 * everything sleep: so nobody is judged by a timer while hidden, and a timer that comes late is no verdict, but a reason to
 * look at the clock.
 */
export function startHeartbeat({ now, after, isVisible, ping, onDead }: Options): Heartbeat {
  let heardAt = now();
  let cancel = () => {};
  const wait = (ms: number, work: (lateMs: number) => void): void => {
    cancel();
    const dueAt = now() + ms;
    cancel = after(ms, () => work(now() - dueAt));
  };
  const ask = (): void => {
    const askedAt = now();
    ping();
    wait(pongWithinMs, (lateMs) => {
      if (heardAt >= askedAt) wait(pingEveryMs - pongWithinMs, ask);
      else if (lateMs > pongWithinMs || !isVisible()) check();
      else onDead();
    });
  };
  /** After a sleep nothing was heard, but the socket may live: only where it has been silent for too long is it given up. */
  const check = (): void => {
    if (now() - heardAt > silentMs && isVisible()) onDead();
    else ask();
  };
  wait(pingEveryMs, (lateMs) => (lateMs > pongWithinMs ? check() : ask()));
  return {
    beat() {
      heardAt = now();
    },
    check,
    stop: () => cancel(),
  };
}
