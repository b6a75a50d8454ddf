import type { Announcement } from './frames.ts';
import type { Surroundings } from './surroundings.ts';

/** The API does not say when it has told all that are shown: what it has not told by then was withdrawn meanwhile. */
const toldWithinMs = 3_000;

const endOf = ({ endsAt }: Announcement): number => (endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(endsAt));

/**
 * The banners that the API shows, as its frames tell of them one by one.
 *
 * @param tell is given all of them after each change
 */
export function createBanners(
  { after }: Pick<Surroundings, 'after'>,
  tell: (banners: readonly Announcement[]) => void,
) {
  const shown = new Map<string, Announcement>();
  const withdrawn = new Set<string>();
  /** Shown before the break, and not told of since. */
  let unconfirmed: readonly string[] = [];
  let cancel = () => {};

  const all = (): readonly Announcement[] => [...shown.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  const put = (announcement: Announcement): void => {
    if (!withdrawn.has(announcement.id)) shown.set(announcement.id, announcement);
  };
  const replace = (announcements: readonly Announcement[]): void => {
    cancel();
    shown.clear();
    for (const announcement of announcements) put(announcement);
  };

  return {
    /** A subscription begins: all that are shown come at once, and no others. */
    begin(): void {
      cancel();
      unconfirmed = [...shown.keys()];
      if (unconfirmed.length === 0) return;
      cancel = after(toldWithinMs, () => {
        for (const id of unconfirmed) shown.delete(id);
        if (unconfirmed.length > 0) tell(all());
      });
    },
    take(announcement: Announcement): void {
      unconfirmed = unconfirmed.filter((id) => id !== announcement.id);
      const before = shown.get(announcement.id);
      // An end comes earlier only by a withdrawal: seen so, the clock here need not be right.
      if (before && endOf(announcement) < endOf(before)) {
        shown.delete(announcement.id);
        withdrawn.add(announcement.id);
      } else put(announcement);
      tell(all());
    },
    /** What was asked for by request. */
    takeAll(announcements: readonly Announcement[]): void {
      replace(announcements);
      tell(all());
    },
    /** What the leading tab shows. */
    note: replace,
    /** Keeps what is shown, as it is. */
    pause: () => cancel(),
    forget(): void {
      replace([]);
      withdrawn.clear();
    },
  };
}
