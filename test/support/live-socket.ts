import WebSocket from 'ws';

export type Closed = { readonly code: number; readonly reason: string };

export type LiveSocket = {
  /** Resolves with whether the server took the token. */
  readonly acknowledged: Promise<boolean>;
  readonly closed: Promise<Closed>;
  isOpen(): boolean;
  /** Each answer of a subscription; `failed` is told of errors, and of an end that the server chose. */
  subscribe<T>(document: LiveDocument, next: (data: T) => void, failed?: (errors: unknown) => void): void;
  /** As a network that goes away: nothing is said. */
  terminate(): void;
  close(): Promise<Closed>;
};

export type LiveDocument = { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> };

type Message = { readonly type: string; readonly id?: string; readonly payload?: unknown };

/**
 * The protocol graphql-transport-ws by hand: a test says what it means to, at the moment that it chooses, and nothing connects again by
 * itself.
 *
 * @param url of the API, `http://…`
 * @param options.localAddress from where; 10 000 sockets want more ports than one address has
 */
export function openLiveSocket(
  url: string,
  token: string,
  options: { readonly localAddress?: string } = {},
): LiveSocket {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
    ...options,
  });
  const subscriptions = new Map<string, { next: (data: never) => void; failed: (errors: unknown) => void }>();
  const send = (message: Message) => socket.send(JSON.stringify(message));
  // Whatever goes wrong, it closes.
  socket.on('error', () => {});
  socket.once('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code: number, reason: Buffer) => resolve({ code, reason: reason.toString('utf8') }));
  });
  const acknowledged = Promise.race([
    new Promise<boolean>((resolve) => {
      socket.on('message', (bytes: Buffer) => {
        const message = JSON.parse(bytes.toString('utf8')) as Message;
        const subscription = subscriptions.get(message.id ?? '');
        if (message.type === 'connection_ack') resolve(true);
        else if (message.type === 'ping') send({ type: 'pong' });
        else if (message.type === 'next') {
          const { data, errors } = message.payload as { data?: unknown; errors?: unknown };
          if (errors) subscription?.failed(errors);
          else subscription?.next(data as never);
        } else if (message.type === 'error' || message.type === 'complete') subscription?.failed(message.payload);
      });
    }),
    closed.then(() => false),
  ]);
  return {
    acknowledged,
    closed,
    isOpen: () => socket.readyState === WebSocket.OPEN,
    subscribe(document, next, failed = () => {}) {
      const id = String(subscriptions.size + 1);
      subscriptions.set(id, { next, failed });
      send({ type: 'subscribe', id, payload: document });
    },
    terminate: () => socket.terminate(),
    close() {
      socket.close(1000);
      return closed;
    },
  };
}
