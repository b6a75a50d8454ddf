import { createAnalytics } from './analytics.ts';
import { createCalls } from './calls.ts';
import { createCore, type RowbellCore, type RowbellOptions } from './core.ts';
import { createDevices } from './devices.ts';
import * as documents from './documents.ts';
import type { LiveChannel } from './generated/operations.ts';
import { createInbox } from './inbox.ts';
import { type ActivityList, createActivityList } from './live/activity-list.ts';
import { type AnnouncementsOptions, createAnnouncements } from './live/announcements.ts';
import { createChanges, type Refusal } from './live/changes.ts';
import type { Announcement, LiveNotification } from './live/frames.ts';
import { createInboxList, type InboxList, type InboxListOptions } from './live/inbox-list.ts';
import type { Store } from './live/store.ts';
import { createPreferences } from './preferences.ts';
import { type CapacitorOptions, type CapacitorPush, createCapacitorPush } from './push/capacitor.ts';
import type { Send } from './send.ts';

export type RowbellEvents = {
  /** A notification came in, while one looked or while there was no connection. */
  readonly notification: LiveNotification;
  /** A change was shown as done while there was no network, and then refused: it is taken back. */
  readonly refused: Refusal;
};

export type ChannelOptions = {
  /** How many a page has: 20 unless said, at most 100. */
  readonly first?: number;
};
export type ActivityOptions = ChannelOptions & {
  /** Types of activity; all of them unless said. */
  readonly types?: readonly string[];
};

export type Rowbell = {
  /** Sends a document of one's own. Constant documents with variables are planned once by the API. */
  readonly request: Send;
  /** `inbox({ filter })` is a list that keeps itself up to date; `inbox.page()` and the others ask once. */
  readonly inbox: ((options?: InboxListOptions) => InboxList) & ReturnType<typeof createInbox>;
  /** One's own activity, all of it or some types, as a list that keeps itself up to date. */
  activity(options?: ActivityOptions): ActivityList;
  /** The part of it that a pack has named; the same kind of list. */
  channel(name: LiveChannel, options?: ChannelOptions): ActivityList;
  /** The banners that operators show now. Those of a channel come as long as anybody watches it in this browser. */
  announcements(options?: AnnouncementsOptions): Store<readonly Announcement[]>;
  readonly preferences: ReturnType<typeof createPreferences>;
  readonly devices: ReturnType<typeof createDevices>;
  readonly analytics: ReturnType<typeof createAnalytics>;
  readonly calls: ReturnType<typeof createCalls>;
  readonly connection: RowbellCore['connection'];
  readonly unread: RowbellCore['unread'];
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
export const createRowbell = (options: RowbellOptions): Rowbell => completeRowbell(createCore(options));

/** The whole client over a core that is there already, once for each. */
export function completeRowbell({ send, surroundings, live, connection, unread, onArrival }: RowbellCore): Rowbell {
  const changes = createChanges({ send, live, surroundings });
  const devices = createDevices(send);
  const pushes: CapacitorPush[] = [];

  const list = (listOptions: InboxListOptions = {}) =>
    createInboxList({ send, live, changes, surroundings }, listOptions);
  const typesOfChannel = async (name: LiveChannel) => (await send(documents.channelTypes, { name })).liveChannelTypes;

  return {
    request: send,
    inbox: Object.assign(list, createInbox(send)),
    activity: ({ types = null, first }: { types?: readonly string[] | null } & ChannelOptions = {}) =>
      createActivityList({ send, live }, { topic: 'activity', typesOf: async () => types, first }),
    channel: (name, { first } = {}) =>
      createActivityList({ send, live }, { topic: `channel:${name}`, typesOf: () => typesOfChannel(name), first }),
    announcements: (bannerOptions = {}) => createAnnouncements({ live, surroundings }, bannerOptions),
    preferences: createPreferences(send),
    devices,
    analytics: createAnalytics(send),
    calls: createCalls(send),
    connection,
    unread,
    push: {
      capacitor(pushOptions) {
        const push = createCapacitorPush({ devices, changes, storage: surroundings.storage }, pushOptions);
        pushes.push(push);
        return push;
      },
    },
    on: (name, listener) =>
      name === 'notification'
        ? onArrival(listener as (notification: LiveNotification) => void)
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
