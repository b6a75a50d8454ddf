import pg from 'pg';
import { ownerRole } from '../src/migrate/roles.ts';
import { isUnderWay } from './broadcast.ts';
import { perOne } from './processor-time.ts';
import { type Stack, sleep } from './stack.ts';

export const inserters = 16;

export type SingleEvents = {
  /** The second channel beside push. */
  readonly second: 'webhook' | 'email';
  readonly seconds: number;
  /** So many of the same type wait already when the first is inserted. */
  readonly backlog?: number;
};

export type SingleEventFigures = {
  readonly inserted: number;
  /** Those that were inserted one by one, until the last of their outcomes was written. */
  readonly perSecond: number;
  /** All whose outcomes were written in that time, those that had waited among them. */
  readonly allPerSecond: number;
  /** From the row to its last outcome, in milliseconds; the slowest of a hundred. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of processor time of an event, by part of the system. */
  readonly processorTime: readonly [string, number][];
};

/** Sixteen sessions insert a row each, again and again; every event goes out on two channels, and all must be sent. */
export async function singleEvents(stack: Stack, options: SingleEvents): Promise<SingleEventFigures> {
  const { second, seconds, backlog = 0 } = options;
  const { pool } = stack;
  const type = `bench_push_${second}`;
  const { rows: people } = await pool.query<{ id: string }>(
    `select user_id as id from bench.followers where provider = 'reachable' order by random()`,
  );
  await pool.query(
    `insert into bench.announcements (type_key, provider, text, recipient_id)
     select $1, 'apns', 'waiting', ($2::uuid[])[1 + n % cardinality($2::uuid[])] from generate_series(1, $3::integer) as n`,
    [type, people.map(({ id }) => id), backlog],
  );
  const text = `single ${crypto.randomUUID()}`;
  const sessions = await openSessions(stack);
  const before = await stack.processorTime();
  const { rows: clock } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
  const beganAt = clock[0]?.now as Date;
  const inserted = await insertFor(seconds, sessions, (n) => [type, 'apns', text, people[n % people.length]?.id]);
  while (await isUnderWay(pool)) await sleep(200);
  const used = perOne(before, await stack.processorTime(), inserted + backlog);
  await sessions.end();

  const { rows } = await pool.query<{
    sent: string;
    events: string;
    took: number;
    p50: number;
    p99: number;
    all: string;
  }>(
    `with single as (
       select e.created_at, count(*) filter (where d.status = 'sent') as sent, max(d.sent_at) as written_at
       from bench.announcements as a
       join notify.events as e on e.subject_id = a.id
       join notify.notifications as n on n.event_id = e.id
       join notify.deliveries as d on d.notification_id = n.id
       where a.text = $1
       group by e.id, e.created_at
     ), total as (
       select count(*) as events, sum(sent) as sent, max(written_at) as ended_at,
         percentile_disc(array[0.5, 0.99]) within group (order by extract(epoch from written_at - created_at) * 1000) as percentiles
       from single
     )
     select t.events, t.sent, extract(epoch from t.ended_at - $2)::float8 as took, t.percentiles[1]::float8 as p50,
       t.percentiles[2]::float8 as p99,
       (select count(*) from notify.deliveries as d where d.sent_at > $2 and d.sent_at <= t.ended_at) as all
     from total as t`,
    [text, beganAt],
  );
  const [total] = rows;
  if (!total || Number(total.events) !== inserted || Number(total.sent) !== 2 * inserted)
    throw new Error(`single events: of ${inserted}, ${total?.events} were told, and ${total?.sent} deliveries sent`);
  return {
    inserted,
    perSecond: inserted / total.took,
    allPerSecond: Number(total.all) / 2 / total.took,
    p50: total.p50,
    p99: total.p99,
    processorTime: used,
  };
}

async function openSessions({ databaseUrl }: Pick<Stack, 'databaseUrl'>): Promise<pg.Pool> {
  const sessions = new pg.Pool({
    connectionString: databaseUrl,
    options: `-c role=${ownerRole}`,
    max: inserters,
    idleTimeoutMillis: 0,
  });
  await Promise.all(Array.from({ length: inserters }, () => sessions.query('select')));
  return sessions;
}

/** Each session inserts as fast as it can; how many rows they inserted in that time. */
async function insertFor(seconds: number, sessions: pg.Pool, row: (n: number) => unknown[]): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let inserted = 0;
  const insert = async () => {
    while (performance.now() < until)
      await sessions.query({
        name: 'insert',
        text: 'insert into bench.announcements (type_key, provider, text, recipient_id) values ($1, $2, $3, $4)',
        values: row(inserted++),
      });
  };
  await Promise.all(Array.from({ length: inserters }, insert));
  return inserted;
}
