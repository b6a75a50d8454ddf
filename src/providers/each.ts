import { createRejections, type ErrorRow } from './error-table.ts';
import type { Message, Result } from './types.ts';

/** What becomes of a message without its call; part of every table whose provider sends by `sendEach`. */
export const chunkErrors = [
  {
    code: 'not_begun',
    permanence: 'transient',
    reason: 'not_begun',
    note: 'The worker gave up before the call was begun: nothing was sent',
  },
  {
    code: 'internal',
    permanence: 'ambiguous',
    reason: 'internal',
    note: 'A mistake of ours in the middle of the call: what went out is not known',
  },
] as const satisfies readonly ErrorRow[];

const { reject } = createRejections(chunkErrors);

/**
 * Sends each message of a chunk, at most `limit` at the same time, and keeps the order. Once `signal` is aborted no
 * further message is begun. `sendOne` ends early by itself on abort; should it throw, only its own message is affected.
 */
export async function sendEach(
  batch: readonly Message[],
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
  sendOne: (message: Message) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(batch.length).fill(reject('not_begun'));
  const queue = batch.entries();
  const lane = async () => {
    for (const [index, message] of queue) {
      if (signal.aborted) return;
      results[index] = await sendOne(message).catch(() => reject('internal'));
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, batch.length) }, lane));
  return results;
}
