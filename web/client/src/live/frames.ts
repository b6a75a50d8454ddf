import type {
  ActivityAddedSubscription,
  AnnouncedSubscription,
  InboxChangedSubscription,
  LiveChannel,
} from '../generated/operations.ts';

/** What changed in a person's inbox. Whoever has taken it has had everything up to its cursor. */
export type InboxFrame = InboxChangedSubscription['inboxChanged'];
/** A notification as frames have it: with its category, and with a version that is higher after each change. */
export type LiveNotification = InboxFrame['items'][number];

/** What came in a person's activity, or in the part of it that a channel is. */
export type ActivityFrame = ActivityAddedSubscription['activityAdded'];
/** What happened in a person's account. It never changes. */
export type ActivityEntry = ActivityFrame['items'][number];

/** A banner that operators show. */
export type Announcement = AnnouncedSubscription['announced'];

export type ChannelTopic = `channel:${LiveChannel}`;

/** What is told, by topic. */
export type Frames = {
  readonly inbox: InboxFrame;
  /** The unread ones of the inbox. */
  readonly unread: number;
  readonly activity: ActivityFrame;
  /** All banners that the API shows. */
  readonly banners: readonly Announcement[];
} & { readonly [Name in ChannelTopic]: ActivityFrame };
export type Topic = keyof Frames;

const prefix = 'channel:';

/** The channel that a topic is; null for other topics. */
export const channelOf = (topic: Topic): LiveChannel | null =>
  topic.startsWith(prefix) ? (topic.slice(prefix.length) as LiveChannel) : null;

/** The channels among topics, in one order. */
export const channelsOf = (topics: ReadonlySet<Topic>): readonly LiveChannel[] =>
  [...topics]
    .map(channelOf)
    .filter((name) => name !== null)
    .sort();
