import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/logger.ts';
import { persist } from '../../src/worker/persist.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { decisionOf, forget, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { runPlanning } from '../support/worker-context.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db.drop());
beforeEach(() => forget(db));

describe('an application that keeps a person locked', () => {
  test('holds up what concerns them, and nothing else, and that only until it lets go', async () => {
    const type = await makeType(db);
    const [locked, other] = [await makePerson(db), await makePerson(db)];
    const client = await db.owner.connect();
    try {
      await client.query('begin');
      await client.query(`update notify.users set name = 'New' where id = $1`, [locked]);
      const [stuck, free] = [await tell(db, type, [locked]), await tell(db, type, [other])];
      const firstAt = performance.now();
      await runPlanning(db);
      const firstMs = performance.now() - firstAt;
      expect(await decisionOf(db, free)).toBe('send');
      expect(await one(db.owner, 'select plan_error from notify.events where id = $1', [stuck])).toMatch(/^55P03: /);

      // No patience a second time.
      await db.owner.query('update notify.events set retry_at = now() where id = $1', [stuck]);
      const begunAt = performance.now();
      await expect(planDue(db)).rejects.toThrow('lock timeout');
      expect(performance.now() - begunAt).toBeLessThan(firstMs);

      await client.query('commit');
      // An error is sent before its locks are let go, so the next planner may still pass the event by.
      await until('it is planned', async () => {
        await planDue(db);
        return one<boolean>(db.owner, 'select planned_at is not null from notify.events where id = $1', [stuck]);
      });
      expect(await decisionOf(db, stuck)).toBe('send');
    } finally {
      client.release(true);
    }
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
