import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/logger.ts';
import { persist } from '../../src/worker/persist.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  decisionOf,
  decisionsOf,
  forget,
  installPack,
  makeCrowd,
  makePerson,
  makeType,
  planDue,
  tell,
  tellGroup,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db.drop());
beforeEach(() => forget(db));

describe('an application that keeps people locked', () => {
  /** Holds people's rows as a transaction does that has changed them, while the work goes on. */
  async function holding<T>(
    people: readonly string[],
    work: (letGo: () => Promise<unknown>) => Promise<T>,
  ): Promise<T> {
    const client = await db.owner.connect();
    try {
      await client.query('begin');
      await client.query(`update notify.users set name = 'New' where id = any ($1)`, [people]);
      return await work(() => client.query('commit'));
    } finally {
      client.release(true);
    }
  }
  const planSome = (lane = 'bulk') => db.worker.query(`call notify_private.plan_due($1, 20, null, null)`, [lane]);
  const untilPlanned = (event: string) =>
    until('it is planned', async () => {
      await planSome();
      return one<boolean>(db.owner, 'select planned_at is not null from notify.events where id = $1', [event]);
    });
  const toldOf = async (event: string) => (await decisionsOf(db, event)).map(({ recipientId }) => recipientId).sort();

  test('holds up what concerns them, and nothing else, and that only until it lets go', async () => {
    const type = await makeType(db);
    const [locked, other, another] = [await makePerson(db), await makePerson(db), await makePerson(db)];
    await holding([locked], async (letGo) => {
      const both = await tell(db, type, [locked, other]);
      const [stuck, free] = [await tell(db, type, [locked]), await tell(db, type, [another])];
      const begunAt = performance.now();
      await planSome();
      // No lock was waited for.
      expect(performance.now() - begunAt).toBeLessThan(5_000);
      expect(await decisionOf(db, free)).toBe('send');
      expect(await toldOf(both)).toEqual([other]);
      expect(await toldOf(stuck)).toEqual([]);
      const { rows } = await db.owner.query(
        `select planned_at, plan_error, retry_at between created_at and clock_timestamp() + interval '1 second' as soon
         from notify.events where id = any ($1)`,
        [[both, stuck]],
      );
      expect(rows).toEqual(Array(2).fill({ planned_at: null, plan_error: null, soon: true }));
      await letGo();
      await untilPlanned(both);
      await untilPlanned(stuck);
      expect(await toldOf(both)).toEqual([locked, other].sort());
      expect(await toldOf(stuck)).toEqual([locked]);
    });
  });

  test('does not hold up a broadcast, of which they are told at its end; each of it once', async () => {
    const type = await makeType(db, { audience: 'group' });
    const group = await makeCrowd(db, 1_200, { apns: 1_200 });
    const { rows } = await db.owner.query<{ id: string }>(
      'select user_id as id from engine_test.members where group_id = $1 and right(user_id::text, 1) = any ($2)',
      [group, ['0', '5']],
    );
    const held = rows.map(({ id }) => id);
    const event = await tellGroup(db, type, group);
    await holding(held, async (letGo) => {
      await planSome();
      expect(await toldOf(event)).toHaveLength(1_200 - held.length);
      await letGo();
      await untilPlanned(event);
    });
    const told = await toldOf(event);
    expect([told.length, new Set(told).size]).toEqual([1_200, 1_200]);
    expect(await one(db.owner, 'select count(*)::integer from notify_private.audience_rest')).toBe(0);
  });

  test('who comes back does not wait for the end of a broadcast, nor it for them', async () => {
    const broadcast = await tellGroup(db, await makeType(db, { audience: 'group' }), await makeCrowd(db, 2_000));
    const person = await makePerson(db);
    const turn = (name: string) => db.worker.query(`select notify_private.plan_next('bulk', $1)`, [name]);
    const stuck = await tell(db, await makeType(db), [person]);
    await holding([person], async (letGo) => {
      await turn('few');
      await turn('few');
      const before = (await toldOf(broadcast)).length;
      expect(before).toBeLessThan(1_500);
      await letGo();
      await db.owner.query(`update notify.events set retry_at = now() where id = $1`, [stuck]);
      await db.owner.query(`update notify_private.audience_rest set due_at = now() where event_id = $1`, [stuck]);
      await turn('begun');
      expect(await toldOf(stuck)).toEqual([person]);
      // What is left of the first slice, of which the first twenty were planned at once.
      expect((await toldOf(broadcast)).length).toBe(before + 480);
    });
  });

  test('who is held for long is looked at ever more seldom, a second apart at most', async () => {
    const person = await makePerson(db);
    const event = await tell(db, await makeType(db), [person]);
    const waits = async (waited: string) => {
      await db.owner.query(
        `update notify.events set due_at = clock_timestamp() - $2::interval, retry_at = null where id = $1`,
        [event, waited],
      );
      await db.owner.query('update notify_private.audience_rest set due_at = now()');
      const before = await one<number>(db.owner, 'select extract(epoch from clock_timestamp())::float8');
      await planSome();
      const [retryAt, after] = await one<[number, number]>(
        db.owner,
        `select array[extract(epoch from retry_at), extract(epoch from clock_timestamp())]::float8[] from notify.events where id = $1`,
        [event],
      );
      return { atLeast: retryAt - before, atMost: retryAt - after };
    };
    await holding([person], async () => {
      expect((await waits('0')).atLeast).toBeGreaterThanOrEqual(0.02);
      expect((await waits('2 seconds')).atLeast).toBeGreaterThanOrEqual(0.5);
      const long = await waits('1 hour');
      expect(long.atLeast).toBeGreaterThanOrEqual(1);
      expect(long.atMost).toBeLessThanOrEqual(1);
    });
  });
});

