// Made of daa29e092278f28a: npm run generate.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type ActivityAction =
  | 'completed'
  | 'created'
  | 'deleted'
  | 'failed'
  | 'updated';

export type ActivityStatus =
  | 'completed'
  | 'failed'
  | 'pending';

/** How loud a banner is. */
export type BannerLevel =
  | 'critical'
  | 'info'
  | 'warning';

export type CallOutcome =
  | 'answered'
  | 'failed'
  | 'no_answer'
  | 'voicemail';

export type CallStatus =
  | 'canceled'
  | 'completed'
  | 'in_progress'
  | 'pending';

export type CandidateStatus =
  | 'canceled'
  | 'delivered'
  | 'expired'
  | 'failed'
  | 'held_back'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'suppressed'
  | 'unknown';

/** What changeNotifications takes; its description says what each means. */
export type ChangeNotificationsInput = {
  readonly action: InboxAction;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly filter?: InboxFilterInput | null | undefined;
  readonly notificationIds?: ReadonlyArray<string> | null | undefined;
  readonly until?: string | null | undefined;
};

export type Channel =
  | 'email'
  | 'in_app'
  | 'push'
  | 'sms'
  | 'voice'
  | 'webhook';

export type DeliveryLogStatus =
  | 'delivered'
  | 'failed'
  | 'opened'
  | 'queued'
  | 'sent';

export type DeliveryLogType =
  | 'call'
  | 'fallback_sms'
  | 'preview_push'
  | 'preview_sms';

export type DeviceEnvironment =
  | 'development'
  | 'production';

/** What endSession takes; its description says what each means. */
export type EndSessionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly sessionId?: string | null | undefined;
};

export type Frequency =
  | 'daily'
  | 'instant'
  | 'never'
  | 'weekly';

export type InboxAction =
  | 'archive'
  | 'delete'
  | 'read'
  | 'seen'
  | 'snooze'
  | 'unarchive'
  | 'unread'
  | 'unsnooze';

/** An input for mutations affecting `InboxFilter` */
export type InboxFilterInput = {
  readonly app?: string | null | undefined;
  /** Of these categories: notification_types.category. */
  readonly categories?: ReadonlyArray<string> | null | undefined;
  /** In these places: inbox (unless told), snoozed, archived. Each notification is in one. */
  readonly places?: ReadonlyArray<InboxPlace> | null | undefined;
  /** True: read ones; false: unread ones. */
  readonly read?: boolean | null | undefined;
  /** With all of these words in title, subtitle or body; the beginning of a word is enough, as is another form of it. Nothing typed filters nothing. */
  readonly search?: string | null | undefined;
  /** Created then or later. */
  readonly since?: string | null | undefined;
  /** Of this thread. */
  readonly threadId?: string | null | undefined;
  /** Of these types: notification_types.key. */
  readonly types?: ReadonlyArray<string> | null | undefined;
  /** Created before then. */
  readonly until?: string | null | undefined;
};

export type InboxPlace =
  | 'archived'
  | 'inbox'
  | 'snoozed';

export type InboxSort =
  | 'newest'
  | 'oldest'
  /** Those that are not read, newest first; after them those that are. */
  | 'unread_first';

/** A part of one's own activity, under a name that a pack gave it. */
export type LiveChannel =
  | 'payments'
  | 'verifications';

export type PreferenceOrigin =
  | 'category'
  | 'default'
  | 'locked'
  | 'own';

export type Priority =
  | 'P0'
  | 'P1';

export type ProviderName =
  | 'apns'
  | 'fcm'
  | 'in_app'
  | 'smtp'
  | 'twilio'
  | 'twilio_voice'
  | 'web_push'
  | 'webhook';

/** An input for mutations affecting `QuietWindow` */
export type QuietWindowInput = {
  readonly endsAt: string;
  readonly startsAt: string;
  readonly weekday: number;
};

/** What registerDevice takes; its description says what each means. */
export type RegisterDeviceInput = {
  readonly app?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly environment?: DeviceEnvironment | null | undefined;
  readonly name?: string | null | undefined;
  readonly platform?: string | null | undefined;
  readonly provider: ProviderName;
  readonly token: string;
  readonly webPushAuth?: string | null | undefined;
  readonly webPushP256Dh?: string | null | undefined;
};

