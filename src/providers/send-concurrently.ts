import { createRejections, type ErrorRow } from './error-table.ts';
import type { Message, Progress, Result } from './types.ts';

/** What becomes of a message without its call; part of every table of a provider that sends message by message. */
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

type Chunk = {
  /** In the order in which they are begun. */
  readonly waiting: Map<number, Message>;
  begin(index: number, message: Message): Promise<void>;
};

/**
 * A function that sends each message of a chunk, and keeps the order. At most `limit` are under way at the same time, of
 * all chunks together, which take turns. Once `signal` is aborted no further message is begun. `sendOne` ends early by
 * itself on abort; should it throw, only its own message is affected.
 */
export function createConcurrentSend(limit: number) {
  /** In the order of their turns. */
  const chunks: Chunk[] = [];
  let busy = 0;

  function fill(): void {
    while (busy < limit && chunks.length > 0) {
      const chunk = chunks.shift() as Chunk;
      const [next] = chunk.waiting;
      if (!next) continue;
      chunks.push(chunk);
      chunk.waiting.delete(next[0]);
      busy++;
      void chunk.begin(...next).then(() => {
        busy--;
        fill();
      });
    }
  }

  return (
    batch: readonly Message[],
    { signal, progress }: { readonly signal: AbortSignal; readonly progress?: Progress | undefined },
    sendOne: (message: Message) => Promise<Result>,
  ): Promise<Result[]> =>
    new Promise((resolve) => {
      const results = new Array<Result>(batch.length).fill(reject('not_begun'));
      let pending = batch.length;
      const begin = async (index: number, message: Message) => {
        if (!signal.aborted) results[index] = await sendOne(message).catch(() => reject('internal'));
        progress?.heard(index, results[index] as Result);
        if (--pending === 0) resolve(results);
      };
      if (pending === 0) resolve(results);
      chunks.push({ waiting: new Map(batch.entries()), begin });
      fill();
    });
}
