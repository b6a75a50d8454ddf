import type { Cursor } from './cursor.ts';
import type { Item, Since } from './since.ts';

/** What `InboxChange` says. */
export type InboxFrame = {
  readonly cursor: Cursor;
  readonly reset: boolean;
  readonly items: readonly Item[];
  readonly removed: readonly string[];
  /** Null: it is not known yet, and follows. */
  readonly unread: number | null;
  readonly returnsAt: string | null;
};

export const frameOf = (since: Since): InboxFrame => ({
  cursor: since.cursor,
  reset: since.isReset,
  items: since.items,
  removed: since.removed,
  unread: since.unread,
  returnsAt: since.returnsAt,
});
