import type { LiveChannel } from './generated/operations.ts';
import type { ActivityList, ActivityListState } from './live/activity-list.ts';
import type { AnnouncementsOptions } from './live/announcements.ts';
import type { Announcement } from './live/frames.ts';
import type { InboxList, InboxListOptions, InboxListState } from './live/inbox-list.ts';
import type { Store } from './live/store.ts';
import type { ActivityOptions, ChannelOptions, Rowbell } from './rowbell.ts';

/** As much of React as the hooks need: the application gives its own, so that there is never a second one. */
export type ReactLike = {
  useSyncExternalStore<Value>(
    subscribe: (listener: () => void) => () => void,
    get: () => Value,
    server: () => Value,
  ): Value;
  useMemo<Value>(make: () => Value, dependencies: readonly unknown[]): Value;
};

type ListOf<List> = { readonly list: List };

/** `export const { useStore, useInbox } = createHooks(React)`, once in an application. */
export function createHooks({ useSyncExternalStore, useMemo }: ReactLike) {
  /** The value of a store: `useStore(rowbell.unread)`, `useStore(rowbell.connection)`. */
  const useStore = <Value>(store: Store<Value>): Value => useSyncExternalStore(store.subscribe, store.get, store.get);

  const useList = <State, List extends Store<State>>(
    make: () => List & Store<State>,
    dependencies: readonly unknown[],
  ) => {
    const list = useMemo(make, dependencies);
    return { ...useStore<State>(list), list };
  };

  /** A list of the inbox, made anew when the filter or the order is another. */
  const useInbox = (rowbell: Rowbell, options: InboxListOptions = {}): InboxListState & ListOf<InboxList> =>
    useList(() => rowbell.inbox(options), [rowbell, JSON.stringify(options)]);

  /** One's own activity, made anew when the types are others. */
  const useActivity = (rowbell: Rowbell, options: ActivityOptions = {}): ActivityListState & ListOf<ActivityList> =>
    useList(() => rowbell.activity(options), [rowbell, JSON.stringify(options)]);

  const useChannel = (
    rowbell: Rowbell,
    name: LiveChannel,
    options: ChannelOptions = {},
  ): ActivityListState & ListOf<ActivityList> =>
    useList(() => rowbell.channel(name, options), [rowbell, name, JSON.stringify(options)]);

  /** The banners that are shown now. */
  const useAnnouncements = (rowbell: Rowbell, options: AnnouncementsOptions = {}): readonly Announcement[] =>
    useStore(useMemo(() => rowbell.announcements(options), [rowbell, JSON.stringify(options)]));

  return { useStore, useInbox, useActivity, useChannel, useAnnouncements };
}
