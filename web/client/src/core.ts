import { listenForArrivals } from './live/arrivals.ts';
import type { ConnectionState } from './live/connection.ts';
import type { LiveNotification } from './live/frames.ts';
import { surroundingsHere } from './live/here.ts';
import { createLive, type Live } from './live/live.ts';
import { createStore, type Store } from './live/store.ts';
import type { Surroundings } from './live/surroundings.ts';
import { type ClientOptions, createSend, type Send } from './send.ts';

export type RowbellOptions = ClientOptions & {
  /** Parts of what the client runs in, where they are not those of a browser or of Node: docs/clients.md. */
  readonly surroundings?: Partial<Surroundings> | undefined;
};

/** What a badge needs, and what everything else of the client stands on. */
export type RowbellCore = {
  readonly send: Send;
  readonly surroundings: Surroundings;
  readonly live: Live;
  /** How things stand between here and the API. Whoever looks at it, or at a list, has it connect. */
  readonly connection: Store<ConnectionState> & {
    /** Tries now instead of at `nextTryAt`; after somebody has signed in, too. */
    connect(): void;
    /** Ends it at once. Without it that happens by itself some seconds after nobody looks any more. */
    close(): void;
  };
  /** What the badge shows; null until it is known. */
  readonly unread: Store<number | null>;
  /** Calls for each notification that comes in, until what it returns is called. */
  onArrival(listener: (notification: LiveNotification) => void): () => void;
};

/** Half of the client, for pages that show a number first and load the rest when somebody opens it: `completeRowbell(core)`. */
export function createCore(options: RowbellOptions): RowbellCore {
  const send = createSend(options);
  const surroundings: Surroundings = { ...surroundingsHere(), ...options.surroundings };
  const live = createLive({ ...options, send, surroundings });
  const unread = createStore<number | null>(null, () => {
    const stops = [live.need('unread', (count) => unread.set(count)), live.on('person', () => unread.set(null))];
    return () => {
      for (const stop of stops) stop();
    };
  });
  return {
    send,
    surroundings,
    live,
    connection: { get: live.state.get, subscribe: live.state.subscribe, connect: live.connect, close: live.close },
    unread: { get: unread.get, subscribe: unread.subscribe },
    onArrival: (listener) => listenForArrivals(live, listener),
  };
}
