import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Life, live, type Said } from '../support/rules-life.ts';

let cases = 0;
describe.each([1, 2, 3, 4, 5])('world %i', (seed) => {
  let db: TestDatabase;
  let expected: Life['expected'];
  beforeAll(async () => {
    db = await createDatabase();
    ({ expected } = await live(db, seed, 150, 70, { moves: true }));
  });
  afterAll(() => db.drop());

  test('the engine says of every candidate, each time it judges it, what a simple reading of the rules says', async () => {
    const { rows } = await db.owner.query<{ name: string; said: Said[] }>(
      `select event_id || ' ' || recipient_id || ' ' || channel as name,
       json_agg(json_build_object('outcome', outcome, 'rule', rule,
         'until', floor(extract(epoch from until) * 1000), 'at', floor(extract(epoch from at) * 1000)) order by at) as said
     from (
       select event_id, recipient_id, channel, outcome, rule, held_until as until, decided_at as at from notify.decisions where outcome <> 'hold'
       union all
       select event_id, recipient_id, channel, 'hold', rule, (rule_inputs ->> 'until')::timestamptz, held_at from notify.holds
     ) as s
     group by 1`,
    );
    const wrong = rows.flatMap(({ name, said }) => {
      const simple = expected.get(name);
      return JSON.stringify(simple?.said.map(inOrder)) === JSON.stringify(said.map(inOrder))
        ? []
        : [{ name, said, simple: simple?.said }];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(rows.length).toBe(expected.size);
    cases += rows.length;
    // All rules and outcomes had their say.
    const ends = new Set(rows.flatMap(({ said }) => said.map(({ outcome, rule }) => `${outcome} ${rule}`)));
    expect(ends.size).toBeGreaterThan(12);
  });

  test('candidates are the sum of the outcomes, and explain() says of each what was decided', async () => {
    const { rows } = await db.owner.query(
      `select count(*)::integer as candidates,
       (count(*) filter (where outcome = 'send') + count(*) filter (where outcome = 'hold')
         + count(*) filter (where outcome = 'digest') + count(*) filter (where outcome = 'suppress'))::integer as outcomes
     from notify.decisions`,
    );
    expect(rows[0]).toEqual({ candidates: expected.size, outcomes: expected.size });
    const differing = await db.asOperator(async (client) => {
      const found = await client.query(
        `with asked as (
         select event_id, recipient_id from notify.decisions group by 1, 2 order by md5(event_id::text || recipient_id) limit 300
       ), last as (
         select x.*, x.judgement = max(x.judgement) over (partition by x.event_id, x.recipient_id, x.channel) as is_last
         from asked as a cross join lateral notify.explain(a.event_id, null, a.recipient_id) as x
       ), explained as (
         select event_id, recipient_id, channel, count(*) as rules,
           (array_agg(rule || ' ' || verdict order by position) filter (where verdict not in ('passed', 'not_asked')))[1] as verdict
         from last where is_last group by 1, 2, 3
       )
       select d.event_id, d.recipient_id, d.channel, d.outcome, d.rule, e.verdict
       from asked as a join notify.decisions as d using (event_id, recipient_id)
       left join explained as e using (event_id, recipient_id, channel)
       where e.rules is distinct from 16 or e.verdict is distinct from d.rule
         || case d.outcome when 'hold' then ' held' when 'digest' then ' gathered' when 'suppress' then ' suppressed' end`,
      );
      return found.rows;
    });
    expect(differing).toEqual([]);
  });
});
test('these were a hundred thousand cases', () => {
  expect(cases).toBeGreaterThan(100_000);
});
const inOrder = ({ outcome, rule, until, at }: Said) => [outcome, rule, until, at];
