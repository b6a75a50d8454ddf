import { RowbellError } from '../errors.ts';

/** Gives the place back; a second call does nothing. */
export type Leave = () => void;

export type FairQueue = {
  /**
   * Resolves when it is this person's turn.
   *
   * @throws {RowbellError} RBLIM where the person has too many waiting, or waits too long for themselves; RBUNA where they
   *   wait too long for others
   * @throws the signal's reason, as soon as nobody waits for the answer any more; the place goes to the next
   */
  enter(person: string, signal?: AbortSignal): Promise<Leave>;
  readonly counts: { readonly atWork: number; readonly waiting: number };
};

export type FairQueueOptions = {
  /** Its key in docs/limits.md, which the refusal names. */
  readonly limit: string;
  /** How many of one person are at work at most. */
  readonly share: number;
  /** How many of everybody are; without it as many as come. */
  readonly places?: number;
  /** How many of one person may wait. */
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
};

type Waiter = { readonly begin: () => void };

/**
 * Divides something that all share among people: each has a share and a line of their own, in which the rest waits. Where
 * places are scarce they go around: one for each person who waits, then the next of each.
 */
export function createFairQueue({
  limit,
  share,
  places = Number.POSITIVE_INFINITY,
  maxWaiting,
  maxWaitMs,
}: FairQueueOptions): FairQueue {
  const atWork = new Map<string, number>();
  // People who wait, whose turn comes first first.
  const waiting = new Map<string, Set<Waiter>>();
  let taken = 0;

  const hasRoom = (person: string) => taken < places && (atWork.get(person) ?? 0) < share;

  const take = (person: string): Leave => {
    taken += 1;
    atWork.set(person, (atWork.get(person) ?? 0) + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      taken -= 1;
      const others = (atWork.get(person) ?? 0) - 1;
      if (others > 0) atWork.set(person, others);
      else atWork.delete(person);
      callNext();
    };
  };

  const callNext = (): void => {
    for (const [person, waiters] of waiting) {
      if (taken >= places) return;
      if (!hasRoom(person)) continue;
      const [first] = waiters;
      // To the end of the round, or out of it.
      waiting.delete(person);
      waiters.delete(first as Waiter);
      if (waiters.size > 0) waiting.set(person, waiters);
      first?.begin();
    }
  };

  const wait = (person: string, signal: AbortSignal | undefined): Promise<Leave> =>
    new Promise((resolve, reject) => {
      const waiters = waiting.get(person) ?? new Set();
      const stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', give);
      };
      const waiter: Waiter = {
        begin() {
          stop();
          resolve(take(person));
        },
      };
      const remove = () => {
        stop();
        waiters.delete(waiter);
        if (waiters.size === 0 && waiting.get(person) === waiters) waiting.delete(person);
      };
      const give = () => {
        remove();
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        const forThemselves = (atWork.get(person) ?? 0) >= share;
        remove();
        reject(forThemselves ? refusal() : new RowbellError('RBUNA'));
      }, maxWaitMs);
      signal?.addEventListener('abort', give);
      waiters.add(waiter);
      waiting.set(person, waiters);
    });

  const refusal = () => new RowbellError('RBLIM', undefined, { limit, retryAfter: 1 });

  return {
    async enter(person, signal) {
      signal?.throwIfAborted();
      if (!waiting.has(person) && hasRoom(person)) return take(person);
      if ((waiting.get(person)?.size ?? 0) >= maxWaiting) throw refusal();
      return wait(person, signal);
    },
    get counts() {
      let people = 0;
      for (const waiters of waiting.values()) people += waiters.size;
      return { atWork: taken, waiting: people };
    },
  };
}
