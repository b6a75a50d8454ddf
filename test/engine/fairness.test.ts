import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Lane } from '../../src/database/engine.ts';
import { subscriptionOf } from '../../src/sandbox/browser.ts';
import { openCredentials } from '../../src/sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { webhookSecretOf } from '../../src/sandbox/webhook.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { type Manners, startTarpit, type Tarpit } from '../support/tarpit.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

type Channel = 'push' | 'webhook';

let db: TestDatabase;
let sandbox: Sandbox;
let dataDir: string;
let tls: { readonly key: string; readonly cert: string };
const tarpits: Tarpit[] = [];
let worker: WorkerProcess | null = null;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  dataDir = await mkdtemp(join(tmpdir(), 'rowbell-fairness-'));
  sandbox = await startSandbox({ dataDir, journalLimit: 50_000 });
  tls = (await openCredentials({ dataDir, publicHost: '127.0.0.1' })).credentials.tls;
  await db.owner.query('update notify.settings set daily_cap = 1000000');
  // More addresses than anybody may have: several people's in one, or a bound that failed.
  await db.owner.query(`update notify.limits set at_most = 1000 where key = 'webhook_endpoints'`);
});
beforeEach(async () => {
  await forget(db);
  await db.owner.query('delete from notify.provider_origins');
  sandbox.faults.clear();
  sandbox.journal.clear();
});
afterEach(async () => {
  await worker?.kill();
  worker = null;
  for (const tarpit of tarpits.splice(0)) tarpit.close();
});
afterAll(async () => {
  await sandbox.close();
  await db.drop();
  await rm(dataDir, { recursive: true });
});

const sandboxOrigin = (channel: Channel) =>
  channel === 'push' ? `https://127.0.0.1:${sandbox.ports.web_push}` : `http://127.0.0.1:${sandbox.ports.webhook}`;
const originOf = (channel: Channel, { port }: Tarpit) => `${channel === 'push' ? 'https' : 'http'}://127.0.0.1:${port}`;

async function tarpit(channel: Channel, manners: Manners): Promise<Tarpit> {
  const started = await startTarpit(manners, channel === 'push' ? tls : null);
  tarpits.push(started);
  return started;
}

async function start(lane: Lane): Promise<WorkerProcess> {
  const origins = [sandboxOrigin('push'), ...tarpits.map((one) => originOf('push', one))];
  worker = await startWorker({
    databaseUrl: db.workerUrl,
    lane,
    settings: { ...sandbox.settings, WEB_PUSH_SANDBOX_ORIGINS: origins.join() },
  });
  return worker;
}

/** Somebody with so many addresses at these origins, one after the other. */
async function makeOwner(channel: Channel, origins: readonly string[], count: number): Promise<string> {
  const id = await makePerson(db, { devices: [] });
  const addresses = Array.from({ length: count }, (_, n) => {
    const origin = origins[n % origins.length] ?? '';
    return channel === 'push'
      ? subscriptionOf(origin, `${id}-${n}`)
      : { endpoint: `${origin}/hooks/${id}-${n}`, keys: { p256dh: '', auth: webhookSecretOf(`${id}-${n}`) } };
  });
  await db.owner.query(
    channel === 'push'
      ? `insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth)
         select $1, 'web_push', a ->> 'endpoint', a #>> '{keys,p256dh}', a #>> '{keys,auth}' from jsonb_array_elements($2) as a`
      : `insert into notify.webhook_endpoints (user_id, url, secret)
         select $1, a ->> 'endpoint', a #>> '{keys,auth}' from jsonb_array_elements($2) as a`,
    [id, JSON.stringify(addresses)],
  );
  return id;
}

const typeFor = (channel: Channel, lane: Lane) =>
  makeType(db, { channels: [channel], priority: lane === 'urgent' ? 'P0' : 'P1' });
const sentTo = (person: string) =>
  one<number>(db.owner, `select count(*)::integer from notify.deliveries where recipient_id = $1 and status = 'sent'`, [
    person,
  ]);
