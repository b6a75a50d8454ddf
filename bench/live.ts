import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { freePort } from '../src/ports.ts';
import type { Member, Opened, State } from './live-clients.ts';
import { doorbellRow, priceOfDoorbell } from './live-doorbell.ts';
import {
  ask,
  expectDescriptors,
  residentKb,
  restart,
  tellAllAgain,
  tellOneByOne,
  writeNotifications,
  writeRow,
} from './live-measures.ts';
import { report, table } from './report.ts';
import { sleep, startApiProcess, startDatabase, startWorkerProcess, untilWorks } from './stack.ts';
import { median, percentile } from './statistics.ts';

// What does real time cost and how late is it, with so many sockets open, over one API process and over two? A person each, whose
// clients share a process of their own.
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: 'string', default: '10000' },
    apis: { type: 'string', default: '1,2' },
    singles: { type: 'string', default: '500' },
    rate: { type: 'string', default: '25' },
    rounds: { type: 'string', default: '7' },
    dry: { type: 'boolean', default: false },
  },
});
const connections = Number(values.connections);
const [singles, rate] = [Number(values.singles), Number(values.rate)];
/** Opened before memory is looked at: what the first ones bring with them is the process's and not theirs. */
const warm = Math.min(200, Math.ceil(connections / 10));
/** Of each kind. */
const broadcasts = 5;
const say = (sentence: string) => console.error(`bench: ${sentence}`);
const whole = connections.toLocaleString('en');

type Column = Readonly<Record<string, string>>;

await expectDescriptors(connections + 1_000);
say('starting PostgreSQL …');
const database = await startDatabase();
const { pool } = database;
try {
  await pool.query(`select bench.seed($1, 'apns', 'live')`, [connections]);
  const { rows } = await pool.query<{ id: string }>(
    `select user_id as id from bench.followers where provider = 'live' order by user_id`,
  );
  const people = rows.map(({ id }) => id);
  await pool.query('vacuum analyze');
  say('planning with the doorbell and without it …');
  const doorbell = await priceOfDoorbell(pool, { recipients: connections, rounds: Number(values.rounds) });
  const workers = (['urgent', 'bulk'] as const).map((lane) => startWorkerProcess(lane, database.workerDatabaseUrl));
  const columns: Record<string, Column> = {};
  try {
    for (const lane of ['urgent', 'bulk'] as const) await untilWorks(pool, lane);
    for (const count of values.apis.split(',').map(Number))
      columns[count === 1 ? 'one API' : `${count} APIs`] = await measure(count, people);
  } finally {
    for (const worker of workers) worker.kill('SIGTERM');
    await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, 'exit')));
  }
  const names = Object.keys(columns);
  const figures = Object.keys(Object.values(columns)[0] ?? {});
  await report(
    'live',
    [
      `${whole} sockets, a person each; ${singles} single commits of each kind, ${rate} a second; medians of ${broadcasts} broadcasts of each kind.`,
      '',
      table(
        ['what', ...names],
        figures.map((what) => [what, ...names.map((name) => columns[name]?.[what] ?? '–')]),
      ),
      '',
      table(
        ['processor time in µs of planning a recipient', 'without the doorbell', 'with it', 'more'],
        [doorbellRow(doorbell)],
      ),
    ],
    { dry: values.dry },
  );
} finally {
  await database.stop();
}

/** All are opened, told one by one, told at once, and come back after a restart. */
async function measure(count: number, people: readonly string[]): Promise<Column> {
  say(`APIs: ${count}; starting …`);
  const apis = [];
  for (let n = 0; n < count; n++) apis.push(await startApi(await freePort(18_000 + n)));
  const [first] = apis as [Awaited<ReturnType<typeof startApi>>];
  const clients = fork(new URL('live-clients.ts', import.meta.url), { execArgv: ['--max-semi-space-size=32'] });
  try {
    const urls = apis.map(({ url }) => url);
    const pids = apis.map(({ pid }) => pid);
    const members: Member[] = await Promise.all(people.map(async (id) => ({ id, token: await first.tokenOf(id) })));
    await ask<Opened>(clients, { ask: 'open', urls, members: members.slice(0, warm) });
    await sleep(1_000);
    const before = await residentKb(pids);
    const opened = await ask<Opened>(clients, { ask: 'open', urls, members: members.slice(warm) });
    await sleep(3_000);
    const each = ((await residentKb(pids)) - before) / (people.length - warm);
    say('all are open; telling …');
    const singly = { people, count: singles, perSecond: rate };
    const commit = await tellOneByOne(clients, pool, {
      ...singly,
      what: 'single',
      write: (client, text, person) => writeNotifications(client, text, [person]),
    });
    const business = await tellOneByOne(clients, pool, { ...singly, what: 'business', write: writeRow });
    const written = await tellAllAgain(broadcasts, clients, pool, {
      title: 'all written',
      count: connections,
      pids,
      write: (client, title) => writeNotifications(client, title, people),
    });
    const planned = await tellAllAgain(broadcasts, clients, pool, {
      title: 'all planned',
      count: connections,
      pids,
      write: (client, title) =>
        client.query(`insert into bench.announcements (type_key, provider, text) values ('bench_in_app', 'live', $1)`, [
          title,
        ]),
    });
    say('an API is killed and started again …');
    const port = Number(new URL(first.url).port);
    const back = await restart(clients, apis, { start: () => startApi(port), members, connections });
    const { foreign } = await ask<State>(clients, { ask: 'state' });
    return {
      'opening all, 100 at a time': `${ms(opened.tookMs)}; each ${both(opened.eachMs)}`,
      'memory a connection': `${each.toFixed(1)} KB (goal 30)`,
      'commit → frame': `${both(commit.fromAnswer)}, longest ${ms(Math.max(...commit.fromAnswer))} (goal 2, 15, 100 ms)`,
      'its sending → frame': both(commit.fromSending),
      'business insert → frame': `${both(business.fromAnswer)} (goal 15, 40 ms)`,
      'its sending → frame ': both(business.fromSending),
      'one transaction tells all: first, last frame': `${ms(written.firstMs)}, ${ms(written.lastMs)}`,
      'one event tells all: first, last frame': `${ms(planned.firstMs)}, ${ms(planned.lastMs)} (goal 50 ms, 1.5 s)`,
      'the APIs, µs of processor time a frame': `${written.cpuUs.toFixed(0)} and ${planned.cpuUs.toFixed(0)}`,
      'an API killed: all are back': `${ms(back.fromKillMs)}, ${ms(back.fromReadyMs)} after it answers again (goal 30 s)`,
      'POST to it meanwhile': `${both(back.posts)}, n=${back.posts.length} (goal 200 ms)`,
      'frames lost, of others': `${commit.lost + business.lost + written.lost + planned.lost}, ${foreign}`,
    };
  } finally {
    clients.disconnect();
    await once(clients, 'exit');
    await Promise.all(apis.map((api) => api.stop()));
  }
}

function startApi(port: number) {
  return startApiProcess(database.apiDatabaseUrl, undefined, port);
}

function ms(value: number): string {
  return value < 1_000 ? `${value.toFixed(1)} ms` : `${(value / 1_000).toFixed(2)} s`;
}

function both(samples: readonly number[]): string {
  return `p50 ${ms(median(samples))}, p99 ${ms(percentile(samples, 0.99))}`;
}
