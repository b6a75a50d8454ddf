// Over 300 lines: one cast of sandbox and workers, which takes longer to start than a test to run.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  forget,
  installPack,
  makeCrowd,
  makeDevice,
  makePerson,
  makeType,
  type TypeOptions,
  tell,
  tellGroup,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

let db: TestDatabase;
let sandbox: Sandbox;
let running: WorkerProcess[] = [];
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  sandbox = await startSandbox({ journalLimit: 20_000 });
});
afterAll(async () => {
  await sandbox.close();
  await db.drop();
});
beforeEach(async () => {
  await forget(db);
  sandbox.faults.clear();
  sandbox.journal.clear();
});

/** A worker of the file's database; `without` leaves out settings by their first letters. */
async function work(
  lane: 'bulk' | 'urgent' = 'bulk',
  changes: Record<string, string> = {},
  without: readonly string[] = [],
) {
  const settings = Object.fromEntries(
    Object.entries({ ...sandbox.settings, ...changes }).filter(
      ([name]) => !without.some((start) => name.startsWith(start)),
    ),
  );
  const worker = await startWorker({ databaseUrl: db.workerUrl, lane, settings });
  running.push(worker);
  return worker;
}
async function stopAll() {
  const codes = await Promise.all(running.map((worker) => (worker.running() ? worker.stop() : Promise.resolve(0))));
  running = [];
  expect(codes.every((code) => code === 0)).toBe(true);
}

type Row = { status: string; reason: string | null; attempt: number; due_at: Date; id: string };
const deliveryOf = async (event: string, channel = 'push'): Promise<Row | undefined> => {
  const { rows } = await db.owner.query<Row>(
    `select d.* from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
     where n.event_id = $1 and d.channel = $2`,
    [event, channel],
  );
  return rows[0];
};
const untilStatus = (event: string, status: string, channel = 'push') =>
  until(`the delivery is ${status}`, async () => {
    const row = await deliveryOf(event, channel);
    return row?.status === status ? row : null;
  });
const counts = async () =>
  Object.fromEntries(
    (
      await db.owner.query<{ status: string; n: number }>(
        'select status, count(*)::integer as n from notify.deliveries group by 1',
      )
    ).rows.map(({ status, n }) => [status, n]),
  );
const tellOne = async (person: string, options: TypeOptions = {}) => tell(db, await makeType(db, options), [person]);

