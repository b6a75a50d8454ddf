import type { ActivityEntry } from './frames.ts';

export type EntriesPage = { readonly items: readonly ActivityEntry[]; readonly hasMore: boolean };

/** The newest first: keys are in the order in which entries were made. */
const compare = (one: ActivityEntry, other: ActivityEntry): number =>
  one.id < other.id ? 1 : one.id > other.id ? -1 : 0;

/**
 * What a list of activity knows: which entries it shows, and which wait above them. Entries never change, so each is taken once,
 * whichever way it comes. Nothing here asks or waits.
 *
 * @param isOurs whether the list shows entries of this type; asked from the first page on
 */
export function createEntries(isOurs: (entry: ActivityEntry) => boolean) {
  /** Those of pages, and those that were told of: a page that was read before may lack them. */
  const known = new Map<string, ActivityEntry>();
  let shown: readonly ActivityEntry[] = [];
  let waiting: readonly ActivityEntry[] = [];
  let hasBegun = false;
  let hasMore = false;
  /** The last one of what was read; behind it there may be others between. */
  let last: ActivityEntry | undefined;

  const isWithin = (entry: ActivityEntry): boolean => !hasMore || (last !== undefined && compare(entry, last) <= 0);
  const read = (page: EntriesPage): void => {
    for (const entry of page.items) known.set(entry.id, entry);
    hasMore = page.hasMore;
    last = page.items.at(-1);
  };
  const within = (): readonly ActivityEntry[] =>
    [...known.values()].filter((entry) => isOurs(entry) && isWithin(entry)).sort(compare);
  const idsOf = (entries: readonly ActivityEntry[]): ReadonlySet<string> => new Set(entries.map(({ id }) => id));

  return {
    /** The list from its beginning. */
    begin(page: EntriesPage, mayMove: boolean): void {
      read(page);
      const all = within();
      const before = idsOf(shown);
      const end = all.filter(({ id }) => before.has(id)).at(-1);
      // Where nothing is left of what was shown there is nothing to be kept in its place.
      const isFresh = (entry: ActivityEntry) =>
        !mayMove && end !== undefined && !before.has(entry.id) && compare(entry, end) < 0;
      shown = all.filter((entry) => !isFresh(entry));
      waiting = all.filter(isFresh);
      hasBegun = true;
    },

    append(page: EntriesPage): void {
      read(page);
      const above = idsOf(waiting);
      shown = within().filter(({ id }) => !above.has(id));
    },

    take(entry: ActivityEntry, mayMove: boolean): void {
      if (known.has(entry.id) || (hasBegun && !isOurs(entry))) return;
      known.set(entry.id, entry);
      if (!hasBegun || !isWithin(entry)) return;
      const end = shown.at(-1);
      if (mayMove || end === undefined || compare(entry, end) > 0) shown = [...shown, entry].sort(compare);
      else waiting = [...waiting, entry];
    },

    /** Shows what waits. */
    takeWaiting(): void {
      shown = [...shown, ...waiting].sort(compare);
      waiting = [];
    },

    view: () => ({ items: shown, fresh: waiting.length, hasMore }),
  };
}