const untilSent = (person: string, count: number) =>
  until(`${count} were sent`, async () => (await sentTo(person)) === count, { withinMs: 60_000 });
/** Every delivery of theirs was in the worker's hands, or is. */
const untilMet = (people: readonly string[], least: number) =>
  until('all of theirs were met with', () =>
    one<boolean>(
      db.owner,
      `select count(*) >= $2 and bool_and(status <> 'queued' or attempt > 0 or due_at > created_at)
       from notify.deliveries where recipient_id = any ($1)`,
      [people, least],
    ),
  );
const untried = (people: readonly string[]) =>
  one<number>(
    db.owner,
    `select count(*)::integer from notify.deliveries as d where d.recipient_id = any ($1)
       and not exists (select from notify.delivery_attempts as a where a.delivery_id = d.id)`,
    [people],
  );
const pausedOrigins = async () =>
  (
    await db.owner.query<{ origin: string }>(
      'select origin from notify.provider_origins where paused_until is not null',
    )
  ).rows.map(({ origin }) => origin);

const everyWay = (['urgent', 'bulk'] as const).flatMap((lane) =>
  (['push', 'webhook'] as const).map((channel) => [lane, channel] as const),
);

describe('while hosts do not answer', () => {
  test.each(everyWay)(
    'SE-2: %s, %s: three hundred endpoints on one silent host hold nobody up',
    async (lane, channel) => {
      const silent = await tarpit(channel, 'silent');
      await start(lane);
      const type = await typeFor(channel, lane);
      const victim = await makeOwner(channel, [sandboxOrigin(channel)], 1);
      await tell(db, type, [victim]);
      await untilSent(victim, 1);

      const attackers: string[] = [];
      for (let n = 0; n < 3; n++) {
        attackers.push(await makeOwner(channel, [originOf(channel, silent)], 100));
        await tell(db, type, attackers.slice(-1));
        await untilMet(attackers, 100 * (n + 1));
      }
      await tell(db, type, [victim]);
      await untilSent(victim, 2);
      // Most of theirs wait, and no try of theirs is used up by waiting.
      expect(await untried(attackers)).toBeGreaterThan(250);
      expect(silent.connections.total).toBeGreaterThan(0);
      // The other workers hear of it, and of nobody else.
      await until('the host is set aside', async () => (await pausedOrigins()).length > 0);
      expect(await pausedOrigins()).toEqual([originOf(channel, silent)]);
      expect(await one(db.owner, 'select count(*)::integer from notify.senders where paused_until is not null')).toBe(
        0,
      );
    },
  );

  test('SE-2: many hosts, each with a few endpoints, of several people', async () => {
    const silent = await Promise.all(Array.from({ length: 40 }, () => tarpit('webhook', 'silent')));
    await start('urgent');
    const type = await typeFor('webhook', 'urgent');
    const victim = await makeOwner('webhook', [sandboxOrigin('webhook')], 1);
    await tell(db, type, [victim]);
    await untilSent(victim, 1);
    const attackers: string[] = [];
    for (let n = 0; n < 6; n++) {
      attackers.push(
        await makeOwner(
          'webhook',
          silent.map((one) => originOf('webhook', one)),
          40,
        ),
      );
      await tell(db, type, attackers.slice(-1));
      await untilMet(attackers, 40 * (n + 1));
    }
    await tell(db, type, [victim]);
    await untilSent(victim, 2);
    expect(await untried(attackers)).toBeGreaterThan(150);
  });

  test('SE-2: hosts that answered until now', async () => {
    const hosts = await Promise.all(Array.from({ length: 4 }, () => tarpit('push', 'accept')));
    await start('urgent');
    const type = await typeFor('push', 'urgent');
    const victim = await makeOwner('push', [sandboxOrigin('push')], 1);
    const attackers = await Promise.all(
      Array.from({ length: 4 }, () =>
        makeOwner(
          'push',
          hosts.map((one) => originOf('push', one)),
          50,
        ),
      ),
    );
    await tell(db, type, [victim, ...attackers]);
    await untilSent(victim, 1);
    for (const attacker of attackers) await untilSent(attacker, 50);
    for (const host of hosts) host.behave('silent');
    await tell(db, type, attackers);
    await untilMet(attackers, 400);
    await tell(db, type, [victim]);
    await untilSent(victim, 2);
    expect(await untried(attackers)).toBeGreaterThan(100);
  });

  test('SE-2: one person whose endpoints are silent at the very push service of the others', async () => {
    await start('urgent');
    const type = await typeFor('push', 'urgent');
    const victim = await makeOwner('push', [sandboxOrigin('push')], 1);
    await tell(db, type, [victim]);
    await untilSent(victim, 1);
    const attacker = await makeOwner('push', [sandboxOrigin('push')], 100);
    const { rows } = await db.owner.query<{ token: string }>('select token from notify.devices where user_id = $1', [
      attacker,
    ]);
    for (const { token } of rows) {
      sandbox.faults.add({ provider: 'web_push', address: token, kind: 'latency', latencyMs: 600_000 });
    }
    for (let n = 1; n <= 2; n++) {
      await tell(db, type, [attacker]);
      await untilMet([attacker], 100 * n);
    }
    await tell(db, type, [victim]);
    await untilSent(victim, 2);
    expect(await untried([attacker])).toBeGreaterThan(150);
    expect(await pausedOrigins()).toEqual([]);
  });

  test.each(['trickle', 'reset', 'endless', 'redirect', 'refuse-tls'] as const)(
    'SE-2: hosts that %s',
    async (manners) => {
      const host = await tarpit('push', manners);
      const { pid } = await start('urgent');
      const type = await typeFor('push', 'urgent');
      const victim = await makeOwner('push', [sandboxOrigin('push')], 1);
      const attacker = await makeOwner('push', [originOf('push', host)], 100);
      await tell(db, type, [victim]);
      await untilSent(victim, 1);
      await tell(db, type, [attacker]);
      await untilMet([attacker], 100);
      await tell(db, type, [victim]);
      await untilSent(victim, 2);
      expect(worker?.pid).toBe(pid);
      expect(worker?.running()).toBe(true);
    },
  );

  test('SE-2: five people with mailboxes at silent mail servers, and more of their mails than handlers wait for', async () => {
    await start('bulk');
    const type = await makeType(db, { channels: ['email'], title: 'News' });
    const victim = await makePerson(db, { devices: [], email: 'ada@answers.example' });
    await tell(db, type, [victim]);
    await untilSent(victim, 1);
    const attackers: string[] = [];
    for (let n = 0; n < 5; n++) {
      const email = `mallory@silent${n}.example`;
      sandbox.faults.add({ provider: 'smtp', address: email, kind: 'latency', latencyMs: 600_000 });
      attackers.push(await makePerson(db, { devices: [], email }));
    }
    for (let n = 0; n < 120; n++) await tell(db, type, attackers);
    await untilMet(attackers, 600);
    await tell(db, type, [victim]);
    await untilSent(victim, 2);
    expect(await untried(attackers)).toBeGreaterThan(500);
    expect(await one(db.owner, 'select count(*)::integer from notify.senders where paused_until is not null')).toBe(0);
  });

  test('SE-2: a host that answers again gets all that it was spared', async () => {
    const host = await tarpit('webhook', 'silent');
    await start('bulk');
    const type = await typeFor('webhook', 'bulk');
    const owner = await makeOwner('webhook', [originOf('webhook', host)], 20);
    await tell(db, type, [owner]);
    await until('it is set aside', async () => (await pausedOrigins()).length === 1);
    host.behave('accept');
    await until('all arrived', async () => (await sentTo(owner)) === 20);
    expect(await pausedOrigins()).toEqual([]);
  });
});
