import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type BroadcastFigures, bareSdk, broadcast } from './broadcast.ts';
import { idleShare } from './idle.ts';
import { insertLatency } from './latency.ts';
import { sleep, startStack } from './stack.ts';
import { median, percentile } from './statistics.ts';
import { triggerCost } from './trigger.ts';

// `npm run bench` measures the way from a row to its outcome and writes docs/performance.md; `-- pipeline --recipients 20000 --rounds 1 --dry`
// is for a quick look that writes nothing.
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    recipients: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    providers: { type: 'string', default: 'apns,fcm' },
    dry: { type: 'boolean', default: false },
  },
});
const recipients = Number(values.recipients);
const rounds = Number(values.rounds);
const say = (sentence: string) => console.error(`bench: ${sentence}`);

say('starting PostgreSQL, two sandboxes and two workers …');
const stack = await startStack();
const rows: [string, string][] = [];
const add = (what: string, figure: string) => {
  rows.push([what, figure]);
  say(`${what}: ${figure}`);
};
const spread = (samples: readonly number[], digits = 0) =>
  `${median(samples).toFixed(digits)} [${samples.map((sample) => sample.toFixed(digits)).join(', ')}]`;
const tail = (samples: readonly number[]) =>
  `p50 ${median(samples).toFixed(0)} ms, p99 ${percentile(samples, 0.99).toFixed(0)} ms (n=${samples.length})`;

try {
  for (const provider of values.providers.split(','))
    await stack.pool.query('select bench.seed($1, $2)', [recipients, provider]);
  await stack.pool.query('vacuum analyze');

  say('idle …');
  await sleep(10_000);
  add(
    'idle: database, API, both workers, both sandboxes; share of one core',
    `${((await idleShare(20)) * 100).toFixed(1)} %`,
  );

  say('single inserts, idle …');
  await insertLatency(stack, { priority: 'P0', intervalMs: 20, count: 50 });
  await insertLatency(stack, { priority: 'P1', intervalMs: 20, count: 50 });
  add('insert → provider, idle, P0', tail(await insertLatency(stack, { priority: 'P0', intervalMs: 25, count: 400 })));
  add('insert → provider, idle, P1', tail(await insertLatency(stack, { priority: 'P1', intervalMs: 25, count: 400 })));

  for (const provider of values.providers.split(',')) {
    const bare: number[] = [];
    const ours: BroadcastFigures[] = [];
    const urgent: number[] = [];
    const normal: number[] = [];
    for (let round = 0; round < rounds; round++) {
      say(`${provider}, round ${round + 1} of ${rounds} …`);
      bare.push(await bareSdk(stack.sandboxes.bulk.settings, provider, recipients));
      ours.push(await broadcast(stack, provider, recipients));
    }
    say(`${provider}, with single inserts meanwhile …`);
    const loaded: BroadcastFigures[] = [];
    for (let round = 0; round < rounds; round++) {
      loaded.push(
        await broadcast(stack, provider, recipients, async (signal) => {
          urgent.push(...(await insertLatency(stack, { priority: 'P0', intervalMs: 100, signal, settleMs: 500 })));
        }),
      );
      await broadcast(stack, provider, recipients, async (signal) => {
        normal.push(...(await insertLatency(stack, { priority: 'P1', intervalMs: 100, signal, settleMs: 500 })));
      });
    }
    const rates = ours.map(({ perSecond }) => perSecond);
    add(`${provider}: bare SDK, messages/s`, spread(bare));
    add(`${provider}: broadcast, row → every outcome written, deliveries/s`, spread(rates));
    add(`${provider}: ratio of the medians`, (median(rates) / median(bare)).toFixed(2));
    add(`${provider}: worker memory at its peak`, `${spread(ours.map(({ workerPeakMiB }) => workerPeakMiB))} MiB`);
    add(`${provider}: insert → provider during a broadcast, P0`, tail(urgent));
    add(`${provider}: insert → provider during a broadcast, P1`, tail(normal));
    add(`${provider}: broadcast while P0 rows come in, deliveries/s`, spread(loaded.map(({ perSecond }) => perSecond)));
  }

  say('memory against the number of recipients …');
  const tenth = await stack.pool.query('create table bench.everyone as table bench.followers').then(async () => {
    await stack.pool.query(
      'delete from bench.followers where ctid <> all (array(select ctid from bench.followers limit $1))',
      [Math.round(recipients / 10)],
    );
    const provider = (
      await stack.pool.query<{ provider: string; n: string }>(
        'select provider, count(*) as n from bench.followers group by 1 order by 2 desc limit 1',
      )
    ).rows[0] as { provider: string; n: string };
    return broadcast(stack, provider.provider, Number(provider.n));
  });
  add('worker memory with a tenth of the recipients', `${tenth.workerPeakMiB.toFixed(0)} MiB`);

  say('what the trigger costs …');
  const cost = await triggerCost(stack);
  add('business insert of one row, with trigger', `${median(cost.with).toFixed(2)} ms`);
  add('business insert of one row, without', `${median(cost.without).toFixed(2)} ms`);
  add('business insert of 1 000 rows, with trigger', `${median(cost.bulkWith).toFixed(1)} ms`);
  add('business insert of 1 000 rows, without', `${median(cost.bulkWithout).toFixed(1)} ms`);
} finally {
  await stack.stop();
}

const table = ['| what | figure |', '|---|---|', ...rows.map(([what, figure]) => `| ${what} | ${figure} |`)].join('\n');
console.log(table);
if (!values.dry) {
  const today = new Date().toISOString().slice(0, 10);
  await writeFile(
    'docs/performance.md',
    `# Performance

Written by \`npm run bench\` on ${today}: ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}, PostgreSQL 18
with fsync on (npm's build, compiled for size), ${recipients.toLocaleString('en')} devices, ${rounds} rounds; medians, every round in brackets.
Database, workers, sandboxes and the benchmark share the cores, so take the figures as ratios. "Bare SDK" is the provider's SDK alone, as
fast as it goes, sending the same to the same sandbox, outcomes only counted. In a broadcast every delivery is a decision, a
notification, a delivery, an attempt and an outcome in the database before the clock stops; where its time goes is in
[decision 0001](decisions/0001-the-pipeline.md). During a broadcast one row is inserted every 100 ms. The broadcast's sandbox runs at the
bulk worker's low priority, because a real provider would not be on these cores at all.

Other benches (rules, a million scheduled events, a full minute of calls, a sweep, a back-test) and their figures: [benches](benches.md).

${table}
`,
  );
}
