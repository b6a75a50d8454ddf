import type { Document } from './document.ts';
import type * as Made from './generated/operations.ts';

/**
 * Everything that this client asks by itself. The types are made of these documents and of the schema of people: after a change
 * `npm run generate` makes them anew, and refuses what the schema does not take.
 */

const ofNotification =
  'id typeKey priority title subtitle body data threadId createdAt seenAt readAt archivedAt snoozedUntil';
const ofFrame = `cursor reset items { version category ${ofNotification} } removed unread returnsAt`;
const ofEntry = 'id type resourceType resourceId action status title description metadata createdAt';
const ofEntries = `cursor reset items { ${ofEntry} }`;
const ofAnnouncement = 'id level title body action { title url } startsAt endsAt';
const ofPreference = 'typeKey category channel enabled source frequency frequencySource';
const ofSettings =
  'timeZone quietHours { weekday startsAt endsAt } pausedUntil dailyCap digestTime digestWeekday holdWhileLooking own';
const ofDevice = 'id provider platform name appKey environment registeredAt seenAt deactivatedAt deactivationReason';

export const inboxPage: Document<Made.InboxPageQuery, Made.InboxPageQueryVariables> = `
query InboxPage($filter: InboxFilterInput, $sort: InboxSort! = newest, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  inbox(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    nodes { ${ofNotification} }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
`;

export const inboxCounts: Document<Made.InboxCountsQuery, Made.InboxCountsQueryVariables> = `
query InboxCounts($filter: InboxFilterInput) {
  unreadCount
  inboxCount(filter: $filter)
  inboxCategories(filter: $filter) { category name total unread }
}
`;

export const inboxView: Document<Made.InboxViewQuery, Made.InboxViewQueryVariables> = `
query InboxView($filter: InboxFilterInput, $around: InboxFilterInput, $sort: InboxSort! = newest, $first: Int, $after: Cursor) {
  inbox(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount
    nodes { ${ofNotification} }
    pageInfo { hasNextPage endCursor }
  }
  inboxCategories(filter: $around) { category name total unread }
  unreadCount
}
`;

export const inboxChanged: Document<Made.InboxChangedSubscription, Made.InboxChangedSubscriptionVariables> = `
subscription InboxChanged($after: LiveCursor) { inboxChanged(after: $after) { ${ofFrame} } }
`;

export const unreadCountChanged: Document<
  Made.UnreadCountChangedSubscription,
  Made.UnreadCountChangedSubscriptionVariables
> = `
subscription UnreadCountChanged { unreadCountChanged }
`;

export const inboxSince: Document<Made.InboxSinceQuery, Made.InboxSinceQueryVariables> = `
query InboxSince($after: LiveCursor) { inboxSince(after: $after) { ${ofFrame} } }
`;

export const activityPage: Document<Made.ActivityPageQuery, Made.ActivityPageQueryVariables> = `
query ActivityPage($userId: UUID, $types: [String!], $first: Int, $after: Cursor) {
  activityFeed(userId: $userId, types: $types, first: $first, after: $after) {
    nodes { ${ofEntry} }
    pageInfo { hasNextPage endCursor }
  }
}
`;

export const activityAdded: Document<Made.ActivityAddedSubscription, Made.ActivityAddedSubscriptionVariables> = `
subscription ActivityAdded($after: LiveCursor) { activityAdded(after: $after) { ${ofEntries} } }
`;

export const activitySince: Document<Made.ActivitySinceQuery, Made.ActivitySinceQueryVariables> = `
query ActivitySince($after: LiveCursor) { activitySince(after: $after) { ${ofEntries} } }
`;

export const channelAdded: Document<Made.ChannelAddedSubscription, Made.ChannelAddedSubscriptionVariables> = `
subscription ChannelAdded($name: LiveChannel!, $after: LiveCursor) { channel(name: $name, after: $after) { ${ofEntries} } }
`;

export const channelTypes: Document<Made.ChannelTypesQuery, Made.ChannelTypesQueryVariables> = `
query ChannelTypes($name: LiveChannel!) { liveChannelTypes(name: $name) }
`;

