import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { subscriptionOf } from '../src/sandbox/browser.ts';
import type { Attack, Statuses } from './attacks.ts';
import { createBystander, createNotifications, measure, shown, startAttack } from './bystander.ts';
import { sleep, startStack } from './stack.ts';
import { percentile } from './statistics.ts';

// Somebody asks for everything. How long do another person's unreadCount and P0 push take meanwhile, beside the same while it is
// quiet? The aim: p50 and p99 within three times the quiet figure plus 50 ms.
const { values } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '15' }, only: { type: 'string', default: '' } },
});
const seconds = Number(values.seconds);
const mallory = '00000000-0000-7000-8000-0000000000f1';
const say = (sentence: string) => console.error(`bench: ${sentence}`);

// Accepts connections and never answers.
const silence = createServer((socket) => socket.on('error', () => {}));
await new Promise<void>((resolve) => silence.listen(0, '127.0.0.1', resolve));
const silentOrigin = `https://127.0.0.1:${(silence.address() as AddressInfo).port}`;

say('starting PostgreSQL, two sandboxes, two workers and the API …');
const stack = await startStack({ moreWebPushOrigins: [silentOrigin] });
const { pool, api } = stack;

/** Begins an attack; what it resolves to ends it, and says how it was answered. */
type Begin = () => Promise<() => Promise<Statuses>>;

function attackWith(attack: Attack): Begin {
  return async () => {
    const { end, ended } = startAttack(attack);
    return () => {
      end();
      return ended;
    };
  };
}

/** So many endpoints on the silent host, of as few people as may have them; each is told something urgent every second. */
function silentEndpoints(endpoints: number): Begin {
  return async () => {
    await pool.query(
      `with person as (insert into notify.users (name) select 'Silent ' || n from generate_series(1, ceil($1 / 50.0)::integer) as n returning id),
       device as (
         insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth)
         select p.id, 'web_push', $2 || '/' || n || p.id, $3, $4
         from person as p cross join generate_series(1, least($1, 50)) as n)
       insert into bench.followers select id, 'silent' from person`,
      [endpoints, silentOrigin, subscriptionOf('', 'anybody').keys.p256dh, randomBytes(16).toString('base64url')],
    );
    const telling = setInterval(() => {
      void pool.query(
        `insert into bench.announcements (type_key, provider, text) values ('bench_p0', 'silent', 'Nobody hears this')`,
      );
    }, 1_000);
    return async () => {
      clearInterval(telling);
      await pool.query(`delete from bench.followers where provider = 'silent'`);
      const { rows } = await pool.query<Statuses>(
        `select jsonb_object_agg(status, count) as statuses from (
           select status, count(*) from notify.deliveries where device_id in (select id from notify.devices where token like $1 || '/%') group by status) as by_status`,
        [silentOrigin],
      );
      await pool.query(
        `update notify.devices set deactivated_at = now(), deactivation_reason = 'stale' where token like $1 || '/%'`,
        [silentOrigin],
      );
      return rows[0] ?? {};
    };
  };
}

const isWithinAim = (quiet: readonly number[], loud: readonly number[]) =>
  [0.5, 0.99].every((share) => percentile(loud, share) <= 3 * percentile(quiet, share) + 50);
const table: string[] = [];

try {
  await pool.query('insert into notify.users (id) values ($1)', [mallory]);
  await createNotifications(pool, mallory, 30_000);
  await createBystander(stack);
  await pool.query('vacuum analyze');

  const graphql = { url: `${api.url}/graphql`, tokens: [await api.tokenOf(mallory)] };
  const attacks: [string, Begin][] = [
    ...[12, 40].map((connections): [string, Begin] => [
      `${connections} connections of one user with 30 000 notifications in bulk changes`,
      attackWith({ ...graphql, kind: 'bulk changes', connections }),
    ]),
    ...[64, 300].map((endpoints): [string, Begin] => [`${endpoints} silent endpoints`, silentEndpoints(endpoints)]),
    [
      '20 connections without a token',
      attackWith({ ...graphql, tokens: [null], kind: 'hostile documents', connections: 20 }),
    ],
    [
      '6 connections of one user, another document each time',
      attackWith({ ...graphql, kind: 'hostile documents', connections: 6 }),
    ],
    [
      '100 clients on /metrics',
      attackWith({ url: `${api.metricsUrl}/metrics`, tokens: [null], kind: 'metrics', connections: 100 }),
    ],
  ];
  say('warming up …');
  await measure(stack, AbortSignal.timeout(seconds * 1_000));
  for (const [name, begin] of attacks.filter(([name]) => name.includes(values.only))) {
    // Beside each, so that whatever else the machine does meanwhile is in both.
    say('quiet …');
    const quiet = await measure(stack, AbortSignal.timeout(seconds * 1_000));
    say(`${name} …`);
    const end = await begin();
    await sleep(1_500);
    const loud = await measure(stack, AbortSignal.timeout(seconds * 1_000));
    const statuses = await end();
    const isWithin = isWithinAim(quiet.counts, loud.counts) && isWithinAim(quiet.pushes, loud.pushes);
    table.push(
      `| ${[name, shown(quiet.counts), shown(loud.counts), shown(quiet.pushes), shown(loud.pushes), isWithin ? 'yes' : 'no'].join(' | ')} |`,
    );
    say(`${table.at(-1)} ${JSON.stringify(statuses)}`);
  }
} finally {
  await stack.stop();
  silence.close();
}
console.log(
  [
    '| under | unreadCount quiet, p50 / p99 in ms | under it | P0 push quiet | under it | within 3 times + 50 ms |',
    '|---|---|---|---|---|---|',
    ...table,
  ].join('\n'),
);
