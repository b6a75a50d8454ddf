import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import { setImmediate as turn } from 'node:timers/promises';
import type { Provider as ApnProvider } from '@parse/node-apn';

/** Published by Node for every HTTP/2 stream of a client that ends, while the stream still knows its connection. */
const channel = 'http2.client.stream.close';

/** What node-apn's types leave out of its client. */
type Client = {
  readonly session?: ClientHttp2Session;
  readonly isDestroyed: boolean;
  connect(): Promise<void>;
  closeAndDestroySession(session: ClientHttp2Session | undefined): Promise<void>;
  retryRequest(failure: unknown): Promise<never>;
};

export type Endings = {
  /** Lets the connections of this client end as RFC 9113 §6.8 wants. */
  watch(provider: ApnProvider): void;
  /** Whether the request of this apns-id, which has just failed, was left unprocessed by a connection that ended. Asked once. */
  leftUnprocessed(apnsId: string): Promise<boolean>;
  close(): void;
};

/**
 * How connections end. GOAWAY names the last stream that the server has processed or still may (RFC 9113 §6.8): those up to it are
 * answered on the old connection, all others were not looked at and may be sent again. Node does the one by itself, and whatever
 * comes next gets a new connection, as a session that ends takes no request. But node-apn destroys the session at a second GOAWAY,
 * or at two answers of 500, with the answers that are on their way; whoever was told would then be told again.
 */
export function noteEndings(): Endings {
  /** By connection; Infinity until it is said. */
  const lastStreams = new WeakMap<ClientHttp2Session, number>();
  const unprocessed = new Set<string>();

  const note = (event: unknown) => {
    const { stream } = event as { stream: ClientHttp2Stream };
    const last = stream.session && lastStreams.get(stream.session as ClientHttp2Session);
    if (last === undefined) return;
    if (Number(stream.id) > last || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) {
      unprocessed.add(String(stream.sentHeaders['apns-id']));
    }
  };
  subscribe(channel, note);

  return {
    watch(provider) {
      const { client } = provider as unknown as { client: Client };
      const { connect } = client;
      client.connect = async () => {
        await connect.call(client);
        const { session } = client;
        if (!session || lastStreams.has(session)) return;
        lastStreams.set(session, Number.POSITIVE_INFINITY);
        session.on('goaway', (_code, lastStream) => lastStreams.set(session, lastStream));
      };
      client.closeAndDestroySession = async (session) => {
        if (!session || session.closed) return;
        if (client.isDestroyed) await new Promise<void>((resolve) => session.close(resolve));
        // One that is being made did not bring the answer of 500 for which node-apn ends whichever it has now.
        else if (!session.connecting) session.close();
      };
      // It repeats nothing, as it is told; but of an answer that a connection brings while it ends, it would say only that it cannot.
      client.retryRequest = (failure) => Promise.reject(failure);
    },
    async leftUnprocessed(apnsId) {
      // A stream that Node held back is given up a turn after node-apn has heard of it.
      await turn();
      return unprocessed.delete(apnsId);
    },
    close: () => void unsubscribe(channel, note),
  };
}
