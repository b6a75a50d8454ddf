import { createFairQueue, type FairQueue, type Leave } from './fair-queue.ts';

/** What a person's requests wait for, and where. */
export type Turns = {
  /**
   * Before the request is read, so that a person has so many there at most, at work, waiting or still being sent.
   *
   * @throws {RowbellError} RBLIM, at once
   */
  readonly present: FairQueue;
  /**
   * Resolves when a request may be executed: a person has three at work, and of these one mutation, because most of
   * them would wait for a lock of the one before.
   */
  begin(person: string, isMutation: boolean, signal: AbortSignal): Promise<Turn>;
  readonly counts: { readonly atWork: number; readonly waiting: number };
};

export type Turn = {
  leave: Leave;
  /** Gives the place to others while this waits for something that needs no connection, then takes its turn again. */
  aside<T>(work: () => Promise<T>): Promise<T>;
};

export const maxAtWork = 3;
const maxMutationsAtWork = 1;
/** At work, waiting, and still being sent. */
export const maxPresent = 24;
const maxWaitMs = 10_000;

export function createTurns(): Turns {
  // What waits was present before, so nobody has more waiting than may be present.
  const queue = (limit: string, share: number) => createFairQueue({ limit, share, maxWaiting: maxPresent, maxWaitMs });
  const present = createFairQueue({ limit: 'requests', share: maxPresent, maxWaiting: 0, maxWaitMs: 0 });
  const requests = queue('requests_at_work', maxAtWork);
  const mutations = queue('mutations_at_work', maxMutationsAtWork);

  // The mutation's line first: those that wait in it leave room for queries.
  const enter = async (person: string, isMutation: boolean, signal?: AbortSignal): Promise<Leave> => {
    const leaveMutations = isMutation ? await mutations.enter(person, signal) : () => {};
    try {
      const leaveRequests = await requests.enter(person, signal);
      return () => {
        leaveRequests();
        leaveMutations();
      };
    } catch (error) {
      leaveMutations();
      throw error;
    }
  };

  return {
    present,
    async begin(person, isMutation, signal) {
      let leave = await enter(person, isMutation, signal);
      return {
        leave: () => leave(),
        async aside(work) {
          leave();
          try {
            return await work();
          } finally {
            // What was done is answered, even where the line is too long: connections have a share of their own.
            leave = await enter(person, isMutation, signal).catch(() => () => {});
          }
        },
      };
    },
    get counts() {
      return { atWork: requests.counts.atWork, waiting: requests.counts.waiting + mutations.counts.waiting };
    },
  };
}
