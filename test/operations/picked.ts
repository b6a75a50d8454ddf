/** Fields of the answer, for operations that clients ask most and whose first few would say little; of a list, those of its rows. */
export const picked: Readonly<Record<string, string>> = {
  changeNotifications: 'result { changed undoToken undoUntil }',
  explain: 'channel rule verdict reason because',
  inbox: 'edges { cursor node { id title body createdAt readAt } } pageInfo { hasNextPage endCursor }',
  myPreferences: 'typeKey channel enabled frequency source',
  registerDevice: 'result { id provider platform name }',
};
