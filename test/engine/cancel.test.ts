import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/database/engine.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  decisionOf,
  forget,
  installPack,
  makeCrowd,
  makePerson,
  makeType,
  planDue,
  releaseDue,
  tell,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { until } from '../support/until.ts';
import { engineOf } from '../support/worker-context.ts';

let db: TestDatabase;
let engine: Engine;
let worker: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  engine = engineOf(db);
  worker = await engine.register('bulk', 'host', 1, [senders.apns]);
  await db.owner.query(`
    update notify.settings set daily_cap = 1000000;
    create table engine_test.calls (id uuid primary key, status text not null);
    create function engine_test.is_pending(event_id uuid, recipient_id uuid) returns boolean language sql stable as $$
      select case when c.status = 'broken' then 1 / (length(c.status) - 6) = 0 else c.status = 'pending' end
      from notify.events as e join engine_test.calls as c on c.id = e.subject_id where e.id = is_pending.event_id
    $$;
  `);
});
afterAll(() => db.drop());
beforeEach(() => forget(db));

const services = <T>(sql: string, values: unknown[] = []) =>
  db.asWriter((client) => one<T>(client as never, sql, values), { commit: true });
const cancel = (event: string) => services('select row_to_json(notify.cancel_event($1))', [event]);
const schedule = (type: string, to: string[], subject: string, due: string) =>
  one<string>(
    db.owner,
    `insert into notify.events (type_key, data, subject_type, subject_id, due_at)
     values ($1, $2, 'call', $3, clock_timestamp() + $4::interval) returning id`,
    [type, JSON.stringify({ to }), subject, due],
  );
const statuses = (event: string) =>
  db.owner
    .query<{ said: string }>(
      `select d.status || coalesce(' ' || d.reason, '') as said from notify.deliveries as d
       join notify.notifications as n on n.id = d.notification_id where n.event_id = $1 order by 1`,
      [event],
    )
    .then(({ rows }) => rows.map(({ said }) => said));
