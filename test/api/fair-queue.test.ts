import { describe, expect, test } from 'vitest';
import { createByteCache } from '../../src/graphql/byte-cache.ts';
import { createFairQueue, type FairQueueOptions, type Leave } from '../../src/graphql/fair-queue.ts';
import { createBudget } from '../../src/graphql/planning-budget.ts';
import { createTurns } from '../../src/graphql/request-turns.ts';
import fc from '../support/fast-check.ts';

const never = 1_000_000;
const queueOf = (options: Partial<FairQueueOptions>) =>
  createFairQueue({ limit: 'tests', share: 2, maxWaiting: 3, maxWaitMs: never, ...options });
/** Whatever can go on by now has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('SE-4: a line of each person', () => {
  test('a share at once, the rest in their order, and not more than may wait', async () => {
    const queue = queueOf({});
    const begun: number[] = [];
    const leaves: Leave[] = [];
    const all = [0, 1, 2, 3, 4].map((n) => queue.enter('ada').then((leave) => begun.push(n) && leaves.push(leave)));
    await settled();
    expect([begun, queue.counts]).toEqual([[0, 1], { atWork: 2, waiting: 3 }]);
    await expect(queue.enter('ada')).rejects.toMatchObject({ code: 'RBLIM', limit: 'tests', retryAfter: 1 });
    (await queue.enter('ben'))();
    leaves[1]?.();
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    // Leaving twice frees no second place.
    leaves[1]?.();
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    for (let n = 0; n < 5; n++) {
      leaves[n]?.();
      await settled();
    }
    await Promise.all(all);
    expect([begun, queue.counts]).toEqual([[0, 1, 2, 3, 4], { atWork: 0, waiting: 0 }]);
  });

  test('who gives up frees the place for the next, and begins nothing', async () => {
    const queue = queueOf({ share: 1 });
    const leave = await queue.enter('ada');
    const gone = new AbortController();
    const given = queue.enter('ada', gone.signal);
    const next = queue.enter('ada');
    gone.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    await expect(queue.enter('ada', gone.signal)).rejects.toThrow('gone');
    expect(queue.counts).toEqual({ atWork: 1, waiting: 1 });
    leave();
    (await next)();
    expect(queue.counts).toEqual({ atWork: 0, waiting: 0 });
  });

  test('too long a wait is the fault of whose places they are', async () => {
    const queue = queueOf({ share: 1, places: 2, maxWaitMs: 20 });
    await queue.enter('ada');
    await queue.enter('ben');
    await expect(queue.enter('ada')).rejects.toMatchObject({ code: 'RBLIM' });
    await expect(queue.enter('cleo')).rejects.toMatchObject({ code: 'RBUNA' });
    expect(queue.counts).toEqual({ atWork: 2, waiting: 0 });
  });

  test('where places are scarce they go around', async () => {
    const queue = queueOf({ share: 1, places: 1, maxWaiting: 10 });
    const order: string[] = [];
    const first = await queue.enter('ada');
    const work = async (person: string) => {
      const leave = await queue.enter(person);
      order.push(person);
      leave();
    };
    const all = ['ada', 'ada', 'ada', 'ben', 'ben', 'cleo'].map(work);
    first();
    await Promise.all(all);
    expect(order).toEqual(['ada', 'ben', 'cleo', 'ada', 'ben', 'ada']);
  });

  test('whatever happens: shares and places are kept, nobody who could go on waits, and nothing is lost', async () => {
    const step = fc.record({
      person: fc.constantFrom('a' as const, 'b' as const, 'c' as const),
      does: fc.constantFrom('enter', 'leave', 'give up'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 2 }),
        fc.nat({ max: 3 }),
        fc.array(step, { maxLength: 60 }),
        async (s, p, steps) => {
          const [share, places] = [s + 1, p + 1];
          const queue = queueOf({ share, places, maxWaiting: 4 });
          const people = ['a', 'b', 'c'] as const;
          const atWork = { a: [] as Leave[], b: [] as Leave[], c: [] as Leave[] };
          const waiting = {
            a: new Set<AbortController>(),
            b: new Set<AbortController>(),
            c: new Set<AbortController>(),
          };
          for (const { person, does } of steps) {
            if (does === 'leave') atWork[person].pop()?.();
            if (does === 'give up') [...waiting[person]][0]?.abort();
            if (does === 'enter') {
              const gone = new AbortController();
              waiting[person].add(gone);
              queue
                .enter(person, gone.signal)
                .then((leave) => atWork[person].push(leave))
                .catch(() => {})
                .finally(() => waiting[person].delete(gone));
            }
            await settled();
            const taken = people.reduce((sum, name) => sum + atWork[name].length, 0);
            const waits = people.reduce((sum, name) => sum + waiting[name].size, 0);
            expect(queue.counts).toEqual({ atWork: taken, waiting: waits });
            expect(taken).toBeLessThanOrEqual(places);
            for (const name of people) {
              const working = atWork[name].length;
              expect(working).toBeLessThanOrEqual(share);
              if (taken < places && working < share) expect(waiting[name].size).toBe(0);
              expect(waiting[name].size).toBeLessThanOrEqual(4);
            }
          }
        },
      ),
    );
  });
});

test('SE-4: what steps aside gives its place to others, and takes a turn again', async () => {
  const turns = createTurns();
  const { signal } = new AbortController();
  const begin = () => turns.begin('ada', true, signal);
  const turn = await begin();
  const heard = Promise.withResolvers<string>();
  const aside = turn.aside(() => heard.promise);
  const other = await begin();
  heard.resolve('accepted');
  await settled();
  expect(turns.counts).toEqual({ atWork: 1, waiting: 1 });
  other.leave();
  expect(await aside).toBe('accepted');
  expect(turns.counts).toEqual({ atWork: 1, waiting: 0 });
  turn.leave();
  expect(turns.counts).toEqual({ atWork: 0, waiting: 0 });
});

test('SE-4: whoever stops waiting for the answer of a test push takes no place again, and keeps none of the line', async () => {
  const turns = createTurns();
  const client = new AbortController();
  const turn = await turns.begin('ada', true, client.signal);
  const heard = Promise.withResolvers<string>();
  const aside = turn.aside(() => heard.promise);
  const other = await turns.begin('ada', true, new AbortController().signal);
  heard.resolve('accepted');
  await settled();
  expect(turns.counts).toEqual({ atWork: 1, waiting: 1 });
  client.abort();
  await settled();
  expect(turns.counts).toEqual({ atWork: 1, waiting: 0 });
  expect(await aside).toBe('accepted');
  turn.leave();
  expect(turns.counts).toEqual({ atWork: 1, waiting: 0 });
  other.leave();
  expect(turns.counts).toEqual({ atWork: 0, waiting: 0 });
});

test('SE-4: three at work, of these one mutation; those that wait leave room for queries', async () => {
  const turns = createTurns();
  const { signal } = new AbortController();
  const mutations = Array.from({ length: 5 }, () => turns.begin('ada', true, signal));
  const first = await mutations[0];
  const queries = [await turns.begin('ada', false, signal), await turns.begin('ada', false, signal)];
  expect(turns.counts).toEqual({ atWork: 3, waiting: 4 });
  for (const turn of queries) turn.leave();
  first?.leave();
  for (const turn of mutations.slice(1)) (await turn).leave();
  expect(turns.counts).toEqual({ atWork: 0, waiting: 0 });
});

test('SE-3: a budget of each person, which comes back with time', () => {
  const budget = createBudget({ limit: 'tests', msPerMinute: 1_000 });
  budget.spend('ada', 999);
  expect(budget.refusal('ada')).toBeNull();
  budget.spend('ada', 501);
  expect(() => budget.check('ada')).toThrow(expect.objectContaining({ code: 'RBLIM', limit: 'tests', retryAfter: 30 }));
  expect(budget.refusal('ben')).toBeNull();
});

test('SE-3: values are kept by what they take, those used last', () => {
  const cache = createByteCache<string>(100);
  cache.set('a', 'A', 40);
  cache.set('b', 'B', 40);
  cache.get('a');
  cache.set('c', 'C', 40);
  expect(['a', 'b', 'c'].map(cache.get)).toEqual(['A', undefined, 'C']);
  cache.grow('a', 30);
  expect([cache.get('a'), cache.get('c'), cache.bytes]).toEqual(['A', undefined, 70]);
  cache.set('d', 'D', 101);
  expect([cache.get('a'), cache.get('d'), cache.bytes]).toEqual([undefined, undefined, 0]);
});
