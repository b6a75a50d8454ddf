import type { WebSocket } from 'ws';

/** After so many bytes the client is asked how far it has read. */
const askEveryBytes = 65_536;
/** Bytes that were sent to a client and that it has not read; until there are fewer, nothing follows. */
export const maxUnreadBytes = 262_144;
/** Bytes that a client may leave unread and still ask for more: answers to what it says have no bound of their own. */
export const maxUnansweredBytes = 8_388_608;

export type Outflow = {
  /** Resolves when it has left the process and the client has room for more; rejects where the socket is closed. */
  send(text: string): Promise<void>;
  /** A ping of the connection: its pong says how far the client has read. */
  ping(): void;
  notePong(payload: Buffer): void;
  /** Whether the client asks for more than it reads. */
  readonly isFlooded: boolean;
  /** The socket was closed. */
  end(): void;
};

/**
 * What is on its way to a client. The system takes megabytes for whoever does not read, and proxies take more, so what was written has
 * not been read yet. What stands before a ping has, when its pong comes: clients answer in order, by themselves. Long texts are sent in
 * pieces with a ping after each, so that a slow client is seen to read.
 *
 * @param onRead the client has read something
 */
export function createOutflow(socket: WebSocket, onRead: () => void): Outflow {
  let sent = 0;
  let asked = 0;
  let read = 0;
  let waiting: (() => void)[] = [];
  let hasEnded = false;
  const hasRoom = (): boolean => hasEnded || sent - read < maxUnreadBytes;
  const release = (): void => {
    const all = waiting;
    waiting = [];
    for (const resolve of all) resolve();
  };
  const ask = (): void => {
    asked = sent;
    socket.ping(String(sent));
  };
  const write = (bytes: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      for (let place = 0; place < bytes.length; place += askEveryBytes) {
        const piece = bytes.subarray(place, place + askEveryBytes);
        const fin = place + askEveryBytes >= bytes.length;
        sent += piece.length;
        socket.send(piece, { binary: false, fin }, (error) => {
          if (error) reject(error);
          else if (fin) resolve();
        });
        if (socket.readyState === socket.OPEN && sent - asked >= askEveryBytes) ask();
      }
    });

  return {
    async send(text) {
      await write(Buffer.from(text));
      if (!hasRoom()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    ping: ask,
    notePong(payload) {
      const text = payload.toString('latin1');
      // Where something on the way answers in words of its own, it has read as well.
      const upTo = /^\d{1,15}$/.test(text) ? Number(text) : asked;
      if (upTo <= read || upTo > sent) return;
      read = upTo;
      onRead();
      if (hasRoom()) release();
    },
    get isFlooded() {
      return Math.max(sent - read, socket.bufferedAmount) > maxUnansweredBytes;
    },
    end() {
      hasEnded = true;
      release();
    },
  };
}
