import { parseArgs } from 'node:util';
import { announce, openEngine, planAll, sendAll } from './engine-cost.ts';
import { startDatabase } from './stack.ts';
import { median } from './statistics.ts';

// What keeping figures costs those who write: plan() of one event to so many people, claiming and recording all of it in
// chunks of 500, and a receipt; in turns with the marks and with their triggers off. Counted is the processor's time of the
// database session (Linux), which does not depend on what else the machine does; waiting for the disk is not in it.
// `--triggers _700_add_status_changes` asks the same of status events; `--endpoint` has an application listen to them.
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    recipients: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '7' },
    triggers: { type: 'string', default: '_600_invalidate' },
    endpoint: { type: 'boolean', default: false },
  },
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
  const engine = await openEngine(client);
  if (values.endpoint) await client.query(`select notify.create_status_endpoint('https://app.example/status')`);
  await client.query('vacuum analyze');
  const measure = async (what: string, marks: 'with' | 'without', work: () => Promise<number>) => {
    const before = await engine.used();
    const rows = await work();
    const figures = taken.get(what) ?? { with: [], without: [] };
    figures[marks].push(((await engine.used()) - before) / rows);
    taken.set(what, figures);
  };
  // The first round warms up.
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const marks of ['with', 'without'] as const) {
      for (const table of tables) {
        const { rows } = await client.query<{ name: string }>(
          `select tgname as name from pg_trigger where tgrelid = ('notify.' || $1)::regclass and starts_with(tgname, $2)`,
          [table, values.triggers],
        );
        for (const { name } of rows)
          await client.query(`alter table notify.${table} ${marks === 'with' ? 'enable' : 'disable'} trigger ${name}`);
      }
      await client.query(
        `truncate notify.events, notify.notifications, notify.decisions, notify.deliveries, notify.delivery_attempts, notify.receipts,
           notify_private.daily_counters, notify_private.dirty_periods, notify_private.status_changes, graphile_worker._private_jobs`,
      );
      if (round === 0 && marks === 'with') taken.clear();
      const eventId = await announce(engine);
      await measure('plan()', marks, async () => {
        await planAll(engine, eventId);
        return recipients;
      });
      await measure('claim and record', marks, () => sendAll(engine));
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
