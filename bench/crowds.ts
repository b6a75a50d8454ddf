import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { broadcast, isUnderWay } from './broadcast.ts';
import { insertLatency } from './latency.ts';
import { report, table } from './report.ts';
import { sleep, startStack } from './stack.ts';
import { median, percentile } from './statistics.ts';

// How long does a single person's push take while a crowd is being served to whom they do not belong?
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    recipients: { type: 'string', default: '100000' },
    import: { type: 'string', default: '50000' },
    held: { type: 'string', default: '30' },
    only: { type: 'string', default: '' },
    dry: { type: 'boolean', default: false },
  },
});
const [recipients, imported, held] = [values.recipients, values.import, values.held].map(Number) as [
  number,
  number,
  number,
];
const say = (sentence: string) => console.error(`bench: ${sentence}`);
const amount = (n: number) => n.toLocaleString('en');

say('starting PostgreSQL, two sandboxes and two workers …');
const stack = await startStack();
const { pool } = stack;
/** Until the signal, people who belong to no crowd are told one by one. */
const probe = (priority: 'P0' | 'P1', provider: string, signal: AbortSignal) =>
  insertLatency(stack, { priority, crowd: `others of ${provider}`, intervalMs: 100, signal });

type Company = (finished: AbortSignal) => Promise<void>;
const crowds: Record<string, (during: Company) => Promise<unknown>> = {
  'P1 during a broadcast, APNs': (during) => broadcast(stack, 'apns', recipients, during),
  'P1 during a broadcast, FCM': (during) => broadcast(stack, 'fcm', recipients, during),
  'P0 during a broadcast, APNs': (during) => broadcast(stack, 'apns', recipients, during),
  'P0 during a broadcast, FCM': (during) => broadcast(stack, 'fcm', recipients, during),
  'P0 during an import of P0, one statement': importAtOnce,
  'P0 while nobody is held': (during) => urgentWhileHeld(0, during),
  [`P0 while ${held} others are held`]: (during) => urgentWhileHeld(held, during),
};

/** So many urgent events in one INSERT. */
async function importAtOnce(during: Company): Promise<void> {
  const finished = new AbortController();
  await pool.query(
    `insert into bench.announcements (type_key, provider, text, recipient_id)
     select 'bench_p0', 'apns', 'An import', user_id from bench.followers where provider = 'apns' limit $1`,
    [imported],
  );
  const company = during(finished.signal);
  while (await isUnderWay(pool)) await sleep(100);
  finished.abort();
  await company;
}

/** A transaction of the application's holds the rows of so many people, who are told something urgent all the while. */
async function urgentWhileHeld(count: number, during: Company): Promise<void> {
  const holder = await pool.connect();
  try {
    await holder.query('begin');
    const { rows: people } = await holder.query<{ id: string }>(
      `select u.id from notify.users as u join bench.followers as f on f.user_id = u.id where f.provider = 'apns' limit $1 for update of u`,
      [count],
    );
    const telling = setInterval(() => {
      for (const { id } of people)
        void pool.query(
          `insert into bench.announcements (type_key, provider, text, recipient_id) values ('bench_p0', 'apns', 'To who is held', $1)`,
          [id],
        );
    }, 1_000);
    const finished = AbortSignal.timeout(15_000);
    const company = during(finished);
    await once(finished, 'abort');
    clearInterval(telling);
    await company;
  } finally {
    await holder.query('rollback');
    holder.release();
    while (await isUnderWay(pool)) await sleep(100);
  }
}

const rows: string[][] = [];
try {
  for (const provider of ['apns', 'fcm']) {
    await pool.query('select bench.seed($1, $2)', [recipients, provider]);
    await pool.query('select bench.seed(1000, $1, $2)', [provider, `others of ${provider}`]);
  }
  await pool.query('vacuum analyze');
  await broadcast(stack, 'apns', recipients);
  await broadcast(stack, 'fcm', recipients);
  for (const [what, serve] of Object.entries(crowds)) {
    if (!what.includes(values.only)) continue;
    say(`${what} …`);
    const priority = what.startsWith('P0') ? 'P0' : 'P1';
    const samples: number[] = [];
    await serve(async (finished) => {
      samples.push(...(await probe(priority, what.endsWith('FCM') ? 'fcm' : 'apns', finished)));
    });
    const figures = [median(samples), percentile(samples, 0.99), Math.max(...samples)].map((ms) => ms.toFixed(0));
    rows.push([what, String(samples.length), ...figures]);
    say(figures.join(' / '));
  }
} finally {
  await stack.stop();
}
await report(
  'crowds',
  [
    `A broadcast goes to ${amount(recipients)} people and an import to ${amount(imported)}. Every 100 ms one other person is told something; the time is from
the INSERT to the provider's server, and what does not come within a minute of the last is Infinity.`,
    '',
    table(['push of another person', 'samples', 'p50 in ms', 'p99 in ms', 'slowest'], rows),
  ],
  values,
);
