export type { AnalyticsQuery, DeliveryMetric, ReasonMetric } from './analytics.ts';
export type { CallHistory, CallHistoryEntry } from './calls.ts';
export type { Device, DeviceRegistration, PushSubscriptionJson } from './devices.ts';
export type { Document, ResultOf } from './document.ts';
export { type ErrorCode, isRowbellError, type Result, type RowbellError, toResult } from './errors.ts';
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
export type { PersonalSettings, Preference, Preferences, SettingName } from './preferences.ts';
export { createRowbell, type Rowbell } from './rowbell.ts';
export type { ClientOptions, RequestOptions } from './send.ts';