export const announced: Document<Made.AnnouncedSubscription, Made.AnnouncedSubscriptionVariables> = `
subscription Announced { announced { ${ofAnnouncement} } }
`;

export const currentAnnouncements: Document<Made.CurrentAnnouncementsQuery, Made.CurrentAnnouncementsQueryVariables> = `
query CurrentAnnouncements($channels: [String!]) { currentAnnouncements(channels: $channels) { ${ofAnnouncement} } }
`;

export const changeNotifications: Document<
  Made.ChangeNotificationsMutation,
  Made.ChangeNotificationsMutationVariables
> = `
mutation ChangeNotifications($input: ChangeNotificationsInput!) {
  changeNotifications(input: $input) { result { changed undoToken undoUntil } }
}
`;

export const undoChange: Document<Made.UndoChangeMutation, Made.UndoChangeMutationVariables> = `
mutation UndoChange($undoToken: UUID!) { undoChange(input: { undoToken: $undoToken }) { result } }
`;

export const markSeen: Document<Made.MarkSeenMutation, Made.MarkSeenMutationVariables> = `
mutation MarkSeen($ids: [UUID!]!) { markSeen(input: { notificationIds: $ids }) { result } }
`;

export const markRead: Document<Made.MarkReadMutation, Made.MarkReadMutationVariables> = `
mutation MarkRead($ids: [UUID!]!) { markRead(input: { notificationIds: $ids }) { result } }
`;

export const archive: Document<Made.ArchiveMutation, Made.ArchiveMutationVariables> = `
mutation Archive($ids: [UUID!]!) { archive(input: { notificationIds: $ids }) { result } }
`;

export const markAllRead: Document<Made.MarkAllReadMutation, Made.MarkAllReadMutationVariables> = `
mutation MarkAllRead { markAllRead(input: {}) { result } }
`;

export const reportReceipt: Document<Made.ReportReceiptMutation, Made.ReportReceiptMutationVariables> = `
mutation ReportReceipt($input: ReportReceiptInput!) { reportReceipt(input: $input) { result } }
`;

export const preferences: Document<Made.PreferencesQuery, Made.PreferencesQueryVariables> = `
query Preferences($at: Datetime) {
  myPreferences(at: $at) { ${ofPreference} }
  mySettings(at: $at) { ${ofSettings} }
}
`;

export const setPreference: Document<Made.SetPreferenceMutation, Made.SetPreferenceMutationVariables> = `
mutation SetPreference($input: SetPreferenceInput!) {
  setPreference(input: $input) { result { ${ofPreference} } }
}
`;

export const setTypePreferences: Document<Made.SetTypePreferencesMutation, Made.SetTypePreferencesMutationVariables> = `
mutation SetTypePreferences($input: SetTypePreferencesInput!) {
  setTypePreferences(input: $input) { result { ${ofPreference} } }
}
`;

export const setCategoryPreference: Document<
  Made.SetCategoryPreferenceMutation,
  Made.SetCategoryPreferenceMutationVariables
> = `
mutation SetCategoryPreference($input: SetCategoryPreferenceInput!) {
  setCategoryPreference(input: $input) { result { ${ofPreference} } }
}
`;

export const resetPreferences: Document<Made.ResetPreferencesMutation, Made.ResetPreferencesMutationVariables> = `
mutation ResetPreferences { resetPreferences(input: {}) { result } }
`;

export const resetPreference: Document<Made.ResetPreferenceMutation, Made.ResetPreferenceMutationVariables> = `
mutation ResetPreference($input: ResetPreferenceInput!) { resetPreference(input: $input) { result } }
`;

export const updatePersonalSettings: Document<
  Made.UpdatePersonalSettingsMutation,
  Made.UpdatePersonalSettingsMutationVariables
> = `
mutation UpdatePersonalSettings($input: UpdatePersonalSettingsInput!) {
  updatePersonalSettings(input: $input) {
    result { ${ofSettings} }
  }
}
`;

export const resetPersonalSettings: Document<
  Made.ResetPersonalSettingsMutation,
  Made.ResetPersonalSettingsMutationVariables
