import type { Logger } from '../logger.ts';
import type { Reader } from './reader.ts';
import type { Counts } from './since.ts';

/** People whose numbers are read together. */
const peopleAtOnce = 500;
/** A person's number is read no more often. */
const roundMs = 500;
const firstMs = 20;
/** Timers hold no more. */
const highestMs = 2_147_483_647;

export type Counter = {
  /** Something may have changed the person's number: it is read soon, and told. */
  note(person: string): void;
  /** A snooze ends then, without a commit that would say so. */
  noteReturn(person: string, at: string | null): void;
  forget(person: string): void;
  stop(): void;
};

/**
 * Unread counts, gathered: the numbers of all whose inbox changed are read together, twice a second at most. A count of a large
 * inbox takes as long as hundreds of frames, and after ten changes one number is as good as ten.
 */
export function createCounter({
  reader,
  tell,
  logger,
}: {
  readonly reader: Pick<Reader, 'counts'>;
  readonly tell: (person: string, counts: Counts) => void;
  readonly logger: Logger;
}): Counter {
  let noted = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let isReading = false;
  let roundAtMs = Number.NEGATIVE_INFINITY;
  const returns = new Map<string, NodeJS.Timeout>();
  let hasStopped = false;

  const plan = (): void => {
    if (timer || isReading || hasStopped || noted.size === 0) return;
    timer = setTimeout(() => void round(), Math.max(firstMs, roundAtMs + roundMs - performance.now()));
  };
  const round = async (): Promise<void> => {
    timer = null;
    isReading = true;
    roundAtMs = performance.now();
    const people = [...noted];
    noted = new Set();
    try {
      for (let first = 0; first < people.length; first += peopleAtOnce) {
        const some = people.slice(first, first + peopleAtOnce);
        for (const [person, counts] of await reader.counts(some)) {
          counter.noteReturn(person, counts.returnsAt);
          tell(person, counts);
        }
      }
    } catch (error) {
      // Whoever is still there when the database is back is counted then.
      if (!hasStopped) logger.warn('counts.failed', { error });
      for (const person of people) noted.add(person);
    }
    isReading = false;
    plan();
  };

  const counter: Counter = {
    note(person) {
      noted.add(person);
      plan();
    },
    noteReturn(person, at) {
      clearTimeout(returns.get(person));
      returns.delete(person);
      if (at === null || hasStopped) return;
      // A moment later, when the database's clock has surely passed it.
      const inMs = Math.min(Math.max(Date.parse(at) - Date.now(), 0) + 100, highestMs);
      returns.set(
        person,
        setTimeout(() => {
          returns.delete(person);
          counter.note(person);
        }, inMs).unref(),
      );
    },
    forget(person) {
      noted.delete(person);
      clearTimeout(returns.get(person));
      returns.delete(person);
    },
    stop() {
      hasStopped = true;
      if (timer) clearTimeout(timer);
      for (const one of returns.values()) clearTimeout(one);
    },
  };
  return counter;
}
