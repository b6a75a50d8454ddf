import * as documents from './documents.ts';
import type {
  InboxAction as AnyAction,
  ChangeNotificationsInput,
  ChangeNotificationsMutation,
  InboxCountsQuery,
  InboxFilterInput,
  InboxPageQuery,
  InboxPageQueryVariables,
  ReportedReceiptKind,
} from './generated/operations.ts';
import type { RequestOptions, Send } from './send.ts';

export type InboxPage = InboxPageQuery['inbox'];
export type InboxNotification = InboxPage['nodes'][number];
export type InboxQuery = InboxPageQueryVariables;
export type InboxFilter = InboxFilterInput;
export type InboxCategory = InboxCountsQuery['inboxCategories'][number];
export type InboxCounts = {
  /** What the badge shows: the unread ones of the whole inbox, whatever the filter. */
  readonly unread: number;
  /** How many the filter finds. */
  readonly total: number;
  /** The categories that the filter finds something of, by name. */
  readonly categories: readonly InboxCategory[];
};
export type InboxAction = Exclude<AnyAction, 'snooze'>;
/** Notifications by id (at most 500), all that a filter finds, or all of the inbox. */
export type Which = readonly string[] | { readonly filter: InboxFilter } | 'all';
export type InboxChange = ChangeNotificationsMutation['changeNotifications']['result'] & {
  /** Puts back what this change found, within ten minutes; how many it put back. What was changed again since stays. */
  undo(options?: RequestOptions): Promise<number>;
};
export type ReceiptKind = ReportedReceiptKind;

const isRepeatable = true;

// Not by a property: arrays have a `filter`, too.
export const isIds = (which: Which): which is readonly string[] => Array.isArray(which);

/** A person's own inbox: docs/inbox.md. */
export function createInbox(send: Send) {
  const undo = async (undoToken: string, options?: RequestOptions): Promise<number> =>
    (await send(documents.undoChange, { undoToken }, options)).undoChange.result;

  const change = async (
    input: Pick<ChangeNotificationsInput, 'action' | 'until'>,
    which: Which,
    options?: RequestOptions,
  ): Promise<InboxChange> => {
    const chosen = which === 'all' ? { filter: {} } : isIds(which) ? { notificationIds: which } : which;
    const { result } = (await send(documents.changeNotifications, { input: { ...input, ...chosen } }, options))
      .changeNotifications;
    const { undoToken } = result;
    return { ...result, undo: async (more) => (undoToken === null ? 0 : undo(undoToken, more)) };
  };

  return {
    async page(query: InboxQuery = {}, options?: RequestOptions): Promise<InboxPage> {
      return (await send(documents.inboxPage, query, options)).inbox;
    },

    async counts(filter: InboxFilter = {}, options?: RequestOptions): Promise<InboxCounts> {
      const { unreadCount, inboxCount, inboxCategories } = await send(documents.inboxCounts, { filter }, options);
      return { unread: unreadCount, total: inboxCount, categories: inboxCategories };
    },

    /** Changes notifications, and gives them back by `undo()`. It is not sent again by itself: a second time there is nothing to undo. */
    change: (action: InboxAction, which: Which, options?: RequestOptions): Promise<InboxChange> =>
      change({ action }, which, options),

    /** Out of the inbox until that instant, within a year; they come back unread. */
    snooze: (which: Which, until: string, options?: RequestOptions): Promise<InboxChange> =>
      change({ action: 'snooze', until }, which, options),

    /** For a token that was kept, where `undo()` of the change is gone: after a page was loaded anew. */
    undo,

    /** They were shown. This and the three below have no undo, say how many changed, and may be sent twice. */
    async markSeen(ids: readonly string[], options?: RequestOptions): Promise<number> {
      return (await send(documents.markSeen, { ids: ids }, { isRepeatable, ...options })).markSeen.result;
    },

    async markRead(ids: readonly string[], options?: RequestOptions): Promise<number> {
      return (await send(documents.markRead, { ids: ids }, { isRepeatable, ...options })).markRead.result;
    },

    async archive(ids: readonly string[], options?: RequestOptions): Promise<number> {
      return (await send(documents.archive, { ids: ids }, { isRepeatable, ...options })).archive.result;
    },

    /** In every place: inbox, snoozed and archived. */
    async markAllRead(options?: RequestOptions): Promise<number> {
      return (await send(documents.markAllRead, {}, { isRepeatable, ...options })).markAllRead.result;
    },

    /** What the phone saw of a delivery. In any order and as often as one likes. */
    async report(deliveryId: string, kind: ReceiptKind, options?: RequestOptions): Promise<void> {
      await send(documents.reportReceipt, { input: { deliveryId, kind } }, { isRepeatable, ...options });
    },
  };
}
