import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createDatabase, type TestDatabase } from '../support/database.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

const makeUser = () => one<string>(db.owner, 'insert into notify.users default values returning id');
async function makeBalance(amount: number, threshold: number | null): Promise<string> {
  return one(
    db.owner,
    `insert into accounts.balances (user_id, currency, amount, low_threshold) values ($1, 'EUR', $2, $3) returning id`,
    [await makeUser(), amount, threshold],
  );
}

/** Amount and threshold of each alert about a balance, in their order. */
async function alertsOf(client: Pick<Client, 'query'>, balanceId: string): Promise<[number, number][]> {
  const { rows } = await client.query<{ amount: number; threshold: number }>(
    `select (data ->> 'amount')::float as amount, (data ->> 'threshold')::float as threshold
     from notify.events where type_key = 'low_balance' and subject_id = $1 order by id`,
    [balanceId],
  );
  return rows.map(({ amount, threshold }) => [amount, threshold]);
}

/** One committed statement as a service, in a session of its own. */
const asService = (sql: string, values: readonly unknown[]) =>
  db.asWriter(async (client) => (await client.query(sql, [...values])).rows, { commit: true });

test('issue 5: below is an alert, further below is none, at the threshold arms it again, and beginning low is no crossing', async () => {
  const id = await makeBalance(20, 10);
  for (const amount of [15, 10, 9.99, 3, 9.99, 10, 4, 25])
    await asService('update accounts.balances set amount = $2 where id = $1', [id, amount]);
  expect(await alertsOf(db.owner, id)).toEqual([
    [9.99, 10],
    [4, 10],
  ]);
  const low = await makeBalance(5, 10);
  await asService('update accounts.balances set amount = 4 where id = $1', [low]);
  expect(await alertsOf(db.owner, low)).toEqual([]);
});

test('issue 5: a threshold counts as an amount does: raised above it is a crossing, without one there is none', async () => {
  const id = await makeBalance(20, null);
  const threshold = (to: number | null) =>
    asService('update accounts.balances set low_threshold = $2 where id = $1', [id, to]);
  await asService('update accounts.balances set amount = -5 where id = $1', [id]);
  expect(await alertsOf(db.owner, id)).toEqual([]);
  for (const to of [0, 10, null, -5, -4]) await threshold(to);
  expect(await alertsOf(db.owner, id)).toEqual([
    [-5, 0],
    [-5, -4],
  ]);
});

test('issue 5: what is no number, or would be rounded, is no amount', async () => {
  const user = await makeUser();
  const balance = (currency: string, amount: string, threshold: string | null = null) =>
    asService('insert into accounts.balances (user_id, currency, amount, low_threshold) values ($1, $2, $3, $4)', [
      user,
      currency,
      amount,
      threshold,
    ]);
  const payment = (currency: string, amount: string) =>
    asService('insert into accounts.payments (user_id, currency, amount) values ($1, $2, $3)', [
      user,
      currency,
      amount,
    ]);
  await balance('EUR', '20.05', '10');
  await payment('EUR', '20.05');
  for (const wrong of [
    () => balance('USD', 'NaN'),
    () => balance('USD', '1', 'NaN'),
    () => asService(`update accounts.balances set low_threshold = 'NaN' where user_id = $1`, [user]),
    () => balance('KWD', '1.234'),
    () => payment('USD', 'NaN'),
    () => payment('USD', '-1'),
    () => payment('KWD', '1.234'),
    () => payment('usd', '1'),
  ])
    await expect(wrong()).rejects.toMatchObject({ code: '23514' });
});

test('issue 5: an upsert crosses as an update does; a statement over many balances alerts for those that cross', async () => {
  const id = await makeBalance(20, 10);
  const upsert = `insert into accounts.balances (user_id, currency, amount, low_threshold)
     select user_id, currency, $2, low_threshold from accounts.balances where id = $1
     on conflict (user_id, currency) do update set amount = excluded.amount`;
  await asService(upsert, [id, 7]);
  await asService(upsert, [id, 6]);
  expect(await alertsOf(db.owner, id)).toEqual([[7, 10]]);
  const others = await Promise.all([makeBalance(12, 10), makeBalance(30, 10), makeBalance(8, 10)]);
  await asService('update accounts.balances set amount = amount - 5 where id = any ($1)', [others]);
  expect(await Promise.all(others.map((other) => alertsOf(db.owner, other)))).toEqual([[[7, 10]], [], []]);
});

