import { parseArgs } from 'node:util';
import { startDatabase } from './stack.ts';
import { median, percentile } from './statistics.ts';

// What scheduled events cost those of today: a poll, an insert and planning, with none and with so many due
// in the coming month; then how fast the ones due in one instant are planned.
const { values } = parseArgs({
  allowPositionals: true,
  options: { scheduled: { type: 'string', default: '1000000' }, due: { type: 'string', default: '20000' } },
});
const scheduled = Number(values.scheduled);
const due = Number(values.due);

const say = (sentence: string) => console.error(`bench: ${sentence}`);
say('starting PostgreSQL …');
const { pool, stop } = await startDatabase();
const columns: { title: string; figures: Map<string, string> }[] = [];
let rate = 0;
let filled = 0;
try {
  const client = await pool.connect();
  await client.query(`
    select bench.seed(1000, 'apns');
    -- To one person each, without a table of announcements.
    create function bench.one_audience(event_ids uuid[]) returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
    language sql stable as $$
      select e.id, e.actor_id, 'default', pg_catalog.jsonb_build_object('Text', 'One', 'announcementId', e.id) from notify.events as e where e.id = any (event_ids)
    $$;
    update notify.notification_types set audience = 'bench.one_audience';
    create procedure bench.schedule(count integer, due_at timestamptz, over interval) language sql set search_path = pg_catalog, pg_temp as $$
      insert into notify.events (type_key, actor_id, due_at)
      select case when n % 10 = 0 then 'bench_p0' else 'bench_p1' end, u.user_id, due_at + random() * over
      from generate_series(1, count) as n join (select user_id, row_number() over () as k from bench.followers) as u on u.k = 1 + n % 1000
    $$`);
  const { rows: people } = await client.query<{ user_id: string }>('select user_id from bench.followers limit 300');

  const timed = async (work: () => Promise<unknown>) => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };
  const measure = async (title: string) => {
    say(title);
    const figures = new Map<string, string>();
    const samples = { poll: [] as number[], insert: [] as number[], planning: [] as number[], next: [] as number[] };
    for (const { user_id } of people) {
      samples.poll.push(await timed(() => client.query(`select notify_private.enqueue_due('bulk')`)));
      let id = '';
      const insert = `insert into notify.events (type_key, actor_id) values ('bench_p1', $1) returning id`;
      samples.insert.push(
        await timed(async () => {
          id = (await client.query<{ id: string }>(insert, [user_id])).rows[0]?.id as string;
        }),
      );
      samples.planning.push(await timed(() => client.query('select notify_private.plan($1)', [[id]])));
      await client.query(insert, [user_id]);
      samples.next.push(await timed(() => client.query(`select notify_private.plan_next('bulk', 'few')`)));
      await client.query('delete from graphile_worker._private_jobs');
    }
    for (const [what, taken] of Object.entries({
      'a poll': samples.poll,
      'an event inserted': samples.insert,
      'it planned by its job': samples.planning,
      'one found and planned by the poller': samples.next,
    }))
      figures.set(what, `${median(taken).toFixed(2)} (${percentile(taken, 0.99).toFixed(2)})`);
    columns.push({ title, figures });
  };

  await client.query('vacuum analyze');
  await measure('none scheduled');
  await client.query('truncate notify.events');
  filled = await timed(() => client.query(`call bench.schedule($1, now() + interval '1 day', '30 days')`, [scheduled]));
  await client.query('vacuum analyze');
  await measure(`${scheduled.toLocaleString('en')} scheduled`);

  say('due in one instant …');
  await client.query(`call bench.schedule($1, now() + interval '100 milliseconds', '0')`, [due]);
  await client.query('select pg_sleep(0.3)');
  const planned = await timed(async () => {
    for (const lane of ['urgent', 'bulk'])
      await client.query(`call notify_private.plan_due($1, 1000000, null, null)`, [lane]);
  });
  rate = due / (planned / 1000);
  client.release();
} finally {
  await stop();
}
console.log(
  [
    `| ms, median (p99) | ${columns.map(({ title }) => title).join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...[...(columns[0]?.figures.keys() ?? [])].map(
      (what) => `| ${what} | ${columns.map(({ figures }) => figures.get(what)).join(' | ')} |`,
    ),
    '',
    `Scheduling them: ${Math.round(scheduled / (filled / 1000)).toLocaleString('en')} a second. Of ${due.toLocaleString('en')} more, for one person each and due in one instant, one planner plans ${Math.round(rate).toLocaleString('en')} a second.`,
  ].join('\n'),
);
