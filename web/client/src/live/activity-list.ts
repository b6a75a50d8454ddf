import * as documents from '../documents.ts';
import type { RowbellError } from '../errors.ts';
import type { Send } from '../send.ts';
import { createEntries } from './entries.ts';
import type { ActivityEntry, ChannelTopic } from './frames.ts';
import type { Live } from './live.ts';
import { createPages } from './pages.ts';
import { createStore, type Store } from './store.ts';

export type ActivityListState = {
  /** The newest first. */
  readonly items: readonly ActivityEntry[];
  readonly hasMore: boolean;
  /** New ones that wait above what one reads: `take()` shows them. */
  readonly fresh: number;
  readonly isLoading: boolean;
  /** Why the list could not be read. It is tried again by itself. */
  readonly error: RowbellError | null;
};

export type ActivityList = Store<ActivityListState> & {
  loadMore(): Promise<void>;
  /** Shows the new ones. */
  take(): void;
  /** Whether new ones may move the others: when one is at the top and has the focus elsewhere. */
  follow(mayMove: boolean): void;
};

export type ActivityListOptions = {
  readonly topic: 'activity' | ChannelTopic;
  /** The types that it shows; null: all of them. */
  readonly typesOf: () => Promise<readonly string[] | null>;
  /** How many a page has: 20 unless said, at most 100. */
  readonly first: number | undefined;
};

/** One's own activity, or a part of it, as a list that keeps itself up to date as long as somebody looks at it. */
export function createActivityList(
  { send, live }: { readonly send: Send; readonly live: Live },
  { topic, typesOf, first = 20 }: ActivityListOptions,
): ActivityList {
  let types: readonly string[] | null = null;
  const newEntries = () => createEntries(({ type }) => types?.includes(type) !== false);
  let entries = newEntries();
  let mayMove = false;

  const pages = createPages({
    live,
    first,
    async ask(count, after) {
      // From here on this tab hears what is told in others, so nothing is between the page and what it hears.
      await live.enter();
      types = await typesOf();
      // Operators would be shown everybody's.
      const variables = { userId: live.person(), types, first: count, after };
      return (await send(documents.activityPage, variables)).activityFeed;
    },
    endOf: ({ nodes, pageInfo }) => ({ length: nodes.length, endCursor: pageInfo.endCursor }),
    begin: (page) => entries.begin(toEntries(page), mayMove || !pages.hasBegun()),
    append: (page) => entries.append(toEntries(page)),
    clear() {
      entries = newEntries();
    },
    publish: () => publish(),
  });

  const store = createStore<ActivityListState>(
    { items: [], hasMore: false, fresh: 0, isLoading: true, error: null },
    () => {
      const stops = [
        live.need(topic, ({ reset, items }) => {
          if (reset) return pages.anew();
          for (const entry of items) entries.take(entry, mayMove);
          publish();
        }),
        pages.watch(),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  );
  const publish = (): void => store.set({ ...entries.view(), ...pages.state() });
  const take = (): void => {
    entries.takeWaiting();
    publish();
  };

  return {
    get: store.get,
    subscribe: store.subscribe,
    loadMore: () => pages.loadMore(store.get().hasMore),
    take,
    follow(isFollowing) {
      mayMove = isFollowing;
      if (mayMove) take();
    },
  };
}

const toEntries = ({
  nodes,
  pageInfo,
}: {
  readonly nodes: readonly ActivityEntry[];
  readonly pageInfo: { readonly hasNextPage: boolean };
}) => ({ items: nodes, hasMore: pageInfo.hasNextPage });
