import type { Identity } from '../graphql/identity.ts';
import type { Backlog } from './backlog.ts';

/** A socket whose token was verified. */
export type Connection = {
  readonly identity: Identity;
  readonly openedAtMs: number;
  /** Frames that wait for its client. */
  readonly backlog: Backlog;
  /** Subscriptions that are open, by field. */
  readonly subscriptions: Map<string, number>;
  /** Closes it with a code of src/live/close-codes.ts. */
  close(code: number, reason: string): void;
};
