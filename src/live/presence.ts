import type pg from 'pg';
import type { Logger } from '../logger.ts';
import type { Connection } from './connection.ts';

/** Whoever says that they look is taken to look for so long, unless they say so again: two pings of the client. */
const attentionMs = 45_000;
/** What was said of a person within this time is not written again. */
const rewriteMs = 5_000;
/** What is said by several is written together. */
const gatherMs = 250;
const batchSize = 1_000;

export type Presence = {
  /** A client's own ping, which says how attentive its person is: `{"attention": "inbox" | "page" | "away"}`. */
  note(connection: Pick<Connection, 'identity'>, payload: unknown): void;
  stop(): void;
};

/** Who looks at their inbox, as their clients say, for the rule "attention". */
export function createPresence({
  pool,
  logger,
}: {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly logger: Logger;
}): Presence {
  const writtenAtMs = new Map<string, number>();
  let looking = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let hasStopped = false;

  const write = async (): Promise<void> => {
    timer = null;
    const people = [...looking];
    looking = new Set();
    const now = performance.now();
    for (const [person, at] of writtenAtMs) if (now - at >= rewriteMs) writtenAtMs.delete(person);
    for (const person of people) writtenAtMs.set(person, now);
    for (let first = 0; first < people.length; first += batchSize)
      await pool.query({
        name: 'attend',
        text: `select notify_private.attend($1, clock_timestamp() + $2 * interval '1 millisecond')`,
        values: [people.slice(first, first + batchSize), attentionMs],
      });
  };

  return {
    note({ identity }, payload) {
      const isLooking = (payload as { attention?: unknown } | null | undefined)?.attention === 'inbox';
      // Whoever looks away is forgotten by the clock: another of their screens may still be looked at.
      if (!isLooking || identity.role !== 'user' || hasStopped) return;
      const writtenAt = writtenAtMs.get(identity.userId);
      if (writtenAt !== undefined && performance.now() - writtenAt < rewriteMs) return;
      looking.add(identity.userId);
      timer ??= setTimeout(
        () => void write().catch((error: unknown) => logger.warn('attention.failed', { error })),
        gatherMs,
      );
    },
    stop() {
      hasStopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}
