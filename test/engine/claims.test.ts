import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/database/engine.ts';
import type { Message, Permanence, ProviderName, Result } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  forget,
  installPack,
  makeCrowd,
  makeDevice,
  makePerson,
  makeType,
  planDue,
  type TypeOptions,
  tell,
  tellGroup,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { engineOf } from '../support/worker-context.ts';

let db: TestDatabase;
let engine: Engine;
let worker: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  // A pack's weekly schedule would have jobs of its own while somebody's Monday is nine o'clock.
  await db.owner.query('update notify.schedules set canceled_at = now()');
  engine = engineOf(db);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db);
  await db.owner.query('delete from notify.workers');
  worker = await engine.register('bulk', 'host', 1, ['apns', 'fcm', 'smtp', 'twilio']);
});

/** People told and planned, so that as many deliveries of a provider wait. */
async function queue(count: number, options: { readonly apns?: number; readonly phones?: number } & TypeOptions = {}) {
  const { apns = count, phones = 0, ...typeOptions } = options;
  const channels = phones ? ['sms'] : ['push'];
  const type = await makeType(db, { audience: 'group', channels, ...typeOptions });
  const group = await makeCrowd(db, count, { apns, phones });
  await tellGroup(db, type, group);
  await planDue(db);
}

async function claim(provider: ProviderName = 'apns', by = worker) {
  const claimId = randomUUID();
  return { claimId, messages: await engine.claim(claimId, by, provider, 'bulk') };
}

const accepted: Result = { outcome: 'accepted', providerMessageId: 'message-id' };
const rejected = (permanence: Permanence, more: Partial<Extract<Result, { outcome: 'rejected' }>> = {}): Result => ({
  outcome: 'rejected',
  permanence,
  reason: 'some_reason',
  code: 'Code',
  ...more,
});
const record = (
  claimed: { claimId: string; messages: readonly Message[] },
  answer: (message: Message, n: number) => Result,
) => engine.record(claimed.claimId, claimed.messages, claimed.messages.map(answer));

const statuses = async () =>
  Object.fromEntries(
    (
      await db.owner.query<{ status: string; count: number }>(
        'select status, count(*)::integer from notify.deliveries group by status',
      )
    ).rows.map(({ status, count }) => [status, count]),
  );
const only = async () => {
  const { rows } = await db.owner.query<Record<string, unknown>>('select * from notify.deliveries');
  expect(rows).toHaveLength(1);
  return rows[0] as Record<string, unknown>;
};
const attempts = async () =>
  (
    await db.owner.query<{
      attempt: number;
      outcome: string;
      reason: string | null;
      code: string | null;
      worker_id: string;
    }>('select attempt, outcome, reason, code, worker_id from notify.delivery_attempts order by delivery_id, attempt')
  ).rows;
const makeDue = () => db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
const provider = async (name: ProviderName = 'apns') =>
  (
    await db.owner.query<{ pauses: number; pause_reason: string | null; seconds: number | null }>(
      `select pauses, pause_reason, extract(epoch from paused_until - clock_timestamp())::float as seconds
       from notify.providers where provider = $1`,
      [name],
    )
  ).rows[0];
/** Seconds of the database's clock. */
const clock = (of = 'clock_timestamp()', from = '') =>
  one<number>(db.owner, `select extract(epoch from ${of})::float8 ${from}`);
/** So that its end does not come while one looks. */
const lengthenPause = () =>
  db.owner.query(
    `update notify.providers set paused_until = paused_until + interval '1 hour' where paused_until is not null`,
  );
const endPause = () =>
  db.owner.query(`update notify.providers set paused_until = now() - interval '1 ms' where paused_until is not null`);

