import type { InboxSort } from '../generated/operations.ts';
import type { InboxAction, InboxFilter, InboxNotification } from '../inbox.ts';
import type { LiveNotification } from './frames.ts';

/** A notification as a list has it: from a page, or from a frame, which also knows version and category. */
export type InboxItem = InboxNotification & Partial<Pick<LiveNotification, 'version' | 'category'>>;

/** What a change does to what it finds. */
export type Effect = { readonly action: InboxAction | 'snooze'; readonly until?: string | undefined };

/** What can be put back. */
export type Engagement = Pick<InboxItem, 'seenAt' | 'readAt' | 'archivedAt' | 'snoozedUntil'>;

/** As change_notifications() does it: the first instant stands, and what is so already stays itself. Null: nobody sees it any more. */
export function applyEffect(item: InboxItem, effect: Effect, at: string): InboxItem | null {
  if (effect.action === 'delete') return null;
  const changed = { ...item, ...engagementAfter(item, effect, at) };
  const isSame = (['seenAt', 'readAt', 'archivedAt', 'snoozedUntil'] as const).every(
    (key) => changed[key] === item[key],
  );
  return isSame ? item : changed;
}

function engagementAfter(item: Engagement, { action, until }: Effect, at: string): Partial<Engagement> {
  const seenAt = item.seenAt ?? at;
  switch (action) {
    case 'seen':
      return { seenAt };
    case 'read':
      return { seenAt, readAt: item.readAt ?? at };
    case 'unread':
      return { readAt: null };
    case 'archive':
      return { archivedAt: item.archivedAt ?? at };
    case 'unarchive':
      return { archivedAt: null };
    case 'snooze':
      return { readAt: null, archivedAt: null, snoozedUntil: until ?? null };
    default:
      return { snoozedUntil: null };
  }
}

/** Where it is now: in one place at every instant. */
export function placeOf(item: Engagement, now: number): 'inbox' | 'snoozed' | 'archived' {
  if (item.archivedAt !== null) return 'archived';
  return item.snoozedUntil !== null && Date.parse(item.snoozedUntil) > now ? 'snoozed' : 'inbox';
}

/** Whether only the API can say what a filter finds: words are searched by their stems, apps have types of their own. */
export const isBeyondUs = ({ search, app }: InboxFilter): boolean =>
  (search ?? '').trim() !== '' || (app ?? 'default') !== 'default';

/** Whether a filter finds it, as far as can be said here. What a page brought without its category has that of the filter. */
export function matches(item: InboxItem, filter: InboxFilter, now: number): boolean {
  const { places, read, types, categories, threadId, since, until } = filter;
  const createdAt = Date.parse(item.createdAt);
  return (
    (places ?? ['inbox']).includes(placeOf(item, now)) &&
    (read ?? null) !== (item.readAt === null) &&
    (types ?? null)?.includes(item.typeKey) !== false &&
    (item.category === undefined || (categories ?? null)?.includes(item.category) !== false) &&
    (threadId ?? item.threadId) === item.threadId &&
    (since == null || createdAt >= Date.parse(since)) &&
    (until == null || createdAt < Date.parse(until))
  );
}

/** Whether the badge counts it. */
export const isUnread = (item: Engagement, now: number): boolean =>
  item.readAt === null && placeOf(item, now) === 'inbox';

/** In which order a list shows two of them. */
export function compare(one: InboxItem, other: InboxItem, sort: InboxSort): number {
  const newestFirst = Date.parse(other.createdAt) - Date.parse(one.createdAt) || (one.id < other.id ? 1 : -1);
  if (sort === 'oldest') return -newestFirst;
  if (sort === 'newest') return newestFirst;
  return Number(one.readAt !== null) - Number(other.readAt !== null) || newestFirst;
}

/** Whether a frame's word is newer than what is here. Versions are numbers as text. */
export function isNewer(version: string, than: string | undefined): boolean {
  if (than === undefined) return true;
  return version.length === than.length ? version >= than : version.length > than.length;
}
