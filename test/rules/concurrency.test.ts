import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { patiently } from '../support/patiently.ts';
import { candidatesOf, hour, makeWorld, seeded, tellSome, type World } from '../support/rules-world.ts';

let db: TestDatabase;
let world: World;
beforeAll(async () => {
  db = await createDatabase();
  world = await makeWorld(db, seeded(7), 24, Date.now() - hour);
});
afterAll(() => db.drop());
beforeEach(() => db.owner.query('update notify.settings set rolling_cap = 4, daily_cap = 3'));

/** Sessions that plan, release and change people's minds, all about the same people, each over a connection of its own. */
async function fire(sessions: number, seed: number): Promise<{ errors: unknown[]; candidates: number }> {
  const errors: unknown[] = [];
  let candidates = 0;
  await Promise.all(
    Array.from({ length: sessions }, async (_, session) => {
      const random = seeded(seed * 1000 + session);
      const worker = new pg.Client({ connectionString: db.workerUrl });
      try {
        await worker.connect();
        for (let round = 0; round < 3; round++) {
          const at = Date.now() - 1_000;
          const told = await tellSome(db, random, world, at);
          for (const event of told) candidates += candidatesOf(event, at).length;
          const ids = told.map(({ id }) => id);
          for (let more = true; more; ) more = await one<boolean>(worker, 'select notify_private.plan($1, 20)', [ids]);
          // Somebody's setting changes, and what waits for them is due at once.
          await db.owner.query(
            `insert into notify.personal_settings (user_id, quiet_hours) values ($1, '{}') on conflict (user_id)
             do update set quiet_hours = case when $2 then '{}'::notify.quiet_window[] end`,
            [random.from(world.people).id, random.chance(50)],
          );
          for (const lane of ['bulk', 'urgent'])
            await patiently(() => worker.query('select notify_private.release_holds($1, 50)', [lane]));
        }
      } catch (error) {
        errors.push(error);
      } finally {
        await worker.end();
      }
    }),
  );
  return { errors, candidates };
}

test.each([
  [16, 1],
  [64, 2],
])(
  '%i sessions at once: nothing deadlocks, every candidate is decided once, caps and keys are exact',
  async (sessions, seed) => {
    const before = await one<number>(db.owner, 'select count(*)::integer from notify.decisions');
    const { errors, candidates } = await fire(sessions, seed);
    expect(errors).toEqual([]);
    // Sessions met: whom one held the others passed over.
    await planDue(db);
    expect(await one(db.owner, 'select count(*)::integer from notify.decisions')).toBe(before + candidates);

    const broken = async (sql: string) => (await db.owner.query(sql)).rows;
    // The past, judged once more one person after the other, is what sixty-four sessions made of it: no cap was passed by two
    // at once, no key used twice, nothing held back that had room.
    expect(
      await broken(`
      select r.* from notify_private.replay(now() - interval '1 day', now() + interval '1 day', '{}', 0, 1) as r
      where (r.outcome, r.rule, r.at) is distinct from (r.new_outcome, r.new_rule, r.new_at) limit 3`),
    ).toEqual([]);
    // And by counting.
    expect(
      await broken(`
      select d.recipient_id, d.rule_inputs ->> 'day' as day, count(*) from notify.decisions as d
      where d.outcome = 'send' and d.rule_inputs ->> 'priority' = 'P1' and d.rule_inputs ? 'capped'
      group by 1, 2 having count(*) > 3`),
    ).toEqual([]);
    expect(
      await broken(`
      select n.recipient_id, n.day, n.channel from notify_private.daily_counters as n
      left join notify.decisions as d on d.recipient_id = n.recipient_id and d.outcome = 'send' and d.channel = n.channel
        and (d.rule_inputs ->> 'day')::date = n.day
      group by n.recipient_id, n.day, n.channel, n.count, n.sent_at
      having n.count <> count(d.*) or cardinality(n.sent_at) <> n.count`),
    ).toEqual([]);
    expect(
      await broken(`
      select event_id, recipient_id, channel from notify.decisions as d
      where (d.outcome = 'hold') <> exists (
        select from notify.holds as h where h.event_id = d.event_id and h.recipient_id = d.recipient_id and h.channel = d.channel
          and h.released_at is null)`),
    ).toEqual([]);
  },
  60_000,
);