describe('with one worker of each lane', () => {
  beforeAll(async () => {
    await Promise.all([work('bulk'), work('urgent')]);
  });
  afterAll(stopAll);

  test('a row rings the phone, once, in the words meant for it, under the id of its delivery', async () => {
    const person = await makePerson(db, { devices: [] });
    const { token } = await makeDevice(db, person);
    for (const priority of ['P1', 'P0'] as const) {
      await tellOne(person, { priority, title: `Title ${priority}`, body: 'Body <b>' });
    }
    await until('both arrive', async () => sandbox.journal.list({ address: token }).length === 2);
    const entries = sandbox.journal.list({ address: token });
    expect(entries.map(({ title }) => title).sort()).toEqual(['Title P0', 'Title P1']);
    expect(entries.every(({ status, body }) => status === 200 && body === 'Body <b>')).toBe(true);
    await until('both are recorded', async () => (await counts()).sent === 2);
    const ids = (await db.owner.query<{ id: string }>('select id from notify.deliveries')).rows.map(({ id }) => id);
    expect(entries.map(({ deliveryId }) => deliveryId).sort()).toEqual(ids.sort());
  });

  test('an event that is due later waits and then goes out by itself', async () => {
    const person = await makePerson(db);
    const type = await makeType(db);
    const event = await one<string>(
      db.owner,
      `insert into notify.events (type_key, data, due_at) values ($1, $2, clock_timestamp() + interval '2 seconds') returning id`,
      [type, JSON.stringify({ to: [person] })],
    );
    const row = await untilStatus(event, 'sent');
    expect(row.attempt).toBe(1);
    expect(await one(db.owner, 'select planned_at >= due_at from notify.events where id = $1', [event])).toBe(true);
  });

  test('a job that was lost costs no more than a tick: the sweep finds events and deliveries', async () => {
    const person = await makePerson(db);
    const type = await makeType(db);
    const event = await db.asOwner(
      async (client) => {
        const id = await one<string>(
          client,
          'insert into notify.events (type_key, data) values ($1, $2) returning id',
          [type, JSON.stringify({ to: [person] })],
        );
        await client.query('delete from graphile_worker._private_jobs');
        return id;
      },
      { commit: true },
    );
    await untilStatus(event, 'sent');
  });

  test('a token that is gone is deactivated with reason and time (TR-G7); the next event has no address', async () => {
    const person = await makePerson(db, { devices: [] });
    const [gone, bad] = [await makeDevice(db, person), await makeDevice(db, person)];
    sandbox.faults.add({ provider: 'apns', address: gone.token, kind: 'gone' });
    sandbox.faults.add({ provider: 'apns', address: bad.token, kind: 'reject', reason: 'BadDeviceToken' });
    const type = await makeType(db);
    await tell(db, type, [person]);
    await until('one fails, the other is in doubt', async () => {
      const { failed, queued } = await counts();
      return failed === 1 && queued === 1;
    });
    // Somebody is let in, so it is the token.
    await untilStatus(await tellOne(await makePerson(db)), 'sent');
    await until('both fail', async () => (await counts()).failed === 2);
    const { rows } = await db.owner.query(
      `select deactivation_reason as reason, deactivated_at > now() - interval '1 minute' as lately
       from notify.devices where user_id = $1 order by 1`,
      [person],
    );
    expect(rows).toEqual([
      { reason: 'invalid_address', lately: true },
      { reason: 'unregistered', lately: true },
    ]);
    const next = await tell(db, type, [person]);
    const rule = await until('the next is decided', async () => {
      const found = await db.owner.query<{ rule: string }>('select rule from notify.decisions where event_id = $1', [
        next,
      ]);
      return found.rows[0]?.rule;
    });
    expect(rule).toBe('address');
  });

  test('FCM: an unregistered token likewise', async () => {
    const person = await makePerson(db, { devices: [] });
    const { id, token } = await makeDevice(db, person, 'fcm');
    sandbox.faults.add({ provider: 'fcm', address: token, kind: 'gone' });
    await untilStatus(await tellOne(person), 'failed');
    expect(await one(db.owner, 'select deactivation_reason from notify.devices where id = $1', [id])).toBe(
      'unregistered',
    );
  });

  test('429 with Retry-After: not before that, and then it arrives under the same id', async () => {
    const person = await makePerson(db, { devices: [] });
    const { token } = await makeDevice(db, person);
    sandbox.faults.add({ provider: 'apns', address: token, kind: 'throttle', retryAfterS: 60, times: 1 });
    const event = await tellOne(person);
    await until('it is refused', async () => (await deliveryOf(event))?.reason === 'rate_limited');
    const answeredAt = Date.parse(sandbox.journal.list({ address: token })[0]?.at ?? '');
    const waiting = await untilStatus(event, 'queued');
    expect(waiting.due_at.getTime()).toBeGreaterThanOrEqual(answeredAt + 60_000);
    await db.owner.query(`update notify.deliveries set due_at = now() where id = $1`, [waiting.id]);
    await untilStatus(event, 'sent');
    const entries = sandbox.journal.list({ address: token });
    expect(entries.map(({ status }) => status)).toEqual([200, 429]);
    expect(new Set(entries.map(({ deliveryId }) => deliveryId))).toEqual(new Set([waiting.id]));
  });

  test('errors that pass are tried again with backoff, numbered, and limited', async () => {
    const [passing, lasting] = [await makePerson(db, { devices: [] }), await makePerson(db, { devices: [] })];
    const [ok, never] = [await makeDevice(db, passing), await makeDevice(db, lasting)];
    sandbox.faults.add({ provider: 'apns', address: ok.token, kind: 'server_error', times: 2 });
    sandbox.faults.add({ provider: 'apns', address: never.token, kind: 'server_error' });
    const [first, second] = [await tellOne(passing), await tellOne(lasting, { maxAttempts: 2 })];
    const sent = await untilStatus(first, 'sent');
    const failed = await untilStatus(second, 'failed');
    const attemptsOf = async (id: string) =>
      (
        await db.owner.query<{ attempt: number; outcome: string }>(
          'select attempt, outcome from notify.delivery_attempts where delivery_id = $1 order by attempt',
          [id],
        )
      ).rows.map(({ attempt, outcome }) => `${attempt} ${outcome}`);
    expect(await attemptsOf(sent.id)).toEqual(['1 transient', '2 transient', '3 accepted']);
    expect(await attemptsOf(failed.id)).toEqual(['1 transient', '2 transient']);
    expect(failed).toMatchObject({ reason: 'server_error', attempt: 2 });
  });

  test('a mailbox that bounces for good is suppressed; one that is full is tried again', async () => {
    const type = await makeType(db, { channels: ['email'] });
    const hard = await makePerson(db, { devices: [], email: 'gone@example.com' });
    const soft = await makePerson(db, { devices: [], email: 'full@example.com' });
    sandbox.faults.add({ provider: 'smtp', address: 'gone@example.com', kind: 'hard_bounce' });
    sandbox.faults.add({ provider: 'smtp', address: 'full@example.com', kind: 'soft_bounce', times: 1 });
    await untilStatus(await tell(db, type, [hard]), 'failed', 'email');
    await untilStatus(await tell(db, type, [soft]), 'sent', 'email');
    const { rows } = await db.owner.query('select channel, address, reason from notify.suppressions');
    expect(rows).toEqual([{ channel: 'email', address: 'gone@example.com', reason: 'hard_bounce' }]);
  });

  test('an SMS whose answer is lost is unknown and never sent again', async () => {
    const type = await makeType(db, { channels: ['sms'] });
    const people = [];
    for (const [n, reason] of [
      ['1', 'accepted'],
      ['2', undefined],
    ] as const) {
      const phone = `+1555000100${n}`;
      people.push(await makePerson(db, { devices: [], phone }));
      sandbox.faults.add({ provider: 'twilio', address: phone, kind: 'reset', ...(reason && { reason }) });
    }
    const event = await tell(db, type, people);
    await until('both are unknown', async () => (await counts()).unknown === 2);
    // However often the queue is looked at from now on.
    const control = await makePerson(db, { devices: [], phone: '+15550001009' });
    await untilStatus(await tell(db, type, [control]), 'sent', 'sms');
    await untilStatus(await tell(db, type, [control]), 'sent', 'sms');
    expect((await deliveryOf(event, 'sms'))?.status).toBe('unknown');
    expect(sandbox.journal.counts().twilio).toEqual({ received: 4, accepted: 2, rejected: 2 });
  });

  test('a provider that refuses our key is paused with everything kept, probes, and resumes by itself', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'reject', reason: 'InvalidProviderToken' });
    const type = await makeType(db, { audience: 'group' });
    await tellGroup(db, type, await makeCrowd(db, 40, { apns: 40 }));
    await until('it is paused', () =>
      one<boolean>(db.owner, `select pause_reason = 'credentials_rejected' from notify.senders where id = 1`),
    );
    await until('all are kept', async () => (await counts()).queued === 40);
    // FCM goes on meanwhile.
    await untilStatus(await tellOne(await makePerson(db, { devices: ['fcm'] })), 'sent');
    await until('it was probed', () => one<boolean>(db.owner, `select pauses >= 2 from notify.senders where id = 1`));
    expect((await counts()).queued).toBe(40);
    sandbox.faults.clear();
    // The second pause is 10 s; the end of it is not worth waiting for.
    await db.owner.query(`update notify.senders set paused_until = now() where paused_until is not null`);
    await db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
    await until('all are sent', async () => (await counts()).sent === 41);
    const state = await db.asOperator((client) =>
      client.query(`select pauses, paused_until from notify.senders where id = 1`),
    );
    expect(state.rows).toEqual([{ pauses: 0, paused_until: null }]);
    expect(
      new Set(
        sandbox.journal
          .list({ provider: 'apns' })
          .filter(({ status }) => status === 200)
          .map(({ deliveryId }) => deliveryId),
      ).size,
    ).toBe(40);
  });

  test('"BadDeviceToken" for most of a chunk pauses and prunes nobody', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'reject', reason: 'BadDeviceToken' });
    const type = await makeType(db, { audience: 'group' });
    await db.owner.query('delete from notify.devices');
    await tellGroup(db, type, await makeCrowd(db, 60, { apns: 60 }));
    await until('it is paused', () =>
      one<boolean>(db.owner, `select pause_reason = 'suspect_rejections' from notify.senders where id = 1`),
    );
    await until('all are kept', async () => (await counts()).queued === 60);
    expect(await one(db.owner, 'select count(*)::integer from notify.devices where deactivated_at is not null')).toBe(
      0,
    );
    sandbox.faults.clear();
    await db.asOperator((client) => client.query(`select notify.resume_sender('1')`), { commit: true });
    await db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
    await until('all are sent', async () => (await counts()).sent === 60);
  });
});

