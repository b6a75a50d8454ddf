import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startDatabase } from './stack.ts';
import { median, percentile } from './statistics.ts';

// Figures over so many deliveries of 30 days, and what they add up to repeated until hours are a year old and days five: each
// question of the API as an operator asks it, the views of analysts, what an hour costs to count anew, and the same counted from
// the rows themselves.
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
  const makeEveryOther = async (first: number) => {
    for (let day = first; day < days; day += 2) {
      await pool.query(`select bench.make_past($1, $2::timestamptz + $3 * interval '1 day', '1 day')`, [
        Math.round(deliveries / days),
        began[0]?.at,
        day,
      ]);
      say(`day ${day + 1} of ${days}`);
    }
  };
  const made = await seconds(() => Promise.all([makeEveryOther(0), makeEveryOther(1)]));
  await pool.query('vacuum analyze');
  say(`${deliveries} deliveries in ${made.toFixed(0)} s`);
  const counted = await seconds(() => pool.query('call notify_private.refresh_rollups(null, true)'));
  lines.push(`All ${days * 24} hours and ${days} days counted for the first time: ${counted.toFixed(0)} s.`);
  say(lines.at(-1) as string);
  await pool.query(`select bench.repeat_past('hourly', $1, 13), bench.repeat_past('daily', $1, 60)`, [days]);
  await pool.query('vacuum analyze');

  const operator = new pg.Client({ connectionString: apiDatabaseUrl });
  await operator.connect();
  await operator.query('set role rowbell_operator');
  const month = `since => now() - interval '${days} days'`;
  const year = `since => now() - interval '365 days'`;
  const thousandHours = `since => now() - interval '1000 hours'`;
  const thousandDays = `since => now() - interval '1000 days'`;
  const some = `types => array(select 'kind_' || n from generate_series(1, 10) as n), channels => '{push,email}'`;
  const one = `types => '{kind_7}', channels => '{push}'`;
  const tables: Record<string, Record<string, string>> = {
    'figures of 30 days': {
      summary: `notify.analytics_summary(${month})`,
      'summary of a type': `notify.analytics_summary(types => '{kind_7}', ${month})`,
      'summary of ten types on two channels': `notify.analytics_summary(${some}, ${month})`,
      'by type': `notify.analytics_by_type(${month})`,
      'by type, on a channel': `notify.analytics_by_type(channels => '{push}', ${month})`,
      'by type, of the last 24 hours': `notify.analytics_by_type(since => now() - interval '1 day')`,
      'by channel': `notify.analytics_by_channel(${month})`,
      'by channel, of a type': `notify.analytics_by_channel(types => '{kind_7}', ${month})`,
      'by the hour (720)': `notify.analytics_over_time('hour', ${month})`,
      'by the hour, of a type on a channel': `notify.analytics_over_time('hour', ${one}, ${month})`,
      'by the hour of 24 days, of ten types on two channels': `notify.analytics_over_time('hour', ${some}, since => now() - interval '24 days')`,
      'by the day': `notify.analytics_over_time('day', ${month})`,
      'by the day, of ten types on two channels': `notify.analytics_over_time('day', ${some}, ${month})`,
      'by the day in Paris': `notify.analytics_over_time('day', time_zone => 'Europe/Paris', ${month})`,
      reasons: `notify.analytics_reasons(${month})`,
    },
    'figures of longer': {
      'summary of a year': `notify.analytics_summary(${year})`,
      'summary of a year, of ten types on two channels': `notify.analytics_summary(${some}, ${year})`,
      'by type, of 60 days': `notify.analytics_by_type(since => now() - interval '60 days')`,
      'by channel, of a year': `notify.analytics_by_channel(${year})`,
      'by the day of a year': `notify.analytics_over_time('day', ${year})`,
      'by the day in Paris, 300 of them': `notify.analytics_over_time('day', time_zone => 'Europe/Paris', since => now() - interval '300 days')`,
      'reasons of 200 days': `notify.analytics_reasons(since => now() - interval '200 days')`,
      'by the hour, 1000 of them': `notify.analytics_over_time('hour', ${thousandHours})`,
      'by the day, 1000 of them': `notify.analytics_over_time('day', ${thousandDays})`,
      'summary of five years': `notify.analytics_summary(since => now() - interval '5 years')`,
    },
  };
  for (const [table, questions] of Object.entries(tables)) {
    lines.push('', `| ${table} | median ms | p99 ms |`, '|---|---|---|');
    for (const [question, call] of Object.entries(questions)) {
      const samples: number[] = [];
      for (let round = -2; round < Number(values.rounds); round++) {
        const taken = await seconds(() => operator.query(`select ${call}`));
        if (round >= 0) samples.push(taken * 1_000);
      }
      lines.push(`| ${question} | ${median(samples).toFixed(0)} | ${percentile(samples, 0.99).toFixed(0)} |`);
      say(lines.at(-1) as string);
    }
  }
  await operator.end();

  const recount = async (starts: string) => {
    await pool.query(`insert into notify_private.dirty_periods (span, starts_at) values ('hour', ${starts})`);
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
        pool.query(
          `select notify_private.refresh_daily_rollup(date_trunc('day', now(), 'UTC') - interval '${n + 2} days')`,
        ),
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
