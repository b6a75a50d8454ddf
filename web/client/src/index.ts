export type { AnalyticsQuery, DeliveryMetric, ReasonMetric } from './analytics.ts';
export type { CallHistory, CallHistoryEntry } from './calls.ts';
export type { RowbellCore, RowbellOptions } from './core.ts';
export type { Device, DeviceRegistration, PushSubscriptionJson } from './devices.ts';
export type { Document, ResultOf } from './document.ts';
export { type ErrorCode, isRowbellError, type Result, type RowbellError, toResult } from './errors.ts';
export type { LiveChannel } from './generated/operations.ts';
export type {
  InboxAction,
  InboxCategory,
  InboxChange,
  InboxCounts,
  InboxFilter,
  InboxNotification,
  InboxPage,
  InboxQuery,
  ReceiptKind,
  Which,
} from './inbox.ts';
export type { ActivityList, ActivityListState } from './live/activity-list.ts';
export type { AnnouncementsOptions } from './live/announcements.ts';
export type { Refusal } from './live/changes.ts';
export type { ConnectionState } from './live/connection.ts';
export type { ActivityEntry, Announcement, LiveNotification } from './live/frames.ts';
export type { InboxList, InboxListOptions, InboxListState, ListChange } from './live/inbox-list.ts';
export type { InboxItem } from './live/items.ts';
export type { Store } from './live/store.ts';
export type { KeptStorage, Surroundings } from './live/surroundings.ts';
export type { PersonalSettings, Preference, Preferences, SettingName } from './preferences.ts';
export type { CapacitorOptions, CapacitorPush, CapacitorPushNotifications, PushTap } from './push/capacitor.ts';
export {
  type ActivityOptions,
  type ChannelOptions,
  completeRowbell,
  createRowbell,
  type Rowbell,
  type RowbellEvents,
} from './rowbell.ts';
export type { ClientOptions, RequestOptions } from './send.ts';
