import * as documents from '../documents.ts';
import type { RowbellError } from '../errors.ts';
import type { InboxSort, InboxViewQuery } from '../generated/operations.ts';
import type { InboxAction, InboxCategory, InboxFilter, Which } from '../inbox.ts';
import type { Send } from '../send.ts';
import type { Changes, Outcome, PendingChange } from './changes.ts';
import type { InboxFrame } from './frames.ts';
import type { InboxItem } from './items.ts';
import type { Live } from './live.ts';
import { createPages } from './pages.ts';
import { createRows, type Page } from './rows.ts';
import { createStore, type Store } from './store.ts';
import type { Surroundings } from './surroundings.ts';

export type InboxListOptions = {
  readonly filter?: InboxFilter;
  readonly sort?: InboxSort;
  /** How many a page has: 20 unless said, at most 100. */
  readonly first?: number;
};

export type InboxListState = {
  readonly items: readonly InboxItem[];
  /** How many the filter finds. */
  readonly total: number;
  /** What the badge shows; null until it is known. */
  readonly unread: number | null;
  /** Numbers beside a choice of categories: of everything that the filter finds without its own choice. */
  readonly categories: readonly InboxCategory[];
  readonly hasMore: boolean;
  /** New ones that wait above what one reads: `take()` shows them. */
  readonly fresh: number;
  readonly isLoading: boolean;
  /** Why the list could not be read. It is tried again by itself. */
  readonly error: RowbellError | null;
};

export type ListChange = {
  /** It waits for the network, on the screen as done. If the API refuses it later, `rowbell.on('refused')` says so. */
  readonly isQueued: boolean;
  readonly changed: number;
  /** Within ten minutes; how many it put back. */
  undo(): Promise<number>;
};

export type InboxList = Store<InboxListState> & {
  loadMore(): Promise<void>;
  setFilter(options: Omit<InboxListOptions, 'first'>): void;
  /** Shows the new ones. */
  take(): void;
  /** Whether new ones may move the others: when one is at the top and has the focus elsewhere. */
  follow(mayMove: boolean): void;
  change(action: InboxAction, which: Which): Promise<ListChange>;
  snooze(which: Which, until: string): Promise<ListChange>;
};

type Options = {
  readonly send: Send;
  readonly live: Live;
  readonly changes: Changes;
  readonly surroundings: Surroundings;
};

/** Frames come as they like: a page for what only the API can say is not asked for more often. */
const askAgainMs = 1_000;
/** Timers cannot wait for longer than 24 days. */
const dayMs = 86_400_000;