> = `
mutation ResetPersonalSettings($input: ResetPersonalSettingsInput!) {
  resetPersonalSettings(input: $input) {
    result { ${ofSettings} }
  }
}
`;

export const devices: Document<Made.DevicesQuery, Made.DevicesQueryVariables> = `
query Devices { devices(first: 1000) { ${ofDevice} } }
`;

export const registerDevice: Document<Made.RegisterDeviceMutation, Made.RegisterDeviceMutationVariables> = `
mutation RegisterDevice($input: RegisterDeviceInput!) {
  registerDevice(input: $input) {
    result { ${ofDevice} }
  }
}
`;

export const unregisterDevice: Document<Made.UnregisterDeviceMutation, Made.UnregisterDeviceMutationVariables> = `
mutation UnregisterDevice($input: UnregisterDeviceInput!) { unregisterDevice(input: $input) { result } }
`;

export const deleteDevice: Document<Made.DeleteDeviceMutation, Made.DeleteDeviceMutationVariables> = `
mutation DeleteDevice($deviceId: UUID!) { deleteDevice(input: { deviceId: $deviceId }) { result } }
`;

export const endSession: Document<Made.EndSessionMutation, Made.EndSessionMutationVariables> = `
mutation EndSession($input: EndSessionInput!) { endSession(input: $input) { result } }
`;

const counted = `
fragment Counted on DeliveryMetric {
  typeKey channel startsAt endsAt computedAt
  deliveries waiting sent delivered read clicked failed retried unsubscribed suppressed heldBack
  deliveryRate readRate clickRate failureRate unsubscribeRate retrySuccessRate
  timeToDeliver { averageSeconds p50Seconds p95Seconds }
  timeToRead { averageSeconds p50Seconds p95Seconds }
}
`;

export const analyticsSummary: Document<Made.AnalyticsSummaryQuery, Made.AnalyticsSummaryQueryVariables> = `
query AnalyticsSummary($types: [String!], $channels: [Channel!], $since: Datetime, $until: Datetime) {
  analyticsSummary(types: $types, channels: $channels, since: $since, until: $until) { ...Counted }
}
${counted}`;

export const analyticsByType: Document<Made.AnalyticsByTypeQuery, Made.AnalyticsByTypeQueryVariables> = `
query AnalyticsByType($types: [String!], $channels: [Channel!], $since: Datetime, $until: Datetime) {
  analyticsByType(types: $types, channels: $channels, since: $since, until: $until) { ...Counted }
}
${counted}`;

export const analyticsByChannel: Document<Made.AnalyticsByChannelQuery, Made.AnalyticsByChannelQueryVariables> = `
query AnalyticsByChannel($types: [String!], $channels: [Channel!], $since: Datetime, $until: Datetime) {
  analyticsByChannel(types: $types, channels: $channels, since: $since, until: $until) { ...Counted }
}
${counted}`;

export const analyticsOverTime: Document<Made.AnalyticsOverTimeQuery, Made.AnalyticsOverTimeQueryVariables> = `
query AnalyticsOverTime($types: [String!], $channels: [Channel!], $since: Datetime, $until: Datetime, $step: TimeStep, $timeZone: String) {
  analyticsOverTime(types: $types, channels: $channels, since: $since, until: $until, step: $step, timeZone: $timeZone) { ...Counted }
}
${counted}`;

export const analyticsReasons: Document<Made.AnalyticsReasonsQuery, Made.AnalyticsReasonsQueryVariables> = `
query AnalyticsReasons($types: [String!], $channels: [Channel!], $since: Datetime, $until: Datetime) {
  analyticsReasons(types: $types, channels: $channels, since: $since, until: $until) { channel status reason candidates share }
}
`;

export const callHistory: Document<Made.CallHistoryQuery, Made.CallHistoryQueryVariables> = `
query CallHistory($first: Int, $after: Cursor, $offset: Int) {
  callHistory(first: $first, after: $after, offset: $offset) {
    totalCount
    nodes {
      id type status channel title body queuedAt sentAt deliveredAt openedAt failedAt error
      call { id scheduledAt status outcome outcomeReason }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;
