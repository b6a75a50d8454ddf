import type { LiveSource, Topic } from '../graphql/live-source.ts';
import type { Connection } from './connection.ts';

/** Begins a subscription of a field for a connection; its frames are what the field's plan gets. */
export type Subscribe = (connection: Connection, args: Topic['args']) => AsyncIterableIterator<unknown>;

/** By field. */
export type Topics = Readonly<Record<string, Subscribe>>;

/** What the plans of subscriptions get their frames from, for one connection. */
export function subscriberOf(connection: Connection, topics: Topics): LiveSource {
  const { subscriptions } = connection;
  return {
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
        next: () => frames.next(),
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

const tally = (counts: Map<string, number>, key: string, by: 1 | -1): void =>
  void counts.set(key, (counts.get(key) ?? 0) + by);
