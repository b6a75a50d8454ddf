import { parseArgs } from 'node:util';
import { sleep, startStack } from './stack.ts';

// A minute in which so many calls begin: their previews are all due at one instant. How late is the last? Both workers and
// the sandbox run beside the database, over APNs; the calls themselves come five minutes later, after the end of this.
const { values } = parseArgs({ allowPositionals: true, options: { calls: { type: 'string', default: '100000' } } });
const calls = Number(values.calls);
const say = (sentence: string) => console.error(`bench: ${sentence}`);

say('starting PostgreSQL, two sandboxes and two workers …');
const { pool, stop } = await startStack();
const rows: [string, string][] = [];
try {
  await pool.query('select bench.seed($1, $2)', [calls, 'apns']);
  await pool.query(`
    insert into coaching.members (user_id, lead_minutes) select user_id, 5 from bench.followers;
    insert into coaching.coaches (id, name) values ('00000000-0000-7000-8000-0000000000e1', 'Maya')`);
  await pool.query('vacuum analyze');
  say(`scheduling ${calls} calls …`);
  // A preview five minutes before each, and time enough before that to write them all.
  const margin = 20 + calls / 2_000;
  const { rows: made } = await pool.query<{ due_at: Date }>(
    `select date_trunc('second', now()) + make_interval(secs => $1) as due_at`,
    [margin],
  );
  const dueAt = made[0]?.due_at as Date;
  const startedAt = performance.now();
  await pool.query(
    `insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at)
     select user_id, '00000000-0000-7000-8000-0000000000e1', 'mood_check', $1::timestamptz + interval '5 minutes' from bench.followers`,
    [dueAt],
  );
  const scheduling = (performance.now() - startedAt) / 1_000;
  rows.push(['scheduled by one insert', `${scheduling.toFixed(1)} s`]);
  if (Date.now() >= dueAt.getTime())
    throw new Error(`They took ${scheduling.toFixed(0)} s to write, longer than the margin of ${margin} s.`);
  say(`written in ${scheduling.toFixed(1)} s; due in ${((dueAt.getTime() - Date.now()) / 1_000).toFixed(0)} s …`);
  await sleep(dueAt.getTime() - Date.now());
  for (;;) {
    const { rows: sent } = await pool.query<{ sent: number; lag: number[] }>(
      `select count(*)::integer as sent,
         percentile_cont(array[0.0, 0.5, 0.99, 1.0]) within group (order by extract(epoch from d.sent_at - $1::timestamptz)) as lag
       from notify.deliveries as d where d.channel = 'push' and d.sent_at is not null`,
      [dueAt],
    );
    const [found] = sent;
    if (found?.sent === calls) {
      const [first, middle, most, last] = found.lag as [number, number, number, number];
      rows.push(['first preview sent after', `${first.toFixed(2)} s`]);
      rows.push(
        ['half of them', `${middle.toFixed(1)} s`],
        ['99 %', `${most.toFixed(1)} s`],
        ['the last', `${last.toFixed(1)} s`],
      );
      rows.push(['previews a second', Math.round(calls / last).toLocaleString('en')]);
      break;
    }
    say(`${found?.sent} sent …`);
    await sleep(2_000);
  }
} finally {
  await stop();
}
console.log(
  [
    `| ${calls.toLocaleString('en')} calls at one instant | |`,
    '|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n'),
);
