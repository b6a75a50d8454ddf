import { createAnalytics } from './analytics.ts';
import { createCalls } from './calls.ts';
import { createDevices } from './devices.ts';
import { createInbox } from './inbox.ts';
import { listenForArrivals } from './live/arrivals.ts';
import { createChanges, type Refusal } from './live/changes.ts';
import type { ConnectionState } from './live/connection.ts';
import type { LiveNotification } from './live/frames.ts';
import { surroundingsHere } from './live/here.ts';
import { createInboxList, type InboxList, type InboxListOptions } from './live/inbox-list.ts';
import { createLive } from './live/live.ts';
import { createStore, type Store } from './live/store.ts';
import type { Surroundings } from './live/surroundings.ts';
import { createPreferences } from './preferences.ts';
import { type CapacitorOptions, type CapacitorPush, createCapacitorPush } from './push/capacitor.ts';
import { type ClientOptions, createSend, type Send } from './send.ts';

export type RowbellOptions = ClientOptions & {
  /** Parts of what the client runs in, where they are not those of a browser or of Node: docs/clients.md. */
  readonly surroundings?: Partial<Surroundings> | undefined;
};

export type RowbellEvents = {
  /** A notification came in, while one looked or while there was no connection. */
  readonly notification: LiveNotification;
  /** A change was shown as done while there was no network, and then refused: it is taken back. */
  readonly refused: Refusal;
};

export type Rowbell = {
  /** Sends a document of one's own. Constant documents with variables are planned once by the API. */
  readonly request: Send;
  /** `inbox({ filter })` is a list that keeps itself up to date; `inbox.page()` and the others ask once. */
  readonly inbox: ((options?: InboxListOptions) => InboxList) & ReturnType<typeof createInbox>;
  readonly preferences: ReturnType<typeof createPreferences>;
  readonly devices: ReturnType<typeof createDevices>;
  readonly analytics: ReturnType<typeof createAnalytics>;
  readonly calls: ReturnType<typeof createCalls>;
  /** How things stand between here and the API. Whoever looks at it, or at a list, has it connect. */
  readonly connection: Store<ConnectionState> & {
    /** Tries now instead of at `nextTryAt`; after somebody has signed in, too. */
    connect(): void;
    /** Ends it at once. Without it that happens by itself some seconds after nobody looks any more. */
    close(): void;
  };
  /** What the badge shows; null until it is known. */
  readonly unread: Store<number | null>;
  readonly push: {
    /** Push in an app of Capacitor's. */
    capacitor(options: CapacitorOptions): CapacitorPush;
  };
  on<Name extends keyof RowbellEvents>(name: Name, listener: (event: RowbellEvents[Name]) => void): () => void;
  /** The inbox is open before the person's eyes, until what it returns is called: then their phone need not ring for it. */
  attend(): () => void;
  /**
   * Logs out: the phone rings no longer, the session ends, and nothing of the person is kept here, in all tabs. What is kept here goes
   * even where the API cannot be told; then the promise is rejected.
   */
  signOut(): Promise<void>;
};

/**
 * A client of one API for whoever is signed in. As long as nobody looks at what keeps itself up to date it has no state beside its
 * options, and needs no more than `fetch`, `AbortController` and timers. What it promises is rejected with a `RowbellError` and nothing else.
 */
export function createRowbell(options: RowbellOptions): Rowbell {
  const send = createSend(options);
  const surroundings: Surroundings = { ...surroundingsHere(), ...options.surroundings };
  const live = createLive({ ...options, send, surroundings });
  const changes = createChanges({ send, live, surroundings });
  const devices = createDevices(send);
  const pushes: CapacitorPush[] = [];

  const unread = createStore<number | null>(null, () => {
    const stops = [
      live.need('unread', (count) => unread.set(count as number)),
      live.on('person', () => unread.set(null)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  });
  const list = (listOptions: InboxListOptions = {}) =>
    createInboxList({ send, live, changes, surroundings }, listOptions);

  return {
    request: send,
    inbox: Object.assign(list, createInbox(send)),
    preferences: createPreferences(send),
    devices,
    analytics: createAnalytics(send),
    calls: createCalls(send),
    connection: {
      get: live.state.get,
      subscribe: live.state.subscribe,
      connect: live.connect,
      close: live.close,
    },
    unread: { get: unread.get, subscribe: unread.subscribe },
    push: {
      capacitor(pushOptions) {
        const push = createCapacitorPush({ devices, changes, storage: surroundings.storage }, pushOptions);
        pushes.push(push);
        return push;
      },
    },
    on: (name, listener) =>
      name === 'notification'
        ? listenForArrivals(live, listener as (notification: LiveNotification) => void)
        : changes.onRefusal(listener as (refusal: Refusal) => void),
    attend: live.attend,
    async signOut() {
      try {
        for (const push of pushes) await push.unregister();
        await devices.endSession();
      } finally {
        await live.forget();
      }
    },
  };
}
