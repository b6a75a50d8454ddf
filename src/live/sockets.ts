import { type Context, makeServer } from 'graphql-ws';
import type { ExecutionArgs, ExecutionResult } from 'postgraphile/graphql';
import { GraphQLError } from 'postgraphile/graphql';
import type { WebSocket } from 'ws';
import { RowbellError } from '../errors.ts';
import { checkAnswer } from '../graphql/answer-size.ts';
import type { Authenticate, Identity } from '../graphql/identity.ts';
import { type PublicError, withCode } from '../graphql/public-error.ts';
import type { Graphql } from '../graphql/schema.ts';
import type { Logger } from '../logger.ts';
import { type Backlog, createBacklog } from './backlog.ts';
import { closeCodes, retryAfter } from './close-codes.ts';
import type { Connection } from './connection.ts';
import type { Figures } from './figures.ts';
import { createOutflow, type Outflow } from './outflow.ts';
import type { Reader } from './reader.ts';
import type { Roster } from './roster.ts';
import { startSweep } from './sweep.ts';
import { type Subscriber, subscriberOf, type Topics } from './topic.ts';

/** Sockets of a person in this process. */
const maxSocketsOfAPerson = 5;
/** Subscriptions that are open on a socket. */
const maxOperations = 10;
/** Until the token comes. */
const maxInitMs = 3_000;
const maxMissedPings = 2;
/** Until a peer has answered that the socket is closed. */
const maxClosingMs = 2_000;

/** How long sockets are waited for. */
export const socketWaits = {
  /** Until a client has read something of what waits for it. */
  maxStuckMs: 30_000,
  pingEveryMs: 25_000,
  /** Between two looks at a socket. */
  sweepEveryMs: 1_000,
};

export type SocketsOptions = {
  /** Tests wait less. */
  readonly waits?: typeof socketWaits;
  readonly authenticate: Authenticate;
  readonly currentGraphql: () => Graphql | null;
  /** Sockets whose token was verified; they are added here. */
  readonly roster: Roster<Connection>;
  readonly reader: Pick<Reader, 'isRefused'>;
  readonly topics: Topics;
  readonly figures: Figures;
  /** What a client says with its own ping. */
  readonly onPing?: (connection: Connection, payload: unknown) => void;
  readonly logger: Logger;
};

type Extra = {
  readonly socket: WebSocket;
  readonly openedAtMs: number;
  readonly gone: AbortController;
  /** The token was verified: the place in the line of its address is free. */
  readonly onVerified: () => void;
  readonly backlog: Backlog;
  readonly outflow: Outflow;
  connection: Connection | null;
  missedPings: number;
  nextPingAtMs: number;
  leave: () => void;
};

