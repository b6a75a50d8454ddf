import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startDatabase } from './stack.ts';
import { median, percentile } from './statistics.ts';

// Figures over so many deliveries of 30 days: each question of the API as an operator asks it, what an hour costs to count
// anew, and the same counted from the rows themselves.
const { values } = parseArgs({
  allowPositionals: true,
  options: { deliveries: { type: 'string', default: '10000000' }, rounds: { type: 'string', default: '25' } },
});
const deliveries = Number(values.deliveries);
const days = 30;

const say = (sentence: string) => console.error(`bench: ${sentence}`);
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
};
const lines: string[] = [];

say('starting PostgreSQL …');
const { pool, apiDatabaseUrl, stop } = await startDatabase();
try {
  await pool.query(await readFile(new URL('analytics.sql', import.meta.url), 'utf8'));
  const { rows: began } = await pool.query<{ at: Date }>(
    `select date_trunc('hour', now()) - $1 * interval '1 day' as at`,
    [days],
  );
  const made = await seconds(async () => {
    for (let day = 0; day < days; day++) {
      await pool.query(`select bench.make_past($1, $2::timestamptz + $3 * interval '1 day', '1 day')`, [
        Math.round(deliveries / days),
        began[0]?.at,
        day,
      ]);
      say(`day ${day + 1} of ${days}`);
    }
  });
  await pool.query('vacuum analyze');
  say(`${deliveries} deliveries in ${made.toFixed(0)} s`);
  const counted = await seconds(() => pool.query('call notify_private.refresh_statistics(null, true)'));
  await pool.query('vacuum analyze notify_private.hourly_statistics, notify_private.daily_statistics');
  lines.push(`All ${days * 24} hours and ${days} days counted for the first time: ${counted.toFixed(0)} s.`);
  say(lines.at(-1) as string);

  const operator = new pg.Client({ connectionString: apiDatabaseUrl });
  await operator.connect();
  await operator.query('set role rowbell_operator');
  const range = `since => now() - interval '${days} days'`;
  const some = `types => array(select 'kind_' || n from generate_series(1, 10) as n), channels => '{push,email}'`;
  const questions: Record<string, string> = {
    summary: `analytics_summary(${range})`,
    'summary of a type': `analytics_summary(types => '{kind_7}', ${range})`,
    'summary of ten types on two channels': `analytics_summary(${some}, ${range})`,
    'by type': `analytics_by_type(${range})`,
    'by type, on a channel': `analytics_by_type(channels => '{push}', ${range})`,
    'by type, of the last 24 hours': `analytics_by_type(since => now() - interval '1 day')`,
    'by channel': `analytics_by_channel(${range})`,
    'by channel, of a type': `analytics_by_channel(types => '{kind_7}', ${range})`,
    'by the hour (720)': `analytics_over_time('hour', ${range})`,
    'by the hour, of a type on a channel': `analytics_over_time('hour', types => '{kind_7}', channels => '{push}', ${range})`,
    'by the hour, of ten types on two channels': `analytics_over_time('hour', ${some}, ${range})`,
    'by the day': `analytics_over_time('day', ${range})`,
    'by the day, of ten types on two channels': `analytics_over_time('day', ${some}, ${range})`,
    'by the day in Paris': `analytics_over_time('day', time_zone => 'Europe/Paris', ${range})`,
    reasons: `analytics_reasons(${range})`,
  };
  lines.push('', '| figures of 30 days | median ms | p99 ms |', '|---|---|---|');
  for (const [question, call] of Object.entries(questions)) {
    const samples: number[] = [];
    for (let round = -2; round < Number(values.rounds); round++) {
      const taken = await seconds(() => operator.query(`select notify.${call}`));
      if (round >= 0) samples.push(taken * 1_000);
    }
    lines.push(`| ${question} | ${median(samples).toFixed(0)} | ${percentile(samples, 0.99).toFixed(0)} |`);
    say(lines.at(-1) as string);
  }
  await operator.end();

  const recount = async (starts: string) => {
    await pool.query(`insert into notify_private.statistic_marks (span, starts_at) values ('hour', ${starts})`);
    return seconds(() => pool.query(`select notify_private.refresh_period('hour', ${starts})`));
  };
  const hours = [];
  for (let n = 0; n < 9; n++) hours.push(await recount(`date_trunc('hour', now()) - interval '${100 + n} hours'`));
  await pool.query(`select bench.make_past(1000000, date_trunc('hour', now()) - interval '1 day', '1 hour', 'kind_7')`);
  await pool.query('analyze');
  const broadcast = await recount(`date_trunc('hour', now()) - interval '1 day'`);
  const day = [];
  for (let n = 0; n < 5; n++)
    day.push(
      await seconds(() =>
        pool.query(`select notify_private.refresh_day(date_trunc('day', now(), 'UTC') - interval '${n + 2} days')`),
      ),
    );
  const direct = await seconds(() =>
    pool.query(
      `select f.type_key, count(*), count(f.sent_at), count(f.delivered_at), count(f.read_at), count(f.clicked_at),
         percentile_disc('{0.5,0.9,0.95,0.99}'::double precision[]) within group (order by f.time_to_deliver)
       from notify.delivery_timelines as f group by f.type_key`,
    ),
  );
  lines.push(
    '',
    '| counting | takes |',
    '|---|---|',
    `| an hour of ${Math.round(deliveries / days / 24).toLocaleString('en')} deliveries anew | ${(median(hours) * 1_000).toFixed(0)} ms |`,
    `| an hour of 1,000,000 more anew | ${broadcast.toFixed(1)} s |`,
    `| a day anew, from its hours | ${(median(day) * 1_000).toFixed(0)} ms |`,
    `| "by type", counts and one percentile, from the rows of 30 days | ${direct.toFixed(1)} s |`,
  );
} finally {
  await stop();
}
console.log(lines.join('\n'));
