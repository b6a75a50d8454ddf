import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/database/engine.ts';
import type { Message, ProviderName, Result } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

const names = ['apns', 'fcm', 'web_push', 'webhook', 'smtp', 'twilio'] as const;

let db: TestDatabase;
let engine: ReturnType<typeof createEngine>;
let worker: string;
let type: Readonly<Record<'push' | 'email' | 'webhook', string>>;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  engine = createEngine({ pool: db.worker, planningPool: db.worker });
  type = {
    push: await makeType(db, { maxAttempts: 4 }),
    email: await makeType(db, { channels: ['email'], maxAttempts: 4 }),
    webhook: await makeType(db, { channels: ['webhook'], maxAttempts: 4 }),
  };
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db);
  await db.owner.query(`
    delete from notify.workers; delete from notify_private.provider_credentials; delete from notify.devices;
    update notify.providers set credentials_changed_at = null`);
  worker = await start('one');
});

/** A worker with settings of that fingerprint for all providers; its id. */
const start = (settings: string) =>
  engine.register(
    'bulk',
    'host',
    1,
    names,
    [],
    names.map(() => settings),
  );

type Person = { readonly id: string; readonly address: string };
/** A person with one address, or one more of a person. */
async function person(provider: ProviderName = 'apns', origin = 'https://push.example', of?: string): Promise<Person> {
  const address =
    {
      apns: randomBytes(32).toString('hex'),
      fcm: `fcm-${randomUUID()}`,
      smtp: `${randomUUID()}@example.com`,
    }[provider as 'apns' | 'fcm' | 'smtp'] ?? `${origin}/${randomUUID()}`;
  const id = of ?? (await makePerson(db, { devices: [], email: provider === 'smtp' ? address : null }));
  if (provider === 'webhook')
    await db.owner.query(
      `insert into notify.webhook_endpoints (user_id, url, secret) values ($1, $2, 'whsec_' || repeat('A', 32))`,
      [id, address],
    );
  else if (provider !== 'smtp')
    await db.owner.query(
      `insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth)
       values ($1, $2, $3, case when $2 = 'web_push' then 'p' end, case when $2 = 'web_push' then 'a' end)`,
      [id, provider, address],
    );
  return { id, address };
}
const people = (count: number, provider?: ProviderName, origin?: string) =>
  Promise.all(Array.from({ length: count }, () => person(provider, origin)));

async function tellOn(channel: 'push' | 'email' | 'webhook', ...to: readonly Person[]) {
  await tell(
    db,
    type[channel],
    to.map(({ id }) => id),
  );
  await planDue(db);
}
const accepted: Result = { outcome: 'accepted', providerMessageId: null };
type Rejected = Extract<Result, { outcome: 'rejected' }>;
const rejected = (permanence: Rejected['permanence'], code: string, suspect = false): Rejected => ({
  outcome: 'rejected',
  permanence,
  reason: code.toLowerCase(),
  code,
  ...(suspect && { suspect }),
});
const badToken = rejected('address', 'BadDeviceToken', true);

/** Claims what is due of a provider and answers each; how many were asked. */
async function send(provider: ProviderName, answer: (message: Message) => Result, by = worker): Promise<number> {
  const claimId = randomUUID();
  const claimed = await engine.claim(claimId, by, provider, 'bulk');
  if (claimed.length > 0) await engine.record(claimId, claimed, claimed.map(answer));
  return claimed.length;
}
/** So that people can be told again. */
const forgetCap = () => db.owner.query('truncate notify_private.daily_counters');
const makeDue = () => db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
const endPauses = () =>
  db.owner.query(`
    update notify.providers set paused_until = now() - interval '1 ms' where paused_until is not null;
    update notify.provider_origins set paused_until = now() - interval '1 ms' where paused_until is not null`);
/** What was accepted or said is long ago. */
const age = (interval: string) =>
  db.owner.query(
    `update notify.providers set accepted_at = accepted_at - $1::interval;
     update notify.provider_origins set accepted_at = accepted_at - $1::interval;`.replaceAll('$1', `'${interval}'`),
  );