/** The inbox as a list that keeps itself up to date as long as somebody looks at it. */
export function createInboxList({ send, live, changes, surroundings }: Options, options: InboxListOptions): InboxList {
  const { now, random, after } = surroundings;
  const first = options.first ?? 20;
  let { filter = {}, sort = 'newest' } = options;
  let rows = createRows({ filter, sort });
  let mayMove = false;
  let unreads = 0;
  let cancelAgain: (() => void) | null = null;
  let cancelReturn = () => {};

  const empty: InboxListState = {
    items: [],
    total: 0,
    unread: null,
    categories: [],
    hasMore: false,
    fresh: 0,
    isLoading: true,
    error: null,
  };
  const pages = createPages({
    live,
    first,
    async ask(count, after) {
      const { categories: _, ...around } = filter;
      const unreadsBefore = unreads;
      rows.expectPage();
      const answer = await send(documents.inboxView, { filter, around, sort, first: count, after });
      // What was told meanwhile is newer.
      return { ...answer, isCounted: unreads !== unreadsBefore };
    },
    endOf: ({ inbox }) => ({ length: inbox.nodes.length, endCursor: inbox.pageInfo.endCursor }),
    begin(answer) {
      rows.begin(toPage(answer), mayMove || !pages.hasBegun(), now());
      if (!answer.isCounted) rows.setUnread(answer.unreadCount);
    },
    append: (answer) => rows.append(toPage(answer), now()),
    clear() {
      rows = createRows({ filter, sort });
    },
    publish: () => publish(),
  });

  const store = createStore<InboxListState>(empty, () => {
    const stops = [
      live.need('inbox', takeFrame),
      live.need('unread', (count) => {
        unreads++;
        rows.setUnread(count);
        publish();
      }),
      changes.pending.subscribe(publish),
      changes.onOutcome(settle),
      pages.watch(),
    ];
    return () => {
      cancelAgain?.();
      cancelAgain = null;
      cancelReturn();
      for (const stop of stops) stop();
    };
  });

  const publish = (): void => store.set({ ...rows.view(changes.pending.get(), now()), ...pages.state() });

  const loadAgain = (): void => {
    cancelAgain ??= after(askAgainMs * (1 + random()), () => {
      cancelAgain = null;
      pages.load();
    });
  };

  const takeFrame = (frame: InboxFrame): void => {
    if (frame.reset) {
      pages.anew();
      return;
    }
    const at = now();
    let isComplete = true;
    for (const item of frame.items) isComplete = rows.take(item, mayMove, at) && isComplete;
    for (const id of frame.removed) isComplete = rows.remove(id, at) && isComplete;
    if (typeof frame.unread === 'number') {
      unreads++;
      rows.setUnread(frame.unread);
    }
    expectReturn(frame.returnsAt);
    if (!isComplete) loadAgain();
    publish();
  };

  /** A snooze that ends is no change of any row: the clock says so, here as there. */
  const expectReturn = (returnsAt: string | null): void => {
    cancelReturn();
    if (returnsAt === null) return;
    const ms = Date.parse(returnsAt) - now();
    cancelReturn = after(Math.min(Math.max(0, ms) + random() * askAgainMs, dayMs), () =>
      ms > dayMs ? expectReturn(returnsAt) : pages.load(),
    );
  };

  const settle = (outcome: Outcome, change: PendingChange | undefined): void => {
    if (!change || !('changed' in outcome)) return;
    rows.settle(change, now());
    // It may have changed what is not here, too.
    if (!Array.isArray(change.which)) loadAgain();
  };

  const make = async (action: InboxAction | 'snooze', which: Which, until?: string): Promise<ListChange> => {
    const at = new Date(now()).toISOString();
    const id = `${now().toString(36)}${random().toString(36).slice(2)}`;
    const change: PendingChange = { id, action, which, at, ...(until !== undefined && { until }) };
    const found = rows.found(change, now());
    const outcome = await changes.make(change);
    if (outcome && 'error' in outcome) throw outcome.error;
    const undo = async (): Promise<number> => {
      if (!changes.outcomeOf(id) && (await changes.cancel(id))) return found.length;
      const present = changes.outcomeOf(id);
      const undoToken = present && 'undoToken' in present ? present.undoToken : null;
      if (undoToken === null) return 0;
      rows.putBack(found, change, now());
      publish();
      try {
        return (await send(documents.undoChange, { undoToken })).undoChange.result;
      } catch (reason) {
        rows.settle(change, now());
        publish();
        throw reason;
      }
    };
    const changed = outcome && 'changed' in outcome ? outcome.changed : found.length;
    return { isQueued: outcome === null, changed, undo };
  };

  return {
    get: store.get,
    subscribe: store.subscribe,

    loadMore: () => pages.loadMore(store.get().hasMore),

    setFilter(next) {
      ({ filter = {}, sort = 'newest' } = next);
      pages.reset();
      pages.load();
    },

    take() {
      rows.takeWaiting();
      publish();
    },

    follow(isFollowing) {
      mayMove = isFollowing;
      if (!mayMove) return;
      rows.takeWaiting();
      publish();
    },

    change: (action, which) => make(action, which),
    snooze: (which, until) => make('snooze', which, until),
  };
}

const toPage = ({ inbox, inboxCategories }: InboxViewQuery): Page => ({
  items: inbox.nodes,
  total: inbox.totalCount,
  hasMore: inbox.pageInfo.hasNextPage,
  categories: inboxCategories,
});