describe('a claim', () => {
  test('counts the attempt before anything is sent, and hands over all that a provider needs', async () => {
    await queue(1, { title: 'T', body: 'B' });
    const { claimId, messages } = await claim();
    expect(messages).toMatchObject([{ attempt: 1, title: 'T', body: 'B', data: {}, webPushKeys: null }]);
    const delivery = await only();
    expect(delivery).toMatchObject({ status: 'sending', attempt: 1, claim_id: claimId, id: messages[0]?.deliveryId });
    expect(await statuses()).toEqual({ sending: 1 });
  });

  test('by twelve workers at once: each delivery is handed to one of them', async () => {
    await queue(2_000);
    const workers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => engine.register('bulk', `host-${n}`, n, ['apns'])),
    );
    const chunks = await Promise.all(
      workers.map(async (id) => {
        const mine: string[] = [];
        for (;;) {
          const claimed = await claim('apns', id);
          if (claimed.messages.length === 0) return mine;
          mine.push(...claimed.messages.map((message) => message.deliveryId));
          await record(claimed, () => accepted);
        }
      }),
    );
    const all = chunks.flat();
    expect(all).toHaveLength(2_000);
    expect(new Set(all).size).toBe(2_000);
    expect(await statuses()).toEqual({ sent: 2_000 });
    expect(await one(db.owner, 'select count(*)::integer from notify_private.claims')).toBe(0);
  });

  test('of one lane or provider leaves the others alone; what is not due too', async () => {
    await queue(1, { priority: 'P0' });
    await queue(1);
    await db.owner.query(`update notify.deliveries set due_at = now() + interval '1 minute' where lane = 'bulk'`);
    expect((await claim()).messages).toEqual([]);
    expect((await engine.claim(randomUUID(), worker, 'fcm', 'urgent')).length).toBe(0);
    expect((await engine.claim(randomUUID(), worker, 'apns', 'urgent')).length).toBe(1);
    await makeDue();
    expect((await claim()).messages).toHaveLength(1);
  });

  test('given back is as if it had never been: same attempt, no row of it', async () => {
    await queue(3);
    const { claimId } = await claim();
    expect(Number(await engine.release(claimId))).toBe(3);
    expect(await statuses()).toEqual({ queued: 3 });
    const again = await claim();
    expect(again.messages.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    await record(again, () => accepted);
    expect((await attempts()).map(({ attempt, outcome }) => [attempt, outcome])).toEqual(
      Array(3).fill([1, 'accepted']),
    );
  });

  test('given back twice, or one that was recorded, changes nothing', async () => {
    await queue(1);
    const claimed = await claim();
    await record(claimed, () => accepted);
    expect(Number(await engine.release(claimed.claimId))).toBe(0);
    expect(await statuses()).toEqual({ sent: 1 });
  });
});

