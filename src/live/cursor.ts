/**
 * Where somebody stands in the order of transactions: the history in which their ids have a meaning, a dot, and the first that
 * they may not have had yet, in hex. Those of one history are in order as texts. `notify_private.live_cursor()` writes the same.
 */
export type Cursor = string;

export const isCursor = (text: string): boolean => /^[0-9a-f]{8}\.[0-7][0-9a-f]{15}$/.test(text);

export const cursorOf = (history: string, xid: bigint): Cursor => `${history}.${xid.toString(16).padStart(16, '0')}`;

export const historyOf = (cursor: Cursor): string => cursor.slice(0, cursor.indexOf('.'));

/** The later of two; of two histories, the second. */
export const later = (one: Cursor, other: Cursor): Cursor =>
  historyOf(one) === historyOf(other) && one > other ? one : other;

/** From where all of these are to be read; null of none. Of two histories, that of the last. */
export const earliest = (cursors: readonly Cursor[]): Cursor | null =>
  cursors.reduce<Cursor | null>(
    (lowest, one) => (lowest === null || historyOf(lowest) !== historyOf(one) || one < lowest ? one : lowest),
    null,
  );
