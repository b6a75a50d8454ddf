import type { RowOf } from '../database/rows.ts';
import { maxFrameBytes } from './backlog.ts';
import type { Cursor } from './cursor.ts';

/** A notification as a frame has it: `notify_private.live_item()`. */
export type Item = Readonly<Record<string, unknown>> & { readonly id: string; readonly version: string };

export type Counts = { readonly unread: number; readonly returnsAt: string | null };
export type Since = Counts & {
  readonly cursor: Cursor;
  readonly isReset: boolean;
  readonly items: readonly Item[];
  readonly removed: readonly string[];
  readonly bytes: number;
};

/** A row of `live_since()` or `inbox_since()`. */
export function sinceOf(row: RowOf<'notify_hidden.inbox_since', 'returns_at'>): Since {
  const text = row.items;
  const isReset = row.is_reset || text.length > maxFrameBytes;
  return {
    cursor: row.cursor,
    isReset,
    items: isReset ? [] : (JSON.parse(text) as Item[]),
    removed: isReset ? [] : row.removed,
    unread: row.unread,
    returnsAt: row.returns_at,
    bytes: isReset ? 0 : text.length,
  };
}

export type ActivitySince = Pick<Since, 'cursor' | 'isReset' | 'items' | 'bytes'>;

/** A row of `live_activities_since()` or `activity_since()`. */
export function activitySinceOf(row: RowOf<'notify_hidden.activity_since'>): ActivitySince {
  const { cursor, isReset, items, bytes } = sinceOf({ ...row, removed: [], unread: 0, returns_at: null });
  return { cursor, isReset, items, bytes };
}
