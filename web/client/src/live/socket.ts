import type { SocketLike } from './surroundings.ts';

export type Sink = {
  /** An answer of the API: `{ data, errors }`. */
  next(payload: unknown): void;
  /** The API refused the operation, or ended it. */
  end(errors: readonly unknown[]): void;
};

/** A socket on which operations run. */
export type Session = {
  /** Begins an operation; call what it returns to end it. */
  subscribe(operation: { readonly query: string; readonly variables: object }, sink: Sink): () => void;
  ping(payload: object): void;
  /** Ends it at once, without waiting for the other side, and tells nobody. */
  close(code: number, reason: string): void;
};

export type SessionEvents = {
  /** The API has taken the token: operations may begin. */
  onReady(session: Session): void;
  /** Something came, whatever it was. */
  onHeard(): void;
  /** It is over, from the other side or because it never began. */
  onClose(code: number, reason: string): void;
};

export const subprotocol = 'graphql-transport-ws';

type Message = { readonly type?: unknown; readonly id?: unknown; readonly payload?: unknown };

/** The client's part of graphql-transport-ws (github.com/enisdenjo/graphql-ws, PROTOCOL.md) on a socket that is opening. */
export function openSession(socket: SocketLike, init: object, events: SessionEvents): Session {
  const sinks = new Map<string, Sink>();
  let lastId = 0;
  let isOver = false;
  const send = (message: object): void => {
    if (!isOver) socket.send(JSON.stringify(message));
  };
  const finish = (): void => {
    isOver = true;
    // Not null: Node's own WebSocket calls `onerror` of a socket that is closed while it opens.
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = () => {};
  };
  const fail = (code: number, reason: string): void => {
    if (isOver) return;
    finish();
    events.onClose(code, reason);
  };
  const session: Session = {
    subscribe(operation, sink) {
      const id = `${++lastId}`;
      sinks.set(id, sink);
      send({ id, type: 'subscribe', payload: operation });
      return () => {
        if (sinks.delete(id)) send({ id, type: 'complete' });
      };
    },
    ping: (payload) => send({ type: 'ping', payload }),
    close(code, reason) {
      if (isOver) return;
      finish();
      closeQuietly(socket, code, reason);
    },
  };

  const take = ({ type, id, payload }: Message): void => {
    switch (type) {
      case 'connection_ack':
        return void events.onReady(session);
      case 'ping':
        return void send({ type: 'pong' });
      case 'pong':
        return;
      case 'next':
        return void sinks.get(`${id}`)?.next(payload);
      case 'error':
      case 'complete': {
        const sink = sinks.get(`${id}`);
        sinks.delete(`${id}`);
        return void sink?.end(Array.isArray(payload) ? payload : []);
      }
      default:
        closeQuietly(socket, 4400, 'not a message of graphql-transport-ws');
        return void fail(4400, 'not a message of graphql-transport-ws');
    }
  };

  socket.onopen = () => send({ type: 'connection_init', payload: init });
  socket.onmessage = ({ data }) => {
    events.onHeard();
    take(parse(data));
  };
  socket.onclose = ({ code, reason }) => fail(code, reason);
  // A connection that is refused: what follows as `close` in some runtimes does not in others.
  socket.onerror = () => fail(1006, 'the connection failed');
  return session;
}

function parse(data: unknown): Message {
  try {
    const message: unknown = JSON.parse(String(data));
    return typeof message === 'object' && message !== null ? message : {};
  } catch {
    return {};
  }
}

function closeQuietly(socket: SocketLike, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // While it opens some runtimes refuse to close it with a code.
    socket.close();
  }
}

/** `wss` where the API is asked by `https`; of a path, at the page's own host. */
export function socketUrl(url: string): string {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const whole = /^https?:/.test(url) || !location ? url : new URL(url, location.href).href;
  return whole.replace(/^http/, 'ws');
}