/** What reportReceipt takes; its description says what each means. */
export type ReportReceiptInput = {
  readonly actionKey?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly deliveryId: string;
  readonly kind: ReportedReceiptKind;
};

export type ReportedReceiptKind =
  | 'clicked'
  | 'delivered'
  | 'opened';

/** What resetPersonalSettings takes; its description says what each means. */
export type ResetPersonalSettingsInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly settings?: ReadonlyArray<SettingName> | null | undefined;
};

/** What resetPreference takes; its description says what each means. */
export type ResetPreferenceInput = {
  readonly channel?: Channel | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly typeKey: string;
};

/** What setCategoryPreference takes; its description says what each means. */
export type SetCategoryPreferenceInput = {
  readonly category: string;
  readonly channel?: Channel | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
  readonly frequency?: Frequency | null | undefined;
};

/** What setPreference takes; its description says what each means. */
export type SetPreferenceInput = {
  readonly channel: Channel;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
  readonly frequency?: Frequency | null | undefined;
  readonly typeKey: string;
};

/** What setTypePreferences takes; its description says what each means. */
export type SetTypePreferencesInput = {
  readonly channels?: ReadonlyArray<Channel> | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
  readonly frequency?: Frequency | null | undefined;
  readonly typeKey: string;
};

/** What a person may decide for everything they get. */
export type SettingName =
  | 'daily_cap'
  | 'digest_time'
  | 'digest_weekday'
  | 'hold_while_looking'
  | 'paused_until'
  | 'quiet_hours';

export type TimeStep =
  | 'day'
  | 'hour';

/** What unregisterDevice takes; its description says what each means. */
export type UnregisterDeviceInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly provider: ProviderName;
  readonly token: string;
};

/** What updatePersonalSettings takes; its description says what each means. */
export type UpdatePersonalSettingsInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly dailyCap?: number | null | undefined;
  readonly digestTime?: string | null | undefined;
  readonly digestWeekday?: number | null | undefined;
  readonly holdWhileLooking?: boolean | null | undefined;
  readonly pausedUntil?: string | null | undefined;
  readonly quietHours?: ReadonlyArray<QuietWindowInput> | null | undefined;
  readonly timeZone?: string | null | undefined;
};

export type ActivityAddedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ActivityAddedSubscription = { readonly activityAdded: { readonly cursor: string, readonly reset: boolean, readonly items: ReadonlyArray<{ readonly id: string, readonly type: string, readonly resourceType: string | null, readonly resourceId: string | null, readonly action: ActivityAction, readonly status: ActivityStatus, readonly title: string, readonly description: string | null, readonly metadata: unknown, readonly createdAt: string }> } };

export type ActivityPageQueryVariables = Exact<{
  userId?: string | null | undefined;
  types?: ReadonlyArray<string> | string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ActivityPageQuery = { readonly activityFeed: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly type: string, readonly resourceType: string | null, readonly resourceId: string | null, readonly action: ActivityAction, readonly status: ActivityStatus, readonly title: string, readonly description: string | null, readonly metadata: unknown, readonly createdAt: string }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type ActivitySinceQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ActivitySinceQuery = { readonly activitySince: { readonly cursor: string, readonly reset: boolean, readonly items: ReadonlyArray<{ readonly id: string, readonly type: string, readonly resourceType: string | null, readonly resourceId: string | null, readonly action: ActivityAction, readonly status: ActivityStatus, readonly title: string, readonly description: string | null, readonly metadata: unknown, readonly createdAt: string }> } };

export type AnalyticsByChannelQueryVariables = Exact<{
  types?: ReadonlyArray<string> | string | null | undefined;
  channels?: ReadonlyArray<Channel> | Channel | null | undefined;
  since?: string | null | undefined;
  until?: string | null | undefined;
}>;


export type AnalyticsByChannelQuery = { readonly analyticsByChannel: ReadonlyArray<{ readonly typeKey: string | null, readonly channel: Channel | null, readonly startsAt: string, readonly endsAt: string, readonly computedAt: string, readonly deliveries: string, readonly waiting: string, readonly sent: string, readonly delivered: string, readonly read: string, readonly clicked: string, readonly failed: string, readonly retried: string, readonly unsubscribed: string, readonly suppressed: string, readonly heldBack: string, readonly deliveryRate: number | null, readonly readRate: number | null, readonly clickRate: number | null, readonly failureRate: number | null, readonly unsubscribeRate: number | null, readonly retrySuccessRate: number | null, readonly timeToDeliver: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null }, readonly timeToRead: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null } }> };

