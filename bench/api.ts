import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import pg from 'pg';
import { Client } from 'undici';
import { nanoseconds, type ProcessorTime, perOne } from './processor-time.ts';
import { processorTable, report, table } from './report.ts';
import { jwtSecret, startApiProcess, startDatabase } from './stack.ts';
import { median, percentile } from './statistics.ts';

// What does the API cost beside a server that is written by hand (bench/api-peer.ts) and runs the same functions as the same role?
// Each is asked for the same by 16 people on a connection each, by turns.
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    dry: { type: 'boolean', default: false },
  },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const people = Array.from({ length: 16 }, (_, n) => `00000000-0000-7000-8000-0000000000${(0xa0 + n).toString(16)}`);
const notificationsEach = 1_000;
const say = (sentence: string) => console.error(`bench: ${sentence}`);

const documents = {
  inbox: `query ($first: Int) { inbox(first: $first) {
    edges { cursor node { id title body typeKey createdAt readAt } } pageInfo { hasNextPage endCursor } } }`,
  badge: '{ unreadCount }',
  preferences: `query ($first: Int) { myPreferences(first: $first) { typeKey channel enabled frequency source } }`,
  change: `mutation ($action: InboxAction!, $notificationIds: [UUID!]) {
    changeNotifications(input: { action: $action, notificationIds: $notificationIds }) { result { changed undoToken } } }`,
  undo: 'mutation ($undoToken: UUID!) { undoChange(input: { undoToken: $undoToken }) { result } }',
} as const;
type Name = keyof typeof documents;
type Answer = { readonly data: Record<string, { readonly result: { readonly undoToken: string } }> };

/** One of the two servers. */
type Side = {
  readonly name: 'api' | 'peer';
  readonly url: string;
  readonly pid: number;
  readonly application: string;
  request(name: Name, variables: object): { readonly path: string; readonly body: string };
};

class Person {
  readonly client: Client;
  readonly headers: Record<string, string>;
  readonly side: Side;
  readonly ids: readonly string[];
  readonly latencies: number[] = [];
  turn = 0;

  constructor(side: Side, token: string, ids: readonly string[]) {
    this.side = side;
    this.client = new Client(side.url);
    this.headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    this.ids = ids;
  }

  async ask(name: Name, variables: object): Promise<string> {
    const startedAt = performance.now();
    const { path, body } = this.side.request(name, variables);
    const response = await this.client.request({ path, method: 'POST', headers: this.headers, body });
    const text = await response.body.text();
    if (response.statusCode !== 200 || text.includes('"errors"')) throw new Error(`${name}: ${text}`);
    this.latencies.push(performance.now() - startedAt);
    return text;
  }

  /** What is measured under this name, once; the answer to the first request. */
  async once(what: Measured): Promise<string> {
    if (what !== 'change') return this.ask(what, what === 'badge' ? {} : { first: what === 'inbox' ? 20 : 100 });
    const notificationIds = [this.ids[this.turn++ % this.ids.length]];
    const changed = await this.ask('change', { action: 'archive', notificationIds });
    const { undoToken } = (JSON.parse(changed) as Answer).data.changeNotifications?.result ?? {};
    await this.ask('undo', { undoToken });
    return changed;
  }
}

const parts = ['the server', 'PostgreSQL'] as const;
const measured = { inbox: 'inbox, 20 rows', badge: 'badge', preferences: 'preferences', change: 'change and undo' };
type Measured = keyof typeof measured;
type Round = { readonly rate: number; readonly p50: number; readonly p99: number };

