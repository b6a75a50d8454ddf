import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Candidate, createOracle, type Verdict } from '../support/rules-oracle.ts';
import { candidatesOf, hour, makeWorld, minute, planAt, releaseAt, seeded, tellSome } from '../support/rules-world.ts';

type Said = Verdict & { readonly at: number };
type Expected = ReadonlyMap<string, { readonly candidate: Candidate; readonly said: readonly Said[] }>;

/** Some days of a random world, planned and released by the engine and judged by the oracle; the oracle's answers. */
async function live(db: TestDatabase, seed: number, people: number, steps: number): Promise<Expected> {
  const random = seeded(seed);
  let at = Date.now() - 14 * 24 * hour;
  const world = await makeWorld(db, random, people, at);
  const oracle = createOracle(world.settings);
  const expected = new Map<string, { readonly candidate: Candidate; readonly said: Said[] }>();
  const waiting = new Map<string, { readonly candidate: Candidate; readonly due: number }>();
  const judge = (candidate: Candidate) => {
    const verdict = oracle.judge(candidate, at);
    oracle.apply(candidate, verdict, at);
    const name = `${candidate.event} ${candidate.person.id} ${candidate.channel}`;
    const known = expected.get(name) ?? { candidate, said: [] };
    expected.set(name, known);
    known.said.push({ ...verdict, at });
    if (verdict.until !== null && verdict.outcome === 'hold') waiting.set(name, { candidate, due: verdict.until });
    else waiting.delete(name);
  };
  for (let step = 0; step < steps; step++) {
    at += (1 + random(6 * 60)) * minute + random(60_000);
    const told = await tellSome(db, random, world, at);
    await planAt(db, told, at);
    for (const event of told) for (const candidate of candidatesOf(event, at)) judge(candidate);
    if (random.chance(70)) {
      at += 1 + random(60 * minute);
      await releaseAt(db, at);
      const due = [...waiting.values()].filter((held) => held.due <= at).map(({ candidate }) => candidate);
      for (const candidate of due.sort(inTurn)) judge(candidate);
    }
  }
  return expected;
}
const inTurn = (a: Candidate, b: Candidate): number =>
  a.event === b.event ? place(a) - place(b) : a.event < b.event ? -1 : 1;
const place = ({ kind, channel }: Candidate): number => kind.channels.indexOf(channel);

let cases = 0;
describe.each([1, 2, 3, 4, 5])('world %i', (seed) => {
  let db: TestDatabase;
  let expected: Expected;
  beforeAll(async () => {
    db = await createDatabase();
    expected = await live(db, seed, Number(process.env.RULES_PEOPLE ?? 150), Number(process.env.RULES_STEPS ?? 70));
  }, 120_000);
  afterAll(() => db.drop());

  test('the engine says of every candidate, each time it judges it, what a simple reading of the rules says', async () => {
    const { rows } = await db.owner.query<{ name: string; said: Said[] }>(
      `select event_id || ' ' || recipient_id || ' ' || channel as name,
       json_agg(json_build_object('outcome', outcome, 'rule', rule,
         'until', floor(extract(epoch from until) * 1000), 'at', floor(extract(epoch from at) * 1000)) order by at) as said
     from (
       select event_id, recipient_id, channel, outcome, rule, held_until as until, decided_at as at from notify.decisions where outcome <> 'hold'
       union all
       select event_id, recipient_id, channel, 'hold', rule, (facts ->> 'until')::timestamptz, held_at from notify.holds
     ) as s
     group by 1`,
    );
    const wrong = rows.flatMap(({ name, said }) => {
      const simple = expected.get(name);
      return JSON.stringify(simple?.said.map(inOrder)) === JSON.stringify(said.map(inOrder))
        ? []
        : [{ name, said, simple }];
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
           (array_agg(rule || ' ' || said order by position) filter (where said not in ('passed', 'not_asked')))[1] as said
         from last where is_last group by 1, 2, 3
       )
       select d.event_id, d.recipient_id, d.channel, d.outcome, d.rule, e.said
       from asked as a join notify.decisions as d using (event_id, recipient_id)
       left join explained as e using (event_id, recipient_id, channel)
       where e.rules is distinct from 13 or e.said is distinct from d.rule
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
