import { parseArgs } from 'node:util';
import pg from 'pg';
import { withScratchDatabase } from '../scripts/scratch.ts';

// `npm run bench -- sweep --trips 100000`: the daily sweep over so many trips, five travelers each, that all start in six days.
// Planning what it makes is not part of it.
const { values } = parseArgs({ options: { trips: { type: 'string', default: '100000' } }, allowPositionals: true });

await withScratchDatabase(async ({ ownerUrl }) => {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  pool.on('error', () => {});
  await pool.query(`
    with circle as (insert into trips.circles (name) select 'Circle ' || n from generate_series(1, 100) as n returning id),
    person as (insert into notify.users (name) select 'Person ' || n from generate_series(1, 500) as n returning id),
    numbered_circle as (select id, row_number() over () as n from circle),
    numbered_person as (select id, row_number() over () as n from person)
    insert into trips.memberships (circle_id, user_id)
    select c.id, p.id from numbered_circle as c join numbered_person as p on p.n % 100 = c.n % 100`);
  await pool.query(
    `insert into trips.trips (circle_id, name, status, locked_start_on, locked_end_on)
     select c.id, 'Trip', 'locked', (now() at time zone 'UTC')::date + 6, (now() at time zone 'UTC')::date + 9
     from trips.circles as c cross join generate_series(1, $1::integer / 100)`,
    [Number(values.trips)],
  );
  await pool.query('analyze');
  for (const which of ['the first run', 'the same again']) {
    await pool.query(`update notify.sweeps set retry_at = now() where key = 'trips_daily'`);
    const { rows } = await pool.query<{ seen: string; seconds: number; error: string | null }>(
      `select seen, extract(epoch from took)::float8 as seconds, error from notify_private.run_due_sweeps() where sweep_key = 'trips_daily'`,
    );
    for (const { seen, seconds, error } of rows)
      console.log(`${which}: ${seen} trips in ${seconds.toFixed(1)} s${error === null ? '' : `, ${error}`}`);
  }
  await pool.end();
});
