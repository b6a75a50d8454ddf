import type { Claimed } from '../database/claimed.ts';
import type { Engine, Lane } from '../database/engine.ts';
import type { Logger } from '../logger.ts';
import type { Message } from '../providers/types.ts';
import type { Sender } from './senders.ts';

/** A job's handler, which a notice calls as well: it takes what the job's payload says, and nothing of graphile-worker's. */
export type Task = (payload: unknown) => Promise<void>;

/** What a task needs of the process it runs in. */
export type WorkerContext = {
  readonly engine: Engine;
  readonly lane: Lane;
  /** The sender of an id; undefined where this process has no credentials for it. */
  senderOf(id: number): Sender | undefined;
  /** Renders an email; null where this process sends none. */
  readonly compose: ((claimed: Claimed) => Promise<Message>) | null;
  readonly logger: Logger;
  /** The row of `notify.workers` that claims are made under; changes when the worker had to register again. */
  workerId(): string;
  /** Aborted when the shutdown's patience ends: providers stop, what was not begun is given back. */
  readonly abandon: AbortSignal;
  /** Aborted at the first word of a shutdown: nothing new is claimed. */
  readonly stopping: AbortSignal;
  /** Looks at what is due now, and so sets the clock for what is due next. */
  pollNow(): void;
  /** Takes charge of work that goes on after its job: a shutdown waits for it, and a failure is logged. */
  background(work: Promise<void>): void;
  /** Runs a write-back until the database takes it; see `persist`. */
  persist<T>(write: () => Promise<T>): Promise<T>;
};
