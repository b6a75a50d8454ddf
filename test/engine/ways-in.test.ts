// Over 300 lines: three ways in, which are held to the same answers.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { decisionsOf, forget, installPack, makeCrowd, makePerson, makeType, planDue } from '../support/engine-pack.ts';
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

const eventsOf = (typeKey: string) =>
  one<number>(db.owner, 'select count(*)::integer from notify.events where type_key = $1', [typeKey]);

describe('an insert into a domain table', () => {
  test('makes one event a row and one job a statement, by a role that may do nothing else', async () => {
    const type = await makeType(db, { audience: 'group', body: '{Name} is new' });
    const group = await makeCrowd(db, 2, { apns: 2 });
    await db.asWriter(
      (client) =>
        client.query(
          `insert into engine_test.things (type_key, group_id, name) select $1, $2, 'thing ' || n from generate_series(1, 3) as n`,
          [type, group],
        ),
      { commit: true },
    );
    expect(await eventsOf(type)).toBe(3);
    expect(await db.jobs('event__plan')).toHaveLength(1);
    await runPlanning(db);
    expect(await decisionsOf(db)).toHaveLength(6);
    expect(await one(db.owner, `select count(*)::integer from notify.deliveries where status = 'queued'`)).toBe(6);
  });

  test('that is rolled back leaves neither event nor job', async () => {
    const type = await makeType(db, { audience: 'group' });
    const group = await makeCrowd(db, 1, { apns: 1 });
    const insert = (commit: boolean) =>
      db.asWriter(
        (client) => client.query('insert into engine_test.things (type_key, group_id) values ($1, $2)', [type, group]),
        { commit },
      );
    await insert(false);
    expect([await eventsOf(type), (await db.jobs()).length]).toEqual([0, 0]);
    await insert(true);
    expect([await eventsOf(type), (await db.jobs()).length]).toEqual([1, 1]);
  });

  test('adds a job that says "look" where none waits, per lane, however much is written and by however many', async () => {
    const bulk = await makeType(db);
    const urgent = await makeType(db, { priority: 'P0' });
    const insert = (count: number, type: string) =>
      db.owner.query(
        `insert into notify.events (type_key, data) select $1, '{"to": []}' from generate_series(1, $2::integer)`,
        [type, count],
      );
    await insert(1600, bulk);
    for (let n = 0; n < 20; n++) await insert(1, bulk);
    await insert(1, urgent);
    const tokens = async () => (await db.jobs()).map(({ task, payload }) => [task, payload]).sort();
    expect(await tokens()).toEqual([
      ['event__plan', {}],
      ['event__plan_urgent', {}],
    ]);
    // One that nobody took for long does not answer for ever: there may be a worker again.
    await db.owner.query(`update graphile_worker._private_jobs set run_at = now() - interval '11 seconds'`);
    await insert(1, bulk);
    expect(await tokens()).toHaveLength(3);
  });

  test('waits for no other writer, and its job and its notice come with its commit', async () => {
    const type = await makeType(db);
    const [first, second, ear] = [await db.owner.connect(), await db.owner.connect(), await db.worker.connect()];
    const heard: unknown[] = [];
    ear.on('notification', ({ payload = '' }) => heard.push(JSON.parse(payload)));
    try {
      await ear.query('listen rowbell_bulk');
      for (const client of [first, second]) {
        await client.query('begin');
        await client.query('insert into notify.events (type_key) values ($1)', [type]);
      }
      await ear.query('select 1');
      expect([heard, await db.jobs()]).toEqual([[], []]);
      await second.query('commit');
      await until('it is heard', async () => heard.length > 0);
      await first.query('commit');
      await until('the other is heard', async () => heard.length > 1);
      expect(heard).toEqual(Array(2).fill({ task: 'event__plan', payload: {} }));
      expect((await db.jobs()).map(({ task }) => task)).toEqual(['event__plan', 'event__plan']);
    } finally {
      first.release(true);
      second.release(true);
      ear.release(true);
    }
  });
});

