import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { type Cursor, cursorOf, historyOf, later } from './cursor.ts';
import type { Doorbell } from './doorbell.ts';
import { startListener } from './listener.ts';

/** Doorbells that are handled together. */
const pairsAtOnce = 1_000;
const firstPauseMs = 50;
const highestPauseMs = 2_000;

/** What is done about some kinds of doorbell, one batch after the other and in their order. */
export type Lane = {
  /** Letters. */
  readonly kinds: string;
  /** Whether anybody here wants to know; asked at once, for each pair. */
  readonly isWanted: (person: string) => boolean;
  /**
   * Rejects where the database does not answer: `catchUp` is then called until it does not.
   *
   * @param doorbells with the pairs that are wanted alone
   * @param cursor from where somebody may go on who has had the frames of these
   */
  readonly handle: (doorbells: readonly Doorbell[], cursor: Cursor) => Promise<void>;
  /**
   * What was rung after `since` may have been missed: whoever is here is told what changed.
   *
   * @returns from where the next time is to begin
   */
  readonly catchUp: (since: Cursor) => Promise<Cursor>;
};

export type Hub = {
  readonly isListening: () => boolean;
  stop(): Promise<void>;
};

export type HubOptions = {
  readonly url: string;
  readonly lanes: readonly Lane[];
  /** The database's xmin at this moment. */
  readonly oldestUnfinished: () => Promise<bigint>;
  /** It listens, for the first time or again. */
  readonly onListening: () => void;
  readonly logger: Logger;
};

/** Gives doorbells to the lane of their kind. Other files add a lane; none knows another. */
export function startHub({ url, lanes, oldestUnfinished, onListening, logger }: HubOptions): Hub {
  const stopping = new AbortController();
  const workers = new Map<string, ReturnType<typeof createWorker>>();
  const all = lanes.map((lane) => createWorker(lane, { oldestUnfinished, logger, signal: stopping.signal }));
  for (const [place, { kinds }] of lanes.entries())
    for (const kind of kinds) workers.set(kind, all[place] as ReturnType<typeof createWorker>);

  const listener = startListener({
    url,
    logger,
    onListening(position) {
      for (const worker of all) worker.begin(position);
      onListening();
    },
    onDoorbell: (doorbell) => workers.get(doorbell.kind)?.hear(doorbell),
  });
  return {
    isListening: listener.isListening,
    async stop() {
      stopping.abort();
      await listener.stop();
      await Promise.all(all.map((worker) => worker.idle()));
    },
  };
}

type WorkerOptions = Pick<HubOptions, 'oldestUnfinished' | 'logger'> & { readonly signal: AbortSignal };

function createWorker(lane: Lane, { oldestUnfinished, logger, signal }: WorkerOptions) {
  let queue: Doorbell[] = [];
  /** From where to go on if something is missed: the highest of what was handled, or nothing was heard yet. */
  let last: Cursor | null = null;
  let history = '';
  let mustCatchUp = false;
  let working: Promise<void> | null = null;

  const handleSome = async (): Promise<void> => {
    let pairs = 0;
    let xmin = 0n;
    const batch: Doorbell[] = [];
    while (queue.length > 0 && pairs < pairsAtOnce) {
      const doorbell = queue.shift() as Doorbell;
      pairs += doorbell.pairs.length;
      if (doorbell.xmin > xmin) xmin = doorbell.xmin;
      if (doorbell.pairs.length > 0) batch.push(doorbell);
    }
    // Everybody who may connect may ring and say what they like. The database's own word, asked after a doorbell that is none of
    // those, is never below it.
    const known = await oldestUnfinished();
    const cursor = later(last ?? '', cursorOf(history, xmin < known ? xmin : known));
    if (batch.length > 0) await lane.handle(batch, cursor);
    last = cursor;
  };

  const work = async (): Promise<void> => {
    for (let pauseMs = firstPauseMs; (mustCatchUp || queue.length > 0) && !signal.aborted; ) {
      try {
        if (mustCatchUp) {
          mustCatchUp = false;
          const since = last as Cursor;
          last = await lane.catchUp(since);
        } else await handleSome();
        pauseMs = firstPauseMs;
      } catch (error) {
        if (signal.aborted) return;
        logger.warn('doorbell.failed', { kinds: lane.kinds, error });
        mustCatchUp = true;
        await sleep(pauseMs, undefined, { signal }).catch(() => {});
        pauseMs = Math.min(pauseMs * 2, highestPauseMs);
      }
    }
  };
  const start = (): void => {
    working ??= work().finally(() => {
      working = null;
      if ((mustCatchUp || queue.length > 0) && !signal.aborted) start();
    });
  };

  return {
    begin(position: Cursor): void {
      history = historyOf(position);
      // What is queued was heard before the break; what is caught up with has it as well.
      queue = [];
      if (last === null) last = position;
      else {
        mustCatchUp = true;
        start();
      }
    },
    hear(doorbell: Doorbell): void {
      const pairs = doorbell.pairs.filter(({ person }) => lane.isWanted(person));
      // Without anybody it still says how far the order has come.
      queue.push({ ...doorbell, pairs });
      start();
    },
    idle: () => working ?? Promise.resolve(),
  };
}
