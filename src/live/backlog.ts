/** Bytes of frames that wait for one socket; above it frames are dropped. */
export const maxBacklogBytes = 262_144;

/** What waits for a client, in all subscriptions of its socket. */
export type Backlog = {
  /** False: there is no room for it. */
  add(bytes: number): boolean;
  /** Also where there is no room: what the client asked for by itself, and that it is behind. */
  force(bytes: number): void;
  /** The client has it. */
  take(bytes: number): void;
  /** It will never have it. */
  discard(bytes: number): void;
  /** Since when something has been waiting and nothing was taken; null: nothing waits. */
  readonly stuckSinceMs: number | null;
};

export function createBacklog(): Backlog {
  let total = 0;
  let frames = 0;
  let movedAtMs = 0;

  const force = (bytes: number): void => {
    if (frames === 0) movedAtMs = performance.now();
    frames += 1;
    total += bytes;
  };
  const discard = (bytes: number): void => {
    frames -= 1;
    total -= bytes;
  };

  return {
    add(bytes) {
      if (total + bytes > maxBacklogBytes) return false;
      force(bytes);
      return true;
    },
    force,
    take(bytes) {
      discard(bytes);
      movedAtMs = performance.now();
    },
    discard,
    get stuckSinceMs() {
      return frames > 0 ? movedAtMs : null;
    },
  };
}
