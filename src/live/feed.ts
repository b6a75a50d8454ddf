import type { Backlog } from './backlog.ts';

/**
 * The frames of one subscription, from the hub to the client. Whoever sends them asks for the next when the socket has taken the one
 * before, so what waits is here, and its bytes are counted with those of the socket's other feeds. When there are too many all of this
 * feed's are dropped, and the client is told to begin anew.
 */
export type Feed<Frame> = AsyncIterableIterator<Frame> & {
  /** Before `open` it is kept. */
  push(frame: Frame, bytes: number): void;
  /** Sends the first frame, then what was kept. */
  open(first: Frame, bytes: number): void;
  fail(error: unknown): void;
  readonly isOpen: boolean;
};

export type FeedOptions<Frame> = {
  readonly backlog: Backlog;
  /** What stands for all that was dropped. */
  readonly reset: () => Frame;
  /** The client is given the frame now. */
  readonly onTaken?: (frame: Frame) => void;
  /** So many frames were dropped. */
  readonly onDropped: (frames: number) => void;
  /** Nobody reads it any more. */
  readonly onEnd: () => void;
};

type Result<Frame> = IteratorResult<Frame, undefined>;
const done = { done: true, value: undefined } as const;

export function createFeed<Frame>({ backlog, reset, onTaken, onDropped, onEnd }: FeedOptions<Frame>): Feed<Frame> {
  let waiting: { readonly frame: Frame; readonly bytes: number }[] = [];
  let reader: { resolve(result: Result<Frame>): void; reject(error: unknown): void } | null = null;
  let isOpen = false;
  let isBehind = false;
  let hasEnded = false;
  let failure: { readonly error: unknown } | null = null;

  const give = (frame: Frame): Result<Frame> => {
    onTaken?.(frame);
    return { done: false, value: frame };
  };
  const drop = (): void => {
    for (const { bytes } of waiting) backlog.discard(bytes);
    waiting = [];
  };
  /** What comes next; null: nothing yet. */
  const next = (): Result<Frame> | null => {
    if (!isOpen) return null;
    if (isBehind) {
      isBehind = false;
      backlog.take(0);
      return give(reset());
    }
    const first = waiting.shift();
    if (!first) return null;
    backlog.take(first.bytes);
    return give(first.frame);
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
    if (isBehind) backlog.discard(0);
    drop();
    onEnd();
  };

  return {
    get isOpen() {
      return isOpen;
    },
    push(frame, bytes) {
      // Whoever is behind is told to begin anew, and what comes until then is part of that.
      if (hasEnded || isBehind) return;
      if (backlog.add(bytes)) waiting.push({ frame, bytes });
      else {
        isBehind = true;
        backlog.force(0);
        onDropped(waiting.length + 1);
        drop();
      }
      serve();
    },
    open(first, bytes) {
      if (hasEnded) return;
      isOpen = true;
      if (!isBehind) {
        backlog.force(bytes);
        waiting.unshift({ frame: first, bytes });
      }
      serve();
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
      if (hasEnded) return Promise.resolve(done);
      const result = next();
      if (result) return Promise.resolve(result);
      return new Promise((resolve, reject) => {
        reader = { resolve, reject };
      });
    },
    return() {
      end();
      reader?.resolve(done);
      reader = null;
      return Promise.resolve(done);
    },
    throw(error) {
      end();
      reader?.resolve(done);
      reader = null;
      return Promise.reject(error);
    },
  };
}