say('starting PostgreSQL …');
const database = await startDatabase();
const superuser = new pg.Pool({ connectionString: database.databaseUrl, max: 1 });
superuser.on('error', () => {});
const children: ChildProcess[] = [];
try {
  await database.pool.query('insert into notify.users (id) select unnest($1::uuid[])', [people]);
  await database.pool.query(
    `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at, told_at, read_at)
     select uuidv7(), u.id, 'test_push', 'P0', 'Payment received', 'We received payment ' || n || ' of account ' || n % 97, now(), now(),
       case when n % 3 > 0 then now() end
     from generate_series(1, $2) as n cross join unnest($1::uuid[]) as u (id)`,
    [people, notificationsEach],
  );
  await database.pool.query('vacuum (analyze) notify.notifications');

  const startsMs: number[] = [];
  for (let start = 1; start < rounds; start++) {
    const startedAt = performance.now();
    const once = await startApiProcess(database.apiDatabaseUrl);
    startsMs.push(performance.now() - startedAt);
    await once.stop();
  }
  const startedAt = performance.now();
  const api = await startApiProcess(database.apiDatabaseUrl);
  startsMs.push(performance.now() - startedAt);
  const atStart = await memoryMiB(api.pid);
  const peer = fork(new URL('api-peer.ts', import.meta.url), {
    env: { ...process.env, NODE_ENV: 'production', API_DATABASE_URL: database.apiDatabaseUrl, JWT_SECRET: jwtSecret },
  });
  children.push(api.child, peer);
  const [peerUrl] = (await once(peer, 'message')) as [string];

  const sides: readonly Side[] = [
    {
      name: 'api',
      url: api.url,
      pid: api.pid,
      application: 'rowbell-api',
      request: (name, variables) => ({ path: '/graphql', body: JSON.stringify({ query: documents[name], variables }) }),
    },
    {
      name: 'peer',
      url: peerUrl,
      pid: peer.pid as number,
      application: 'bench-peer',
      request: (name, variables) => ({ path: `/${name}`, body: JSON.stringify({ variables }) }),
    },
  ];
  const asking = new Map<string, Person[]>();
  for (const side of sides) {
    const some = people.map(async (id) => new Person(side, await api.tokenOf(id), await idsOf(id)));
    asking.set(side.name, await Promise.all(some));
  }

  /** Everybody asks, one request after the other, for so long, and until so many were answered. */
  const drive = async (side: Side, what: Measured, forMs: number, atLeast = 0): Promise<Round> => {
    const all = asking.get(side.name) ?? [];
    for (const person of all) person.latencies.length = 0;
    const startedAt = performance.now();
    await Promise.all(
      all.map(async (person) => {
        while (performance.now() - startedAt < forMs || person.latencies.length * all.length < atLeast)
          await person.once(what);
      }),
    );
    const tookMs = performance.now() - startedAt;
    const latencies = all.flatMap((person) => person.latencies);
    return {
      rate: (latencies.length * 1_000) / tookMs,
      p50: median(latencies),
      p99: percentile(latencies, 0.99),
    };
  };

  const names = (Object.keys(measured) as Measured[]).filter((name) => name.includes(values.only));
  for (const what of names) {
    say(`${what}: warming up …`);
    // Until the compiler has seen enough of it, also where the machine is slow.
    for (const side of sides) await drive(side, what, 2_000, 1_500);
    if (what !== 'change') await compare(what);
  }
  const rates = new Map<string, Round[]>();
  const times = new Map<string, [string, number][]>();
  for (let round = 0; round < rounds; round++) {
    for (const what of names) {
      // Whoever is first has it quieter, or not: by turns.
      for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
        const before = await used(side);
        const result = await drive(side, what, seconds * 1_000);
        const spent = perOne(before, await used(side), result.rate * seconds);
        const key = `${what} ${side.name}`;
        rates.set(key, [...(rates.get(key) ?? []), result]);
        times.set(key, [...(times.get(key) ?? []), ...spent]);
        say(`${key}, round ${round + 1}: ${shown(result)} ${JSON.stringify(Object.fromEntries(spent))}`);
      }
    }
  }
  const atEnd = await memoryMiB(api.pid);
  const rateOf = (key: string) => median((rates.get(key) ?? []).map(({ rate }) => rate));
  const partsOf = (key: string): readonly [string, number][] =>
    parts.map((part) => [part, median((times.get(key) ?? []).filter(([name]) => name === part).map(([, us]) => us))]);
  await report(
    'api',
    [
      `16 people, each on a connection, ask for ${seconds} s; medians of ${rounds} rounds by turns.`,
      '',
      table(
        ['asked for', 'API: requests/s', 'p50, p99 in ms', 'by hand: requests/s', 'p50, p99 in ms', 'ratio'],
        names.map((what) => {
          const [ours, theirs] = [`${what} api`, `${what} peer`];
          const latency = (key: string) =>
            (['p50', 'p99'] as const)
              .map((each) => median((rates.get(key) ?? []).map((round) => round[each])).toFixed(1))
              .join(', ');
          const ratio = median(
            (rates.get(ours) ?? []).map(({ rate }, round) => rate / (rates.get(theirs)?.[round]?.rate ?? 0)),
          );
          return [
            measured[what],
            rateOf(ours).toFixed(0),
            latency(ours),
            rateOf(theirs).toFixed(0),
            latency(theirs),
            ratio.toFixed(2),
          ];
        }),
      ),
      '',
      processorTable(
        Object.fromEntries(
          names.flatMap((what) => [
            [`${what}, API`, partsOf(`${what} api`)],
            [`${what}, by hand`, partsOf(`${what} peer`)],
          ]),
        ),
        0,
      ),
      '',
      `The API is ready ${(median(startsMs) / 1_000).toFixed(1)} s after its process begins, and takes ${atStart} MiB then and ${atEnd} MiB after all of this.`,
    ],
    { dry: values.dry },
  );

  /** What a server and its connections have used of the processors so far. */
  async function used({ pid, application }: Side): Promise<ProcessorTime> {
    const { rows } = await superuser.query<{ pid: number }>(
      'select pid from pg_stat_activity where application_name = $1',
      [application],
    );
    const backends = await Promise.all(rows.map((row) => nanoseconds(row.pid)));
    const [server, postgres] = parts;
    return new Map([
      [server, await nanoseconds(pid)],
      [postgres, backends.reduce((sum, ns) => sum + ns, 0)],
    ]);
  }

  async function idsOf(userId: string): Promise<string[]> {
    const { rows } = await database.pool.query<{ id: string }>(
      'select id from notify.notifications where recipient_id = $1',
      [userId],
    );
    return rows.map(({ id }) => id);
  }

  /** Both give the same, instants apart, which each writes in its own way. */
  async function compare(what: Measured): Promise<void> {
    const [ours, theirs] = await Promise.all(
      sides.map(async ({ name }) => {
        const text = (await asking.get(name)?.[0]?.once(what)) ?? '';
        const { data } = JSON.parse(text, (_, value: unknown) =>
          typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value).toISOString() : value,
        ) as Answer;
        return data;
      }),
    );
    if (!isDeepStrictEqual(ours, theirs))
      throw new Error(`${what}: ${[ours, theirs].map((one) => JSON.stringify(one).slice(0, 500)).join(' is not ')}`);
  }
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'exit') : null)));
  await superuser.end();
  await database.stop();
}

/** Resident memory of a process. Linux only. */
async function memoryMiB(pid: number): Promise<number> {
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);
}

function shown({ rate, p50, p99 }: Round): string {
  return `${rate.toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}
