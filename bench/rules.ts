import { parseArgs } from 'node:util';
import { startDatabase } from './stack.ts';
import { median } from './statistics.ts';

// What the rules cost: plan() of one event to so many people, first with the rules that nobody escapes, then with one more
// rule having something to look at for everyone, then with all of them; slices of 500, each in a transaction of its own.
const { values } = parseArgs({
  allowPositionals: true,
  options: { recipients: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
});
const recipients = Number(values.recipients);
const rounds = Number(values.rounds);

/** What gives a rule something to do for everyone, and what takes it away again. */
const rules: Record<string, readonly [on: string, off: string]> = {
  still_relevant: [
    `update notify.notification_types set still_relevant = 'bench.still_relevant' where key = 'bench_p1'`,
    `update notify.notification_types set still_relevant = null where key = 'bench_p1'`,
  ],
  consent: [
    `update notify.notification_types set purpose = 'promotional' where key = 'bench_p1';
     insert into notify.consents (user_id, granted, method, text_version, region) select user_id, true, 'bench', '1', 'FR' from bench.followers`,
    `update notify.notification_types set purpose = 'transactional' where key = 'bench_p1'`,
  ],
  'preference, own and of the category': [
    `insert into notify.preferences (user_id, type_key, channel, enabled) select user_id, 'bench_p1', 'push', true from bench.followers;
     insert into notify.category_preferences (user_id, category, channel, frequency) select user_id, 'bench', 'push', 'instant' from bench.followers`,
    'delete from notify.preferences; delete from notify.category_preferences',
  ],
  dedupe: [
    `update notify.notification_types set dedupe_key = '{announcementId}:{userId}' where key = 'bench_p1'`,
    `update notify.notification_types set dedupe_key = null where key = 'bench_p1'`,
  ],
  rolling_cap: ['update notify.settings set rolling_cap = 1000000', 'update notify.settings set rolling_cap = null'],
  // Quiet at another hour than now, so that everything is still sent.
  quiet_hours: [
    `insert into notify.personal_settings (user_id, quiet_hours)
     select user_id, array(select row(d, ((now() + interval '6 hours') at time zone 'Europe/Paris')::time(0), ((now() + interval '14 hours') at time zone 'Europe/Paris')::time(0))::notify.quiet_window from generate_series(1, 7) as d)
     from bench.followers`,
    'delete from notify.personal_settings',
  ],
};

const say = (sentence: string) => console.error(`bench: ${sentence}`);
say('starting PostgreSQL …');
const { pool, stop } = await startDatabase();
const rows: string[][] = [];
try {
  await pool.query('select bench.seed($1, $2)', [recipients, 'apns']);
  await pool.query(`
    update notify.users set time_zone = 'Europe/Paris', region = 'FR';
    create function bench.still_relevant(event_id uuid, recipient_id uuid) returns boolean language sql stable
    as $$ select exists (select from bench.followers as f where f.user_id = recipient_id) $$;
    set rowbell.source = 'bench'`);

  const client = await pool.connect();
  /** Seconds to plan one event to everyone. */
  const planAll = async () => {
    const { rows: made } = await client.query<{ id: string }>(
      `with announcement as (
         insert into bench.announcements (type_key, provider, text) values ('bench_p1', 'apns', 'To all') returning id
       ) select id from announcement`,
    );
    const { rows: events } = await client.query<{ id: string }>('select id from notify.events where subject_id = $1', [
      made[0]?.id,
    ]);
    const startedAt = performance.now();
    for (let more = true; more; ) {
      const { rows: answer } = await client.query<{ more: boolean }>('select notify_private.plan($1) as more', [
        [events[0]?.id],
      ]);
      more = answer[0]?.more ?? false;
    }
    return (performance.now() - startedAt) / 1000;
  };
  const measure = async (what: string, base: number | null) => {
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      samples.push(await planAll());
      // So that every round finds the same: nothing sent before.
      await client.query(
        `truncate notify.events, notify.notifications, notify.decisions, notify.deliveries, notify_private.dedupe_keys, notify_private.daily_counters`,
      );
      await client.query('truncate graphile_worker._private_jobs');
    }
    const seconds = median(samples);
    const each = (seconds / recipients) * 1e6;
    rows.push([
      what,
      Math.round(recipients / seconds).toLocaleString('en'),
      each.toFixed(1),
      base === null ? '–' : `+${(each - base).toFixed(1)}`,
    ]);
    say(`${what}: ${each.toFixed(1)} us`);
    return each;
  };

  await client.query('vacuum analyze');
  await planAll();
  await client.query(
    'truncate notify.events, notify.notifications, notify.decisions, notify.deliveries, notify_private.daily_counters',
  );
  const base = await measure('type, expiry, preference (default), address, suppression list, daily cap', null);
  for (const [rule, [on, off]] of Object.entries(rules)) {
    await client.query(on);
    await client.query('analyze');
    await measure(`with ${rule}`, base);
    await client.query(off);
  }
  for (const [on] of Object.values(rules)) await client.query(on);
  await client.query('vacuum analyze');
  await measure('with all of them', base);

  say('one recipient …');
  const { rows: people } = await client.query<{ user_id: string }>('select user_id from bench.followers limit 200');
  const single: number[] = [];
  for (const { user_id } of people) {
    await client.query(
      `insert into bench.announcements (type_key, provider, text, recipient_id) values ('bench_p1', 'apns', 'To one', $1)`,
      [user_id],
    );
    const { rows: events } = await client.query<{ id: string }>(
      'select id from notify.events where planned_at is null',
    );
    const startedAt = performance.now();
    await client.query('select notify_private.plan($1)', [[events[0]?.id]]);
    single.push(performance.now() - startedAt);
  }
  rows.push(['one recipient, all of them: ms a call', '', median(single).toFixed(2), '']);
  client.release();
} finally {
  await stop();
}
console.log(
  [
    '| plan() of one event | recipients/s | us each | more |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n'),
);