describe('fencing', () => {
  test('what a worker believed dead reports of a claim it lost changes nothing', async () => {
    await queue(2);
    const lost = await claim();
    await db.owner.query(`update notify.workers set seen_at = now() - interval '16 seconds'`);
    expect(await engine.recover()).toBe(2);
    expect(await engine.beat(worker)).toBe(false);
    const successor = await claim('apns', await engine.register('bulk', 'host', 2, ['apns']));
    expect(successor.messages.map(({ attempt }) => attempt)).toEqual([2, 2]);
    expect(successor.messages.map(({ deliveryId }) => deliveryId).sort()).toEqual(
      lost.messages.map(({ deliveryId }) => deliveryId).sort(),
    );
    // Both late: while the successor sends, and after it has recorded.
    expect(await record(lost, () => rejected('address'))).toEqual({});
    expect(await statuses()).toEqual({ sending: 2 });
    await record(successor, () => accepted);
    expect(await record(lost, () => rejected('address'))).toEqual({});
    expect(await statuses()).toEqual({ sent: 2 });
    expect(await one(db.owner, 'select count(*)::integer from notify.devices where deactivated_at is not null')).toBe(
      0,
    );
    expect((await attempts()).map(({ outcome }) => outcome)).toEqual(['lost', 'accepted', 'lost', 'accepted']);
  });

  test('results for deliveries of another claim change nothing', async () => {
    await queue(2);
    await db.owner.query(`update notify.deliveries set due_at = now() + interval '1 hour'
      where id = (select min(id::text)::uuid from notify.deliveries)`);
    const first = await claim();
    await makeDue();
    const second = await claim();
    await engine.record(first.claimId, second.messages, [accepted]);
    expect(await statuses()).toEqual({ sending: 2 });
    await record(second, () => accepted);
    expect(await statuses()).toEqual({ sending: 1, sent: 1 });
  });

  test('a living worker keeps its claims; one silent for 15 s loses them', async () => {
    await queue(1);
    await claim();
    expect(await engine.recover()).toBe(0);
    // In one go, so that it grows no older before it is looked at.
    await db.owner.query(
      `update notify.workers set seen_at = clock_timestamp() - interval '12 seconds'; select notify_private.recover_claims()`,
    );
    expect(await statuses()).toEqual({ sending: 1 });
    await db.owner.query(`update notify.workers set seen_at = clock_timestamp() - interval '15.1 seconds'`);
    expect(await engine.recover()).toBe(1);
    expect(await one(db.owner, 'select stopped_at is not null from notify.workers')).toBe(true);
  });

  test('recovered by many at once, each attempt is lost once', async () => {
    await queue(400);
    await claim();
    await db.owner.query(`update notify.workers set seen_at = now() - interval '1 minute'`);
    const recovered = await Promise.all(Array.from({ length: 12 }, () => engine.recover()));
    expect(recovered.reduce((sum, n) => sum + n, 0)).toBe(400);
    expect(await statuses()).toEqual({ queued: 400 });
    expect((await attempts()).every(({ outcome, worker_id }) => outcome === 'lost' && worker_id === worker)).toBe(true);
  });

  test('an SMS of a dead worker becomes unknown and is never claimed again', async () => {
    await queue(2, { apns: 0, phones: 2 });
    expect((await claim('twilio')).messages).toHaveLength(2);
    await db.owner.query(`update notify.workers set seen_at = now() - interval '1 minute'`);
    await engine.recover();
    expect(await statuses()).toEqual({ unknown: 2 });
    await db.owner.query('update notify.deliveries set due_at = now()');
    expect((await claim('twilio')).messages).toEqual([]);
  });

  test('a push whose last attempt was lost has failed', async () => {
    await queue(1, { maxAttempts: 1 });
    await claim();
    await db.owner.query(`update notify.workers set seen_at = now() - interval '1 minute'`);
    await engine.recover();
    expect(await only()).toMatchObject({ status: 'failed', reason: 'worker_lost' });
  });
});

