import { WebSocket } from 'ws';
import type { TestApi } from './api.ts';
import { until } from './until.ts';

/** What a socket got, message by message; no client's code stands between. */
export type LiveSocket = {
  readonly socket: WebSocket;
  /** The token was taken. */
  readonly acknowledged: Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  subscribe(query: string, variables?: Record<string, unknown>): LiveSubscription;
  close(): Promise<void>;
};

export type LiveSubscription = {
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever their own query asked for
  readonly frames: any[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly errors: any[];
  readonly isComplete: () => boolean;
  /** The first frame of which this holds. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  frame(what: string, holds: (frame: any) => boolean): Promise<any>;
  end(): void;
};

export type OpenOptions = {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocol?: string;
  readonly path?: string;
  /** Without: nothing is said. */
  readonly init?: boolean;
  /** Without: pings of the connection are not answered. */
  readonly autoPong?: boolean;
};

/** Opens a socket as an application's own client would; `acknowledged` may never come. */
export async function openLive(api: Pick<TestApi, 'url'>, options: OpenOptions = {}): Promise<LiveSocket> {
  const { token, headers = {}, protocol = 'graphql-transport-ws', path = '/graphql' } = options;
  const { init = true, autoPong = true } = options;
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}${path}`, protocol, {
    headers,
    autoPong,
    perMessageDeflate: false,
  });
  const subscriptions = new Map<string, LiveSubscription & { finish(): void }>();
  const acknowledged = Promise.withResolvers<void>();
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on('message', (data) => {
    const { type, id, payload } = JSON.parse(String(data));
    if (type === 'connection_ack') acknowledged.resolve();
    else if (type === 'next' && payload.errors) subscriptions.get(id)?.errors.push(...payload.errors);
    else if (type === 'next') subscriptions.get(id)?.frames.push(Object.values(payload.data)[0]);
    else if (type === 'error') subscriptions.get(id)?.errors.push(...payload);
    if (type === 'complete' || type === 'error') subscriptions.get(id)?.finish();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const say = (message: unknown) => socket.send(JSON.stringify(message));
  if (init) say({ type: 'connection_init', payload: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  return {
    socket,
    acknowledged: acknowledged.promise,
    closed,
    subscribe(query, variables = {}) {
      const id = String(subscriptions.size + 1);
      let isComplete = false;
      const subscription = {
        frames: [] as unknown[],
        errors: [] as unknown[],
        isComplete: () => isComplete,
        frame(what: string, holds: (frame: never) => boolean) {
          return until(what, async () => {
            if (subscription.errors.length > 0) throw new Error(`${what}: ${JSON.stringify(subscription.errors)}`);
            const found = subscription.frames.find((frame) => holds(frame as never));
            return found === undefined ? null : { found };
          }).then(({ found }) => found);
        },
        end: () => say({ type: 'complete', id }),
        finish() {
          isComplete = true;
        },
      };
      subscriptions.set(id, subscription as never);
      say({ type: 'subscribe', id, payload: { query, variables } });
      return subscription as never;
    },
    async close() {
      socket.close(1000);
      await closed;
    },
  };
}

/** A socket whose token was taken. */
export async function connectLive(api: Pick<TestApi, 'url'>, token: string): Promise<LiveSocket> {
  const live = await openLive(api, { token });
  const { code } = await Promise.race([live.acknowledged.then(() => ({ code: 0 })), live.closed]);
  if (code !== 0) throw new Error(`the socket was closed with ${code}`);
  return live;
}

export const inboxChanged = `subscription ($after: LiveCursor) { inboxChanged(after: $after) {
  cursor reset unread returnsAt removed
  items { id version typeKey category priority title subtitle body data threadId createdAt readAt seenAt archivedAt snoozedUntil } } }`;
export const unreadCountChanged = 'subscription { unreadCountChanged }';