const paused = async () => {
  const { rows } = await db.owner.query<{ name: string; reason: string }>(
    `select provider as name, pause_reason as reason from notify.providers where paused_until is not null
     union all select origin, pause_reason from notify.provider_origins where paused_until is not null order by 1`,
  );
  return rows.map(({ name, reason }) => `${name}: ${reason}`);
};
const retired = async () =>
  (
    await db.owner.query<{ address: string }>(
      `select token as address from notify.devices where deactivated_at is not null
       union all select url from notify.webhook_endpoints where deactivated_at is not null
       union all select address from notify.suppressions`,
    )
  ).rows.map(({ address }) => address);
const statusOf = async ({ id }: Person) =>
  (
    await db.owner.query<{ status: string; reason: string | null; attempt: number }>(
      'select status, reason, attempt from notify.deliveries where recipient_id = $1 order by id',
      [id],
    )
  ).rows;

describe('W01: one recipient', () => {
  const complaints: readonly (readonly [ProviderName, Rejected])[] = [
    ['smtp', rejected('message', '5.7.9', true)],
    ['smtp', rejected('message', '5.1.8', true)],
    ['fcm', rejected('misconfigured', '404', true)],
    ['fcm', rejected('misconfigured', '401', true)],
    ['apns', rejected('misconfigured', 'InvalidProviderToken', true)],
    ['apns', badToken],
    ['web_push', rejected('origin', '401')],
    ['web_push', rejected('origin', '403')],
    ['web_push', rejected('address', '403', true)],
    ['webhook', rejected('origin', '401')],
  ];
  test.each(complaints)('does not stop %s, nobody having been accepted before: %o', async (provider, complaint) => {
    const channel = provider === 'smtp' ? 'email' : provider === 'webhook' ? 'webhook' : 'push';
    const bad = await person(provider);
    // However many addresses they have.
    if (channel === 'push') for (let n = 0; n < 20; n++) await person(provider, undefined, bad.id);
    await tellOn(channel, bad);
    await send(provider, () => complaint);
    expect(await paused()).toEqual([]);
    const good = await person(provider);
    await tellOn(channel, good);
    await send(provider, () => accepted);
    expect(await statusOf(good)).toMatchObject([{ status: 'sent' }]);
    // Nor ever: its tries end.
    for (let n = 0; n < 5; n++) {
      await makeDue();
      await send(provider, () => complaint);
      expect(await paused()).toEqual([]);
    }
    expect(new Set((await statusOf(bad)).map(({ status }) => status))).toEqual(new Set(['failed']));
  });

  test('whose mail the relay refuses at MAIL, others being accepted, does not stop it; three do', async () => {
    const refused = rejected('misconfigured', '5.1.8');
    await tellOn('email', ...(await people(3, 'smtp')));
    await send('smtp', () => accepted);
    const unlucky = await person('smtp');
    await tellOn('email', unlucky);
    for (let n = 0; n < 4; n++) {
      await makeDue();
      await send('smtp', () => refused);
      expect(await paused()).toEqual([]);
    }
    expect(await statusOf(unlucky)).toMatchObject([{ status: 'failed', reason: '5.1.8', attempt: 4 }]);
    await tellOn('email', ...(await people(2, 'smtp')));
    await send('smtp', () => refused);
    expect(await paused()).toEqual(['smtp: 5.1.8']);
  });

  test('is enough where the relay lets nobody in', async () => {
    await tellOn('email', await person('smtp'));
    await send('smtp', () => rejected('misconfigured', '5.7.8'));
    expect(await paused()).toEqual(['smtp: 5.7.8']);
  });

  test('or three, who have hundreds of addresses, do not stop what has just let others in', async () => {
    const [good, ...bad] = await people(4);
    for (const { id } of bad) for (let n = 0; n < 40; n++) await person('apns', '', id);
    await tellOn('push', good as Person);
    await send('apns', () => accepted);
    await tellOn('push', ...bad);
    await send('apns', () => badToken);
    expect(await paused()).toEqual([]);
    await age('11 minutes');
    await makeDue();
    await send('apns', () => badToken);
    expect(await paused()).toEqual(['apns: suspect_rejections']);
  });
});

