import type { LiveChannel } from '../generated/operations.ts';
import type { Announcement } from './frames.ts';
import type { Live } from './live.ts';
import { createStore, type Store } from './store.ts';
import type { Surroundings } from './surroundings.ts';
import { waitUntil } from './until.ts';

export type AnnouncementsOptions = {
  /** Channels whose banners are shown as well. */
  readonly channels?: readonly LiveChannel[];
};

/** The banners that are shown now, the oldest first, as long as somebody looks at them. */
export function createAnnouncements(
  { live, surroundings }: { readonly live: Live; readonly surroundings: Surroundings },
  { channels = [] }: AnnouncementsOptions,
): Store<readonly Announcement[]> {
  let all: readonly Announcement[] = [];
  /** What waits for the end of a banner. */
  const ends = new Map<string, ReturnType<typeof waitUntil>>();
  const ended = new Set<string>();

  /** A banner whose end is another is to end anew. */
  const keyOf = ({ id, endsAt }: Announcement): string => `${id} ${endsAt}`;
  const show = (): void => {
    for (const announcement of all) expectEnd(announcement);
    store.set(all.filter((one) => !ended.has(keyOf(one))));
  };
  const expectEnd = (announcement: Announcement): void => {
    const { endsAt } = announcement;
    const key = keyOf(announcement);
    if (endsAt === null || ended.has(key) || ends.has(key)) return;
    const instant = Date.parse(endsAt);
    if (instant <= surroundings.now()) return void ended.add(key);
    const end = waitUntil(instant, surroundings, () => {
      ends.delete(key);
      ended.add(key);
      show();
    });
    ends.set(key, end);
  };
  const replace = (announcements: readonly Announcement[]): void => {
    all = announcements;
    const keys = new Set(all.map(keyOf));
    for (const [key, { stop }] of ends) {
      if (keys.has(key)) continue;
      stop();
      ends.delete(key);
    }
    for (const key of ended) if (!keys.has(key)) ended.delete(key);
    show();
  };

  const store = createStore<readonly Announcement[]>([], () => {
    const stops = [
      // A socket is told the banners of the channels that it watches.
      ...channels.map((name) => live.need(`channel:${name}`, () => {})),
      live.need('banners', replace),
      live.on('person', () => replace([])),
      surroundings.onChange(() => {
        for (const { look } of [...ends.values()]) look();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      replace([]);
    };
  });
  return { get: store.get, subscribe: store.subscribe };
}