test('a long read is not in the way of inserts while partitions are made', async () => {
  const type = await makeType(db);
  const reader = await db.owner.connect();
  try {
    await reader.query('begin');
    await reader.query('select count(*) from notify.events');
    await expect(db.worker.query('select notify_private.make_partitions(5)')).rejects.toThrow('lock timeout');
    await tell(db, type, [await makePerson(db)]);
    await reader.query('commit');
    expect(await one(db.worker, 'select notify_private.make_partitions(5)')).toBeGreaterThan(0);
  } finally {
    reader.release(true);
  }
});

describe('expiry', () => {
  const failed = async (event: string) => {
    await db.worker.query(`select notify_private.fail_event($1, 'error')`, [event]);
    return one<string>(db.owner, 'select retry_at::text from notify.events where id = $1', [event]);
  };

  test('counts from when an event was due, however late it could be planned', async () => {
    const type = await makeType(db);
    const event = await tell(db, type, [await makePerson(db)]);
    const dueAt = await one(db.owner, 'select due_at::text from notify.events where id = $1', [event]);
    await failed(event);
    await db.owner.query('update notify.events set retry_at = now() where id = $1', [event]);
    await planDue(db);
    expect(
      await one(
        db.owner,
        `select (n.expires_at - t.expires_after)::text from notify.notifications as n
         join notify.notification_types as t on t.key = n.type_key where n.event_id = $1`,
        [event],
      ),
    ).toBe(dueAt);
  });

  test('ends the tries of an event that cannot be planned; operators see it and may try once more', async () => {
    const type = await makeType(db);
    const [late, fresh] = [await tell(db, type, [await makePerson(db)]), await tell(db, type, [await makePerson(db)])];
    await db.owner.query(
      `update notify.events as e set due_at = clock_timestamp() - t.expires_after
       from notify.notification_types as t where t.key = e.type_key and e.id = $1`,
      [late],
    );
    expect(await failed(late)).toBe('infinity');
    expect(await failed(fresh)).not.toBe('infinity');

    const asOperator = (sql: string, values: unknown[] = []) =>
      db.asOperator((client) => client.query(sql, values), { commit: true });
    expect((await asOperator('select id from notify.failed_events()')).rows.map(({ id }) => id)).toContain(late);
    expect((await asOperator('select notify.retry_event($1) as done', [late])).rows).toEqual([{ done: true }]);
    await planDue(db);
    expect(await decisionOf(db, late)).toBe('expiry: expired');
  });
});

describe('persist', () => {
  const quiet = createLogger({ level: 'silent', component: 'test' });
  /** How often a write is tried that fails so, five times at most, before it would succeed. */
  const triesOf = async (error: Error) => {
    let tries = 0;
    const written = persist(async () => {
      if (++tries <= 4) throw error;
    }, quiet);
    await written.catch(() => {});
    return tries;
  };
  const refused = (code: string) => Object.assign(new Error(code), { code });

  test.each(['53300', '53100', '40P01', '57014', '25006', '57P01', '08006', 'ECONNREFUSED'])(
    'waits for what passes by itself (%s): what a provider accepted exists nowhere else yet',
    async (code) => expect(await triesOf(refused(code))).toBe(5),
  );
  test.each([
    ['a value the database cannot take', refused('22P05')],
    ['a broken constraint', refused('23514')],
    ['a mistake of our own', new TypeError('undefined is not a function')],
  ])('gives up on %s after three tries', async (_what, error) => expect(await triesOf(error)).toBe(3));
});