/** Sockets that were opened: who they are, what they ask, and when they end. */
export function createSockets(options: SocketsOptions) {
  const { authenticate, currentGraphql, roster, reader, topics, figures, onPing, logger } = options;
  const { maxStuckMs, pingEveryMs, sweepEveryMs } = options.waits ?? socketWaits;
  const open = new Set<Extra>();

  const close = ({ socket }: Extra, code: number, reason: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    figures.noteClosed(code);
    socket.close(code, reason);
    // Whoever does not answer is not waited for.
    setTimeout(() => socket.terminate(), maxClosingMs).unref();
  };

  const refuse = (extra: Extra, error: unknown): false => {
    const isTheirs = error instanceof RowbellError && error.code === 'RBAUT';
    if (!isTheirs) logger.warn('socket.failed', { error });
    close(extra, isTheirs ? closeCodes.unauthenticated : closeCodes.tryLater, isTheirs ? error.message : retryAfter(2));
    return false;
  };

  /** False, and the socket is closed, where it may not stay. */
  const verify = async (extra: Extra, params: Readonly<Record<string, unknown>> | undefined): Promise<boolean> => {
    const authorization = params?.authorization ?? params?.Authorization;
    let identity: Identity;
    try {
      identity = await authenticate(typeof authorization === 'string' ? authorization : undefined);
    } catch (error) {
      return refuse(extra, error);
    }
    // It may have gone while the token was looked at.
    if (extra.socket.readyState !== extra.socket.OPEN) return false;
    if ([...roster.of(identity.userId)].length >= maxSocketsOfAPerson) {
      close(extra, closeCodes.tooMany, `At most ${maxSocketsOfAPerson} sockets of a person.`);
      return false;
    }
    const connection: Connection = {
      identity,
      openedAtMs: extra.openedAtMs,
      backlog: extra.backlog,
      subscriptions: new Map(),
      channels: new Map(),
      close: (code, reason) => close(extra, code, reason),
    };
    extra.connection = connection;
    // Before the session is looked at: one that ends at the same time is either seen, or rings for this socket.
    extra.leave = roster.add(identity.userId, connection);
    try {
      if (await reader.isRefused(identity.userId, identity.sessionId)) throw new RowbellError('RBAUT');
    } catch (error) {
      return refuse(extra, error);
    }
    extra.onVerified();
    figures.noteConnected(performance.now() - extra.openedAtMs);
    return true;
  };

  const subscribe = async ({ extra, subscriptions }: Context<Record<string, unknown>, Extra>, payload: unknown) => {
    const { connection, gone } = extra;
    const graphql = currentGraphql();
    if (!connection || !graphql) return [asGraphqlError(withCode(new RowbellError('RBUNA')))];
    if (Object.keys(subscriptions).length > maxOperations)
      return [asGraphqlError(withCode(new RowbellError('RBLIM', undefined, { limit: 'operations' })))];
    const prepared = await graphql.prepareSubscription(payload, {
      identity: connection.identity,
      live: subscriberOf(connection, topics),
      signal: gone.signal,
    });
    return 'args' in prepared ? prepared.args : prepared.errors.map(asGraphqlError);
  };

  const server = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: maxInitMs,
    onConnect: ({ extra, connectionParams }) => verify(extra, connectionParams),
    onPing({ extra }, payload) {
      if (extra.connection) onPing?.(extra.connection, payload);
    },
    onSubscribe: (context, _id, payload) => subscribe(context, payload) as Promise<ExecutionArgs>,
    async subscribe(args) {
      const results = await (currentGraphql() as Graphql).subscribe(args);
      const { live } = args.contextValue as { readonly live: Subscriber };
      return (isResults(results) ? live.paced(results) : results) as ExecutionResult;
    },
    onError: (_context, _id, _payload, errors) => errors.map(publicOf) as never,
    onNext(_context, _id, _payload, _args, { data, errors }) {
      checkAnswer(data);
      return errors ? ({ data, errors: errors.map(publicOf) } as never) : undefined;
    },
  });

  /** What we said is fit to be shown; whatever else was thrown while a frame was made is not. */
  const publicOf = (error: GraphQLError | { toJSON?: unknown }): PublicError | object => {
    const known = shown.get(error);
    if (known) return known;
    return currentGraphql()?.publicError(error) ?? withCode(new RowbellError('RBINT'));
  };

  const stopSweep = startSweep(open, sweepEveryMs, (extra) => {
    const { socket, connection, outflow } = extra;
    if (!connection) return;
    const now = performance.now();
    const { stuckSinceMs } = extra.backlog;
    if (Date.now() >= connection.identity.expiresAtMs) close(extra, closeCodes.forbidden, 'Your token has expired.');
    else if (stuckSinceMs !== null && now - stuckSinceMs > maxStuckMs) close(extra, closeCodes.tryLater, retryAfter(1));
    else if (now >= extra.nextPingAtMs) {
      extra.nextPingAtMs = now + pingEveryMs;
      extra.missedPings += 1;
      if (extra.missedPings > maxMissedPings) socket.terminate();
      else outflow.ping();
    }
  });

  return {
    /** A socket was opened; who it is comes next. */
    accept(socket: WebSocket, { onVerified, onClosed }: { onVerified: () => void; onClosed: () => void }): void {
      const now = performance.now();
      const backlog = createBacklog();
      const outflow = createOutflow(socket, backlog.noteRead);
      const extra: Extra = {
        socket,
        backlog,
        outflow,
        openedAtMs: now,
        gone: new AbortController(),
        onVerified,
        connection: null,
        missedPings: 0,
        // Those that were opened together do not all answer together.
        nextPingAtMs: now + pingEveryMs * Math.random(),
        leave: () => {},
      };
      open.add(extra);
      const trouble = (error: unknown): void => {
        if (extra.gone.signal.aborted) return;
        logger.debug('socket.failed', { error });
        close(extra, closeCodes.tryLater, retryAfter(1));
      };
      const closed = server.opened(
        {
          protocol: socket.protocol,
          send: outflow.send,
          close: (code, reason) => close(extra, code ?? closeCodes.tryLater, reason ?? ''),
          onMessage: (handle) =>
            // What it throws would end the process.
            socket.on('message', (data) => void handle(String(data)).catch(trouble)),
        },
        extra,
      );
      socket.on('pong', (payload) => {
        extra.missedPings = 0;
        outflow.notePong(payload);
      });
      // Whoever asks and reads no answer is not told why.
      for (const event of ['message', 'ping'])
        socket.on(event, () => {
          if (outflow.isFlooded) socket.terminate();
        });
      socket.on('error', () => {});
      socket.once('close', (code, reason) => {
        open.delete(extra);
        extra.leave();
        outflow.end();
        extra.gone.abort(new RowbellError('RBINV', 'The socket was closed.'));
        onClosed();
        closed(code, String(reason)).catch(trouble);
      });
    },

    get size() {
      return open.size;
    },
    subscriptions(): ReadonlyMap<string, number> {
      const counts = new Map(Object.keys(topics).map((field) => [field, 0]));
      for (const { connection } of open)
        for (const [field, count] of connection?.subscriptions ?? [])
          counts.set(field, (counts.get(field) ?? 0) + count);
      return counts;
    },
    /** Lets all go within so long, each at an instant of its own, so that they do not come back together. */
    async stop(withinMs: number): Promise<void> {
      stopSweep();
      const all = [...open];
      const spreadMs = Math.max(0, withinMs - maxClosingMs);
      await Promise.all(
        all.map(
          (extra) =>
            new Promise<void>((resolve) => {
              if (extra.socket.readyState === extra.socket.CLOSED) resolve();
              extra.socket.once('close', () => resolve());
              setTimeout(() => close(extra, closeCodes.restarting, 'restarting'), Math.random() * spreadMs);
              setTimeout(() => extra.socket.terminate(), withinMs);
            }),
        ),
      );
    },
  };
}

export type Sockets = ReturnType<typeof createSockets>;

const isResults = (results: object): results is AsyncIterableIterator<ExecutionResult> =>
  Symbol.asyncIterator in results;

/** Errors that are fit to be shown already, as graphql-ws wants them. */
const shown = new WeakMap<object, PublicError>();

function asGraphqlError(error: PublicError): GraphQLError {
  const made = new GraphQLError(error.message);
  shown.set(made, error);
  return made;
}
