import type { SocketLike, Surroundings } from '../../../web/client/src/live/surroundings.ts';
import { memoryStorage } from '../../../web/client/src/live/surroundings.ts';

/** The other end of a socket that a client opened: what a server would do with it. */
export type Peer = {
  readonly openedAt: number;
  /** What the client sent, and with which code it closed the socket. */
  readonly sent: Record<string, unknown>[];
  readonly closedWith: number | undefined;
  /** Opens it and takes the token. */
  accept(): void;
  say(message: object): void;
  close(code: number, reason?: string): void;
  /** As a connection that is refused: an error, and in some runtimes nothing after it. */
  refuse(): void;
};

/** A client's surroundings in which time, chance, the network and who looks are what a test says. */
export function createStage() {
  let time = 1_000_000;
  let timers: { readonly at: number; readonly work: () => void }[] = [];
  const listeners = new Set<() => void>();
  const peers: Peer[] = [];
  const is = { online: true, visible: true, random: 0.5, answersPings: true };

  const open = (): SocketLike => {
    let closedWith: number | undefined;
    const sent: Record<string, unknown>[] = [];
    const socket: SocketLike = {
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      send(data) {
        sent.push(JSON.parse(data));
        if (is.answersPings && JSON.parse(data).type === 'ping') setImmediate(() => say({ type: 'pong' }));
      },
      close: (code) => {
        closedWith = code;
      },
    };
    const say = (message: object) => socket.onmessage?.({ data: JSON.stringify(message) });
    peers.push({
      openedAt: time,
      sent,
      get closedWith() {
        return closedWith;
      },
      accept() {
        socket.onopen?.(undefined as never);
        say({ type: 'connection_ack' });
      },
      say,
      close: (code, reason = '') => socket.onclose?.({ code, reason }),
      refuse: () => socket.onerror?.(undefined as never),
    });
    return socket;
  };

  /** Lets promises that are settled go on. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  const surroundings: Surroundings = {
    now: () => time,
    random: () => is.random,
    after(ms, work) {
      const timer = { at: time + ms, work };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    openSocket: open,
    isOnline: () => is.online,
    isVisible: () => is.visible,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onLeave: () => () => {},
    locks: undefined,
    openChannel: undefined,
    storage: memoryStorage(),
  };

  return {
    surroundings,
    peers,
    /** The socket that was opened last. */
    get peer(): Peer {
      const last = peers.at(-1);
      if (!last) throw new Error('no socket was opened');
      return last;
    },
    get now() {
      return time;
    },
    settle,
    /** Time goes on; timers run when they are due. */
    async advance(ms: number): Promise<void> {
      const until = time + ms;
      for (;;) {
        const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        time = Math.max(time, next.at);
        next.work();
        await settle();
      }
      time = until;
      await settle();
    },
    /** The machine sleeps: time goes on, and timers come late. */
    async sleep(ms: number): Promise<void> {
      time += ms;
      await this.advance(0);
    },
    async set(next: Partial<typeof is>): Promise<void> {
      Object.assign(is, next);
      for (const listener of [...listeners]) listener();
      await settle();
    },
  };
}

export type Stage = ReturnType<typeof createStage>;
