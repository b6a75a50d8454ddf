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
  /** In the order in which they are begun, but for those whose person has enough under way. */
  readonly waiting: Map<number, Message>;
  begin(index: number, message: Message): Promise<void>;
};

/**
 * A function that sends each message of a chunk, and keeps the order. At most `limit` are under way at the same time, of
 * all chunks together, which take turns, and at most `ofAPerson` of one person. Once `signal` is aborted no further message is begun. `sendOne` ends early by
 * itself on abort; should it throw, only its own message is affected.
 */
export function createSendEach(limit: number, ofAPerson = limit) {
  /** In the order of their turns. */
  const chunks: Chunk[] = [];
  const people = new Map<string, number>();
  let busy = 0;

  const openOf = (person: string) => people.get(person) ?? 0;
  function count(person: string, more: number): void {
    busy += more;
    if (openOf(person) + more > 0) people.set(person, openOf(person) + more);
    else people.delete(person);
  }

  function fill(): void {
    // Until no chunk, asked one after the other, has any that may begin.
    for (let asked = 0; busy < limit && asked < chunks.length; ) {
      const chunk = chunks.shift() as Chunk;
      if (chunk.waiting.size === 0) continue;
      chunks.push(chunk);
      asked++;
      for (const [index, message] of chunk.waiting) {
        if (openOf(message.recipientId) >= ofAPerson) continue;
        asked = 0;
        chunk.waiting.delete(index);
        count(message.recipientId, 1);
        void chunk.begin(index, message).then(() => {
          count(message.recipientId, -1);
          fill();
        });
        break;
      }
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
