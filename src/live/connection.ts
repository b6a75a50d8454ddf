import type { Identity } from '../graphql/identity.ts';
import type { Backlog } from './backlog.ts';
import { closeCodes, retryAfter } from './close-codes.ts';
import type { Feed } from './feed.ts';

/** A socket whose token was verified. */
export type Connection = {
  readonly identity: Identity;
  readonly openedAtMs: number;
  /** Frames that wait for its client. */
  readonly backlog: Backlog;
  /** Subscriptions that are open, by field. */
  readonly subscriptions: Map<string, number>;
  /** Live channels that it watches, by name: how many subscriptions each has. */
  readonly channels: Map<string, number>;
  /** Closes it with a code of src/live/close-codes.ts. */
  close(code: number, reason: string): void;
};

/** A subscription that could not begin, because the database does not answer: the client comes back, with its cursor, by itself. */
export function giveUp(connection: Connection, feed: Pick<Feed<never>, 'fail'>, error: unknown): void {
  connection.close(closeCodes.tryLater, retryAfter(2));
  feed.fail(error);
}
