import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { nanoseconds } from '../processor-time.ts';
import { report, table } from '../report.ts';
import { inserters, singleEvents } from '../single-events.ts';
import { type Stack, sleep, startStack } from '../stack.ts';
import { median } from '../statistics.ts';
import { installPeers } from './install.ts';
import { channels, type Peer, type Surroundings, schema } from './peer.ts';
import { peers } from './peers.ts';
import { startRedis } from './redis.ts';

// The same single events on two channels by Rowbell and by queues with hand-written handlers, one after the other in each round.
// Their packages are installed by this bench alone, from the lock file beside it.
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    people: { type: 'string', default: '10000' },
    dry: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const say = (sentence: string) => console.error(`bench: ${sentence}`);

type Figures = { readonly perSecond: number; readonly p50: number; readonly p99: number; readonly ms: number };

say('installing the peers …');
await installPeers();
const redis = await startRedis();
if (!redis) say('redis-server is not installed (Debian: apt-get install redis-server), so BullMQ is left out');
say('starting PostgreSQL, two sandboxes and two workers …');
const stack = await startStack();
const surroundings: Surroundings = { databaseUrl: stack.databaseUrl, redisPort: redis?.port ?? 0 };
const rowbell = {
  name: 'Rowbell',
  records: 'the event, a decision for each rule that spoke, an inbox entry, deliveries, attempts',
};
const here = [rowbell, ...peers.filter(({ name }) => redis || name !== 'BullMQ')];
const found = new Map<string, Figures[]>(here.map(({ name }) => [name, []]));
try {
  const { webhook } = stack.sandboxes.bulk;
  await stack.pool.query('select bench.seed_reachable($1, $2, $3)', [
    Number(values.people),
    webhook.url,
    webhook.secret,
  ]);
  const sessions = new pg.Pool({ connectionString: stack.databaseUrl, max: inserters, idleTimeoutMillis: 0 });
  await sessions.query(schema);
  await sessions.query('vacuum analyze');
  await singleEvents(stack, { second: 'webhook', seconds: 2 });
  for (let round = 0; round < Number(values.rounds); round++)
    for (const one of here) {
      say(`${one.name}, round ${round + 1} of ${values.rounds} …`);
      const figures = 'work' in one ? await measurePeer(one, sessions) : await measureRowbell();
      found.get(one.name)?.push(figures);
      say(`${figures.perSecond.toFixed(0)} events a second`);
    }
  await sessions.end();
} finally {
  await stack.stop();
  await redis?.stop();
}
const middle = (name: string, figure: keyof Figures) => median((found.get(name) ?? []).map((one) => one[figure]));
await report(
  'peers',
  [
    `${inserters} sessions insert for ${seconds} s; the clock stops when the last outcome is a row. Medians of ${values.rounds} rounds in turns.`,
    '',
    table(
      [
        'who',
        'events/s',
        'p50 in ms',
        'p99 in ms',
        'processor time of an event in ms',
        'writes besides message and outcomes',
      ],
      here.map(({ name, records }) => [
        name,
        middle(name, 'perSecond').toFixed(0),
        middle(name, 'p50').toFixed(0),
        middle(name, 'p99').toFixed(0),
        middle(name, 'ms').toFixed(1),
        records,
      ]),
    ),
  ],
  values,
);

async function measureRowbell(): Promise<Figures> {
  const { processorTime, ...figures } = await singleEvents(stack, { second: 'webhook', seconds });
  return { ...figures, ms: processorTime.reduce((sum, [, us]) => sum + us, 0) / 1_000 };
}

async function measurePeer(peer: Peer, sessions: pg.Pool): Promise<Figures> {
  await sessions.query('truncate peers.messages, peers.outcomes');
  const { rows: people } = await sessions.query<{ id: string }>(
    `select user_id as id from bench.followers where provider = 'reachable' order by random()`,
  );
  const producer = await peer.produce(surroundings, sessions);
  const worker = fork(new URL('worker.ts', import.meta.url), [peer.name], {
    execArgv: ['--max-semi-space-size=32'],
    env: { ...process.env, ...stack.sandboxes.bulk.settings, BENCH_SURROUNDINGS: JSON.stringify(surroundings) },
  });
  await once(worker, 'message');
  const before = await used(stack, worker.pid as number);

  let added = 0;
  const until = performance.now() + seconds * 1_000;
  const add = async () => {
    while (performance.now() < until) await producer.add(people[added++ % people.length]?.id as string);
  };
  await Promise.all(Array.from({ length: inserters }, add));
  for (let written = 0; written < added * channels.length; ) {
    await sleep(200);
    const { rows } = await sessions.query<{ n: string }>('select count(*) as n from peers.outcomes');
    written = Number(rows[0]?.n);
  }
  const ms = ((await used(stack, worker.pid as number)) - before) / 1e6 / added;
  worker.disconnect();
  await producer.stop();
  const { rows } = await sessions.query<{ took: number; p50: number; p99: number }>(`
    with one as (
      select m.created_at, max(o.written_at) as written_at
      from peers.messages as m join peers.outcomes as o on o.message_id = m.id group by m.id, m.created_at
    ), percentiles as (
      select percentile_disc(array[0.5, 0.99]) within group (order by extract(epoch from written_at - created_at) * 1000) as ms,
        extract(epoch from max(written_at) - min(created_at))::float8 as took
      from one
    )
    select took, ms[1]::float8 as p50, ms[2]::float8 as p99 from percentiles`);
  const [{ took, p50, p99 }] = rows as [{ took: number; p50: number; p99: number }];
  return { perSecond: added / took, p50, p99, ms };
}

/** Of the whole machine's parts: PostgreSQL, sandboxes, this process, Redis, the peer's worker. */
async function used({ processorTime }: Stack, worker: number): Promise<number> {
  const parts = [...(await processorTime()).values()].reduce((sum, ns) => sum + ns, 0);
  return parts + (await nanoseconds(worker)) + (redis ? await nanoseconds(redis.pid) : 0);
}
