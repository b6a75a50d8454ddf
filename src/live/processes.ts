import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type pg from 'pg';
import type { Histogram, Registry } from 'prom-client';
import { RowbellError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Connection } from './connection.ts';
import type { Figures } from './figures.ts';
import { createLatest, type Latest } from './latest.ts';
import type { Roster } from './roster.ts';
import type { Topics } from './topic.ts';

const reportEveryMs = 5_000;
const tellEveryMs = 2_000;
/** Delays are those of the last minute. */
const snapshotsKept = 60_000 / reportEveryMs;

type Buckets = ReadonlyMap<number, number>;
type LiveFigures = Readonly<Record<string, unknown>>;

/**
 * What each process holds, for operators (NC-43): every five seconds it says so in the database, and `liveFigures` adds up what all of
 * them said.
 */
export function createProcesses({
  pool,
  roster,
  registry,
  figures,
  logger,
}: {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly roster: Roster<Connection>;
  readonly registry: Registry;
  readonly figures: Figures;
  readonly logger: Logger;
}): { readonly topics: Topics; stop(): Promise<void> } {
  const id = randomUUID();
  const startedAt = new Date();
  const readers = new Set<Latest<LiveFigures>>();
  const snapshots: Buckets[] = [new Map()];
  let hasStopped = false;

  const total = async (name: string, label?: string, value?: string): Promise<number> => {
    const metric = await registry.getSingleMetric(name)?.get();
    return (metric?.values ?? []).reduce(
      (sum, one) => (label === undefined || one.labels[label] === value ? sum + one.value : sum),
      0,
    );
  };
  const lag = async (): Promise<{ lagP50Ms: number | null; lagP99Ms: number | null }> => {
    const { values } = await (registry.getSingleMetric('rowbell_live_lag_seconds') as Histogram).get();
    const now: Buckets = new Map(
      values
        .filter(({ metricName }) => metricName === 'rowbell_live_lag_seconds_bucket')
        .map(({ labels, value }) => [Number(labels.le === '+Inf' ? Number.POSITIVE_INFINITY : labels.le), value]),
    );
    const before = snapshots[0] as Buckets;
    if (snapshots.push(now) > snapshotsKept) snapshots.shift();
    return { lagP50Ms: quantile(before, now, 0.5), lagP99Ms: quantile(before, now, 0.99) };
  };

  const report = async (): Promise<void> => {
    const people: string[] = [];
    const subscriptions: Record<string, number> = {};
    for (const person of roster.people())
      for (const connection of roster.of(person)) {
        people.push(person);
        for (const [field, count] of connection.subscriptions)
          subscriptions[field] = (subscriptions[field] ?? 0) + count;
      }
    const said = {
      ...(await lag()),
      subscriptions,
      frames: await total('rowbell_live_frames_total'),
      dropped: await total('rowbell_live_dropped_total'),
      resumed: await total('rowbell_live_resumes_total'),
      reset: await total('rowbell_live_resumes_total', 'reset', 'true'),
    };
    await pool.query({
      name: 'report_live_process',
      text: 'select notify_private.report_live_process($1, $2, $3, $4, $5, $6)',
      values: [id, hostname(), process.pid, startedAt, people, JSON.stringify(said)],
    });
  };
  const read = async (): Promise<LiveFigures> => {
    const { rows } = await pool.query<{ figures: LiveFigures }>({
      name: 'live_figures',
      text: 'select notify_private.live_figures() as figures',
    });
    return rows[0]?.figures ?? {};
  };
  const quietly = (what: () => Promise<void>) => () =>
    what().catch((error: unknown) => {
      if (!hasStopped) logger.warn('figures.failed', { error });
    });

  let reported = quietly(report)();
  const reporting = setInterval(() => {
    reported = quietly(report)();
  }, reportEveryMs);
  let telling: NodeJS.Timeout | null = null;
  const tell = async (): Promise<void> => {
    const frame = await read();
    for (const reader of readers) reader.put('figures', frame);
  };

  return {
    topics: {
      liveFigures({ identity }) {
        // The schema of people has no such field.
        if (identity.role !== 'operator') throw new RowbellError('RBFBD');
        const feed = createLatest<LiveFigures>({
          onTaken: () => figures.noteFrame('liveFigures'),
          onEnd() {
            readers.delete(feed);
            if (readers.size > 0 || !telling) return;
            clearInterval(telling);
            telling = null;
          },
        });
        readers.add(feed);
        telling ??= setInterval(quietly(tell), tellEveryMs);
        read().then(
          (frame) => feed.put('figures', frame),
          (error: unknown) => feed.fail(error),
        );
        return feed;
      },
    },
    async stop() {
      hasStopped = true;
      clearInterval(reporting);
      if (telling) clearInterval(telling);
      // One that is under way would say that this process is there, after it has gone.
      await reported;
      await pool
        .query({ text: 'select notify_private.retire_live_process($1)', values: [id] })
        .catch((error: unknown) => logger.debug('figures.failed', { error }));
    },
  };
}

/** The bound, in milliseconds, below which so great a part of what came between two looks at a histogram was; null: nothing came. */
export function quantile(before: Buckets, now: Buckets, part: number): number | null {
  const bounds = [...now]
    .sort(([a], [b]) => a - b)
    .map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const);
  const all = bounds.at(-1)?.[1] ?? 0;
  if (all === 0) return null;
  const [bound = Number.POSITIVE_INFINITY] = bounds.find(([, count]) => count >= all * part) ?? [];
  const highest = bounds.at(-2)?.[0] ?? 0;
  return (Number.isFinite(bound) ? bound : highest) * 1_000;
}
