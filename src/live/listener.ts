import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { listenTo } from '../database/listen.ts';
import type { Logger } from '../logger.ts';
import type { Cursor } from './cursor.ts';
import { channel, type Doorbell, parseDoorbell } from './doorbell.ts';

const firstPauseMs = 100;
const highestPauseMs = 5_000;

export type ListenerOptions = {
  /** A direct connection, as `rowbell_live`: LISTEN needs a session of its own. */
  readonly url: string;
  /** Begins to listen, for the first time or again. What was rung before `position` may have been missed. */
  readonly onListening: (position: Cursor) => void;
  readonly onDoorbell: (doorbell: Doorbell) => void;
  readonly logger: Logger;
};

export type Listener = {
  readonly isListening: () => boolean;
  stop(): Promise<void>;
};

/** Hears doorbells, and when the connection is lost comes back, in 0.1 to 5 s. */
export function startListener({ url, onListening, onDoorbell, logger }: ListenerOptions): Listener {
  const stopping = new AbortController();
  const { signal } = stopping;
  let isListening = false;
  let pauseMs = firstPauseMs;

  /** Until the connection is lost or nobody listens any more. */
  const listen = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'rowbell-listener',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => logger.debug('listener.disconnected', { error }));
    client.on('notification', ({ payload = '' }) => {
      const doorbell = parseDoorbell(payload);
      if (doorbell && isListening) onDoorbell(doorbell);
    });
    const end = () => void client.end().catch(() => {});
    signal.addEventListener('abort', end, { once: true });
    try {
      await client.connect();
      await client.query(listenTo(channel));
      // Doorbells of what this does not see yet come after it.
      const { rows } = await client.query<{ position: Cursor }>('select notify_private.live_position() as position');
      if (signal.aborted) return;
      isListening = true;
      pauseMs = firstPauseMs;
      onListening(rows[0]?.position as Cursor);
      await lost;
    } finally {
      isListening = false;
      signal.removeEventListener('abort', end);
      end();
    }
  };

  const loop = (async () => {
    while (!signal.aborted) {
      await listen().catch((error: unknown) => logger.debug('listener.failed', { error }));
      if (signal.aborted) return;
      logger.warn('listener.lost', { pauseMs });
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, highestPauseMs);
    }
  })();

  return {
    isListening: () => isListening,
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