describe('an insert into notify.events', () => {
  test('as a service is all it takes', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    await db.asWriter(
      (client) =>
        client.query('insert into notify.events (type_key, data) values ($1, $2)', [
          type,
          JSON.stringify({ to: [person] }),
        ]),
      { commit: true },
    );
    await planDue(db);
    expect(await decisionsOf(db)).toMatchObject([{ recipientId: person, outcome: 'send' }]);
  });

  test('with a key seen before leaves no second row and keeps the transaction', async () => {
    const type = await makeType(db);
    await db.asWriter(
      async (client) => {
        const insert = 'insert into notify.events (type_key, idempotency_key) values ($1, $2)';
        expect((await client.query(insert, [type, 'order-1'])).rowCount).toBe(1);
        expect((await client.query(insert, [type, 'order-1'])).rowCount).toBe(0);
        expect((await client.query(insert, [type, 'order-2'])).rowCount).toBe(1);
      },
      { commit: true },
    );
    expect(await eventsOf(type)).toBe(2);
  });

  test.each([
    ['an unknown type', { type_key: 'nonesuch' }, /events_type_key_fkey/],
    ['data that is no object', { data: '[1]' }, /events_data_is_a_small_object/],
    ['data over 16 kB', { data: JSON.stringify({ text: 'x'.repeat(17_000) }) }, /events_data_is_a_small_object/],
    ['half a subject', { subject_type: 'trip' }, /events_subject_is_whole/],
    ['an empty key', { idempotency_key: '' }, /events_idempotency_key_fits/],
    ['a key of 501 characters', { idempotency_key: 'x'.repeat(501) }, /events_idempotency_key_fits/],
  ])('refuses %s by name', async (_what, changes: Record<string, string>, message) => {
    const row: Record<string, string> = { type_key: await makeType(db), ...changes };
    const columns = Object.keys(row);
    const insert = db.asWriter((client) =>
      client.query(
        `insert into notify.events (${columns.join(', ')}) values (${columns.map((_, n) => `$${n + 1}`).join(', ')})`,
        columns.map((column) => row[column]),
      ),
    );
    await expect(insert).rejects.toThrow(message);
  });
});

