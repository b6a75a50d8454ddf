import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
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
import { senders } from '../support/senders.ts';
import {
  accepted,
  attempts,
  claim,
  db,
  engine,
  makeDue,
  only,
  queue,
  record,
  rejected,
  statuses,
  worker,
} from './claims-world.ts';

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
      Array.from({ length: 12 }, (_, n) => engine.register('bulk', `host-${n}`, n, [senders.apns])),
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
    expect((await engine.claim(randomUUID(), worker, senders.fcm, 'urgent')).length).toBe(0);
    expect((await engine.claim(randomUUID(), worker, senders.apns, 'urgent')).length).toBe(1);
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
    expect(await engine.heartbeat(worker)).toMatchObject({ alive: false });
    const successor = await claim('apns', await engine.register('bulk', 'host', 2, [senders.apns]));
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
    const successor = await engine.register('bulk', 'host', 2, [senders.twilio]);
    expect((await claim('twilio', successor)).messages).toEqual([]);
  });

  test('a worker that was declared dead gets nothing until it has registered again, so that no try is used up', async () => {
    await queue(1);
    await db.owner.query(`update notify.workers set seen_at = now() - interval '1 minute'`);
    await engine.recover();
    expect((await claim()).messages).toEqual([]);
    expect(await only()).toMatchObject({ status: 'queued', attempt: 0 });
    const again = await engine.register('bulk', 'host', 1, [senders.apns]);
    expect((await claim('apns', again)).messages).toHaveLength(1);
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
    await db.owner.query(`update notify.senders set rate_per_second = 5, tokens = 5 where id = 1`);
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
