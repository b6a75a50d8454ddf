/** Bytes of frames that wait for one socket; above it frames are dropped. They are counted beside the first, which may be larger. */
export const maxBacklogBytes = 262_144;
/** Bytes of a frame; instead of a larger one the client is told to begin anew. So many may wait where subscriptions begin, too. */
export const maxFrameBytes = 2_000_000;
/** Bytes of frames that were given to the socket and that it has not let go; until there are fewer it is given none. */
export const maxGivenBytes = 262_144;

/** What waits for a client, in all subscriptions of its socket. */
export type Backlog = {
  /** False: there is no room for it. */
  add(bytes: number): boolean;
  /** The same for what a subscription begins with. */
  addFirst(bytes: number): boolean;
  /** Also where there is no room: that the client is behind. */
  force(bytes: number): void;
  /** Whether the socket may be given another. */
  readonly hasRoom: boolean;
  /** It may be given one again. */
  onRoom(listener: () => void): () => void;
  /** What waited is given to the socket. */
  take(bytes: number): void;
  /** What was taken has been let go: the client has room. */
  settle(bytes: number): void;
  /** What waited will never be given to it. */
  discard(bytes: number): void;
  /** The client has read something. */
  noteRead(): void;
  /** Since when something has been waiting, here or in the socket, and nothing was read; null: nothing waits. */
  readonly stuckSinceMs: number | null;
};

export function createBacklog(): Backlog {
  let waitingBytes = 0;
  let waiting = 0;
  let givenBytes = 0;
  let given = 0;
  /** Of what was added when nothing waited. */
  let firstBytes = 0;
  let movedAtMs = 0;
  const listeners = new Set<() => void>();
  const hasRoom = (): boolean => givenBytes < maxGivenBytes;

  const force = (bytes: number): void => {
    if (waiting + given === 0) movedAtMs = performance.now();
    if (waiting === 0) firstBytes = bytes;
    waiting += 1;
    waitingBytes += bytes;
  };
  const discard = (bytes: number): void => {
    waiting -= 1;
    waitingBytes -= bytes;
  };
  const addUpTo = (bytes: number, maxBytes: number): boolean => {
    if (bytes > maxFrameBytes || (waiting > 0 && waitingBytes + bytes > maxBytes)) return false;
    force(bytes);
    return true;
  };

  return {
    add: (bytes) => addUpTo(bytes, maxBacklogBytes + firstBytes),
    addFirst: (bytes) => addUpTo(bytes, maxFrameBytes),
    force,
    get hasRoom() {
      return hasRoom();
    },
    onRoom(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    take(bytes) {
      discard(bytes);
      given += 1;
      givenBytes += bytes;
      movedAtMs = performance.now();
    },
    settle(bytes) {
      const hadRoom = hasRoom();
      given -= 1;
      givenBytes -= bytes;
      movedAtMs = performance.now();
      if (!hadRoom && hasRoom()) for (const listener of listeners) listener();
    },
    discard,
    noteRead() {
      movedAtMs = performance.now();
    },
    get stuckSinceMs() {
      return waiting + given > 0 ? movedAtMs : null;
    },
  };
}
