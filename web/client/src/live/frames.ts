import type { InboxChangedSubscription } from '../generated/operations.ts';

/** What changed in a person's inbox. Whoever has taken it has had everything up to its cursor. */
export type InboxFrame = InboxChangedSubscription['inboxChanged'];
/** A notification as frames have it: with its category, and with a version that is higher after each change. */
export type LiveNotification = InboxFrame['items'][number];

/** What is told, by topic. */
export type Frames = {
  readonly inbox: InboxFrame;
  /** The unread ones of the inbox. */
  readonly unread: number;
};
export type Topic = keyof Frames;
