import { describe, expect, test } from 'vitest';
import { makeDevice, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import {
  accepted,
  attempts,
  claim,
  clock,
  db,
  makeDue,
  only,
  queue,
  record,
  rejected,
  worker,
} from './claims-world.ts';

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
