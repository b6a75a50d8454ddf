/** Values by key; beyond so many bytes those go that were used longest ago. What a value takes is its caller's to say. */
export type ByteCache<Value> = {
  get(key: string): Value | undefined;
  set(key: string, value: Value, bytes: number): void;
  /** A value that is there takes this much more from now on. */
  grow(key: string, bytes: number): void;
  readonly bytes: number;
};

export function createByteCache<Value>(maxBytes: number): ByteCache<Value> {
  // In the order of their last use.
  const entries = new Map<string, { readonly value: Value; readonly bytes: number }>();
  let total = 0;

  const remove = (key: string): void => {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  const put = (key: string, value: Value, bytes: number): void => {
    remove(key);
    entries.set(key, { value, bytes });
    total += bytes;
    for (const oldest of entries.keys()) {
      if (total <= maxBytes) break;
      remove(oldest);
    }
  };

  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set: put,
    grow(key, bytes) {
      const entry = entries.get(key);
      if (entry) put(key, entry.value, entry.bytes + bytes);
    },
    get bytes() {
      return total;
    },
  };
}
