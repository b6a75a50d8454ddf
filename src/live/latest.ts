/**
 * The frames of a subscription of which only the newest of each key matters: what waits for a slow client is bounded by the keys, so
 * nothing needs to be counted or dropped.
 */
export type Latest<Frame> = AsyncIterableIterator<Frame> & {
  put(key: string, frame: Frame): void;
  fail(error: unknown): void;
};

type Result<Frame> = IteratorResult<Frame, undefined>;
const done = { done: true, value: undefined } as const;

export function createLatest<Frame>({
  onTaken,
  onEnd,
}: {
  /** The client is given a frame now. */
  readonly onTaken: () => void;
  /** Nobody reads it any more. */
  readonly onEnd: () => void;
}): Latest<Frame> {
  const waiting = new Map<string, Frame>();
  let reader: { resolve(result: Result<Frame>): void; reject(error: unknown): void } | null = null;
  let failure: { readonly error: unknown } | null = null;
  let hasEnded = false;

  /** What has waited longest; null: nothing does. */
  const next = (): Result<Frame> | null => {
    for (const [key, value] of waiting) {
      waiting.delete(key);
      onTaken();
      return { done: false, value };
    }
    return null;
  };
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    waiting.clear();
    onEnd();
  };
  const leave = (): void => {
    end();
    reader?.resolve(done);
    reader = null;
  };

  return {
    put(key, frame) {
      if (hasEnded) return;
      waiting.set(key, frame);
      if (!reader) return;
      const { resolve } = reader;
      reader = null;
      resolve(next() ?? done);
    },
    fail(error) {
      if (hasEnded) return;
      end();
      if (reader) reader.reject(error);
      else failure = { error };
      reader = null;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (failure) {
        const { error } = failure;
        failure = null;
        return Promise.reject(error);
      }
      const result = hasEnded ? done : next();
      if (result) return Promise.resolve(result);
      return new Promise((resolve, reject) => {
        reader = { resolve, reject };
      });
    },
    return() {
      leave();
      return Promise.resolve(done);
    },
    throw(error) {
      leave();
      return Promise.reject(error);
    },
  };
}
