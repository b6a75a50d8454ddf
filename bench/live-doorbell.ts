import type pg from 'pg';
import { openEngine, planAll } from './engine-cost.ts';
import { median } from './statistics.ts';

/**
 * What the doorbell costs those who plan: plan() of one event to all followers of `live`, in turns with its trigger and without it, while
 * somebody listens and nobody is connected. In microseconds of the session's processor time a recipient (Linux).
 */
export async function priceOfDoorbell(
  pool: pg.Pool,
  { recipients, rounds }: { readonly recipients: number; readonly rounds: number },
): Promise<{ readonly with: readonly number[]; readonly without: readonly number[] }> {
  const [client, listener] = [await pool.connect(), await pool.connect()];
  await listener.query('listen rowbell_live');
  const engine = await openEngine(client);
  const spent = { with: [] as number[], without: [] as number[] };
  const begin = async () => {
    await client.query('truncate notify.events, notify.notifications, notify.decisions, graphile_worker._private_jobs');
  };
  // The first round warms up.
  for (let round = -1; round < rounds; round++) {
    for (const doorbell of round % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const)) {
      await client.query(
        `alter table notify.notifications ${doorbell === 'with' ? 'enable' : 'disable'} trigger _950_ring_inserted`,
      );
      await begin();
      const { rows: announcements } = await client.query<{ id: string }>(
        `insert into bench.announcements (type_key, provider, text) values ('bench_in_app', 'live', 'To all') returning id`,
      );
      const { rows: events } = await client.query<{ id: string }>(
        'select id from notify.events where subject_id = $1',
        [announcements[0]?.id],
      );
      const before = await engine.used();
      await planAll(engine, events[0]?.id as string);
      if (round >= 0) spent[doorbell].push(((await engine.used()) - before) / recipients);
    }
  }
  await client.query('alter table notify.notifications enable trigger _950_ring_inserted');
  await begin();
  // It was registered as a worker, which nobody is to wait for.
  await client.query('delete from notify.workers');
  listener.release(true);
  client.release();
  return spent;
}

export function doorbellRow({ with: rung, without }: Awaited<ReturnType<typeof priceOfDoorbell>>): string[] {
  const figure = (some: readonly number[]) => `${median(some).toFixed(1)} (least ${Math.min(...some).toFixed(1)})`;
  return ['median', figure(without), figure(rung), `${(median(rung) - median(without)).toFixed(1)} (goal 2)`];
}
