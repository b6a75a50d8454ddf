import { createFrames, type Frames } from './frames.ts';

/**
 * The frames of a subscription of which only the newest of each key matters: what waits for a slow client is bounded by the keys, so
 * nothing needs to be counted or dropped.
 */
export type Latest<Frame> = Frames<Frame> & {
  put(key: string, frame: Frame): void;
};

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
  const { frames, serve, hasEnded } = createFrames<Frame>({
    /** What has waited longest. */
    take() {
      for (const [key, frame] of waiting) {
        waiting.delete(key);
        onTaken();
        return [frame];
      }
      return null;
    },
    onEnd() {
      waiting.clear();
      onEnd();
    },
  });
  return {
    ...frames,
    put(key, frame) {
      if (hasEnded()) return;
      waiting.set(key, frame);
      serve();
    },
  };
}
