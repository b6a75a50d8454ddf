/** A WebSocket, as browsers, Node, Deno and React Native have it. */
export type SocketLike = {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
};

/** What is kept for the next start: text by keys. `AsyncStorage` of React Native is one. */
export type KeptStorage = {
  getAllKeys(): Promise<readonly string[]>;
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<unknown>;
  removeItem(key: string): Promise<unknown>;
};

/** One of them at a time, in whichever tab: `navigator.locks`. */
export type Locks = {
  request(name: string, options: { readonly signal?: AbortSignal }, work: () => Promise<void>): Promise<unknown>;
};

/** To all other tabs of the origin: a `BroadcastChannel`. */
export type Channel = {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
};

/** Everything that the live half asks of what it runs in. `createRowbell({ surroundings })` replaces parts of it. */
export type Surroundings = {
  readonly now: () => number;
  readonly random: () => number;
  /** Runs it after so many milliseconds, unless what it returns is called. */
  readonly after: (ms: number, work: () => void) => () => void;
  readonly openSocket: (url: string, protocol: string) => SocketLike;
  /** False where it is known that there is no network. */
  readonly isOnline: () => boolean;
  /** Whether somebody may be looking. */
  readonly isVisible: () => boolean;
  /** Calls when either may have changed. */
  readonly onChange: (listener: () => void) => () => void;
  /** Calls when the page goes away for good. */
  readonly onLeave: (listener: () => void) => () => void;
  /** Missing where there are no tabs. */
  readonly locks: Locks | undefined;
  readonly openChannel: ((name: string) => Channel) | undefined;
  readonly storage: KeptStorage;
};

/** Nothing outlives the process. */
export function memoryStorage(): KeptStorage {
  const kept = new Map<string, string>();
  return {
    getAllKeys: async () => [...kept.keys()],
    getItem: async (key) => kept.get(key) ?? null,
    setItem: async (key, value) => void kept.set(key, value),
    removeItem: async (key) => void kept.delete(key),
  };
}
