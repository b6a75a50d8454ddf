import type { InboxSort } from '../generated/operations.ts';
import { type InboxCategory, type InboxFilter, isIds, type Which } from '../inbox.ts';
import type { PendingChange } from './changes.ts';
import type { LiveNotification } from './frames.ts';
import { applyEffect, compare, type Effect, type InboxItem, isBeyondUs, isNewer, isUnread, matches } from './items.ts';

export type Page = {
  readonly items: readonly InboxItem[];
  readonly total: number;
  readonly hasMore: boolean;
  readonly categories: readonly InboxCategory[];
};

export type View = {
  readonly items: readonly InboxItem[];
  readonly fresh: number;
  readonly total: number;
  readonly unread: number | null;
  readonly hasMore: boolean;
  readonly categories: readonly InboxCategory[];
};

/**
 * What a list knows: the rows that were read or told of, in which order they are shown, and the counts. What is pending lies over it, and
 * is taken away again when the API has answered. Nothing here asks or waits.
 */
export function createRows({ filter, sort }: { readonly filter: InboxFilter; readonly sort: InboxSort }) {
  /** Numbers beside a choice of categories leave that choice out. */
  const { categories: _, ...around } = filter;
  const rows = new Map<string, InboxItem>();
  const gone = new Set<string>();
  const learned = new Map<string, string>();
  /** What is being put back, as the change made it: that frame may still come, and is not to take it away again. */
  const undoing = new Map<string, string>();
  let order: string[] = [];
  let waiting: string[] = [];
  let hasMore = false;
  let total = 0;
  let unread: number | null = null;
  let categories: readonly InboxCategory[] = [];
  /** What frames told while a page was on its way: it may be newer than the page. */
  const told = new Set<string>();

  /** A page does not say it, but a frame of the same type has. */
  const categoryOf = (item: InboxItem | undefined): string | undefined =>
    item?.category ?? learned.get(item?.typeKey ?? '');
  const rowOf = (id: string): InboxItem | undefined => (gone.has(id) ? undefined : rows.get(id));
  const isShown = (id: string): boolean => order.includes(id) || waiting.includes(id);

  /** Counts what becomes of a row: undefined is a row that is not there, or not any more. */
  const count = (before: InboxItem | undefined, present: InboxItem | undefined, now: number): void => {
    const of = (test: (item: InboxItem) => boolean) =>
      Number(!!present && test(present)) - Number(!!before && test(before));
    total += of((item) => matches(item, filter, now));
    if (unread !== null) unread += of((item) => isUnread(item, now));
    const category = categoryOf(present) ?? categoryOf(before);
    if (category === undefined) return;
    const more = {
      total: of((item) => matches(item, around, now)),
      unread: of((item) => matches(item, around, now) && item.readAt === null),
    };
    const isKnown = categories.some((one) => one.category === category);
    const all = isKnown ? categories : [...categories, { category, name: category, total: 0, unread: 0 }];
    categories = all
      .map((one) =>
        one.category === category ? { ...one, total: one.total + more.total, unread: one.unread + more.unread } : one,
      )
      .filter((one) => one.total > 0);
  };

  const indexOf = (item: InboxItem): number => order.findIndex((id) => compare(item, rows.get(id) ?? item, sort) < 0);

  /** Puts a new row where it belongs. What would move others waits, unless they may move. */
  const place = (item: InboxItem, mayMove: boolean): void => {
    const index = indexOf(item);
    // Behind what is shown there may be others between, until all of them are here.
    if (index === -1) order = hasMore ? order : [...order, item.id];
    else if (mayMove) order = [...order.slice(0, index), item.id, ...order.slice(index)];
    else waiting = [...waiting, item.id];
  };

  /** Whether a pending change is about a row, as far as can be said here. */
  const concerns = (which: Which, item: InboxItem, now: number): boolean => {
    if (isIds(which)) return which.includes(item.id);
    if (which === 'all') return matches(item, {}, now);
    return isBeyondUs(which.filter) ? same(which.filter, filter) : matches(item, which.filter, now);
  };
  const withEffect = (
    item: InboxItem,
    change: Effect & Pick<PendingChange, 'which' | 'at'>,
    now: number,
  ): InboxItem | undefined =>
    concerns(change.which, item, now) ? (applyEffect(item, change, change.at) ?? undefined) : item;
  const withAll = (id: string, pending: readonly PendingChange[], now: number): InboxItem | undefined =>
    pending.reduce<InboxItem | undefined>((item, change) => item && withEffect(item, change, now), rowOf(id));

  /** What was told of while the page was on its way is newer than the page, or not on it. */
  const addPage = (page: Page, mayMove: boolean, now: number): void => {
    ({ hasMore, total, categories } = page);
    const paged = new Map(page.items.map((item) => [item.id, item]));
    for (const [id, item] of paged) if (!told.has(id)) rows.set(id, item);
    for (const id of told) {
      const present = rowOf(id);
      const isBeyond = !paged.has(id) && (!present || (hasMore && indexOf(present) === -1));
      if (isBeyond) continue;
      count(paged.get(id), present, now);
      if (present && !isShown(id) && matches(present, filter, now)) place(present, mayMove);
    }
    told.clear();
  };

  const set = (id: string, present: InboxItem | undefined, now: number): void => {
    const before = rowOf(id);
    if (present) {
      rows.set(id, present);
      gone.delete(id);
    } else gone.add(id);
    count(before, present, now);
  };

  return {
    /** A page is being asked for. */
    expectPage(): void {
      told.clear();
    },

    /** The first page, also anew. What was not shown before waits, unless nothing was. */
    begin(page: Page, mayMove: boolean, now: number): void {
      const shown = new Set(order);
      const ids = page.items.map(({ id }) => id);
      const paged = new Set(ids);
      // Versions of before may be those of another history: the database may have been restored.
      for (const id of [...rows.keys()]) if (!told.has(id) && !paged.has(id)) rows.delete(id);
      for (const { id } of page.items) if (!told.has(id)) gone.delete(id);
      // Where nothing is left of what was shown there is nothing to be kept in its place.
      const isFresh = (id: string) => !mayMove && !shown.has(id) && ids.some((one) => shown.has(one));
      order = ids.filter((id) => !isFresh(id));
      waiting = ids.filter(isFresh);
      addPage(page, mayMove, now);
    },

    append(page: Page, now: number): void {
      // A set, because long lists would be searched once for each of the page.
      const shown = new Set([...order, ...waiting]);
      order = [...order, ...page.items.map(({ id }) => id).filter((id) => !shown.has(id))];
      addPage(page, false, now);
    },

    /** @returns false where the numbers, or whether it belongs here, only the API can say: it may have been among those not read yet */
    take(item: LiveNotification, mayMove: boolean, now: number): boolean {
      told.add(item.id);
      learned.set(item.typeKey, item.category);
      if (undoing.get(item.id) === shapeOf(item)) return true;
      undoing.delete(item.id);
      const before = rows.get(item.id);
      if (before && !isNewer(item.version, before.version)) return true;
      const isKnown = before !== undefined || (!(hasMore && indexOf(item) === -1) && !isBeyondUs(filter));
      if (isKnown) set(item.id, item, now);
      else if (!isBeyondUs(filter)) rows.set(item.id, item);
      if (isKnown && !isShown(item.id) && matches(item, filter, now)) place(item, mayMove);
      return isKnown;
    },

    /** @returns as `take` */
    remove(id: string, now: number): boolean {
      told.add(id);
      if (undoing.get(id) === shapeOf(null)) return true;
      const [before, wasGone] = [rowOf(id), gone.has(id)];
      set(id, undefined, now);
      return before ? categoryOf(before) !== undefined : wasGone || !hasMore;
    },

    /** Shows what waits. */
    takeWaiting(): void {
      const ids = waiting;
      waiting = [];
      for (const id of ids) {
        const item = rows.get(id);
        if (!item || order.includes(id)) continue;
        const index = indexOf(item);
        order = index === -1 ? [...order, id] : [...order.slice(0, index), id, ...order.slice(index)];
      }
    },

    setUnread(count: number): void {
      unread = count;
    },

    /** The API has done it. */
    settle(change: PendingChange, now: number): void {
      undoing.clear();
      for (const id of [...rows.keys()]) {
        const item = rowOf(id);
        const present = item && withEffect(item, change, now);
        if (present === item) continue;
        // A page that was asked for before this does not know it.
        told.add(id);
        set(id, present, now);
      }
    },

    /** The rows that a change is about, as they are. */
    found(change: PendingChange, now: number): InboxItem[] {
      return [...rows.keys()].flatMap((id) => {
        const item = rowOf(id);
        return item && withEffect(item, change, now) !== item ? [item] : [];
      });
    },

    /** Rows as they were. What was told of since stays as it was told. */
    putBack(items: readonly InboxItem[], change: PendingChange, now: number): void {
      for (const item of items) {
        const present = rows.get(item.id);
        if (present && present.version !== item.version) continue;
        told.add(item.id);
        undoing.set(item.id, shapeOf(applyEffect(item, change, change.at)));
        set(item.id, item, now);
        if (!isShown(item.id)) place(item, true);
      }
    },

    view(pending: readonly PendingChange[], now: number): View {
      const isHere = (item: InboxItem | undefined) => item !== undefined && matches(item, filter, now);
      const items = order.map((id) => withAll(id, pending, now)).filter((item) => item !== undefined);
      const shown = items.filter((item) => isHere(item));
      const fresh = waiting.filter((id) => isHere(withAll(id, pending, now))).length;
      let [more, moreUnread] = [0, 0];
      for (const id of pending.length > 0 ? rows.keys() : []) {
        const [before, present] = [rowOf(id), withAll(id, pending, now)];
        more += Number(isHere(present)) - Number(isHere(before));
        moreUnread += Number(!!present && isUnread(present, now)) - Number(!!before && isUnread(before, now));
      }
      const isEmptied = pending.some(({ which, action }) => which === 'all' && emptying.includes(action));
      return {
        items: shown,
        fresh,
        // Two numbers of one answer may be a moment apart: where all rows are here they are counted.
        total: hasMore ? Math.max(0, total + more) : shown.length + fresh,
        unread: unread === null ? null : isEmptied ? 0 : Math.max(0, unread + moreUnread),
        hasMore,
        categories,
      };
    },
  };
}

export type Rows = ReturnType<typeof createRows>;

/** After which nothing in the inbox is unread. */
const emptying: readonly string[] = ['read', 'archive', 'delete', 'snooze'];

/** Which of its instants are set, whatever they are: the server's are others than ours. */
const shapeOf = (item: InboxItem | null): string =>
  item
    ? [item.seenAt, item.readAt, item.archivedAt, item.snoozedUntil].map((instant) => +(instant !== null)).join('')
    : 'gone';

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
