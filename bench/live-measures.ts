import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { type Arrivals, type Member, nowMs, type Question, type State } from './live-clients.ts';
import { nanoseconds } from './processor-time.ts';
import { sleep, type startApiProcess } from './stack.ts';
import { median } from './statistics.ts';

export type Api = Awaited<ReturnType<typeof startApiProcess>>;

/** Writes to one of the people; resolves with when it was sent. */
export type Write = (client: pg.PoolClient, text: string, person: string) => Promise<number>;

const insertNotifications = `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, data, expires_at)
  select uuidv7(), p, 'bench_in_app', 'P1', $2 || ' ' || p, 'We have received your payment of 42.00 EUR.', '{"href": "/payments/1"}',
    now() + interval '1 day'
  from unnest($1::uuid[]) as p`;

/** The transaction that writes notifications, from its COMMIT on. */
export async function writeNotifications(
  client: pg.PoolClient,
  text: string,
  people: readonly string[],
): Promise<number> {
  await client.query('begin');
  await client.query(insertNotifications, [people, text]);
  const sentMs = nowMs();
  await client.query('commit');
  return sentMs;
}

/** An application's row, of which planning makes a notification. */
export async function writeRow(client: pg.PoolClient, text: string, person: string): Promise<number> {
  const sentMs = nowMs();
  await client.query(
    `insert into bench.announcements (type_key, provider, text, recipient_id) values ('bench_in_app', 'nobody', $1, $2)`,
    [`${text} ${person}`, person],
  );
  return sentMs;
}

/** Each for somebody else; milliseconds from the write's sending, and from its answer, to the frame. */
export async function tellOneByOne(
  clients: ChildProcess,
  pool: pg.Pool,
  options: {
    readonly what: string;
    readonly people: readonly string[];
    readonly count: number;
    readonly perSecond: number;
    readonly write: Write;
  },
) {
  const { what, people, count, perSecond, write } = options;
  await ask(clients, { ask: 'forget' });
  const sent = new Map<string, { readonly sentMs: number; readonly answeredMs: number }>();
  const client = await pool.connect();
  const beganMs = nowMs();
  for (let n = 0; n < count; n++) {
    await sleep(Math.max(0, beganMs + (n * 1_000) / perSecond - nowMs()));
    const person = people[Math.floor(Math.random() * people.length)] as string;
    const sentMs = await write(client, `${what} ${n}`, person);
    sent.set(`${what} ${n} ${person}`, { sentMs, answeredMs: nowMs() });
  }
  client.release();
  const arrivals = await awaitArrivals(clients, `${what} `, count);
  const came = arrivals.flatMap(([title, atMs]) => {
    const known = sent.get(title);
    return known ? [{ fromSending: atMs - known.sentMs, fromAnswer: atMs - known.answeredMs }] : [];
  });
  return {
    fromSending: came.map((one) => one.fromSending),
    fromAnswer: came.map((one) => one.fromAnswer),
    lost: count - new Set(arrivals.map(([title]) => title)).size,
  };
}

/** The same to everybody at once, so many times; medians of milliseconds from the write's answer, and of what the APIs used. */
export async function tellAllAgain(times: number, ...args: Parameters<typeof tellAll>) {
  const all: Awaited<ReturnType<typeof tellAll>>[] = [];
  for (let n = 0; n < times; n++) all.push(await tellAll(...args));
  const middle = (what: 'firstMs' | 'lastMs' | 'cpuUs') => median(all.map((one) => one[what]));
  return {
    firstMs: middle('firstMs'),
    lastMs: middle('lastMs'),
    cpuUs: middle('cpuUs'),
    lost: all.reduce((sum, { lost }) => sum + lost, 0),
  };
}

async function tellAll(
  clients: ChildProcess,
  pool: pg.Pool,
  options: {
    readonly title: string;
    readonly count: number;
    readonly pids: readonly number[];
    readonly write: (client: pg.PoolClient, title: string) => Promise<unknown>;
  },
) {
  const { title, count, pids, write } = options;
  await ask(clients, { ask: 'forget' });
  const client = await pool.connect();
  const used = await processorNs(pids);
  await write(client, title);
  const answeredMs = nowMs();
  client.release();
  const arrivals = await awaitArrivals(clients, title, count);
  const times = arrivals.map(([, atMs]) => atMs - answeredMs);
  return {
    firstMs: Math.min(...times),
    lastMs: Math.max(...times),
    cpuUs: ((await processorNs(pids)) - used) / 1_000 / count,
    lost: Math.max(0, count - arrivals.length),
  };
}

/** Until so many are there, or nothing comes any more. */
async function awaitArrivals(clients: ChildProcess, prefix: string, count: number): Promise<Arrivals> {
  for (let [before, quiet] = [-1, 0]; ; await sleep(500)) {
    const arrivals = await ask<Arrivals>(clients, { ask: 'arrivals', prefix });
    quiet = arrivals.length === before ? quiet + 1 : 0;
    if (arrivals.length >= count || quiet > 20) return arrivals;
    before = arrivals.length;
  }
}

/** The first API is killed and started again; four people go on asking it for their inbox. */
export async function restart(
  clients: ChildProcess,
  apis: Api[],
  options: { readonly start: () => Promise<Api>; readonly members: readonly Member[]; readonly connections: number },
) {
  const { start, members, connections } = options;
  await ask(clients, { ask: 'forget' });
  const [old] = apis as [Api];
  const killedMs = nowMs();
  old.child.kill('SIGKILL');
  await once(old.child, 'exit');
  apis[0] = await start();
  const readyMs = nowMs();
  const posts: number[] = [];
  let isOver = false;
  const posting = members.slice(0, 4).map(async ({ token }) => {
    while (!isOver) {
      const beganMs = nowMs();
      await post(apis[0] as Api, token);
      posts.push(nowMs() - beganMs);
      await sleep(50);
    }
  });
  let state = await ask<State>(clients, { ask: 'state' });
  for (; state.up < connections && nowMs() - readyMs < 120_000; state = await ask<State>(clients, { ask: 'state' }))
    await sleep(200);
  isOver = true;
  await Promise.all(posting);
  const lastMs = state.up < connections ? Number.POSITIVE_INFINITY : Math.max(...state.backAtMs);
  return { fromKillMs: lastMs - killedMs, fromReadyMs: lastMs - readyMs, posts };
}

async function post(api: Api, token: string): Promise<void> {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ unreadCount inbox(first: 20) { nodes { id title body createdAt readAt } } }' }),
  });
  const { errors } = (await response.json()) as { errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
}

export async function ask<T>(clients: ChildProcess, question: Question): Promise<T> {
  clients.send(question);
  return ((await once(clients, 'message')) as [T])[0];
}

export async function residentKb(pids: readonly number[]): Promise<number> {
  const sizes = pids.map(async (pid) =>
    Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]),
  );
  return (await Promise.all(sizes)).reduce((sum, kb) => sum + kb, 0);
}

async function processorNs(pids: readonly number[]): Promise<number> {
  return (await Promise.all(pids.map(nanoseconds))).reduce((sum, ns) => sum + ns, 0);
}

/** Node takes as many as it may have; a socket is one of the clients' and one of an API's. */
export async function expectDescriptors(wanted: number): Promise<void> {
  const limit = /Max open files\s+(\d+)/.exec(await readFile('/proc/self/limits', 'utf8'))?.[1];
  if (Number(limit) < wanted)
    throw new Error(`${wanted} open files are needed, ${limit} are allowed: ulimit -n ${wanted}`);
}
