import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { announce, openEngine, planAll, sendAll } from './engine-cost.ts';
import { table } from './report.ts';
import { startDatabase } from './stack.ts';
import { median } from './statistics.ts';

// Does a delivery cost more where many lie already? Planning a broadcast, claiming and recording all of it, with so many
// deliveries of the last 30 days in the tables.
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '100000,10000000' },
    recipients: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
  },
});
const sizes = values.rows.split(',').map(Number);
const recipients = Number(values.recipients);
const days = 30;
const say = (sentence: string) => console.error(`bench: ${sentence}`);

say('starting PostgreSQL …');
const { pool, stop } = await startDatabase();
const costs: { plan: number; send: number }[] = [];
try {
  await pool.query(await readFile(new URL('analytics.sql', import.meta.url), 'utf8'));
  const client = await pool.connect();
  await client.query('select bench.seed($1, $2)', [recipients, 'apns']);
  const engine = await openEngine(client);
  let made = 0;
  for (const size of sizes) {
    for (let day = 0; day < days; day++)
      await client.query(`select bench.make_past($1, date_trunc('day', now()) - $2 * interval '1 day', '1 day')`, [
        Math.round((size - made) / days),
        day + 1,
      ]);
    made = size;
    await client.query('vacuum analyze');
    const plan: number[] = [];
    const send: number[] = [];
    // The first round warms up.
    for (let round = -1; round < Number(values.rounds); round++) {
      const eventId = await announce(engine);
      const began = await engine.used();
      await planAll(engine, eventId);
      const planned = await engine.used();
      const sent = await sendAll(engine);
      if (sent !== recipients) throw new Error(`${sent} of ${recipients} were sent`);
      if (round < 0) continue;
      plan.push((planned - began) / recipients);
      send.push(((await engine.used()) - planned) / recipients);
    }
    costs.push({ plan: median(plan), send: median(send) });
    say(`${size.toLocaleString('en')}: ${JSON.stringify(costs.at(-1))}`);
  }
  client.release();
} finally {
  await stop();
}
const [first] = costs;
console.log(
  table(
    ['deliveries in the tables', 'planning one, µs', 'claiming and recording one, µs', 'of the first'],
    costs.map(({ plan, send }, n) => [
      sizes[n]?.toLocaleString('en') ?? '',
      plan.toFixed(1),
      send.toFixed(1),
      first ? ((plan + send) / (first.plan + first.send)).toFixed(2) : '',
    ]),
  ),
);
