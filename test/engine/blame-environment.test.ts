import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/database/engine.ts';
import type { Message } from '../../src/providers/types.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { until } from '../support/until.ts';
import {
  accepted,
  age,
  badToken,
  db,
  endPauses,
  engine,
  forgetCap,
  makeDue,
  type Person,
  paused,
  people,
  person,
  rejected,
  restart,
  retired,
  send,
  statusOf,
  tellOn,
  worker,
} from './blame-world.ts';

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
      client.query(`select provider from notify.senders where pause_reason = 'suspect_rejections'`),
    );
    expect(rows).toHaveLength(1);
    expect(await engine.pauses(senders.apns)).toMatchObject([
      { origin: null, reason: 'suspect_rejections', pauses: 1 },
    ]);

    // Mended: a worker with other settings probes at once, and what is really gone goes.
    await restart('two');
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
    await restart('two');
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
    await restart('two');
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
    await db.owner.query(`update notify.senders set accepted_at = accepted_at - interval '1 second'`);
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
    const claimed = await engine.claim(claimId, worker, senders.apns, 'bulk');
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
    await restart('two');
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
      return one<Date>(db.owner, `select accepted_at from notify.senders where id = 1`);
    };
    await db.owner.query(`update notify.senders set credentials_changed_at = now() - interval '1 minute'`);
    const first = await accept();
    expect(await accept()).toEqual(first);
    await age('6 seconds');
    expect((await accept()).getTime()).toBeGreaterThan(first.getTime() - 6_000);
  });
});