describe('between plan and claim', () => {
  const pushTo = async (person: string, options: TypeOptions = {}) => {
    await tell(db, await makeType(db, options), [person]);
    await planDue(db);
  };

  test('a device that moved to another user: canceled, and the new owner gets nothing', async () => {
    const [old, next] = [await makePerson(db, { devices: [] }), await makePerson(db, { devices: [] })];
    const { id, token } = await makeDevice(db, old);
    await pushTo(old);
    await db.asUser(next, (client) => client.query(`select notify.register_device('apns', $1)`, [token]), {
      commit: true,
    });
    expect(await one(db.owner, 'select user_id from notify.devices where id = $1', [id])).toBe(next);
    expect((await claim()).messages).toEqual([]);
    expect(await only()).toMatchObject({ status: 'canceled', reason: 'address_removed', attempt: 0 });
    // Control: what is meant for the new owner arrives.
    await pushTo(next);
    expect((await claim()).messages.map(({ address }) => address)).toEqual([token]);
  });

  test.each([
    [
      'unregistered',
      (person: string, token: string) =>
        db.asUser(person, (client) => client.query(`select notify.unregister_device('apns', $1)`, [token]), {
          commit: true,
        }),
    ],
    [
      'deactivated',
      (person: string) =>
        db.owner.query(
          `update notify.devices set deactivated_at = now(), deactivation_reason = 'x' where user_id = $1`,
          [person],
        ),
    ],
  ] as const)('a device that was %s: canceled; the other device is rung', async (_what, leave) => {
    const person = await makePerson(db, { devices: [] });
    const gone = await makeDevice(db, person);
    await pushTo(person);
    await leave(person, gone.token);
    const stays = await makeDevice(db, person);
    await pushTo(person);
    expect((await claim()).messages.map(({ address }) => address)).toEqual([stays.token]);
    expect(await statuses()).toEqual({ canceled: 1, sending: 1 });
  });

  test('an address suppressed after planning is not used any more; another person’s is', async () => {
    const type = await makeType(db, { audience: 'group', channels: ['sms'] });
    await tellGroup(db, type, await makeCrowd(db, 2, { apns: 0, phones: 2 }));
    await planDue(db);
    await db.owner.query(`
      insert into notify.suppressions (channel, address, reason)
      select 'sms', address, 'opted_out' from notify.deliveries order by address limit 1`);
    expect((await claim('twilio')).messages).toHaveLength(1);
    expect(await statuses()).toEqual({ suppressed: 1, sending: 1 });
    expect(await one(db.owner, `select reason from notify.deliveries where status = 'suppressed'`)).toBe('opted_out');
  });

  test('a person who was erased gets no text any more; another one does', async () => {
    const type = await makeType(db, { audience: 'group', channels: ['sms'] });
    await tellGroup(db, type, await makeCrowd(db, 2, { apns: 0, phones: 2 }));
    await planDue(db);
    await db.owner.query(
      'delete from notify.users where id = (select recipient_id from notify.deliveries order by id limit 1)',
    );
    expect((await claim('twilio')).messages).toHaveLength(1);
    expect(await statuses()).toEqual({ canceled: 1, sending: 1 });
  });

  test('what has expired is not sent, and does not hide what is due behind it', async () => {
    await queue(30, { expiresAfter: '1 hour' });
    await db.owner.query(
      `update notify.deliveries set expires_at = now() - interval '1 second', due_at = now() - interval '1 minute'`,
    );
    await queue(1);
    await db.owner.query(`update notify.providers set rate_per_second = 5, tokens = 5 where provider = 'apns'`);
    expect((await claim()).messages).toHaveLength(1);
    expect(await statuses()).toEqual({ expired: 30, sending: 1 });
    expect(
      await one(
        db.owner,
        `select bool_and(reason = 'expired' and attempt = 0) from notify.deliveries where status = 'expired'`,
      ),
    ).toBe(true);
  });
});

