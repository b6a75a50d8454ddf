import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import type { ProviderName } from '../src/providers/types.ts';
import { report, table } from './report.ts';
import { startApiProcess, startDatabase, startWorkerProcess, untilWorks } from './stack.ts';
import { median, percentile } from './statistics.ts';
import { installStorm } from './weather/people.ts';
import { openSky } from './weather/sky.ts';
import { runStorm } from './weather/storm.ts';
import { judge, type Verdict } from './weather/verdict.ts';

// Every fault of every provider, at random, while people are told things. Is anything lost or sent twice, an address pruned that is
// alive, a provider or origin paused for longer than its fault, and are those late whom no fault concerns?
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    deliveries: { type: 'string', default: '100000' },
    people: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    dry: { type: 'boolean', default: false },
  },
});
const [minutes, deliveries, people, seed] = [values.minutes, values.deliveries, values.people, values.seed].map(
  Number,
) as [number, number, number, number];
const say = (sentence: string) => console.error(`bench: ${sentence}`);

say(`starting PostgreSQL, the providers, two workers and the API; the seed is ${seed} …`);
const database = await startDatabase();
const sky = await openSky();
const port = await freePort();
const settings = { ...sky.settings, PUBLIC_URL: `http://127.0.0.1:${port}`, LINK_KEYS: `b1:${'b'.repeat(32)}` };
const api = await startApiProcess(database.apiDatabaseUrl, undefined, port, settings);
await installStorm(database.pool);
const workers = (['urgent', 'bulk'] as const).map((lane) =>
  startWorkerProcess(lane, database.workerDatabaseUrl, settings),
);
let verdict: Verdict;
let faults: number;
const beganAt = performance.now();
try {
  for (const lane of ['urgent', 'bulk'] as const) await untilWorks(database.pool, lane);
  const storm = await runStorm({
    pool: database.pool,
    sky,
    seed,
    seconds: minutes * 60,
    deliveries,
    people,
    pace: { lasts: [2_000, 8_000], rests: [3_000, 12_000], longestMs: 60_000 },
    patienceMs: 90_000,
    urgentEveryMs: 50,
    say,
  });
  faults = storm.blows.length;
  verdict = await judge(database.pool, sky, storm);
} finally {
  for (const worker of workers) {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
  await api.stop();
  await sky.close();
  await database.stop();
}

const amount = (n: number) => n.toLocaleString('en');
const wrong = ['lost', 'twiceWithoutReason', 'prunedAlive', 'pausedTooLong', 'missed'] as const;
for (const what of wrong) for (const one of verdict[what].slice(0, 20)) say(`${what}: ${one}`);
const urgentOf = (provider: ProviderName) => verdict.urgent.filter((one) => one.provider === provider);
const ms = (samples: readonly { readonly ms: number }[], share: number) =>
  samples.length === 0
    ? '–'
    : percentile(
        samples.map((sample) => sample.ms),
        share,
      ).toFixed(0);
const late = (pause: Verdict['pauses'][number]) => (pause.endedAt - (pause.faultEndedAt ?? 0)) / 1_000;
await report(
  'storm',
  [
    `${amount(faults)} faults in ${minutes} minutes, drawn from the seed ${seed}; with what is sent afterwards it took ${((performance.now() - beganAt) / 60_000).toFixed(1)} minutes.`,
    '',
    table(
      ['what', 'figure'],
      [
        ['deliveries', amount(verdict.deliveries)],
        ['how they ended', counted(verdict.statuses)],
        ['lost', amount(verdict.lost.length)],
        ['sent twice where [docs](delivery-states.md) do not say so', amount(verdict.twiceWithoutReason.length)],
        ['sent twice where they do, after', counted(verdict.twice)],
        ['addresses pruned that were alive', amount(verdict.prunedAlive.length)],
        ['addresses pruned that were dead', amount(verdict.prunedDead)],
        ['pauses of a provider or an origin', amount(verdict.pauses.length)],
        ['paused for longer than the fault and one probe', amount(verdict.pausedTooLong.length)],
        [
          'from the end of a fault to the end of its pause, median and longest',
          verdict.pauses.length === 0
            ? '–'
            : `${median(verdict.pauses.map(late)).toFixed(1)} s, ${Math.max(...verdict.pauses.map(late)).toFixed(1)} s`,
        ],
        ['faults that struck nothing', amount(verdict.missed.length)],
      ],
    ),
    '',
    table(
      ['P0 of people whom no fault concerns', 'samples', 'p50 in ms', 'p99 in ms', 'slowest'],
      [
        ...[...new Set(verdict.urgent.map(({ provider }) => provider))].map((provider) => {
          const own = urgentOf(provider);
          return [provider, amount(own.length), ms(own, 0.5), ms(own, 0.99), ms(own, 1)];
        }),
        [
          'all',
          amount(verdict.urgent.length),
          ms(verdict.urgent, 0.5),
          ms(verdict.urgent, 0.99),
          ms(verdict.urgent, 1),
        ],
      ],
    ),
  ],
  values,
);
process.exitCode = wrong.some((what) => verdict[what].length > 0) ? 1 : 0;

function counted(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return sorted.map(([what, n]) => `${what} ${amount(n)}`).join('; ') || 'none';
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
