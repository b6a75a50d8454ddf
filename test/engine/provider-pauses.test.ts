import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { until } from '../support/until.ts';
import {
  accepted,
  claim,
  clock,
  db,
  endPause,
  engine,
  lengthenPause,
  makeDue,
  only,
  provider,
  queue,
  record,
  rejected,
  statuses,
  worker,
} from './claims-world.ts';

describe('a provider', () => {
  test('that is misconfigured is paused, everything kept; probed by one; resumed by its success', async () => {
    await queue(20);
    await record(await claim(), () => rejected('misconfigured', { reason: 'credentials_rejected' }));
    await lengthenPause();
    expect(await provider()).toMatchObject({ pauses: 1, pause_reason: 'credentials_rejected' });
    expect(await statuses()).toEqual({ queued: 20 });
    await makeDue();
    expect((await claim()).messages).toEqual([]);
    const seen = await db.asOperator((client) => client.query(`select pause_reason from notify.senders where id = 1`));
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

  test('is paused by all that went out before as by one or two of them: only what was asked since makes it longer', async () => {
    for (const origin of ['', 'https://push.example'])
      for (let chunk = 0; chunk < 8; chunk++)
        await db.owner.query(
          origin === ''
            ? `select notify_private.pause_sender(1::smallint, 'credentials_rejected')`
            : `select notify_private.pause_origin(3::smallint, '${origin}', 'credentials_rejected')`,
        );
    expect((await provider())?.pauses).toBe(2);
    expect(await one(db.owner, 'select pauses from notify.provider_origins')).toBe(2);
  });

  test('pauses double from 5 s and end at 5 min', async () => {
    await queue(1, { maxAttempts: 10 });
    for (const pause of [5, 10, 20, 40, 80, 160, 300, 300, 300]) {
      await makeDue();
      const claimed = await claim();
      const before = await clock();
      await record(claimed, () => rejected('misconfigured'));
      const [until, after] = [await clock('paused_until', `from notify.senders where id = 1`), await clock()];
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
    await db.asOperator((client) => client.query(`select notify.resume_sender('1')`), { commit: true });
    await makeDue();
    expect((await claim()).messages).toHaveLength(3);
  });

  test('with a rate gives out no more than that, over any number of workers', async () => {
    await queue(400);
    const begun = performance.now();
    await db.owner.query(
      `update notify.senders set rate_per_second = 100, tokens = 0, refilled_at = clock_timestamp() where id = 1`,
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
    const rate = `update notify.senders set rate_per_second = 0.5, tokens = 5, refilled_at = clock_timestamp() where id = 1`;
    const urgent = () => engine.claim(randomUUID(), worker, senders.apns, 'urgent');
    // At most one second's worth is kept, here one token: it is P0's.
    await db.owner.query(rate);
    expect((await claim()).messages).toHaveLength(0);
    expect(await urgent()).toHaveLength(1);
    await db.owner.query(rate.replace('0.5', '10'));
    expect((await claim()).messages.length).toBeGreaterThanOrEqual(3);
    await db.owner.query(rate.replace('0.5', '10').replace('= 5', '= 10'));
    expect(await urgent()).toHaveLength(2);
    expect(await one(db.owner, `select tokens::float from notify.senders where id = 1`)).toBeGreaterThanOrEqual(8);
  });

  test('gives the same tokens to one claim only, also when two look at the same instant', async () => {
    await queue(40);
    const rate = `update notify.senders set rate_per_second = 5, tokens = 5, refilled_at = clock_timestamp() where id = 1`;
    const begun = performance.now();
    await db.owner.query(rate);
    const holder = await db.owner.connect();
    await holder.query('begin');
    await holder.query(`select from notify.senders where id = 1 for update`);
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
      `update notify.senders set rate_per_second = 0.01, tokens = 0, refilled_at = clock_timestamp() where id = 1`,
    );
    await db.owner.query('delete from graphile_worker._private_jobs');
    for (let n = 0; n < 12; n++) {
      expect((await claim()).messages).toEqual([]);
      expect(await engine.claim(randomUUID(), worker, senders.apns, 'urgent')).toEqual([]);
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
    // Another worker may have them.
    expect(await engine.skip(senders.apns, 'bulk')).toBe(0);
    await engine.retire(worker);
    expect(await engine.skip(senders.apns, 'bulk')).toBe(6);
    expect(await statuses()).toEqual({ suppressed: 6, queued: 1 });
    expect(
      await one(
        db.owner,
        `select bool_and(reason = 'provider_not_configured') from notify.deliveries where status = 'suppressed'`,
      ),
    ).toBe(true);
  });
});
