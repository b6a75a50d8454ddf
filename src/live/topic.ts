import type { LiveSource, Topic } from '../graphql/live-source.ts';
import type { Connection } from './connection.ts';

/** Begins a subscription of a field for a connection; its frames are what the field's plan gets. */
export type Subscribe = (connection: Connection, args: Topic['args']) => AsyncIterableIterator<unknown>;

/** By field. */
export type Topics = Readonly<Record<string, Subscribe>>;

/** Where the plan of one operation gets its frames from, each when the client has room for it. */
export type Subscriber = LiveSource & {
  /** Results of the operation, which the client is sent one by one: a frame is given for each that is asked for. */
  paced<Result>(results: AsyncIterableIterator<Result>): AsyncIterableIterator<Result>;
};

/**
 * Grafast makes a result of each frame that it can get, and keeps all that nobody asks for: of a client that did not read it kept
 * everything. So it gets none before the one before has been sent.
 */
export function subscriberOf(connection: Connection, topics: Topics): Subscriber {
  const { subscriptions } = connection;
  const wanted = createWanted();
  return {
    paced: (results) => ({
      [Symbol.asyncIterator]() {
        return this;
      },
      next() {
        wanted.add();
        return results.next();
      },
      return: (value) => results.return?.(value) ?? Promise.resolve({ done: true, value }),
      throw: (error) => results.throw?.(error) ?? Promise.reject(error),
    }),
    subscribe({ field, args }) {
      const subscribe = topics[field];
      if (!subscribe) throw new Error(`nothing is sent for ${field}`);
      const frames = subscribe(connection, args);
      const count = (by: 1 | -1) => {
        tally(subscriptions, field, by);
        if (field === 'channel') tally(connection.channels, String(args.name), by);
      };
      count(1);
      let hasEnded = false;
      const end = () => {
        if (!hasEnded) count(-1);
        hasEnded = true;
      };
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        async next() {
          await wanted.take();
          return frames.next();
        },
        return(value) {
          end();
          return frames.return?.(value) ?? Promise.resolve({ done: true, value });
        },
        throw(error) {
          end();
          return frames.throw?.(error) ?? Promise.reject(error);
        },
      };
    },
  };
}

/** How many were asked for and are not taken. Whoever takes one waits until there is one; one waits at a time. */
function createWanted(): { add(): void; take(): Promise<void> } {
  let count = 0;
  let waiting: (() => void) | null = null;
  return {
    add() {
      if (waiting) waiting();
      else count += 1;
      waiting = null;
    },
    take() {
      if (count > 0) {
        count -= 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
  };
}

const tally = (counts: Map<string, number>, key: string, by: 1 | -1): void =>
  void counts.set(key, (counts.get(key) ?? 0) + by);
