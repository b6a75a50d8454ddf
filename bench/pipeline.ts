import { parseArgs } from 'node:util';
import { type BroadcastFigures, bareSdk, broadcast } from './broadcast.ts';
import { idleShare } from './idle.ts';
import { insertLatency } from './latency.ts';
import { perOne } from './processor-time.ts';
import { processorTable, report, table } from './report.ts';
import { sleep, startStack } from './stack.ts';
import { median, percentile } from './statistics.ts';
import { storage, storageOfOne } from './storage.ts';
import { triggerCost } from './trigger.ts';

// `npm run bench` measures the way from a row to its outcome; `-- pipeline --recipients 20000 --rounds 1 --dry` is for a quick look
// that writes nothing.
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
const providers = values.providers.split(',');
const say = (sentence: string) => console.error(`bench: ${sentence}`);

say('starting PostgreSQL, two sandboxes and two workers …');
const stack = await startStack();
const { pool } = stack;
const rows: [string, string][] = [];
const add = (what: string, figure: string) => {
  rows.push([what, figure]);
  say(`${what}: ${figure}`);
};
const spread = (samples: readonly number[], digits = 0) =>
  `${median(samples).toFixed(digits)} [${samples.map((sample) => sample.toFixed(digits)).join(', ')}]`;
const tail = (samples: readonly number[]) =>
  `p50 ${median(samples).toFixed(0)} ms, p99 ${percentile(samples, 0.99).toFixed(0)} ms (n=${samples.length})`;
const processors: Record<string, readonly [string, number][]> = {};

try {
  for (const provider of providers) await pool.query('select bench.seed($1, $2)', [recipients, provider]);
  await pool.query('vacuum analyze');
  await measureIdle();
  for (const provider of providers) await measureBroadcasts(provider);
  await measureMemory();
  await measureTrigger();
} finally {
  await stack.stop();
}
await report(
  'pipeline',
  [
    `A broadcast goes to ${recipients.toLocaleString('en')} devices, ${rounds} times; medians, every round in brackets.`,
    '',
    table(['what', 'figure'], rows),
    '',
    processorTable(processors),
  ],
  values,
);

async function measureIdle() {
  say('idle …');
  await sleep(10_000);
  const share = await idleShare(20);
  add('idle: database, API, both workers, both sandboxes; share of one core', `${(share * 100).toFixed(1)} %`);

  say('single inserts, idle …');
  for (const priority of ['P0', 'P1'] as const) {
    await insertLatency(stack, { priority, crowd: providers[0] as string, intervalMs: 20, count: 50 });
    const samples = await insertLatency(stack, { priority, crowd: providers[0] as string, intervalMs: 25, count: 400 });
    add(`insert → provider, idle, ${priority}`, tail(samples));
  }
}

async function measureBroadcasts(provider: string) {
  const bare: number[] = [];
  const ours: BroadcastFigures[] = [];
  // The first one makes the plans and the pages.
  await broadcast(stack, provider, recipients);
  const writtenBefore = await storage(pool);
  const usedByRound: ReturnType<typeof perOne>[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`${provider}, round ${round + 1} of ${rounds} …`);
    bare.push(await bareSdk(stack.sandboxes.bulk.settings, provider, recipients));
    const before = await stack.processorTime();
    ours.push(await broadcast(stack, provider, recipients));
    usedByRound.push(perOne(before, await stack.processorTime(), recipients));
  }
  const one = storageOfOne(writtenBefore, await storage(pool));
  const rates = ours.map(({ perSecond }) => perSecond);
  add(`${provider}: bare SDK, messages/s`, spread(bare));
  add(`${provider}: broadcast, row → every outcome written, deliveries/s`, spread(rates));
  add(`${provider}: ratio of the medians`, (median(rates) / median(bare)).toFixed(2));
  add(`${provider}: worker memory at its peak`, `${spread(ours.map(({ workerPeakMiB }) => workerPeakMiB))} MiB`);
  add(`${provider}: WAL a delivery`, `${one.wal.toFixed(0)} B`);
  const parts = one.parts.map(([name, bytes]) => `${name} ${bytes.toFixed(0)}`).join(', ');
  add(`${provider}: disk a delivery, indexes among it`, `${one.disk.toFixed(0)} B (${parts})`);
  add(
    `${provider}: updates of a delivery`,
    `${one.updates.toFixed(2)}, ${(one.hotShare * 100).toFixed(0)} % of them without an index`,
  );
  processors[`${provider}, a delivery`] = medianOfRounds(usedByRound);
}

/** The median round's, by what all parts together used. */
function medianOfRounds(used: readonly (readonly [string, number][])[]): readonly [string, number][] {
  const sum = (round: readonly [string, number][]) => round.reduce((total, [, us]) => total + us, 0);
  const middle = median(used.map(sum));
  return used.find((round) => sum(round) === middle) ?? [];
}

async function measureMemory() {
  say('memory against the number of recipients …');
  const provider = providers[0] as string;
  await pool.query(
    `delete from bench.followers where provider = $1 and ctid <> all (array(select ctid from bench.followers where provider = $1 limit $2))`,
    [provider, Math.round(recipients / 10)],
  );
  const tenth = await broadcast(stack, provider, Math.round(recipients / 10));
  add('worker memory with a tenth of the recipients', `${tenth.workerPeakMiB.toFixed(0)} MiB`);
}

async function measureTrigger() {
  say('what the trigger costs …');
  const cost = await triggerCost(stack);
  add('business insert of one row, with trigger', `${median(cost.with).toFixed(2)} ms`);
  add('business insert of one row, without', `${median(cost.without).toFixed(2)} ms`);
  add('business insert of 1 000 rows, with trigger', `${median(cost.bulkWith).toFixed(1)} ms`);
  add('business insert of 1 000 rows, without', `${median(cost.bulkWithout).toFixed(1)} ms`);
}