describe('what comes of an attempt', () => {
  const sms = { apns: 0, phones: 1 };
  test.each([
    ['accepted', accepted, {}, { status: 'sent', reason: null, provider_message_id: 'message-id' }],
    ['address', rejected('address'), {}, { status: 'failed', reason: 'some_reason' }],
    ['message', rejected('message'), {}, { status: 'failed', reason: 'some_reason' }],
    ['transient', rejected('transient'), {}, { status: 'queued', reason: 'some_reason', attempt: 1, max_attempts: 8 }],
    ['throttled', rejected('throttled'), {}, { status: 'queued', attempt: 1, max_attempts: 8 }],
    ['misconfigured', rejected('misconfigured'), {}, { status: 'queued', attempt: 1, max_attempts: 8 }],
    ['origin', rejected('origin'), {}, { status: 'queued', attempt: 1, max_attempts: 8 }],
    [
      'not begun',
      rejected('transient', { reason: 'not_begun' }),
      {},
      { status: 'queued', attempt: 1, max_attempts: 9 },
    ],
    ['ambiguous, of a push', rejected('ambiguous'), {}, { status: 'queued' }],
    ['ambiguous, of an SMS', rejected('ambiguous'), sms, { status: 'unknown', reason: 'some_reason' }],
    ['transient, the last one', rejected('transient'), { maxAttempts: 1 }, { status: 'failed', reason: 'some_reason' }],
    [
      'misconfigured, the last one',
      rejected('misconfigured'),
      { maxAttempts: 1 },
      { status: 'failed', reason: 'some_reason', max_attempts: 1 },
    ],
    [
      'transient, and next time it is too late',
      rejected('transient'),
      { expiresAfter: '1 hour' },
      { status: 'expired' },
    ],
  ] as const)('%s', async (_what, result, options, expected) => {
    await queue(1, options);
    const name = 'phones' in options ? 'twilio' : 'apns';
    const claimed = await claim(name);
    if ('expiresAfter' in options)
      await db.owner.query(`update notify.deliveries set expires_at = clock_timestamp() + interval '1 second'`);
    const outcome = result.outcome === 'accepted' ? 'accepted' : result.permanence;
    expect(await record(claimed, () => result)).toMatchObject({ [expected.status]: 1 });
    expect(await only()).toMatchObject({ ...expected, claim_id: null });
    expect(await attempts()).toMatchObject([{ attempt: 1, outcome, worker_id: worker }]);
  });

  test('retries are numbered, pause longer each time and end after max_attempts', async () => {
    await queue(1, { maxAttempts: 4 });
    for (let n = 1; n <= 4; n++) {
      const claimed = await claim();
      expect(claimed.messages.map(({ attempt }) => attempt)).toEqual([n]);
      const before = await clock();
      await record(claimed, () => rejected('transient', { reason: 'server_error', code: '503' }));
      if (n === 4) break;
      const [dueAt, after] = [await clock('due_at', 'from notify.deliveries'), await clock()];
      expect(dueAt - before).toBeGreaterThanOrEqual(2 ** n / 2);
      expect(dueAt - after).toBeLessThanOrEqual(2 ** n);
      await db.owner.query(`update notify.deliveries set due_at = due_at + interval '1 hour'`);
      expect((await claim()).messages).toEqual([]);
      await makeDue();
    }
    expect(await only()).toMatchObject({ status: 'failed', reason: 'server_error', attempt: 4 });
    expect((await attempts()).map(({ attempt, outcome, code }) => [attempt, outcome, code])).toEqual(
      [1, 2, 3, 4].map((n) => [n, 'transient', '503']),
    );
  });

  test('Retry-After is honoured', async () => {
    await queue(1);
    const retryAt = new Date(Date.now() + 120_000);
    await record(await claim(), () => rejected('throttled', { retryAt }));
    expect(((await only()).due_at as Date).getTime()).toBeGreaterThanOrEqual(retryAt.getTime());
  });

  test('the pauses of a crowd are spread', async () => {
    await queue(200);
    await record(await claim(), () => rejected('transient'));
    const { rows } = await db.owner.query('select count(distinct due_at)::integer as count from notify.deliveries');
    expect(rows[0]?.count).toBeGreaterThan(150);
  });

  test('a retry has no job of its own: the look at what is due knows it, and enqueues one for all when it is', async () => {
    await queue(300);
    const claimed = await claim();
    await db.owner.query('delete from graphile_worker._private_jobs');
    await record(claimed, () => rejected('transient'));
    expect(await db.jobs()).toEqual([]);
    const next = await one<number>(db.worker, `select notify_private.enqueue_due('bulk')`);
    expect(next).toBeGreaterThan(0);
    expect(next).toBeLessThanOrEqual(1_000);
    await db.owner.query('update notify.deliveries set due_at = clock_timestamp()');
    await db.worker.query(`select notify_private.enqueue_due('bulk')`);
    expect((await db.jobs()).map(({ task }) => task)).toEqual(['delivery__send']);
  });

  test('what was not begun is there for another worker at once', async () => {
    await queue(3);
    const claimed = await claim();
    await db.owner.query('delete from graphile_worker._private_jobs');
    await record(claimed, () => rejected('transient', { reason: 'not_begun' }));
    expect((await db.jobs()).map(({ task }) => task)).toEqual(['delivery__send']);
  });
});

