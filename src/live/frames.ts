/** Frames that their reader asks for one by one, until either side has had enough. */
export type Frames<Frame> = AsyncIterableIterator<Frame> & {
  /** The reader is told, and nothing comes any more. */
  fail(error: unknown): void;
};

export type FramesOptions<Frame> = {
  /** What comes next, in a list of its own; null: nothing yet. */
  readonly take: () => readonly [Frame] | null;
  /** The reader asks for the next, and so is done with the one before. */
  readonly onAsked?: () => void;
  /** Nobody reads them any more. */
  readonly onEnd: () => void;
};

type Result<Frame> = IteratorResult<Frame, undefined>;
const done = { done: true, value: undefined } as const;

/** The iterator of a subscription. How its frames wait, and how many may, is for whoever makes it. */
export function createFrames<Frame>({ take, onAsked, onEnd }: FramesOptions<Frame>): {
  readonly frames: Frames<Frame>;
  /** There may be something to take now. */
  serve(): void;
  hasEnded(): boolean;
} {
  let reader: { resolve(result: Result<Frame>): void; reject(error: unknown): void } | null = null;
  let failure: { readonly error: unknown } | null = null;
  let hasEnded = false;

  const next = (): Result<Frame> | null => {
    const taken = take();
    return taken && { done: false, value: taken[0] };
  };
  const serve = (): void => {
    if (!reader) return;
    const result = next();
    if (!result) return;
    const { resolve } = reader;
    reader = null;
    resolve(result);
  };
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    onEnd();
  };
  const leave = (): void => {
    end();
    reader?.resolve(done);
    reader = null;
  };

  return {
    serve,
    hasEnded: () => hasEnded,
    frames: {
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
        if (hasEnded) return Promise.resolve(done);
        onAsked?.();
        const result = next();
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
    },
  };
}
