import { readFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { sleep, startApiProcess, startDatabase } from './stack.ts';
import { median } from './statistics.ts';

// A person takes away so many rows. Does the server's memory stay flat, how soon is the first byte there, how fast is the
// rest? Beside it, in the same run: the same of a hundredth of the rows, and the rows as PostgreSQL gives them, by a cursor
// and thrown away.
const { values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
});
const many = Number(values.rows);
const few = many / 100;
const rounds = Number(values.rounds);
const ada = '00000000-0000-7000-8000-0000000000a1';
const bob = '00000000-0000-7000-8000-0000000000a2';
const say = (sentence: string) => console.error(`bench: ${sentence}`);

/** Resident memory of a process, in MB. */
async function memoryOf(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}

say('starting PostgreSQL and the API …');
const { pool, apiDatabaseUrl, stop } = await startDatabase();
const api = await startApiProcess(apiDatabaseUrl);

async function open(path: string, userId: string): Promise<{ response: IncomingMessage; startedAt: number }> {
  const headers = { authorization: `Bearer ${await api.tokenOf(userId)}` };
  const startedAt = performance.now();
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(`${api.url}/export/${path}`, { headers, agent: false }, resolve).on('error', reject),
  );
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}`);
  return { response, startedAt };
}

/** Takes all of it; memory is the server's at the start and after each of these shares of the rows. */
async function take(path: string, userId: string, rows: number, shares: readonly number[]) {
  const memory = [await memoryOf(api.pid)];
  const { response, startedAt } = await open(path, userId);
  let firstByte = 0;
  let lines = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    firstByte ||= performance.now() - startedAt;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
    if (lines >= rows * (shares[memory.length - 1] ?? 2)) memory.push(await memoryOf(api.pid));
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  if (Math.abs(lines - rows) > 2) throw new Error(`${path}: ${lines} lines instead of ${rows}`);
  memory.push(await memoryOf(api.pid));
  return { firstByte, rate: rows / seconds, memory };
}

/** Rows a second of PostgreSQL and its client alone, for the same query. */
async function takeByCursor(query: string): Promise<number> {
  const client = new pg.Client({ connectionString: apiDatabaseUrl });
  await client.connect();
  await client.query(`begin read only; set local role rowbell_user; select set_config('rowbell.user_id', '${ada}', true);
    declare c no scroll cursor for ${query}`);
  const startedAt = performance.now();
  let rows = 0;
  for (let got = 1; got > 0; ) {
    got = (await client.query('fetch 500 from c')).rows.length;
    rows += got;
  }
  const rate = rows / ((performance.now() - startedAt) / 1_000);
  await client.end();
  return rate;
}

const lists = {
  notifications: 'select * from notify_hidden.inbox(null) order by id desc',
  activity: 'select * from notify.activity_feed() order by id desc',
};
const table: string[] = [];
try {
  say(`writing ${many} notifications and activities of a person …`);
  await pool.query('insert into notify.users (id) values ($1), ($2)', [ada, bob]);
  for (const [userId, rows] of [
    [ada, many],
    [bob, few],
  ] as const) {
    await pool.query(
      `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, data, thread_id, expires_at, read_at)
       select uuidv7(), $1, 'test_push', 'P0', 'Ada left', 'Ada has left the trip: Lisbon in May', '{"tripId": "00000000-0000-7000-8000-0000000000c1"}',
         'trip:' || n % 1000, now(), case when n % 3 > 0 then now() end
       from generate_series(1, $2) as n`,
      [userId, rows],
    );
    await pool.query(
      `insert into notify.activities (user_id, type, action, title, description, metadata, ip_address)
       select $1, 'login', 'completed', 'Logged in', 'From a browser', '{"method": "password"}', '192.0.2.1' from generate_series(1, $2) as n`,
      [userId, rows],
    );
  }
  await pool.query('vacuum analyze notify.notifications; ');
  await pool.query('vacuum analyze notify.activities');
  for (const [name, query] of Object.entries(lists)) {
    const base: number[] = [];
    for (const path of [
      `${name}.csv`,
      `${name}.json`,
      ...(name === 'notifications' ? [`${name}.csv?sort=unread_first`] : []),
    ]) {
      const all: Awaited<ReturnType<typeof take>>[] = [];
      const small: number[] = [];
      // The first round warms up.
      for (let round = -1; round < rounds; round++) {
        say(`${path}, round ${round + 1} …`);
        const [cursor, one, whole] = [
          await takeByCursor(query),
          await take(path, bob, few, []),
          await take(path, ada, many, [0.1, 0.5]),
        ];
        if (round < 0) continue;
        base.push(cursor);
        small.push(one.firstByte);
        all.push(whole);
      }
      const memory = [0, 1, 2, 3].map((n) => Math.round(median(all.map((each) => each.memory[n] as number))));
      const rate = median(all.map((each) => each.rate));
      table.push(
        `| ${path} | ${median(all.map((each) => each.firstByte)).toFixed(1)} ms (${median(small).toFixed(1)} ms) | ${Math.round(rate).toLocaleString('en')} | ${(rate / median(base)).toFixed(2)} | ${memory.join(', ')} MB |`,
      );
    }
  }
  say('a client that takes nothing …');
  const before = await memoryOf(api.pid);
  const { response } = await open('notifications.json', ada);
  response.pause();
  await sleep(10_000);
  const after = await memoryOf(api.pid);
  response.destroy();
  table.push(`| a client that takes nothing for 10 s | | | | ${Math.round(before)}, then ${Math.round(after)} MB |`);
} finally {
  await api.stop();
  await stop();
}
console.log(
  [
    `| ${many.toLocaleString('en')} rows | first byte (of ${few.toLocaleString('en')} rows) | rows/s | of a cursor's | memory at 0, 10, 50, 100 % |`,
    '|---|---|---|---|---|',
    ...table,
  ].join('\n'),
);