describe('a dead address (TR-G7)', () => {
  test('a device is deactivated with reason and time, gets nothing more, and works again once registered', async () => {
    const person = await makePerson(db, { devices: [] });
    const { token } = await makeDevice(db, person);
    const type = await makeType(db);
    const before = Date.now();
    await tell(db, type, [person]);
    await planDue(db);
    await record(await claim(), () => rejected('address', { reason: 'unregistered', code: 'Unregistered' }));
    const { rows } = await db.owner.query<{ deactivated_at: Date; deactivation_reason: string }>(
      'select deactivated_at, deactivation_reason from notify.devices where token = $1',
      [token],
    );
    expect(rows[0]?.deactivation_reason).toBe('unregistered');
    expect(rows[0]?.deactivated_at.getTime()).toBeGreaterThanOrEqual(before - 1000);
    await tell(db, type, [person]);
    await planDue(db);
    expect((await claim()).messages).toEqual([]);
    await db.asUser(person, (client) => client.query(`select notify.register_device('apns', $1)`, [token]), {
      commit: true,
    });
    await tell(db, type, [person]);
    await planDue(db);
    expect((await claim()).messages).toHaveLength(1);
  });

  test('a mailbox goes to the suppression list, once, and so does a number that opted out', async () => {
    const person = await makePerson(db, { email: 'Gone@example.com', phone: '+15552223333' });
    const type = await makeType(db, { channels: ['email', 'sms'] });
    for (let n = 0; n < 2; n++) {
      await tell(db, type, [person]);
    }
    await planDue(db);
    await record(await claim('smtp'), () => rejected('address', { reason: 'unknown_mailbox' }));
    await record(await claim('twilio'), () => rejected('address', { reason: 'opted_out' }));
    const { rows } = await db.owner.query('select channel, address, reason from notify.suppressions order by channel');
    expect(rows).toEqual([
      { channel: 'email', address: 'gone@example.com', reason: 'hard_bounce' },
      { channel: 'sms', address: '+15552223333', reason: 'opted_out' },
    ]);
  });

  test('an address that was suppressed for a time, and is used again, goes there for good; one there for good stays', async () => {
    const [person, type] = [
      await makePerson(db, { email: 'again@example.com' }),
      await makeType(db, { channels: ['email'] }),
    ];
    await db.owner.query(
      `insert into notify.suppressions (channel, address, reason, expires_at)
       values ('email', 'again@example.com', 'operator', now() - interval '1 minute')`,
    );
    await tell(db, type, [person]);
    await planDue(db);
    await record(await claim('smtp'), () => rejected('address', { reason: 'unknown_mailbox' }));
    const listed = 'select reason, expires_at from notify.suppressions';
    expect((await db.owner.query(listed)).rows).toEqual([{ reason: 'hard_bounce', expires_at: null }]);
    await db.owner.query(`update notify.suppressions set reason = 'complaint'`);
    await db.owner.query(
      `select notify_private.record_receipt(id, 'failed', 'provider', '550', 'unregistered', true) from notify.deliveries`,
    );
    expect((await db.owner.query(listed)).rows).toEqual([{ reason: 'complaint', expires_at: null }]);
  });
});