describe('other casts', () => {
  afterEach(stopAll);

  test('three workers on the same queue: every delivery once', async () => {
    const type = await makeType(db, { audience: 'group' });
    await tellGroup(db, type, await makeCrowd(db, 2_500, { apns: 2_500, fcm: 500 }));
    await Promise.all([work(), work(), work()]);
    await until('all are sent', async () => (await counts()).sent === 3_000);
    const entries = [...sandbox.journal.list({ provider: 'apns' }), ...sandbox.journal.list({ provider: 'fcm' })];
    expect(new Set(entries.map(({ deliveryId }) => deliveryId)).size).toBe(3_000);
    // Nothing was sent but by a claim. On a slow machine an answer may come too late, and the delivery is tried again.
    const attempts = await one<number>(db.owner, 'select sum(attempt)::integer from notify.deliveries');
    expect(entries.length).toBeLessThanOrEqual(attempts);
    expect(
      await one(
        db.owner,
        `select count(*)::integer from (
           select from notify.delivery_attempts group by delivery_id having count(*) filter (where outcome = 'accepted') <> 1
         ) as twice`,
      ),
    ).toBe(0);
  });

  test('a rate limit holds over two workers', async () => {
    const type = await makeType(db, { audience: 'group' });
    await tellGroup(db, type, await makeCrowd(db, 120, { apns: 120 }));
    const begun = performance.now();
    await db.owner.query(
      `update notify.senders set rate_per_second = 25, tokens = 0, refilled_at = clock_timestamp() where id = 1`,
    );
    await Promise.all([work(), work()]);
    await until('all are sent', async () => (await counts()).sent === 120);
    // 120 at 25 a second: the bucket gives them no sooner, however fast we are.
    expect(performance.now() - begun).toBeGreaterThan((120 / 25) * 1000 - 200);
    expect(await one(db.owner, 'select count(*)::integer from graphile_worker._private_jobs')).toBeLessThan(20);
  });

  test('a wrong key pauses; a worker with the right one probes at once and sends what was kept', async () => {
    const other = await startSandbox();
    await other.close();
    const mistaken = await work('bulk', { APNS_KEY: other.settings.APNS_KEY ?? '' });
    // Three people: of one it would be theirs as well.
    const events = [];
    for (let n = 0; n < 3; n++) events.push(await tellOne(await makePerson(db)));
    await until('it is paused', () =>
      one<boolean>(db.owner, `select pause_reason = 'credentials_rejected' from notify.senders where id = 1`),
    );
    await mistaken.stop();
    await work();
    for (const event of events) await untilStatus(event, 'sent');
  });

  test('without credentials deliveries are recorded as skipped, and nothing crashes (TR-G5)', async () => {
    const worker = await work('bulk', {}, ['APNS_', 'TWILIO_', 'SMTP_', 'MAIL_']);
    const person = await makePerson(db, { devices: ['apns', 'fcm'], email: 'a@example.com', phone: '+15550002000' });
    await tellOne(person, { channels: ['push', 'email', 'sms', 'in_app'] });
    await until('all are settled', async () => {
      const found = await counts();
      return found.suppressed === 3 && found.sent === 1 && found.delivered === 1;
    });
    const { rows } = await db.owner.query(
      `select provider, reason from notify.deliveries where status = 'suppressed' order by 1`,
    );
    expect(rows).toEqual(
      ['apns', 'smtp', 'twilio'].map((provider) => ({ provider, reason: 'provider_not_configured' })),
    );
    expect(worker.running()).toBe(true);
    const configured = await db.asOperator((client) =>
      client.query('select provider from notify.senders where configured order by 1'),
    );
    expect(configured.rows.map(({ provider }) => provider)).toEqual(['fcm', 'web_push', 'webhook']);
  });
});
