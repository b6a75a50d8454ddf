import { RowbellError } from '../errors.ts';

export type Budget = {
  /** @throws {RowbellError} RBLIM, with the seconds until there is some again, where the person has used theirs up */
  check(person: string): void;
  /** What `check` would throw. */
  refusal(person: string): RowbellError | null;
  /** May go below nothing: what something costs is known once it is done. */
  spend(person: string, ms: number): void;
};

/** People who have spent lately; who spent longest ago, and so has most again, is forgotten first. */
const maxPeople = 10_000;

/**
 * Milliseconds of the processor that a person may use, which come back evenly over a minute.
 *
 * @param limit its key in docs/limits.md
 */
export function createBudget({ limit, msPerMinute }: { limit: string; msPerMinute: number }): Budget {
  const spent = new Map<string, { readonly ms: number; readonly atMs: number }>();
  const msBack = msPerMinute / 60_000;

  /** What is left of it now that some has come back. */
  const spentNow = (person: string): number => {
    const last = spent.get(person);
    return last ? Math.max(0, last.ms - (performance.now() - last.atMs) * msBack) : 0;
  };

  const refusal = (person: string): RowbellError | null => {
    const over = spentNow(person) - msPerMinute;
    if (over < 0) return null;
    return new RowbellError('RBLIM', undefined, { limit, retryAfter: Math.max(1, Math.ceil(over / msBack / 1_000)) });
  };

  return {
    check(person) {
      const error = refusal(person);
      if (error) throw error;
    },
    refusal,
    spend(person, ms) {
      const total = spentNow(person) + ms;
      spent.delete(person);
      spent.set(person, { ms: total, atMs: performance.now() });
      if (spent.size > maxPeople) spent.delete(spent.keys().next().value as string);
    },
  };
}

/** Milliseconds that this thread has worked: what else the machine does meanwhile is not counted. */
export function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