describe('W03: a wrong environment', () => {
  test('prunes nobody, however few are told at a time; three people in doubt pause it', async () => {
    const all = await people(9);
    const asked: number[] = [];
    for (const few of [all.slice(0, 1), all.slice(1, 5), all.slice(5)]) {
      await tellOn('push', ...few);
      await makeDue();
      asked.push(await send('apns', () => badToken));
    }
    expect(asked).toEqual([1, 5, 0]);
    expect(await retired()).toEqual([]);
    expect(await paused()).toEqual(['apns: suspect_rejections']);
    // Operators see it; people do not.
    const { rows } = await db.asOperator((client) =>
      client.query(`select provider from notify.providers where pause_reason = 'suspect_rejections'`),
    );
    expect(rows).toHaveLength(1);
    expect(await engine.pauses('apns')).toMatchObject([{ origin: null, reason: 'suspect_rejections', pauses: 1 }]);

    // Mended: a worker with other settings probes at once, and what is really gone goes.
    worker = await start('two');
    const gone = all[8]?.address;
    for (let n = 0; n < 5; n++) {
      await makeDue();
      // The first to probe may be the one that is gone.
      await send('apns', ({ address }) => (address === gone ? badToken : accepted));
      await endPauses();
    }
    expect(await paused()).toEqual([]);
    expect(await retired()).toEqual([gone]);
    expect((await Promise.all(all.slice(0, 8).map(statusOf))).flat()).toMatchObject(
      Array.from({ length: 8 }, () => ({ status: 'sent' })),
    );
  });

  test('of a deployment that follows a good one: what was accepted before it proves nothing', async () => {
    const all = await people(5);
    await tellOn('push', ...all);
    await send('apns', () => accepted);
    worker = await start('two');
    for (let n = 0; n < 6; n++) {
      await tellOn('push', all[n % 2] as Person);
      await makeDue();
      await send('apns', () => badToken);
    }
    expect(await retired()).toEqual([]);
    expect(await paused()).toEqual([]);
    await tellOn('push', all[2] as Person);
    await send('apns', () => badToken);
    expect(await paused()).toEqual(['apns: suspect_rejections']);
  });

  test('answers that a worker with the settings before still gets prove nothing either', async () => {
    const before = worker;
    worker = await start('two');
    const [one, two] = await people(2);
    await tellOn('push', one as Person);
    await send('apns', () => badToken);
    await tellOn('push', two as Person);
    await send('apns', ({ address }) => (address === two?.address ? accepted : badToken), before);
    await makeDue();
    await send('apns', () => badToken);
    expect(await retired()).toEqual([]);
  });

  test('without a change of ours: what was accepted before the doubt proves nothing', async () => {
    const all = await people(12);
    await tellOn('push', ...all);
    await send('apns', () => accepted);
    await db.owner.query(`update notify.providers set accepted_at = accepted_at - interval '1 second'`);
    for (const one of all) {
      await tellOn('push', one);
      await makeDue();
      await send('apns', () => badToken);
    }
    expect(await retired()).toEqual([]);
    expect(await paused()).toEqual(['apns: suspect_rejections']);
  });

  test.each([
    ['in the same chunk', true],
    ['before its next try', false],
  ])('a dead phone is found by what is accepted %s', async (_when, together) => {
    const [dead, good] = (await people(2)) as [Person, Person];
    const answer = ({ address }: Message) => (address === dead.address ? badToken : accepted);
    await tellOn('push', dead);
    if (!together) {
      await send('apns', answer);
      expect(await statusOf(dead)).toMatchObject([{ status: 'queued', reason: 'baddevicetoken', attempt: 1 }]);
    }
    await tellOn('push', good);
    await send('apns', answer);
    await makeDue();
    await send('apns', answer);
    expect(await retired()).toEqual([dead.address]);
    expect(await statusOf(dead)).toMatchObject([{ status: 'failed', reason: 'baddevicetoken' }]);
    expect(await one(db.owner, 'select count(*)::integer from notify_private.suspects')).toBe(0);
  });

  test('once most are in doubt a few acceptances condemn nobody, nor is paused what lets people in', async () => {
    const all = await people(40);
    const mine = new Set(all.slice(0, 25).map(({ address }) => address));
    await tellOn('push', ...all);
    const answer = ({ address }: Message) => (mine.has(address) ? badToken : accepted);
    await send('apns', answer);
    expect(await paused()).toEqual([]);
    // The next chunk is of the doubtful alone.
    await makeDue();
    await send('apns', answer);
    expect(await paused()).toEqual(['apns: suspect_rejections']);
    expect(await retired()).toEqual([]);
    expect(await one(db.owner, `select count(*)::integer from notify.deliveries where status = 'sent'`)).toBe(15);
  });

  test.each([
    [1, 1],
    [3, 1],
    [9, 1],
    [9, 3],
  ])(
    'however small the chunks, %i suspects beside %i accepted in each prune no more than were accepted',
    async (suspects, few) => {
      const good = await people(few);
      // Two addresses each: it is people that count.
      for (const { id } of good) await person('apns', '', id);
      const all = await people(36);
      const mine = new Set(all.map(({ address }) => address));
      for (let n = 0; n < all.length; n += suspects) {
        await forgetCap();
        await tellOn('push', ...good, ...all.slice(n, n + suspects));
        await makeDue();
        await send('apns', ({ address }) => (mine.has(address) ? badToken : accepted));
      }
      expect((await retired()).length).toBeLessThanOrEqual(few);
      expect(await paused()).toEqual([]);
      // A day later those in doubt count no more; those retired do.
      await db.owner.query(`update notify_private.suspects set said_at = said_at - interval '25 hours'`);
      await forgetCap();
      await tellOn('push', ...good, ...all.slice(-9));
      await send('apns', ({ address }) => (mine.has(address) ? badToken : accepted));
      expect((await retired()).length).toBeLessThanOrEqual(few);
    },
  );

  test('what many were accepted for does not outweigh a bad day', async () => {
    const good = await people(150);
    const [gone, ...all] = (await people(130)) as [Person, ...Person[]];
    await tellOn('push', ...good, gone);
    await send('apns', ({ address }) => (address === gone.address ? badToken : accepted));
    expect(await retired()).toEqual([gone.address]);
    const mine = new Set(all.map(({ address }) => address));
    await tellOn('push', good[0] as Person, ...all);
    await send('apns', ({ address }) => (mine.has(address) ? badToken : accepted));
    for (let n = 0; n < 3; n++) {
      await tellOn('push', good[0] as Person);
      await makeDue();
      await send('apns', ({ address }) => (mine.has(address) ? badToken : accepted));
    }
    expect(await retired()).toEqual([gone.address]);
  });

  test('once enough others are accepted, those who are gone go', async () => {
    const dead = await people(9);
    const [first, ...good] = (await people(9)) as [Person, ...Person[]];
    const mine = new Set(dead.map(({ address }) => address));
    const answer = ({ address }: Message) => (mine.has(address) ? badToken : accepted);
    await tellOn('push', first, ...dead);
    await send('apns', answer);
    expect(await retired()).toEqual([]);
    await tellOn('push', ...good);
    await send('apns', answer);
    await makeDue();
    await send('apns', answer);
    expect(new Set(await retired())).toEqual(mine);
  });

  test('two chunks at once do not each use up what was accepted', async () => {
    const good = await person();
    const all = await people(2);
    await person('apns', '', good.id);
    await tellOn('push', good, ...all);
    const claimId = randomUUID();
    const claimed = await engine.claim(claimId, worker, 'apns', 'bulk');
    const isMine = ({ address }: Message) => all.some((one) => one.address === address);
    const [mine, accepts] = [claimed.filter(isMine), claimed.filter((message) => !isMine(message))];
    const other = randomUUID();
    const chunk = (n: number) => [mine[n], accepts[n]] as [Message, Message];
    await engine.split(claimId, other, chunk(1));
    const first = await db.worker.connect();
    try {
      await first.query('begin');
      const held = createEngine({ pool: first as unknown as pg.Pool, planningPool: db.worker });
      await held.record(claimId, chunk(0), [badToken, accepted]);
      const second = engine.record(other, chunk(1), [badToken, accepted]);
      await until('the second waits', () =>
        one<boolean>(db.owner, 'select exists (select from pg_locks where not granted)'),
      );
      await first.query('commit');
      await second;
    } finally {
      first.release();
    }
    expect(await retired()).toEqual([mine[0]?.address]);
  });

  test('a chunk of a worker with the settings before condemns nobody, whoever is accepted in it', async () => {
    const [good, bad] = (await people(2)) as [Person, Person];
    await tellOn('push', good, bad);
    const before = worker;
    worker = await start('two');
    await send('apns', ({ address }) => (address === bad.address ? badToken : accepted), before);
    expect(await retired()).toEqual([]);
    expect(await one(db.owner, 'select count(*)::integer from notify_private.evidence')).toBe(0);
  });

  test('a refusal of an address or message that is not in doubt ends a pause, one of our own making does not', async () => {
    await tellOn('push', ...(await people(4)));
    await send('apns', () => badToken);
    expect(await paused()).toHaveLength(1);
    await endPauses();
    await makeDue();
    await send('apns', () => rejected('address', 'malformed_token'));
    expect(await paused()).toHaveLength(1);
    await endPauses();
    await send('apns', () => rejected('address', 'Unregistered'));
    expect(await paused()).toEqual([]);
  });

  test('a settled provider costs a word every few seconds', async () => {
    const [good] = (await people(1)) as [Person];
    const accept = async () => {
      await tellOn('push', good);
      await send('apns', () => accepted);
      return one<Date>(db.owner, `select accepted_at from notify.providers where provider = 'apns'`);
    };
    await db.owner.query(`update notify.providers set credentials_changed_at = now() - interval '1 minute'`);
    const first = await accept();
    expect(await accept()).toEqual(first);
    await age('6 seconds');
    expect((await accept()).getTime()).toBeGreaterThan(first.getTime() - 6_000);
  });
});