const quiet = (person: string) =>
  db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '1 hour')`,
    [person],
  );
const claim = async () => (await engine.claim(randomUUID(), worker, senders.apns, 'bulk')).length;

describe('CP-4 cancel', () => {
  test('before it is due: it never is; what was canceled once is not canceled again', async () => {
    const [type, person] = [await makeType(db), await makePerson(db)];
    const call = randomUUID();
    const [event, other] = [
      await schedule(type, [person], call, '1 hour'),
      await schedule(type, [person], randomUUID(), '1 hour'),
    ];
    expect(await cancel(event)).toEqual({ events: 1, waiting: 0, deliveries: 0 });
    expect(await cancel(event)).toEqual({ events: 0, waiting: 0, deliveries: 0 });
    await db.owner.query(`update notify.events set due_at = now() - interval '1 second'`);
    await planDue(db);
    expect(await statuses(event)).toEqual([]);
    expect(await decisionOf(db, other)).toBe('send');
  });

  test('planned and not sent: what waits is suppressed, what is queued canceled, what a worker has is sent', async () => {
    const type = await makeType(db, { dedupeKey: 'call' });
    const [free, resting] = [await makePerson(db), await makePerson(db)];
    await quiet(resting);
    const event = await tell(db, type, [free, resting]);
    await planDue(db);
    expect(await cancel(event)).toEqual({ events: 1, waiting: 1, deliveries: 1 });
    expect(await statuses(event)).toEqual(['canceled event_canceled']);
    expect(await claim()).toBe(0);
    const { rows } = await db.owner.query(
      `select outcome, rule, reason, notification_id from notify.decisions where event_id = $1 and recipient_id = $2`,
      [event, resting],
    );
    expect(rows).toEqual([{ outcome: 'suppress', rule: 'event', reason: 'canceled', notification_id: null }]);
    await db.owner.query(`update notify.personal_settings set paused_until = now()`);
    await db.owner.query(`update notify.holds set due_at = now()`);
    await releaseDue(db);
    expect(await statuses(event)).toEqual(['canceled event_canceled']);

    // The key is free for the next, as nobody heard of this one.
    const next = await tell(db, type, [free, resting]);
    await planDue(db);
    expect(await statuses(next)).toEqual(['queued', 'queued']);
    expect(await claim()).toBe(2);
    expect(await cancel(next)).toEqual({ events: 1, waiting: 0, deliveries: 0 });
    expect(await statuses(next)).toEqual(['sending', 'sending']);
    const third = await tell(db, type, [free]);
    await planDue(db);
    expect(await decisionOf(db, third)).toBe('dedupe: already_sent');
  });

  test('one of two devices had it already: the other gets nothing, and the key stays used', async () => {
    const type = await makeType(db, { dedupeKey: 'call' });
    const person = await makePerson(db, { devices: ['apns', 'fcm'] });
    const event = await tell(db, type, [person]);
    await planDue(db);
    expect(await claim()).toBe(1);
    expect(await cancel(event)).toEqual({ events: 1, waiting: 0, deliveries: 1 });
    expect(await statuses(event)).toEqual(['canceled event_canceled', 'sending']);
    const next = await tell(db, type, [person]);
    await planDue(db);
    expect(await decisionOf(db, next)).toBe('dedupe: already_sent');
  });

  test('gathered for a digest: left out', async () => {
    const type = await makeType(db, { channels: ['email'] });
    const person = await makePerson(db, { devices: [], email: `${randomUUID()}@example.com` });
    await db.owner.query(`update notify.notification_types set default_frequency = 'daily' where key = $1`, [type]);
    const [gone, kept] = [await tell(db, type, [person]), await tell(db, type, [person])];
    await planDue(db);
    expect(await cancel(gone)).toEqual({ events: 1, waiting: 1, deliveries: 0 });
    await db.owner.query(`update notify.digests set due_at = now()`);
    await engine.closeDigests();
    const { rows } = await db.owner.query('select event_id, position, left_out from notify.digest_items');
    expect(rows).toEqual(
      expect.arrayContaining([
        { event_id: gone, position: null, left_out: 'event' },
        { event_id: kept, position: 1, left_out: null },
      ]),
    );
    expect(await one(db.owner, 'select item_count from notify.digests')).toBe(1);
  });

  test('all about a subject, of some types or of all; a rolled-back cancellation cancels nothing', async () => {
    const [one_, two, person] = [await makeType(db), await makeType(db), await makePerson(db)];
    const call = randomUUID();
    for (const type of [one_, one_, two]) await schedule(type, [person], call, '1 hour');
    await schedule(two, [person], randomUUID(), '1 hour');
    const all = `select row_to_json(notify.cancel_events('call', $1, $2))`;
    await db.asWriter((client) => client.query(all, [call, null]));
    expect(await services(all, [call, [one_]])).toMatchObject({ events: 2 });
    expect(await services(all, [call, null])).toMatchObject({ events: 1 });
    expect(await one(db.owner, 'select count(*)::integer from notify.events where canceled_at is null')).toBe(1);
    await expect(services(`select notify.cancel_events('call', null)`)).rejects.toMatchObject({ code: 'RBINV' });
    await expect(db.asUser(person, (client) => client.query(all, [call, null]))).rejects.toThrow('permission denied');
  });

  test('while a large event is being planned and sent: nothing is planned after the commit, and each delivery ends', async () => {
    const type = await makeType(db, { audience: 'group' });
    const group = await makeCrowd(db, 3_000, { apns: 3_000 });
    const event = await one<string>(
      db.owner,
      `insert into notify.events (type_key, subject_type, subject_id) values ($1, 'group', $2) returning id`,
      [type, group],
    );
    let sent = 0;
    const sending = (async () => {
      for (let n = 0; n < 20; n++) sent += await claim();
    })();
    const planning = (async () => {
      while (await one<boolean>(db.worker, 'select notify_private.plan($1, 50)', [[event]]));
    })();
    await until('some are planned', () => one<boolean>(db.owner, 'select count(*) > 0 from notify.decisions'), {
      everyMs: 2,
    });
    const canceled = await services<{ deliveries: number }>('select row_to_json(notify.cancel_event($1))', [event]);
    const planned = 'select count(*)::integer from notify.decisions';
    const atCommit = await one(db.owner, planned);
    await Promise.all([planning, sending]);
    await planDue(db);
    expect(await one(db.owner, planned)).toBe(atCommit);
    // In the middle, or this would prove nothing.
    expect(atCommit).toBeGreaterThan(0);
    expect(atCommit).toBeLessThan(3_000);
    expect(await one(db.owner, 'select count(*)::integer from notify_private.audience_rest')).toBe(0);
    const { rows } = await db.owner.query(
      'select status, count(*)::integer as n from notify.deliveries group by status',
    );
    const count = (status: string) => rows.find((row) => row.status === status)?.n ?? 0;
    expect(count('canceled')).toBe(canceled.deliveries);
    expect(count('sending')).toBe(sent);
    expect(count('queued')).toBe(0);
  });
});

describe('CP-3 reschedule', () => {
  test('moves what is not planned, and its expiry; the old time fires nothing', async () => {
    const type = await makeType(db, { expiresAfter: '10 minutes' });
    const person = await makePerson(db);
    const call = randomUUID();
    const event = await schedule(type, [person], call, '-1 second');
    expect(await services(`select notify.reschedule_event($1, now() + interval '1 hour')`, [event])).toBe(true);
    await planDue(db);
    expect(await one(db.owner, 'select planned_at from notify.events where id = $1', [event])).toBeNull();
    const shift = `select notify.reschedule_events('call', $1, shift => $2)`;
    expect(await services(shift, [call, '-59 minutes -59 seconds'])).toBe(1);
    // Due within a second: a worker is told to look.
    await db.owner.query('delete from graphile_worker._private_jobs');
    expect(await services(shift, [call, '-500 milliseconds'])).toBe(1);
    expect((await db.jobs('event__plan')).map(({ payload }) => payload)).toEqual([{}]);
    expect(await services(shift, [call, '-9 minutes'])).toBe(1);
    await planDue(db);
    expect(await decisionOf(db, event)).toBe('send');
    expect(
      await one(
        db.owner,
        `select d.expires_at - e.due_at = interval '10 minutes' from notify.deliveries as d, notify.events as e where e.id = $1`,
        [event],
      ),
    ).toBe(true);
    // Planned: too late.
    expect(await services(`select notify.reschedule_event($1, now())`, [event])).toBe(false);
    expect(await services(shift, [call, '1 hour'])).toBe(0);
    await expect(services(`select notify.reschedule_events('call', $1)`, [call])).rejects.toMatchObject({
      code: 'RBINV',
    });
  });

  test('against a planner: one of the two has it', async () => {
    const [type, person] = [await makeType(db), await makePerson(db)];
    for (let n = 0; n < 20; n++) {
      const event = await schedule(type, [person], randomUUID(), '-1 second');
      const [moved] = await Promise.all([
        services<boolean>(`select notify.reschedule_event($1, now() + interval '1 hour')`, [event]),
        db.worker.query('select notify_private.plan($1)', [[event]]),
      ]);
      expect((await statuses(event)).length).toBe(moved ? 0 : 1);
    }
  });
});

describe('CP-5 what is no longer relevant', () => {
  const made = async (status: string) => {
    const type = await makeType(db);
    await db.owner.query(
      `update notify.notification_types set still_relevant = 'engine_test.is_pending' where key = $1`,
      [type],
    );
    const [call, person] = [randomUUID(), await makePerson(db)];
    await db.owner.query('insert into engine_test.calls values ($1, $2)', [call, 'pending']);
    const event = await schedule(type, [person], call, '-1 second');
    await planDue(db);
    await db.owner.query('update engine_test.calls set status = $2 where id = $1', [call, status]);
    return { event, call };
  };

  test('is not sent, though it is queued; the others are', async () => {
    const [gone, kept] = [await made('done'), await made('pending')];
    const plain = await tell(db, await makeType(db), [await makePerson(db)]);
    await planDue(db);
    expect(await claim()).toBe(2);
    expect(await statuses(gone.event)).toEqual(['canceled not_relevant']);
    expect(await statuses(kept.event)).toEqual(['sending']);
    expect(await statuses(plain)).toEqual(['sending']);
    // Nothing but what is not relevant: no claim is left behind.
    const alone = await made('done');
    expect(await claim()).toBe(0);
    expect(await statuses(alone.event)).toEqual(['canceled not_relevant']);
    expect(await one(db.owner, 'select count(*)::integer from notify_private.claims')).toBe(1);
  });

  test('cannot be told: it waits, is neither lost nor sent, and keeps nobody else', async () => {
    const [broken, kept] = [await made('broken'), await made('pending')];
    expect(await claim()).toBe(1);
    expect(await statuses(broken.event)).toEqual(['queued relevance_failed']);
    expect(await statuses(kept.event)).toEqual(['sending']);
    expect(await one(db.owner, `select attempt from notify.deliveries where status = 'queued'`)).toBe(0);
    await db.owner.query(`update engine_test.calls set status = 'pending' where id = $1`, [broken.call]);
    expect(await claim()).toBe(0);
    await db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
    expect(await claim()).toBe(1);
    expect(await statuses(broken.event)).toEqual(['sending relevance_failed']);
  });
});
