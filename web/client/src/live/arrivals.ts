import type { LiveNotification } from './frames.ts';
import type { Live } from './live.ts';

const rememberedIds = 1_000;

/**
 * Tells of each notification that comes in, once: also of those that came while there was no connection. One that was seen,
 * read or put away elsewhere first is none.
 */
export function listenForArrivals(live: Live, listener: (notification: LiveNotification) => void): () => void {
  const told = new Set<string>();
  return live.need('inbox', (frame) => {
    for (const item of frame.items) {
      const isNew =
        item.seenAt === null && item.readAt === null && item.archivedAt === null && item.snoozedUntil === null;
      if (!isNew || told.has(item.id)) continue;
      told.add(item.id);
      for (const id of told) if (told.size > rememberedIds) told.delete(id);
      listener(item);
    }
  });
}