export type CountedFragment = { readonly typeKey: string | null, readonly channel: Channel | null, readonly startsAt: string, readonly endsAt: string, readonly computedAt: string, readonly deliveries: string, readonly waiting: string, readonly sent: string, readonly delivered: string, readonly read: string, readonly clicked: string, readonly failed: string, readonly retried: string, readonly unsubscribed: string, readonly suppressed: string, readonly heldBack: string, readonly deliveryRate: number | null, readonly readRate: number | null, readonly clickRate: number | null, readonly failureRate: number | null, readonly unsubscribeRate: number | null, readonly retrySuccessRate: number | null, readonly timeToDeliver: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null }, readonly timeToRead: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null } };

export type AnalyticsByTypeQueryVariables = Exact<{
  types?: ReadonlyArray<string> | string | null | undefined;
  channels?: ReadonlyArray<Channel> | Channel | null | undefined;
  since?: string | null | undefined;
  until?: string | null | undefined;
}>;


export type AnalyticsByTypeQuery = { readonly analyticsByType: ReadonlyArray<{ readonly typeKey: string | null, readonly channel: Channel | null, readonly startsAt: string, readonly endsAt: string, readonly computedAt: string, readonly deliveries: string, readonly waiting: string, readonly sent: string, readonly delivered: string, readonly read: string, readonly clicked: string, readonly failed: string, readonly retried: string, readonly unsubscribed: string, readonly suppressed: string, readonly heldBack: string, readonly deliveryRate: number | null, readonly readRate: number | null, readonly clickRate: number | null, readonly failureRate: number | null, readonly unsubscribeRate: number | null, readonly retrySuccessRate: number | null, readonly timeToDeliver: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null }, readonly timeToRead: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null } }> };

export type AnalyticsOverTimeQueryVariables = Exact<{
  types?: ReadonlyArray<string> | string | null | undefined;
  channels?: ReadonlyArray<Channel> | Channel | null | undefined;
  since?: string | null | undefined;
  until?: string | null | undefined;
  step?: TimeStep | null | undefined;
  timeZone?: string | null | undefined;
}>;


export type AnalyticsOverTimeQuery = { readonly analyticsOverTime: ReadonlyArray<{ readonly typeKey: string | null, readonly channel: Channel | null, readonly startsAt: string, readonly endsAt: string, readonly computedAt: string, readonly deliveries: string, readonly waiting: string, readonly sent: string, readonly delivered: string, readonly read: string, readonly clicked: string, readonly failed: string, readonly retried: string, readonly unsubscribed: string, readonly suppressed: string, readonly heldBack: string, readonly deliveryRate: number | null, readonly readRate: number | null, readonly clickRate: number | null, readonly failureRate: number | null, readonly unsubscribeRate: number | null, readonly retrySuccessRate: number | null, readonly timeToDeliver: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null }, readonly timeToRead: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null } }> };

export type AnalyticsReasonsQueryVariables = Exact<{
  types?: ReadonlyArray<string> | string | null | undefined;
  channels?: ReadonlyArray<Channel> | Channel | null | undefined;
  since?: string | null | undefined;
  until?: string | null | undefined;
}>;


export type AnalyticsReasonsQuery = { readonly analyticsReasons: ReadonlyArray<{ readonly channel: Channel, readonly status: CandidateStatus, readonly reason: string | null, readonly candidates: string, readonly share: number }> };

