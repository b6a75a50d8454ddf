import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(async () => {
  await database?.drop();
});

type Result = { event_id: string; deduplicated: boolean };
const emitMany = (keys: readonly (string | null)[]) =>
  database.asWriter(
    async (client) =>
      (
        await client.query<Result>(
          `select * from notify.emit_many(array(
             select row('test_push', null, null, null, null, k, null)::notify.event_input
             from unnest($1::text[]) with ordinality as u (k, n) order by n))`,
          [keys],
        )
      ).rows,
    { commit: true },
  );

test('JK-6 the same key again is the first event, within a call and across calls, in the order of the input', async () => {
  const first = await emitMany(['b', null, 'a', 'b', null]);
  expect(first.map(({ deduplicated }) => deduplicated)).toEqual([false, false, false, true, false]);
  expect(first[3]?.event_id).toBe(first[0]?.event_id);
  const second = await emitMany(['a', 'c', 'b']);
  expect(second.map(({ deduplicated }) => deduplicated)).toEqual([true, false, true]);
  expect([second[0]?.event_id, second[2]?.event_id]).toEqual([first[2]?.event_id, first[0]?.event_id]);
  expect((await database.owner.query('select from notify.events')).rowCount).toBe(5);
});

test('JK-6 sixteen callers with the same keys in different orders make each event once, without deadlock', async () => {
  const keys = Array.from({ length: 40 }, (_, n) => `concurrent-${n}`);
  const calls = await Promise.all(
    Array.from({ length: 16 }, (_, n) =>
      emitMany(n % 2 ? keys : [...keys].reverse()).then((rows) => (n % 2 ? rows : rows.reverse())),
    ),
  );
  for (const n of keys.keys()) {
    expect(new Set(calls.map((rows) => rows[n]?.event_id)).size).toBe(1);
    expect(calls.filter((rows) => rows[n]?.deduplicated === false)).toHaveLength(1);
  }
});

test('emit() says which field is wrong', async () => {
  const emit = (sql: string) => database.asWriter((client) => client.query(`select * from notify.emit(${sql})`));
  await expect(emit(`'nope'`)).rejects.toMatchObject({ code: 'RBINV', message: expect.stringContaining('type_key:') });
  await expect(emit(`'test_push', data => '[]'`)).rejects.toMatchObject({ message: expect.stringContaining('data:') });
  await expect(emit(`'test_push', subject_type => 'x'`)).rejects.toMatchObject({
    message: expect.stringContaining('subject_id:'),
  });
  await expect(emit(`'test_push', idempotency_key => ''`)).rejects.toMatchObject({
    message: expect.stringContaining('idempotency_key:'),
  });
  expect((await emit(`'test_push'`)).rows).toMatchObject([{ deduplicated: false }]);
});

test('only services may', async () => {
  const call = `select * from notify.emit('test_push')`;
  for (const as of [database.asOperator, database.asAnonymous]) {
    await expect(as((client) => client.query(call))).rejects.toMatchObject({ code: '42501' });
  }
  const user = '00000000-0000-7000-8000-000000000001';
  await expect(database.asUser(user, (client) => client.query(call))).rejects.toMatchObject({ code: '42501' });
});
