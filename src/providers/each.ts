import type { Message, Result } from './types.ts';

const notBegun: Result = { outcome: 'rejected', permanence: 'transient', reason: 'not_begun', code: null };
/** A mistake of ours in the middle of a call: what went out is not known. */
const unexpected: Result = { outcome: 'rejected', permanence: 'ambiguous', reason: 'internal', code: null };

/**
 * Sends each message of a chunk, at most `limit` at the same time, and keeps the order. Once `signal` is aborted no
 * further message is begun. `sendOne` ends early by itself on abort; should it throw, only its own message is affected.
 */
export async function sendEach(
  batch: readonly Message[],
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
  sendOne: (message: Message) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(batch.length).fill(notBegun);
  const queue = batch.entries();
  const lane = async () => {
    for (const [index, message] of queue) {
      if (signal.aborted) return;
      results[index] = await sendOne(message).catch(() => unexpected);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, batch.length) }, lane));
  return results;
}
