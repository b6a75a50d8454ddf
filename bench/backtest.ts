import { parseArgs } from 'node:util';
import pg from 'pg';
import { withScratchDatabase } from '../scripts/scratch.ts';

// `npm run bench -- backtest --people 10000 --events 34`: makes a past of so many people and events on three channels by the
// engine itself, then asks backtest() of all of it, by one connection and by two at once.
const { values } = parseArgs({
  allowPositionals: true,
  options: { people: { type: 'string', default: '10000' }, events: { type: 'string', default: '34' } },
});
const people = Number(values.people);
const events = Number(values.events);
const say = (sentence: string) => console.error(`bench: ${sentence}`);
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
};

await withScratchDatabase(async ({ ownerUrl }) => {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  pool.on('error', () => {});
  await pool.query(`
    update notify.settings set daily_cap = 2,
      quiet_hours = array(select row(d, '22:00', '07:00')::notify.quiet_window from generate_series(1, 7) as d);
    insert into notify.notification_types (key, pack, category, priority, audience, channels, default_channels, cap_excess, dedupe_key, dedupe_window)
    select 'bench_' || n, 'bench', 'bench', case n when 4 then 'P0' else 'P1' end, 'bench.nobody', '{push,email,in_app}', '{push,in_app}',
      (array['drop', 'defer', 'digest', 'drop'])[n], case when n in (1, 2) then 'shared:{Key}' end, '12 hours'
    from generate_series(1, 4) as n;
    insert into notify.notification_copies (type_key, locale, title, body) select 'bench_' || n, 'en', 'Title', 'Body' from generate_series(1, 4) as n`);
  await pool.query(
    `with person as (
       insert into notify.users (time_zone, email)
       select (array['UTC', 'Europe/Paris', 'America/New_York', 'Asia/Tokyo'])[1 + n % 4], 'p' || n || '@example.com'
       from generate_series(1, $1::integer) as n returning id
     )
     insert into notify.devices (user_id, provider, token) select id, 'apns', id::text from person`,
    [people],
  );
  await pool.query(`insert into notify.preferences (user_id, type_key, channel, enabled)
    select id, 'bench_3', 'email', true from notify.users where hashtext(id::text) % 3 = 0`);
  await pool.query('analyze');
  say(`a past of ${people * events * 3} candidates …`);
  const made = await seconds(async () => {
    for (let n = 0; n < events; n++) {
      // Ten days, an event every so many hours; each person's are planned some seconds apart, as slices are.
      await pool.query(
        `insert into notify.events (id, type_key, due_at, created_at)
         select uuidv7(at - clock_timestamp()), $1, at, at from (values (now() - interval '10 days' + $2 * interval '10 days')) as i (at)`,
        [`bench_${1 + (n % 4)}`, n / events],
      );
      await pool.query(
        `select notify_private.apply_rules(array[l.e],
           array(select row((l.e).id, u.id, 'default', jsonb_build_object('Key', $1::text))::notify_private.audience_member from unnest(p.ids) as u (id)),
           (l.e).due_at + p.slice * interval '1 second')
         from (select e from notify.events as e order by e.id desc limit 1) as l
         cross join (select slice, array_agg(id) as ids from (select id, row_number() over (order by id) / 500 as slice from notify.users) as u group by slice) as p`,
        [String(Math.floor(n / 6))],
      );
      // What is due by now is judged again.
      await pool.query(
        `select notify_private.reevaluate_holds(h.held, h.at)
         from (
           select array_agg(x) as held, n.at + interval '5 minutes' as at
           from (select h as x, dense_rank() over (order by h.recipient_id) / 500 as slice, now() - interval '10 days' + $1 * interval '10 days' as at
             from notify.holds as h where h.released_at is null and h.due_at <= now() - interval '10 days' + $1 * interval '10 days') as n
           group by slice, n.at
         ) as h`,
        [n / events],
      );
    }
  });
  await pool.query('analyze');
  const total = Number((await pool.query('select count(*) from notify.decisions')).rows[0].count);
  say(`made in ${made.toFixed(0)} s: ${total} candidates`);
  const run = async (name: string, changes: object, parts = 2) => {
    const ask = (part: number, parts: number) =>
      pool.query(
        `select sum(total)::integer as total, coalesce(sum(total) filter (where (outcome, rule) is distinct from (new_outcome, new_rule)), 0)::integer as changed
         from notify.backtest(now() - interval '30 days', now(), $1, $2, $3)`,
        [JSON.stringify(changes), part, parts],
      );
    let changed = 0;
    const taken = await seconds(async () => {
      for (const { rows } of await Promise.all(Array.from({ length: parts }, (_, part) => ask(part, parts))))
        changed += rows[0].changed;
    });
    console.log(
      `${name}, ${parts} at once: ${changed} of ${total} changed; ${taken.toFixed(1)} s, ${((taken * 1e6) / total).toFixed(0)} us a candidate`,
    );
  };
  await run('nothing changed', {}, 1);
  await run('daily cap 5', { daily_cap: 5 });
  await run('no quiet hours', { quiet_hours: [] });
  await run('bench_3 off by default', { types: { bench_3: { default_channels: [] } } });
  await pool.end();
});
