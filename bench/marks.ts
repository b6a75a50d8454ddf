import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startDatabase } from './stack.ts';
import { median } from './statistics.ts';

// What keeping figures costs those who write: plan() of one event to so many people, claiming and recording all of it in
// chunks of 500, and a receipt; in turns with the marks and with their triggers off. Counted is the processor's time of the
// database session (Linux), which does not depend on what else the machine does; waiting for the disk is not in it.
const { values } = parseArgs({
  allowPositionals: true,
  options: { recipients: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '7' } },
});
const recipients = Number(values.recipients);
const say = (sentence: string) => console.error(`bench: ${sentence}`);
const tables = ['deliveries', 'decisions', 'receipts', 'notifications'];

say('starting PostgreSQL …');
const { pool, stop } = await startDatabase();
const taken = new Map<string, { with: number[]; without: number[] }>();
try {
  const client = await pool.connect();
  await client.query('select bench.seed($1, $2)', [recipients, 'apns']);
  const { rows: workers } = await client.query<{ id: string }>(
    `select notify_private.register_worker('bulk', 'bench', 1, '{1}') as id`,
  );
  await client.query('vacuum analyze');
  const measure = async (what: string, marks: 'with' | 'without', work: () => Promise<number>) => {
    const before = await used();
    const rows = await work();
    const figures = taken.get(what) ?? { with: [], without: [] };
    figures[marks].push(((await used()) - before) / rows);
    taken.set(what, figures);
  };
  const { rows: session } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  /** Microseconds of processor time. */
  const used = async () => Number((await readFile(`/proc/${session[0]?.pid}/schedstat`, 'utf8')).split(' ')[0]) / 1000;
  // The first round warms up.
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const marks of ['with', 'without'] as const) {
      for (const table of tables) {
        const { rows } = await client.query<{ name: string }>(
          `select tgname as name from pg_trigger where tgrelid = ('notify.' || $1)::regclass and tgname like '_600_mark%'`,
          [table],
        );
        for (const { name } of rows)
          await client.query(`alter table notify.${table} ${marks === 'with' ? 'enable' : 'disable'} trigger ${name}`);
      }
      await client.query(
        `truncate notify.events, notify.notifications, notify.decisions, notify.deliveries, notify.delivery_attempts, notify.receipts,
           notify_private.daily_counters, notify_private.dirty_periods, graphile_worker._private_jobs`,
      );
      if (round === 0) taken.clear();
      const { rows: events } = await client.query<{ id: string }>(
        `with made as (insert into bench.announcements (type_key, provider, text) values ('bench_p1', 'apns', 'To all') returning id)
         select id from made`,
      );
      const event = await client.query<{ id: string }>('select id from notify.events where subject_id = $1', [
        events[0]?.id,
      ]);
      await measure('plan()', marks, async () => {
        while (
          (await client.query<{ more: boolean }>('select notify_private.plan($1) as more', [[event.rows[0]?.id]]))
            .rows[0]?.more
        );
        return recipients;
      });
      await measure('claim and record', marks, async () => {
        for (let claimed: string[] = ['']; claimed.length > 0; ) {
          const { rows: chunk } = await client.query<{ claim_id: string; ids: string[] | null }>(
            `select c.id as claim_id, array(select d.delivery_id from notify_private.claim_deliveries(c.id, $1, '1', 'bulk') as d) as ids
             from (select uuidv7() as id offset 0) as c`,
            [workers[0]?.id],
          );
          claimed = chunk[0]?.ids ?? [];
          if (claimed.length === 0) break;
          await client.query(
            `select notify_private.record_results($1, array(select row(id, 'accepted', null, null, id, null, false)::notify_private.result from unnest($2::uuid[]) as id))`,
            [chunk[0]?.claim_id, claimed],
          );
        }
        return recipients;
      });
      const { rows: some } = await client.query<{ id: string }>('select id from notify.deliveries limit 500');
      await measure('a receipt, alone', marks, async () => {
        for (const { id } of some)
          await client.query(`select notify_private.record_receipt($1, 'delivered', 'provider')`, [id]);
        return some.length;
      });
    }
    say(`round ${round + 1}`);
  }
  client.release();
} finally {
  await stop();
}
console.log(
  [
    '| us each | without | with | more |',
    '|---|---|---|---|',
    ...[...taken].map(([what, figures]) => {
      const [without, marked] = [median(figures.without), median(figures.with)];
      return `| ${what} | ${without.toFixed(1)} (${Math.min(...figures.without).toFixed(1)}) | ${marked.toFixed(1)} (${Math.min(...figures.with).toFixed(1)}) | ${(marked - without).toFixed(1)} |`;
    }),
  ].join('\n'),
);
