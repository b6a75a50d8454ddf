import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType, planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { zoneAt } from '../support/wall-clock.ts';

let db: TestDatabase;
const people: string[] = [];
let usual: string;
let urgent: string;
let keyed: string;
let crossed: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  usual = await makeType(db);
  urgent = await makeType(db, { priority: 'P0' });
  keyed = await makeType(db, { dedupeKey: 'k:{Key}', dedupeWindow: '1 day' });
  crossed = await makeType(db, { dedupeKey: 'k:{Key}', priority: 'P0' });
  // No day ends while they count.
  const zones = [3, 9, 15, 20].map(zoneAt);
  for (let n = 0; n < 20; n++) people.push(await makePerson(db, { timeZone: zones[n % 4] ?? null }));
});
afterAll(() => db.drop());
beforeEach(() => forget(db));

/** A small generator of our own, so that a failing run can be repeated by its seed. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Every session writes events about overlapping people and plans them at once, its own and whatever else it finds, in
 * transactions of its own, over a connection of its own.
 */
async function fire(sessions: number, eventsEach: number, among: number, seed: number): Promise<Error[]> {
  const errors: Error[] = [];
  await Promise.all(
    Array.from({ length: sessions }, async (_, session) => {
      const next = random(seed * 1000 + session);
      const owner = new pg.Client({ connectionString: db.ownerUrl });
      const worker = new pg.Client({ connectionString: db.workerUrl });
      try {
        await Promise.all([owner.connect(), worker.connect()]);
        for (let n = 0; n < eventsEach; n++) {
          const ids = [];
          for (let e = next(3); e >= 0; e--) {
            const to = people.slice(0, among).filter(() => next(2) === 0);
            if (next(2)) to.reverse();
            const type = [usual, usual, urgent, keyed, keyed, crossed][next(6)];
            ids.push(
              await one<string>(owner, 'insert into notify.events (type_key, data) values ($1, $2) returning id', [
                type,
                JSON.stringify({ to, variables: { Key: String(next(4)) } }),
              ]),
            );
          }
          while (await one<boolean>(worker, 'select notify_private.plan($1, 7)', [ids]));
        }
      } catch (error) {
        errors.push(error as Error);
      } finally {
        await Promise.all([owner.end(), worker.end()]);
      }
    }),
  );
  return errors;
}

async function expectExactness(): Promise<void> {
  const broken = async (sql: string) => (await db.owner.query(sql)).rows;
  expect(await broken('select id from notify.events where planned_at is null')).toEqual([]);
  // Nobody was held back below the cap, nobody of P1 sent above it: the first three of a day, P0 included, are all
  // that a P1 can be among.
  const sends = `
    select d.recipient_id, t.priority, d.outcome, d.inputs, d.rule, d.event_id, d.decided_at
    from notify.decisions as d join notify.events as e on e.id = d.event_id
    join notify.notification_types as t on t.key = e.type_key`;
  expect(
    await broken(`
      select recipient_id, count(*) from (${sends}) as s where priority = 'P1' and outcome = 'send'
      group by recipient_id having count(*) > 3`),
  ).toEqual([]);
  expect(
    await broken(
      `select inputs from (${sends}) as s where rule = 'daily_cap' and ((inputs ->> 'count')::integer < 3 or priority = 'P0')`,
    ),
  ).toEqual([]);
  expect(
    await broken(`
      select n.recipient_id, n.count, count(s.*) from notify_private.daily_counters as n
      left join (${sends}) as s on s.recipient_id = n.recipient_id and s.outcome = 'send'
      group by n.recipient_id, n.count having n.count <> count(s.*)`),
  ).toEqual([]);
  // One send per person and key; every key was sent unless the cap held all its events back.
  const keys = `
    select d.recipient_id, e.data -> 'variables' ->> 'Key' as key,
      count(*) filter (where d.outcome = 'send') as sent, count(*) filter (where d.rule = 'dedupe') as repeated
    from notify.decisions as d join notify.events as e on e.id = d.event_id
    join notify.notification_types as t on t.key = e.type_key
    where t.dedupe_key is not null group by 1, 2`;
  expect(await broken(`select * from (${keys}) as k where sent > 1 or (repeated > 0 and sent = 0)`)).toEqual([]);
  expect(
    await broken(`
      select e.id from notify.events as e left join notify.decisions as d on d.event_id = e.id
      group by e.id, e.data having count(d.*) <> jsonb_array_length(e.data -> 'to')`),
  ).toEqual([]);
}

describe.each([
  [16, 8, 5, 4],
  [16, 8, 20, 2],
  [64, 4, 8, 2],
])('%i sessions, %i rounds each, over the same %i people', (sessions, rounds, among, repeats) => {
  test.each(Array.from({ length: repeats }, (_, n) => n + 1))(
    'the cap and the keys are exact, and nothing deadlocks (seed %i)',
    async (seed) => {
      expect(await fire(sessions, rounds, among, seed)).toEqual([]);
      // Sessions met: whom one held the others passed over.
      await planDue(db);
      await expectExactness();
      expect(
        await one(db.owner, `select count(*)::integer from notify.decisions where outcome = 'send'`),
      ).toBeGreaterThan(among);
    },
    60_000,
  );
});
