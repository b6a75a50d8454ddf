import type { InboxList, InboxListOptions, InboxListState } from './live/inbox-list.ts';
import type { Store } from './live/store.ts';
import type { Rowbell } from './rowbell.ts';

/** As much of React as the hooks need: the application gives its own, so that there is never a second one. */
export type ReactLike = {
  useSyncExternalStore<Value>(
    subscribe: (listener: () => void) => () => void,
    get: () => Value,
    server: () => Value,
  ): Value;
  useMemo<Value>(make: () => Value, dependencies: readonly unknown[]): Value;
};

/** `export const { useStore, useInbox } = createHooks(React)`, once in an application. */
export function createHooks({ useSyncExternalStore, useMemo }: ReactLike) {
  /** The value of a store: `useStore(rowbell.unread)`, `useStore(rowbell.connection)`. */
  const useStore = <Value>(store: Store<Value>): Value => useSyncExternalStore(store.subscribe, store.get, store.get);

  /** A list of the inbox, made anew when the filter or the order is another. */
  const useInbox = (
    rowbell: Rowbell,
    options: InboxListOptions = {},
  ): InboxListState & { readonly list: InboxList } => {
    const list = useMemo(() => rowbell.inbox(options), [rowbell, JSON.stringify(options)]);
    return { ...useStore(list), list };
  };

  return { useStore, useInbox };
}
