import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Registry } from 'prom-client';
import { createPool } from '../database/pool.ts';
import type { RowbellError } from '../errors.ts';
import type { Authenticate } from '../graphql/identity.ts';
import type { Origin } from '../graphql/request-origin.ts';
import type { Graphql } from '../graphql/schema.ts';
import type { Logger } from '../logger.ts';
import { createActivities } from './activities.ts';
import { createAnnouncements } from './announcements.ts';
import { createClosings } from './closings.ts';
import type { Connection } from './connection.ts';
import { maxDescriptors } from './descriptors.ts';
import { createFigures } from './figures.ts';
import { startHub } from './hub.ts';
import { createInbox } from './inbox.ts';
import { createPresence } from './presence.ts';
import { createProcesses } from './processes.ts';
import { createReader } from './reader.ts';
import { createRoster } from './roster.ts';
import { createSessions } from './sessions.ts';
import { createSockets, socketWaits } from './sockets.ts';
import { createUpgrades } from './upgrade.ts';

/** Connections that read for sockets: items, numbers, and those who begin. */
const maxLiveConnections = 4;
/** Sockets are let go over so long, so that they do not come back all at once. */
const spreadMs = 10_000;

const usual = { ...socketWaits, maxDescriptors };
/** What a test that cannot wait as long, or open as many, has less of. */
export type LiveBounds = Partial<typeof usual>;

export type LiveOptions = {
  readonly bounds?: LiveBounds;
  /** The API's connection. */
  readonly databaseUrl: string;
  /** A direct one, for LISTEN. */
  readonly listenUrl: string;
  /** No statement runs longer. */
  readonly statementTimeoutMs: number;
  readonly authenticate: Authenticate;
  readonly currentGraphql: () => Graphql | null;
  readonly originOf: (request: IncomingMessage) => Origin;
  readonly webOrigins: readonly string[];
  readonly publicUrl: string;
  readonly refuse: (socket: Duplex, error: RowbellError, status: number) => void;
  readonly registry: Registry;
  readonly logger: Logger;
};

/**
 * Real time, docs/decisions/0014-real-time.md: sockets on `/graphql`, and the hub that tells them what commits. A part is a lane for
 * its kinds of doorbell, and topics for its subscriptions.
 */
export function startLive(options: LiveOptions) {
  const { registry, logger } = options;
  const bounds = { ...usual, ...options.bounds };
  const pool = createPool({
    url: asLive(options.databaseUrl),
    applicationName: 'rowbell-live',
    max: maxLiveConnections,
    statementTimeoutMs: options.statementTimeoutMs,
    logger,
  });
  const listening = Promise.withResolvers<void>();
  const reader = createReader(pool, listening.promise);
  const figures = createFigures(registry);
  const inbox = createInbox({ reader, figures, logger });
  const activities = createActivities({ reader, figures });
  const presence = createPresence({ pool, logger });
  const roster = createRoster<Connection>();
  const processes = createProcesses({ pool, roster, registry, figures, logger });
  const announcements = createAnnouncements({ pool, figures, logger });
  const topics = { ...inbox.topics, ...activities.topics, ...announcements.topics, ...processes.topics };
  const sockets = createSockets({ ...options, waits: bounds, roster, reader, topics, figures, onPing: presence.note });
  const sessions = createSessions({ reader, roster });
  const closings = createClosings({ pool, roster });
  const hub = startHub({
    url: asLive(options.listenUrl),
    lanes: [inbox.lane, activities.lane, announcements.lane, sessions.lane, closings.lane],
    oldestUnfinished: reader.oldestUnfinished,
    onListening: listening.resolve,
    logger,
  });
  const upgrades = createUpgrades({
    ...options,
    sockets,
    isServing: () => options.currentGraphql() !== null,
    maxDescriptors: bounds.maxDescriptors,
  });
  figures.stand({
    connections: () => roster.size,
    waiting: upgrades.waiting,
    subscriptions: sockets.subscriptions,
    isListening: hub.isListening,
  });
  logger.info('live.started', { maxDescriptors: bounds.maxDescriptors });

  return {
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
      void upgrades.handle(request, socket, head).catch((error: unknown) => {
        logger.warn('socket.failed', { error });
        socket.destroy();
      }),
    /** Lets all sockets go within so long. */
    async stop(graceMs: number): Promise<void> {
      upgrades.stop();
      await sockets.stop(Math.min(spreadMs, graceMs));
      inbox.stop();
      announcements.stop();
      presence.stop();
      await processes.stop();
      await hub.stop();
      await pool.end();
    },
  };
}

export type Live = ReturnType<typeof startLive>;

/** The same login, as the role that delivers frames. */
function asLive(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', '-c role=rowbell_live');
  return url.href;
}
