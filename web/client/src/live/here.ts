import { type IndexedDb, indexedDbStorage } from './indexed-db.ts';
import { type Channel, type Locks, memoryStorage, type SocketLike, type Surroundings } from './surroundings.ts';

// What may or may not be there, whichever types the compiler has been given.
type Target = {
  addEventListener(name: string, listener: () => void): void;
  removeEventListener(name: string, listener: () => void): void;
};
type Globals = {
  readonly WebSocket?: new (url: string, protocol: string) => SocketLike;
  readonly BroadcastChannel?: new (name: string) => Channel;
  readonly indexedDB?: IndexedDb;
  readonly navigator?: { readonly onLine?: boolean; readonly locks?: Locks };
  readonly document?: Target & { readonly visibilityState?: string };
  readonly addEventListener?: Target['addEventListener'];
  readonly removeEventListener?: Target['removeEventListener'];
};

const globals = globalThis as unknown as Globals;

/**
 * What this program runs in. A browser has tabs, visibility, a network that goes and a database; elsewhere the program is
 * looked at and online as long as it runs, and nothing outlives it. React Native gives its own (docs/clients.md).
 */
export function surroundingsHere(): Surroundings {
  const { document, navigator, BroadcastChannel, indexedDB } = globals;
  // Web workers and Node have locks and channels as well, but no tabs: there each client is by itself.
  const isBrowser = typeof document?.addEventListener === 'function' && typeof globals.addEventListener === 'function';
  const listen = (target: Target | undefined, names: readonly string[], listener: () => void) => {
    for (const name of names) target?.addEventListener(name, listener);
    return () => {
      for (const name of names) target?.removeEventListener(name, listener);
    };
  };
  const window = isBrowser ? (globals as Target) : undefined;
  return {
    now: Date.now,
    random: Math.random,
    after(ms, work) {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    openSocket(url, protocol) {
      const { WebSocket } = globals;
      if (!WebSocket) throw new TypeError('There is no WebSocket here: give surroundings.openSocket.');
      return new WebSocket(url, protocol);
    },
    isOnline: () => !isBrowser || navigator?.onLine !== false,
    isVisible: () => !isBrowser || document?.visibilityState !== 'hidden',
    onChange(listener) {
      const stops = [
        listen(window, ['online', 'offline', 'pageshow'], listener),
        listen(isBrowser ? document : undefined, ['visibilitychange'], listener),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
    onLeave: (listener) => listen(window, ['pagehide'], listener),
    locks: isBrowser ? navigator?.locks : undefined,
    openChannel: isBrowser && BroadcastChannel ? (name) => new BroadcastChannel(name) : undefined,
    storage: isBrowser && indexedDB ? indexedDbStorage(indexedDB) : memoryStorage(),
  };
}