export type AnalyticsSummaryQueryVariables = Exact<{
  types?: ReadonlyArray<string> | string | null | undefined;
  channels?: ReadonlyArray<Channel> | Channel | null | undefined;
  since?: string | null | undefined;
  until?: string | null | undefined;
}>;


export type AnalyticsSummaryQuery = { readonly analyticsSummary: { readonly typeKey: string | null, readonly channel: Channel | null, readonly startsAt: string, readonly endsAt: string, readonly computedAt: string, readonly deliveries: string, readonly waiting: string, readonly sent: string, readonly delivered: string, readonly read: string, readonly clicked: string, readonly failed: string, readonly retried: string, readonly unsubscribed: string, readonly suppressed: string, readonly heldBack: string, readonly deliveryRate: number | null, readonly readRate: number | null, readonly clickRate: number | null, readonly failureRate: number | null, readonly unsubscribeRate: number | null, readonly retrySuccessRate: number | null, readonly timeToDeliver: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null }, readonly timeToRead: { readonly averageSeconds: number | null, readonly p50Seconds: number | null, readonly p95Seconds: number | null } } };

export type AnnouncedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type AnnouncedSubscription = { readonly announced: { readonly id: string, readonly level: BannerLevel, readonly title: string, readonly body: string, readonly startsAt: string, readonly endsAt: string | null, readonly action: { readonly title: string, readonly url: string } | null } };

export type ArchiveMutationVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type ArchiveMutation = { readonly archive: { readonly result: number } };

export type CallHistoryQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
}>;


