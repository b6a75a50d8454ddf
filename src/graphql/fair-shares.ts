import { type ByteCache, createByteCache } from './byte-cache.ts';
import type { Document } from './documents.ts';
import { createFairQueue, type FairQueue } from './fair-queue.ts';
import { type Budget, createBudget } from './planning-budget.ts';
import { createTurns, maxAtWork, maxPresent, type Turns } from './request-turns.ts';

/** What the people who use an API process share, each with the means by which it is divided among them. */
export type Shares = {
  readonly turns: Turns;
  /** Connections to the database. */
  readonly connections: FairQueue;
  /** The one place in which documents never seen before are read, checked and planned. */
  readonly newDocuments: FairQueue;
  /** Time of the processor for that. */
  readonly planning: Budget;
  /** Documents that passed, and with them their plans. */
  readonly documents: ByteCache<Document>;
};

/** A typical document takes 150 kB, the largest 4 MB. */
const maxDocumentBytes = 64_000_000;
const maxWaitMs = 5_000;
/** Three requests at work with ten fields at their roots each; whatever these lead to is asked for by and by. */
const maxConnectionsWaiting = 1_000;

/**
 * @param options.poolSize connections of the pool
 * @param options.planningMsPerMinute milliseconds of the processor for a person's new documents, a minute
 */
export function createShares(options: { readonly poolSize: number; readonly planningMsPerMinute: number }): Shares {
  const { poolSize, planningMsPerMinute } = options;
  return {
    turns: createTurns(),
    connections: createFairQueue({
      limit: 'connections',
      // One is left for others, where there are as many.
      share: Math.max(1, Math.min(maxAtWork, poolSize - 1)),
      places: poolSize,
      maxWaiting: maxConnectionsWaiting,
      maxWaitMs,
    }),
    newDocuments: createFairQueue({ limit: 'new_documents', share: 1, places: 1, maxWaiting: maxPresent, maxWaitMs }),
    planning: createBudget({ limit: 'planning', msPerMinute: planningMsPerMinute }),
    documents: createByteCache(maxDocumentBytes),
  };
}