describe('W04: one push service', () => {
  const [apple, mozilla] = ['https://web.push.example', 'https://updates.push.example'];

  test('that refuses us is paused alone and loses nobody; the others go on', async () => {
    const safaris = await people(5, 'web_push', apple);
    const foxes = await people(12, 'web_push', mozilla);
    const answer = ({ address }: Message) => (address.startsWith(apple) ? rejected('origin', '403') : accepted);
    await tellOn('push', ...safaris, ...foxes);
    expect(await send('web_push', answer)).toBe(17);
    expect(await paused()).toEqual([`${apple}: 403`]);
    expect(await retired()).toEqual([]);
    await tellOn('push', ...foxes);
    await makeDue();
    expect(await send('web_push', answer)).toBe(12);
    expect((await Promise.all(safaris.map(statusOf))).flat()).toMatchObject(
      safaris.map(() => ({ status: 'queued', attempt: 1 })),
    );
    // It takes us again.
    await endPauses();
    await makeDue();
    expect(await send('web_push', () => accepted)).toBe(1);
    await makeDue();
    expect(await send('web_push', () => accepted)).toBe(4);
    expect(await paused()).toEqual([]);
    const { rows } = await db.asOperator((client) =>
      client.query('select origin, accepted_at is not null as accepted from notify.provider_origins order by 1'),
    );
    expect(rows).toEqual([
      { origin: mozilla, accepted: true },
      { origin: apple, accepted: true },
    ]);
  });

  test('that does not know our new key is paused, and another one proves nothing for it', async () => {
    const safaris = await people(3, 'web_push', apple);
    const foxes = await people(3, 'web_push', mozilla);
    const mismatch = rejected('address', '403', true);
    for (const safari of safaris) {
      await tellOn('push', safari, ...foxes);
      await makeDue();
      await send('web_push', ({ address }) => (address.startsWith(apple) ? mismatch : accepted));
    }
    expect(await retired()).toEqual([]);
    expect(await paused()).toEqual([`${apple}: suspect_rejections`]);
  });
});