export type CallHistoryQuery = { readonly callHistory: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly type: DeliveryLogType, readonly status: DeliveryLogStatus, readonly channel: Channel, readonly title: string, readonly body: string, readonly queuedAt: string, readonly sentAt: string | null, readonly deliveredAt: string | null, readonly openedAt: string | null, readonly failedAt: string | null, readonly error: string | null, readonly call: { readonly id: string, readonly scheduledAt: string, readonly status: CallStatus, readonly outcome: CallOutcome | null, readonly outcomeReason: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type ChangeNotificationsMutationVariables = Exact<{
  input: ChangeNotificationsInput;
}>;


export type ChangeNotificationsMutation = { readonly changeNotifications: { readonly result: { readonly changed: number, readonly undoToken: string | null, readonly undoUntil: string | null } } };

export type ChannelAddedSubscriptionVariables = Exact<{
  name: LiveChannel;
  after?: string | null | undefined;
}>;


export type ChannelAddedSubscription = { readonly channel: { readonly cursor: string, readonly reset: boolean, readonly items: ReadonlyArray<{ readonly id: string, readonly type: string, readonly resourceType: string | null, readonly resourceId: string | null, readonly action: ActivityAction, readonly status: ActivityStatus, readonly title: string, readonly description: string | null, readonly metadata: unknown, readonly createdAt: string }> } };

export type ChannelTypesQueryVariables = Exact<{
  name: LiveChannel;
}>;


export type ChannelTypesQuery = { readonly liveChannelTypes: ReadonlyArray<string> };

export type CurrentAnnouncementsQueryVariables = Exact<{
  channels?: ReadonlyArray<string> | string | null | undefined;
}>;


export type CurrentAnnouncementsQuery = { readonly currentAnnouncements: ReadonlyArray<{ readonly id: string, readonly level: BannerLevel, readonly title: string, readonly body: string, readonly startsAt: string, readonly endsAt: string | null, readonly action: { readonly title: string, readonly url: string } | null }> };

export type DeleteDeviceMutationVariables = Exact<{
  deviceId: string;
}>;


export type DeleteDeviceMutation = { readonly deleteDevice: { readonly result: boolean } };

export type DevicesQueryVariables = Exact<{ [key: string]: never; }>;


export type DevicesQuery = { readonly devices: ReadonlyArray<{ readonly id: string, readonly provider: ProviderName, readonly platform: string | null, readonly name: string | null, readonly appKey: string, readonly environment: DeviceEnvironment, readonly registeredAt: string, readonly seenAt: string, readonly deactivatedAt: string | null, readonly deactivationReason: string | null }> };

export type EndSessionMutationVariables = Exact<{
  input: EndSessionInput;
}>;


export type EndSessionMutation = { readonly endSession: { readonly result: number } };

export type InboxChangedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type InboxChangedSubscription = { readonly inboxChanged: { readonly cursor: string, readonly reset: boolean, readonly removed: ReadonlyArray<string>, readonly unread: number | null, readonly returnsAt: string | null, readonly items: ReadonlyArray<{ readonly version: string, readonly category: string, readonly id: string, readonly typeKey: string, readonly priority: Priority, readonly title: string, readonly subtitle: string | null, readonly body: string, readonly data: unknown, readonly threadId: string | null, readonly createdAt: string, readonly seenAt: string | null, readonly readAt: string | null, readonly archivedAt: string | null, readonly snoozedUntil: string | null }> } };

export type InboxCountsQueryVariables = Exact<{
  filter?: InboxFilterInput | null | undefined;
}>;


export type InboxCountsQuery = { readonly unreadCount: number, readonly inboxCount: number, readonly inboxCategories: ReadonlyArray<{ readonly category: string, readonly name: string, readonly total: number, readonly unread: number }> };

export type InboxPageQueryVariables = Exact<{
  filter?: InboxFilterInput | null | undefined;
  sort?: InboxSort;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type InboxPageQuery = { readonly inbox: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly typeKey: string, readonly priority: Priority, readonly title: string, readonly subtitle: string | null, readonly body: string, readonly data: unknown, readonly threadId: string | null, readonly createdAt: string, readonly seenAt: string | null, readonly readAt: string | null, readonly archivedAt: string | null, readonly snoozedUntil: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } };

export type InboxSinceQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type InboxSinceQuery = { readonly inboxSince: { readonly cursor: string, readonly reset: boolean, readonly removed: ReadonlyArray<string>, readonly unread: number | null, readonly returnsAt: string | null, readonly items: ReadonlyArray<{ readonly version: string, readonly category: string, readonly id: string, readonly typeKey: string, readonly priority: Priority, readonly title: string, readonly subtitle: string | null, readonly body: string, readonly data: unknown, readonly threadId: string | null, readonly createdAt: string, readonly seenAt: string | null, readonly readAt: string | null, readonly archivedAt: string | null, readonly snoozedUntil: string | null }> } };

export type InboxViewQueryVariables = Exact<{
  filter?: InboxFilterInput | null | undefined;
  around?: InboxFilterInput | null | undefined;
  sort?: InboxSort;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type InboxViewQuery = { readonly unreadCount: number, readonly inbox: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly typeKey: string, readonly priority: Priority, readonly title: string, readonly subtitle: string | null, readonly body: string, readonly data: unknown, readonly threadId: string | null, readonly createdAt: string, readonly seenAt: string | null, readonly readAt: string | null, readonly archivedAt: string | null, readonly snoozedUntil: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } }, readonly inboxCategories: ReadonlyArray<{ readonly category: string, readonly name: string, readonly total: number, readonly unread: number }> };

export type MarkAllReadMutationVariables = Exact<{ [key: string]: never; }>;


export type MarkAllReadMutation = { readonly markAllRead: { readonly result: number } };

export type MarkReadMutationVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type MarkReadMutation = { readonly markRead: { readonly result: number } };

export type MarkSeenMutationVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type MarkSeenMutation = { readonly markSeen: { readonly result: number } };

export type PreferencesQueryVariables = Exact<{
  at?: string | null | undefined;
}>;


export type PreferencesQuery = { readonly myPreferences: ReadonlyArray<{ readonly typeKey: string, readonly category: string, readonly channel: Channel, readonly enabled: boolean, readonly source: PreferenceOrigin, readonly frequency: Frequency, readonly frequencySource: PreferenceOrigin }>, readonly mySettings: { readonly timeZone: string, readonly pausedUntil: string | null, readonly dailyCap: number, readonly digestTime: string, readonly digestWeekday: number, readonly holdWhileLooking: boolean, readonly own: ReadonlyArray<SettingName>, readonly quietHours: ReadonlyArray<{ readonly weekday: number, readonly startsAt: string, readonly endsAt: string }> } | null };

export type RegisterDeviceMutationVariables = Exact<{
  input: RegisterDeviceInput;
}>;


export type RegisterDeviceMutation = { readonly registerDevice: { readonly result: { readonly id: string, readonly provider: ProviderName, readonly platform: string | null, readonly name: string | null, readonly appKey: string, readonly environment: DeviceEnvironment, readonly registeredAt: string, readonly seenAt: string, readonly deactivatedAt: string | null, readonly deactivationReason: string | null } } };

export type ReportReceiptMutationVariables = Exact<{
  input: ReportReceiptInput;
}>;


export type ReportReceiptMutation = { readonly reportReceipt: { readonly result: boolean } };

export type ResetPersonalSettingsMutationVariables = Exact<{
  input: ResetPersonalSettingsInput;
}>;


export type ResetPersonalSettingsMutation = { readonly resetPersonalSettings: { readonly result: { readonly timeZone: string, readonly pausedUntil: string | null, readonly dailyCap: number, readonly digestTime: string, readonly digestWeekday: number, readonly holdWhileLooking: boolean, readonly own: ReadonlyArray<SettingName>, readonly quietHours: ReadonlyArray<{ readonly weekday: number, readonly startsAt: string, readonly endsAt: string }> } } };

export type ResetPreferenceMutationVariables = Exact<{
  input: ResetPreferenceInput;
}>;


export type ResetPreferenceMutation = { readonly resetPreference: { readonly result: boolean } };

export type ResetPreferencesMutationVariables = Exact<{ [key: string]: never; }>;


export type ResetPreferencesMutation = { readonly resetPreferences: { readonly result: number } };

export type SetCategoryPreferenceMutationVariables = Exact<{
  input: SetCategoryPreferenceInput;
}>;


export type SetCategoryPreferenceMutation = { readonly setCategoryPreference: { readonly result: ReadonlyArray<{ readonly typeKey: string, readonly category: string, readonly channel: Channel, readonly enabled: boolean, readonly source: PreferenceOrigin, readonly frequency: Frequency, readonly frequencySource: PreferenceOrigin }> } };

export type SetPreferenceMutationVariables = Exact<{
  input: SetPreferenceInput;
}>;


export type SetPreferenceMutation = { readonly setPreference: { readonly result: { readonly typeKey: string, readonly category: string, readonly channel: Channel, readonly enabled: boolean, readonly source: PreferenceOrigin, readonly frequency: Frequency, readonly frequencySource: PreferenceOrigin } | null } };

export type SetTypePreferencesMutationVariables = Exact<{
  input: SetTypePreferencesInput;
}>;


export type SetTypePreferencesMutation = { readonly setTypePreferences: { readonly result: ReadonlyArray<{ readonly typeKey: string, readonly category: string, readonly channel: Channel, readonly enabled: boolean, readonly source: PreferenceOrigin, readonly frequency: Frequency, readonly frequencySource: PreferenceOrigin }> } };

export type UndoChangeMutationVariables = Exact<{
  undoToken: string;
}>;


export type UndoChangeMutation = { readonly undoChange: { readonly result: number } };

export type UnreadCountChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type UnreadCountChangedSubscription = { readonly unreadCountChanged: number };

export type UnregisterDeviceMutationVariables = Exact<{
  input: UnregisterDeviceInput;
}>;


export type UnregisterDeviceMutation = { readonly unregisterDevice: { readonly result: boolean } };

export type UpdatePersonalSettingsMutationVariables = Exact<{
  input: UpdatePersonalSettingsInput;
}>;


export type UpdatePersonalSettingsMutation = { readonly updatePersonalSettings: { readonly result: { readonly timeZone: string, readonly pausedUntil: string | null, readonly dailyCap: number, readonly digestTime: string, readonly digestWeekday: number, readonly holdWhileLooking: boolean, readonly own: ReadonlyArray<SettingName>, readonly quietHours: ReadonlyArray<{ readonly weekday: number, readonly startsAt: string, readonly endsAt: string }> } } };
