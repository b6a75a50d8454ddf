import { createHash, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { RowOf } from '../database/rows.ts';
import { RowbellError } from '../errors.ts';
import { type Handler, sendText } from './respond.ts';
import { singleFlight } from './single-flight.ts';

/** Each metric of `notify_private.prometheus_metrics()`: what it means and by what it is told apart. docs/api.md has the same. */
export const metrics = {
  queue_depth: {
    help: 'Deliveries waiting, due or for later',
    labels: ['app', 'provider', 'environment', 'place', 'lane', 'due'],
  },
  queue_oldest_due_seconds: {
    help: 'How long the oldest due delivery has been waiting',
    labels: ['app', 'provider', 'environment', 'place', 'lane'],
  },
  deliveries_last_hour: {
    help: 'Deliveries made in the last hour, by where they stand',
    labels: ['type', 'channel', 'provider', 'status'],
  },
  suppressed_last_hour: { help: 'Candidates that a rule held back in the last hour', labels: ['channel', 'rule'] },
  events_waiting: { help: 'Events due and not planned; failed: planning went wrong at least once', labels: ['failed'] },
  rollups_late_seconds: {
    help: 'How long figures that should be counted anew have been waiting for it; minutes: nobody counts, or not fast enough',
    labels: ['span'],
  },
  limit_reached: { help: 'People who have used up a limit of rows or requests for now', labels: ['limit'] },
  spending: {
    help: 'What was spent today (UTC) on a paid channel for a country',
    labels: ['channel', 'country', 'currency'],
  },
  spending_cap: { help: 'What may be spent there in a day', labels: ['channel', 'country', 'currency'] },
  sender_paused: { help: '1 while a configured sender is paused', labels: ['app', 'provider', 'environment', 'place'] },
  origins_paused: {
    help: 'Push services or webhook hosts that are paused',
    labels: ['app', 'provider', 'environment', 'place'],
  },
  suspect_people: {
    help: 'People with an address that is refused with words also said of a wrong key, while nobody is accepted beside it',
    labels: ['app', 'provider', 'environment', 'place'],
  },
  status_endpoint_paused: { help: '1 while a status endpoint is paused after a failure', labels: ['endpoint'] },
  status_events_oldest_seconds: {
    help: 'How long the oldest status event that an endpoint has not taken has been waiting',
    labels: ['endpoint'],
  },
  status_events_dropped: {
    help: 'Status events that left the backlog before an endpoint had taken them, since it was made',
    labels: ['endpoint'],
  },
  workers_alive: { help: 'Workers whose heart beat in the last 15 s', labels: ['lane'] },
  jobs: { help: 'Jobs in the queue; failed: tried at least twice', labels: ['task', 'failed'] },
  notice_queue_ratio: {
    help: 'Share in use of the queue that PostgreSQL keeps of notices; at 1 no commit that writes one succeeds',
    labels: [],
  },
} as const satisfies Record<string, { help: string; labels: readonly string[] }>;

const keptMs = 1_000;

type Sample = RowOf<'notify_private.prometheus_metrics'> & {
  readonly labels: Readonly<Record<string, string | boolean>>;
};

export type MetricsOptions = {
  /** Connections as `rowbell_http`; one is taken at a time. */
  readonly pool: pg.Pool;
  /** With what else the process has to tell. */
  readonly registry: Registry;
  /** What has to be shown, as a bearer token; null: nothing. */
  readonly token: string | null;
};

/**
 * `GET /metrics` in the Prometheus text format: `rowbell_…` from the database at the moment of asking, `nodejs_…` and
 * `process_…` of this process. Without the database `rowbell_up` is 0 and the former are missing. Whoever asks within a
 * second gets the same answer.
 */
export function createMetricsHandler({ pool, registry, token }: MetricsOptions): Handler {
  // The default, a timer every 10 ms, costs half a percent of a core while nothing happens.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  const up = new Gauge({ name: 'rowbell_up', help: '1 when the database answered', registers: [registry] });
  const gauges = new Map<string, Gauge>(
    Object.entries(metrics).map(([name, { help, labels }]) => [
      name,
      new Gauge({ name: `rowbell_${name}`, help, labelNames: labels, registers: [registry] }),
    ]),
  );

  const collect = singleFlight(async (): Promise<string> => {
    const samples = await pool
      .query<Sample>('select name, labels, value from notify_private.prometheus_metrics()')
      .then(({ rows }) => rows)
      .catch(() => null);
    up.set(samples ? 1 : 0);
    for (const gauge of gauges.values()) gauge.reset();
    for (const { name, labels, value } of samples ?? []) {
      const texts = Object.fromEntries(Object.entries(labels).map(([label, text]) => [label, String(text)]));
      gauges.get(name)?.set(texts, value);
    }
    return registry.metrics();
  }, keptMs);

  return async (request, response) => {
    if (token !== null && !isBearer(request.headers.authorization, token)) throw new RowbellError('RBAUT');
    const text = await collect().catch((error: unknown) => {
      throw new RowbellError('RBINT', undefined, { cause: error });
    });
    sendText(response, 200, registry.contentType, text);
  };
}

function isBearer(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization?.replace(/^Bearer +/i, '') ?? ''), digest(token));
}
