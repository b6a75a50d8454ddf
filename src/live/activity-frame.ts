import type { Cursor } from './cursor.ts';
import type { ActivitySince, Item } from './since.ts';

/** What `ActivityChange` says. */
export type ActivityFrame = { readonly cursor: Cursor; readonly reset: boolean; readonly items: readonly Item[] };

/** @param types of which types; all without */
export const ofTypes = (items: readonly Item[], types: readonly string[] | null | undefined): readonly Item[] =>
  types == null ? items : items.filter(({ type }) => types.includes(type as string));

export const activityFrameOf = (
  { cursor, isReset, items }: ActivitySince,
  types: readonly string[] | null | undefined,
): ActivityFrame => ({ cursor, reset: isReset, items: ofTypes(items, types) });
