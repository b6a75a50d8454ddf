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
  const known = new Map<string, ActivityEntry>();
  let shown: readonly ActivityEntry[] = [];
  let waiting: readonly ActivityEntry[] = [];
  let hasMore = false;
  let hasBegun = false;

  const isBehind = (entry: ActivityEntry): boolean => {
    const last = shown.at(-1);
    return last !== undefined && compare(entry, last) > 0;
  };

  return {
    /** The list from its beginning. What was told of that is newer than the end of the page may be newer than the page. */
    begin(page: EntriesPage, mayMove: boolean): void {
      const last = page.items.at(-1);
      const isWithin = (entry: ActivityEntry) => !page.hasMore || last === undefined || compare(entry, last) <= 0;
      for (const entry of page.items) known.set(entry.id, entry);
      const all = [...known.values()].filter((entry) => isOurs(entry) && isWithin(entry)).sort(compare);
      known.clear();
      for (const entry of all) known.set(entry.id, entry);
      const before = new Set(shown.map(({ id }) => id));
      // Where nothing is left of what was shown there is nothing to be kept in its place.
      const isKept = all.some(({ id }) => before.has(id));
      const isFresh = ({ id }: ActivityEntry) => !mayMove && isKept && !before.has(id);
      shown = all.filter((entry) => !isFresh(entry));
      waiting = all.filter(isFresh);
      hasMore = page.hasMore;
      hasBegun = true;
    },

    append(page: EntriesPage): void {
      const more = page.items.filter(({ id }) => !known.has(id));
      for (const entry of more) known.set(entry.id, entry);
      shown = [...shown, ...more].sort(compare);
      hasMore = page.hasMore;
    },

    take(entry: ActivityEntry, mayMove: boolean): void {
      if (known.has(entry.id)) return;
      // Further down there may be others between: a page will have it.
      if (hasBegun && (!isOurs(entry) || (hasMore && isBehind(entry)))) return;
      known.set(entry.id, entry);
      if (!hasBegun) return;
      if (mayMove || shown.length === 0 || isBehind(entry)) shown = [...shown, entry].sort(compare);
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
