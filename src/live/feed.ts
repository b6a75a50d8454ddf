import type { Backlog } from './backlog.ts';
import { createFrames, type Frames } from './frames.ts';

/**
 * The frames of one subscription, from the hub to the client. Whoever sends them asks for the next when the client has room for it,
 * so what waits is here, and its bytes are counted with those of the socket's other feeds. When there are too many all of this
 * feed's are dropped, and the client is told to begin anew.
 */
export type Feed<Frame> = Frames<Frame> & {
  /** Before `open` it is kept. */
  push(frame: Frame, bytes: number): void;
  /** Sends the first frame, then what was kept. */
  open(first: Frame, bytes: number): void;
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

export function createFeed<Frame>({ backlog, reset, onTaken, onDropped, onEnd }: FeedOptions<Frame>): Feed<Frame> {
  let waiting: { readonly frame: Frame; readonly bytes: number }[] = [];
  let isOpen = false;
  let isBehind = false;
  /** What the reader has taken and is not done with; null: nothing. */
  let takenBytes: number | null = null;

  const give = (frame: Frame, bytes: number): readonly [Frame] => {
    backlog.take(bytes);
    takenBytes = bytes;
    onTaken?.(frame);
    return [frame];
  };
  const settle = (): void => {
    if (takenBytes !== null) backlog.settle(takenBytes);
    takenBytes = null;
  };
  const drop = (): void => {
    for (const { bytes } of waiting) backlog.discard(bytes);
    waiting = [];
  };
  /** What waits is dropped, and what comes until the client has been told so is part of that. */
  const fallBehind = (): void => {
    isBehind = true;
    backlog.force(0);
    onDropped(waiting.length + 1);
    drop();
  };

  const { frames, serve, hasEnded } = createFrames<Frame>({
    take() {
      if (!isOpen || !backlog.hasRoom) return null;
      if (isBehind) {
        isBehind = false;
        return give(reset(), 0);
      }
      const first = waiting.shift();
      return first ? give(first.frame, first.bytes) : null;
    },
    onAsked: settle,
    onEnd() {
      leave();
      settle();
      if (isBehind) backlog.discard(0);
      drop();
      onEnd();
    },
  });
  const leave = backlog.onRoom(serve);

  return {
    ...frames,
    get isOpen() {
      return isOpen;
    },
    push(frame, bytes) {
      if (hasEnded() || isBehind) return;
      if (backlog.add(bytes)) waiting.push({ frame, bytes });
      else fallBehind();
      serve();
    },
    open(first, bytes) {
      if (hasEnded()) return;
      isOpen = true;
      if (!isBehind) {
        if (backlog.addFirst(bytes)) waiting.unshift({ frame: first, bytes });
        else fallBehind();
      }
      serve();
    },
  };
}