describe('emit', () => {
  type Emitted = { event_id: string; deduplicated: boolean };
  const emit = async (typeKey: string, key: string | null, data: unknown = {}): Promise<Emitted> => {
    const emitted = await db.asWriter(
      (client) =>
        client.query<Emitted>('select * from notify.emit($1, data => $2, idempotency_key => $3)', [
          typeKey,
          JSON.stringify(data),
          key,
        ]),
      { commit: true },
    );
    return emitted.rows[0] as Emitted;
  };
  const emitMany = async (
    inputs: readonly { type: string; key?: string; data?: unknown; dueIn?: string }[],
    first = 'select',
  ) => {
    const { rows } = await db.asWriter(
      async (client) => {
        await client.query(first);
        return client.query<Emitted>(
          `select r.* from notify.emit_many(array(
             select row(i ->> 'type', null, null, null, i -> 'data', i ->> 'key', clock_timestamp() + (i ->> 'dueIn')::interval)::notify.event_input
             from jsonb_array_elements($1) with ordinality as x (i, n) order by n)) as r`,
          [JSON.stringify(inputs)],
        );
      },
      { commit: true },
    );
    return rows;
  };

  test('answers with the event; the same key again with the first one, and says so', async () => {
    const type = await makeType(db);
    const first = await emit(type, 'a');
    const again = await emit(type, 'a', { other: true });
    const other = await emit(type, 'b');
    const none = await emit(type, null);
    expect(first.deduplicated).toBe(false);
    expect(again).toEqual({ event_id: first.event_id, deduplicated: true });
    expect([other.deduplicated, none.deduplicated]).toEqual([false, false]);
    expect(await eventsOf(type)).toBe(3);
  });

  test('finds the first event also after a plain insert made it', async () => {
    const type = await makeType(db);
    const id = await one(
      db.owner,
      `insert into notify.events (type_key, idempotency_key) values ($1, 'plain') returning id`,
      [type],
    );
    expect(await emit(type, 'plain')).toEqual({ event_id: id, deduplicated: true });
  });

  test('emit_many answers in the order of the input, duplicates within the array included', async () => {
    const type = await makeType(db);
    await emit(type, 'old');
    const answers = await emitMany([
      { type, key: 'z' },
      { type },
      { type, key: 'old' },
      { type, key: 'z' },
      { type, key: 'a' },
    ]);
    expect(answers.map(({ deduplicated }) => deduplicated)).toEqual([false, false, true, true, false]);
    expect(answers[3]?.event_id).toBe(answers[0]?.event_id);
    expect(await eventsOf(type)).toBe(4);
    const { rows } = await db.owner.query<{ id: string; idempotency_key: string }>(
      'select id, idempotency_key from notify.events where id = any ($1)',
      [answers.map(({ event_id }) => event_id)],
    );
    const keyOf = new Map(rows.map((row) => [row.id, row.idempotency_key]));
    expect(answers.map(({ event_id }) => keyOf.get(event_id))).toEqual(['z', null, 'old', 'z', 'a']);
  });

  test('sixteen sessions with the same keys in different orders make each event once, and all learn its id', async () => {
    const type = await makeType(db);
    const keys = Array.from({ length: 200 }, (_, n) => `key-${n}`);
    // All wait at a barrier, so that they really meet.
    const barrier = await db.owner.connect();
    await barrier.query('select pg_advisory_lock(1)');
    const calls = Array.from({ length: 16 }, async (_, session) => {
      const shifted = [...keys.slice(session * 12), ...keys.slice(0, session * 12)];
      const order = session % 2 ? shifted : shifted.reverse();
      const answers = await emitMany(
        order.map((key) => ({ type, key })),
        'select pg_advisory_xact_lock_shared(1)',
      );
      return answers.map((answer, n) => ({ ...answer, key: order[n] as string }));
    });
    const all = Promise.all(calls);
    await until('all are waiting', () =>
      one<boolean>(
        barrier,
        `select count(*) = 16 from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
      ),
    );
    await barrier.query('select pg_advisory_unlock(1)');
    barrier.release();
    const sessions = await all;
    const answers = sessions.flat();
    expect(await eventsOf(type)).toBe(200);
    expect(answers.filter(({ deduplicated }) => !deduplicated)).toHaveLength(200);
    for (const key of keys) {
      expect(new Set(answers.filter((answer) => answer.key === key).map(({ event_id }) => event_id)).size).toBe(1);
    }
  });

  test('two sessions whose keys cross do not deadlock', async () => {
    const type = await makeType(db);
    const holder = await db.owner.connect();
    await holder.query('begin');
    await holder.query(`select notify.emit($1, idempotency_key => 'm')`, [type]);
    // Taken in the order of the input, each would now hold what the other needs next.
    const calls = Promise.all([
      emitMany(['b', 'm', 'c'].map((key) => ({ type, key }))),
      emitMany(['c', 'm', 'b'].map((key) => ({ type, key }))),
    ]);
    await until('both wait', () =>
      one<boolean>(
        db.owner,
        `select count(*) = 2 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      ),
    );
    await holder.query('rollback');
    holder.release();
    expect((await calls).flat().filter(({ deduplicated }) => !deduplicated)).toHaveLength(3);
    expect(await eventsOf(type)).toBe(3);
  });

  test('a first emit that is rolled back does not use up its key', async () => {
    const type = await makeType(db);
    await db.asWriter((client) => client.query(`select notify.emit($1, idempotency_key => 'undone')`, [type]));
    expect((await emit(type, 'undone')).deduplicated).toBe(false);
    expect(await eventsOf(type)).toBe(1);
  });

  test('waits for a session that is using the key, and takes over when that one is rolled back', async () => {
    const type = await makeType(db);
    const other = await db.owner.connect();
    try {
      await other.query('begin');
      await other.query(`select notify.emit($1, idempotency_key => 'contended')`, [type]);
      const waiting = emit(type, 'contended');
      await until('the second waits', () =>
        one<boolean>(
          db.owner,
          `select count(*) > 0 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        ),
      );
      await other.query('rollback');
      expect((await waiting).deduplicated).toBe(false);
    } finally {
      other.release();
    }
    expect(await eventsOf(type)).toBe(1);
  });

  test.each([
    ['an unknown type', [{ type: 'nonesuch' }], 'type_key: there is no notification type "nonesuch"'],
    ['data that is no object', [{ data: 'text' }], 'data: must be an object'],
    ['data over 16 kB', [{ data: { text: 'x'.repeat(17_000) } }], 'data: must be at most 16 kB'],
    ['an empty key', [{ key: '' }], 'idempotency_key: must have 1 to 500 characters'],
    ['the second of two', [{}, { data: [1] }], 'events[2].data: must be an object'],
  ])('refuses %s, naming the field, and makes nothing', async (_what, inputs, message) => {
    const type = await makeType(db);
    const call = emitMany((inputs as object[]).map((input) => ({ type, ...input })));
    await expect(call).rejects.toMatchObject({ code: 'RBINV', message });
    expect(await eventsOf(type)).toBe(0);
  });

  test('is for services: nobody else may call it', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    const call = 'select notify.emit($1)';
    await expect(db.asUser(person, (client) => client.query(call, [type]))).rejects.toThrow(/permission denied/);
    await expect(db.asAnonymous((client) => client.query(call, [type]))).rejects.toThrow(/permission denied/);
    await db.asWriter((client) => client.query(call, [type]));
  });

  test('due in the future: not planned before, no job when far off; planned when the time has come', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    const data = { to: [person] };
    const [soon, far] = (await emitMany([
      { type, data, dueIn: '1 second' },
      { type, data, dueIn: '1 hour' },
    ])) as [Emitted, Emitted];
    // Of what is due before the next poll a worker is told to look; the rest is the poller's.
    expect((await db.jobs('event__plan')).map(({ payload }) => payload)).toEqual([{}]);
    const dueIn = (time: string) =>
      `update notify.events set due_at = clock_timestamp() + interval '${time}' where id = '${soon.event_id}'`;
    await db.owner.query(dueIn('1 minute'));
    await runPlanning(db);
    await db.worker.query('select notify_private.plan($1)', [[soon.event_id, far.event_id]]);
    expect(await decisionsOf(db)).toEqual([]);
    expect(await one(db.worker, `select notify_private.enqueue_due('urgent')`)).toBe(1000);
    expect(await one(db.worker, `select notify_private.enqueue_due('bulk')`)).toBe(1000);
    // In one go, so that it is not due meanwhile.
    const both = await db.owner.query(
      `${dueIn('900 milliseconds')}; select notify_private.enqueue_due('bulk') as wait`,
    );
    const [, { rows }] = both as unknown as [unknown, { rows: { wait: number }[] }];
    expect(rows[0]?.wait).toBeGreaterThan(0);
    expect(rows[0]?.wait).toBeLessThanOrEqual(900);
    expect(await db.jobs('event__plan')).toEqual([]);

    // An hour later: the sweep finds what has no job.
    await db.owner.query(`update notify.events set due_at = due_at - interval '61 minutes'`);
    await db.worker.query(`select notify_private.enqueue_due('urgent')`);
    expect(await db.jobs()).toEqual([]);
    await db.worker.query(`select notify_private.enqueue_due('bulk')`);
    await runPlanning(db);
    expect((await decisionsOf(db)).map(({ eventId }) => eventId)).toEqual([soon.event_id, far.event_id].sort());
  });
});
