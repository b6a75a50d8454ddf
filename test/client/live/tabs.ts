import type { RowbellOptions } from '../../../web/client/src/index.ts';
import { type Locks, memoryStorage, type SocketLike } from '../../../web/client/src/live/surroundings.ts';

/** What the tabs of a browser share, made of Node's own locks and channels: real ones, in one process. */
export function createBrowser() {
  const storage = memoryStorage();
  const locks = navigator.locks as unknown as Locks;
  return {
    storage,
    /** The surroundings of another tab; `close` ends it as browsers do, without a word to its program. */
    tab(): Pick<RowbellOptions, 'surroundings'> & { close(): void } {
      const { promise: closed, resolve: end } = Promise.withResolvers<void>();
      const ends: (() => void)[] = [];
      let isClosed = false;
      return {
        surroundings: {
          storage,
          locks: {
            request: (name, options, work) => locks.request(name, options, () => Promise.race([work(), closed])),
          },
          openChannel(name) {
            const channel = new BroadcastChannel(name);
            ends.push(() => {
              channel.close();
              channel.postMessage = () => {};
            });
            return channel as never;
          },
          openSocket(url, protocol) {
            if (isClosed) throw new Error('The tab is closed.');
            const socket = new WebSocket(url, protocol);
            ends.push(() => socket.close());
            return socket as unknown as SocketLike;
          },
        },
        close() {
          isClosed = true;
          end();
          for (const one of ends) one();
        },
      };
    },
    /** What is kept of changes that were not sent yet. */
    kept: async () => (await storage.getAllKeys()).filter((key) => key.includes(' change ')),
  };
}