test('issue 5: any series of changes alerts once a crossing', async () => {
  const cents = fc.integer({ min: -300, max: 300 }).map((n) => n / 100);
  const change = fc.oneof(
    fc.record({ set: fc.constant('amount' as const), to: cents }),
    fc.record({ set: fc.constant('low_threshold' as const), to: fc.option(cents) }),
    fc.record({ set: fc.constant('both' as const), to: cents, threshold: fc.option(cents) }),
  );
  const user = await makeUser();
  await fc.assert(
    fc.asyncProperty(
      cents,
      fc.option(cents),
      fc.array(change, { maxLength: 25 }),
      async (first, threshold, changes) => {
        await db.asOwner(async (client) => {
          const id = await one<string>(
            client as never,
            `insert into accounts.balances (user_id, currency, amount, low_threshold) values ($1, 'EUR', $2, $3) returning id`,
            [user, first, threshold],
          );
          const state = { amount: first, threshold };
          const expected: [number, number][] = [];
          for (const each of changes) {
            const wasLow = state.threshold !== null && state.amount < state.threshold;
            if (each.set === 'amount') state.amount = each.to;
            if (each.set === 'low_threshold') state.threshold = each.to;
            if (each.set === 'both') Object.assign(state, { amount: each.to, threshold: each.threshold });
            await client.query('update accounts.balances set amount = $2, low_threshold = $3 where id = $1', [
              id,
              state.amount,
              state.threshold,
            ]);
            if (!wasLow && state.threshold !== null && state.amount < state.threshold)
              expected.push([state.amount, state.threshold]);
          }
          expect(await alertsOf(client, id)).toEqual(expected);
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('issue 5: sixteen sessions set the same balance low at once: one alert; at once up and down: one a crossing', async () => {
  const id = await makeBalance(20, 10);
  await Promise.all(
    Array.from({ length: 16 }, (_, n) =>
      asService('update accounts.balances set amount = $2 where id = $1', [id, n / 10]),
    ),
  );
  expect(await alertsOf(db.owner, id)).toHaveLength(1);

  // Each change says what was there before it, so what crossed is known without asking the trigger.
  // Round by round all sessions together take 80 away and give it back, each by a way of its own:
  // whatever their order, every other round crosses at least once.
  const moving = await makeBalance(100, 100);
  const moves: { from: number; to: number }[] = [];
  const rounds = 12;
  for (let round = 0; round < rounds; round++)
    await Promise.all(
      Array.from({ length: 16 }, async (_, session) => {
        const step = round % 2 === 0 ? -5 : 5;
        const detour = ((session * 7 + round * 13) % 41) - 20;
        for (const by of [detour, step - detour]) {
          const rows = await asService(
            'update accounts.balances set amount = amount + $2 where id = $1 returning amount::float as "to"',
            [moving, by],
          );
          const { to } = rows[0] as { to: number };
          moves.push({ from: to - by, to });
        }
      }),
    );
  const crossings = moves.filter(({ from, to }) => from >= 100 && to < 100).map(({ to }) => to);
  const alerts = (await alertsOf(db.owner, moving)).map(([amount]) => amount);
  expect(crossings.length).toBeGreaterThanOrEqual(rounds / 2);
  expect(alerts.toSorted((a, b) => a - b)).toEqual(crossings.toSorted((a, b) => a - b));
});

test('issue 5: a session that waited for another sees what that one left, and a crossing that is rolled back was none', async () => {
  const id = await makeBalance(20, 10);
  const [first, second] = [await db.owner.connect(), await db.owner.connect()];
  const lower = 'update accounts.balances set amount = amount - 6 where id = $1';
  try {
    for (const ending of ['rollback', 'commit']) {
      await first.query('begin');
      await first.query(lower, [id]); // 14
      await first.query(lower, [id]); // 8: crossed
      const waiting = second.query(lower, [id]);
      await first.query(ending);
      await waiting;
      // Rolled back: 14, nothing crossed. Committed: 14 to 8 to 2, and then the waiting one to -4.
      expect(await alertsOf(db.owner, id)).toEqual(ending === 'rollback' ? [] : [[8, 10]]);
    }
    expect(await one(db.owner, 'select amount::float from accounts.balances where id = $1', [id])).toBe(-4);
  } finally {
    first.release();
    second.release();
  }
});