test('a change of credentials ends the pauses, and an unchanged one leaves them', async () => {
  await tellOn('push', ...(await people(3)), ...(await people(3, 'web_push')));
  await send('apns', () => badToken);
  await send('web_push', () => rejected('origin', '401'));
  expect(await paused()).toHaveLength(2);
  const left = `select count(*)::integer from (
    select paused_until from notify.providers union all select paused_until from notify.provider_origins) as p where paused_until > clock_timestamp()`;
  worker = await start('one');
  expect(await one(db.owner, left)).toBe(2);
  worker = await start('two');
  expect(await one(db.owner, left)).toBe(0);
  await makeDue();
  expect(await send('apns', () => accepted)).toBe(1);
});

test('what is remembered of suspects goes with the person, and after a day', async () => {
  const [one_, two] = (await people(2)) as [Person, Person];
  await tellOn('push', one_, two);
  await send('apns', () => badToken);
  const rows = 'select count(*)::integer from notify_private.suspects';
  expect(await one(db.owner, rows)).toBe(2);
  await db.owner.query(
    "update notify_private.suspects set said_at = said_at - interval '25 hours' where user_id = $1",
    [one_.id],
  );
  await db.worker.query('select notify_private.expire_keys()');
  expect(await one(db.owner, rows)).toBe(1);
  await db.asOperator((client) => client.query(`select notify.erase_person($1, 'operator', $1)`, [two.id]), {
    commit: true,
  });
  expect(await one(db.owner, rows)).toBe(0);
});