describe('a provider', () => {
  test('that is misconfigured is paused, everything kept; probed by one; resumed by its success', async () => {
    await queue(20);
    await record(await claim(), () => rejected('misconfigured', { reason: 'credentials_rejected' }));
    await lengthenPause();
    expect(await provider()).toMatchObject({ pauses: 1, pause_reason: 'credentials_rejected' });
    expect(await statuses()).toEqual({ queued: 20 });
    await makeDue();
    expect((await claim()).messages).toEqual([]);
    const seen = await db.asOperator((client) =>
      client.query(`select pause_reason from notify.providers where provider = 'apns'`),
    );
    expect(seen.rows).toEqual([{ pause_reason: 'credentials_rejected' }]);

    // Half open: one message probes, others wait for its answer.
    await endPause();
    const probes = await Promise.all(Array.from({ length: 6 }, () => claim()));
    expect(probes.map(({ messages }) => messages.length).sort()).toEqual([0, 0, 0, 0, 0, 1]);
    const probe = probes.find(({ messages }) => messages.length === 1);
    if (!probe) throw new Error('no probe');
    await record(probe, () => rejected('misconfigured', { reason: 'credentials_rejected' }));
    expect((await provider())?.pauses).toBe(2);

    await endPause();
    await makeDue();
    await record(await claim(), () => accepted);
    expect(await provider()).toMatchObject({ pauses: 0, pause_reason: null, seconds: null });
    await makeDue();
    expect((await claim()).messages).toHaveLength(19);
  });

  test('pauses double from 5 s and end at 5 min', async () => {
    await queue(1, { maxAttempts: 10 });
    for (const pause of [5, 10, 20, 40, 80, 160, 300, 300, 300]) {
      await makeDue();
      const claimed = await claim();
      const before = await clock();
      await record(claimed, () => rejected('misconfigured'));
      const [until, after] = [
        await clock('paused_until', `from notify.providers where provider = 'apns'`),
        await clock(),
      ];
      expect(until - before).toBeGreaterThanOrEqual(pause);
      expect(until - after).toBeLessThanOrEqual(pause);
      await endPause();
    }
  });

  test('W01: nothing pauses it for ever: whatever does uses up its tries', async () => {
    await queue(1, { maxAttempts: 3 });
    for (let n = 1; n <= 3; n++) {
      await endPause();
      await makeDue();
      await record(await claim(), () => rejected('misconfigured', { reason: 'credentials_rejected' }));
    }
    expect(await only()).toMatchObject({
      status: 'failed',
      reason: 'credentials_rejected',
      attempt: 3,
      max_attempts: 3,
    });
  });

  test('whose probe was never answered is probed again', async () => {
    await queue(5);
    await record(await claim(), () => rejected('misconfigured'));
    await endPause();
    await makeDue();
    expect((await claim()).messages).toHaveLength(1);
    expect((await claim()).messages).toHaveLength(0);
    await endPause();
    expect((await claim()).messages).toHaveLength(1);
  });

  test('that finds a dead phone when probed is well again: it would not have looked otherwise', async () => {
    await queue(12);
    await record(await claim(), () => rejected('misconfigured'));
    await endPause();
    await makeDue();
    await record(await claim(), () => rejected('address', { reason: 'unregistered' }));
    expect(await provider()).toMatchObject({ pauses: 0, pause_reason: null });
    expect((await claim()).messages).toHaveLength(11);
  });

  test('of which a few addresses are refused loses those few', async () => {
    await queue(40);
    const suspect = rejected('address', { reason: 'invalid_address', suspect: true });
    await record(await claim(), (_message, n) => (n < 9 ? suspect : accepted));
    expect(await statuses()).toEqual({ failed: 9, sent: 31 });
    expect((await provider())?.pause_reason).toBeNull();
  });

  test('is resumed at once by an operator', async () => {
    await queue(3);
    await record(await claim(), () => rejected('misconfigured'));
    await db.asOperator((client) => client.query(`select notify.resume_provider('apns')`), { commit: true });
    await makeDue();
    expect((await claim()).messages).toHaveLength(3);
  });

  test('with a rate gives out no more than that, over any number of workers', async () => {
    await queue(400);
    const begun = performance.now();
    await db.owner.query(
      `update notify.providers set rate_per_second = 100, tokens = 0, refilled_at = clock_timestamp() where provider = 'apns'`,
    );
    let taken = 0;
    const workers = Array.from({ length: 12 }, async () => {
      while (performance.now() - begun < 1_500 || taken < 50) {
        const { messages } = await claim();
        // Not in one statement: what is added to is read before the wait, and others' are lost.
        taken += messages.length;
      }
    });
    await Promise.all(workers);
    // Measured from before the first to after the last look: no more can have flowed in that time, however slow we are.
    expect(taken).toBeLessThanOrEqual(Math.ceil((100 * (performance.now() - begun)) / 1000) + 1);
  });

  test('with a rate serves P0 first, and a look takes no more tokens than it has messages', async () => {
    await queue(20);
    await queue(3, { priority: 'P0' });
    const rate = `update notify.providers set rate_per_second = 0.5, tokens = 5, refilled_at = clock_timestamp() where provider = 'apns'`;
    const urgent = () => engine.claim(randomUUID(), worker, 'apns', 'urgent');
    // At most one second's worth is kept, here one token: it is P0's.
    await db.owner.query(rate);
    expect((await claim()).messages).toHaveLength(0);
    expect(await urgent()).toHaveLength(1);
    await db.owner.query(rate.replace('0.5', '10'));
    expect((await claim()).messages.length).toBeGreaterThanOrEqual(3);
    await db.owner.query(rate.replace('0.5', '10').replace('= 5', '= 10'));
    expect(await urgent()).toHaveLength(2);
    expect(
      await one(db.owner, `select tokens::float from notify.providers where provider = 'apns'`),
    ).toBeGreaterThanOrEqual(8);
  });

  test('gives the same tokens to one claim only, also when two look at the same instant', async () => {
    await queue(40);
    const rate = `update notify.providers set rate_per_second = 5, tokens = 5, refilled_at = clock_timestamp() where provider = 'apns'`;
    const begun = performance.now();
    await db.owner.query(rate);
    const holder = await db.owner.connect();
    await holder.query('begin');
    await holder.query(`select from notify.providers where provider = 'apns' for update`);
    const claims = Promise.all([claim(), claim(), claim()]);
    await until('all wait', () =>
      one<boolean>(
        db.owner,
        `select count(*) = 3 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      ),
    );
    await holder.query('commit');
    holder.release();
    const taken = (await claims).reduce((sum, { messages }) => sum + messages.length, 0);
    expect(taken).toBeGreaterThanOrEqual(5);
    expect(taken).toBeLessThanOrEqual(5 + Math.ceil((performance.now() - begun) / 200));
  });

  test('held to its rate, with both lanes waiting, is looked at by a few jobs and not by ever more', async () => {
    await queue(50);
    await queue(50, { priority: 'P0' });
    await db.owner.query(
      `update notify.providers set rate_per_second = 0.01, tokens = 0, refilled_at = clock_timestamp() where provider = 'apns'`,
    );
    await db.owner.query('delete from graphile_worker._private_jobs');
    for (let n = 0; n < 12; n++) {
      expect((await claim()).messages).toEqual([]);
      expect(await engine.claim(randomUUID(), worker, 'apns', 'urgent')).toEqual([]);
    }
    const jobs = await db.jobs();
    expect(jobs.map(({ task }) => task).sort()).toEqual(['delivery__send', 'delivery__send_urgent']);
    expect(jobs.every(({ runAt }) => runAt.getTime() < Date.now() + 1_000)).toBe(true);
  });

  test('without credentials has its deliveries recorded as skipped (TR-G5)', async () => {
    await queue(7);
    await db.owner.query(
      `update notify.deliveries set due_at = now() + interval '1 hour' where id = (select min(id::text)::uuid from notify.deliveries)`,
    );
    expect(await engine.skip('apns', 'bulk')).toBe(6);
    expect(await statuses()).toEqual({ suppressed: 6, queued: 1 });
    expect(
      await one(
        db.owner,
        `select bool_and(reason = 'provider_not_configured') from notify.deliveries where status = 'suppressed'`,
      ),
    ).toBe(true);
  });
});
