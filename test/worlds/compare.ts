import { type Chain, nameOf, type Step } from './chain.ts';
import type { Life } from './life.ts';
import { iso } from './sql.ts';

/** Two tellings of the same that are not the same. */
export type Difference = {
  readonly kind: string;
  readonly chain: string;
  readonly type: string;
  readonly told: unknown;
  readonly happened: unknown;
};

export type Comparison = {
  readonly differences: readonly Difference[];
  readonly chains: number;
  /** Steps that came as foreseen: the first ones, and those after a wait. */
  readonly atOnce: number;
  readonly later: number;
};

/** Everything that was said of a world before and after, beside what happened. */
export async function compare(life: Life): Promise<Comparison> {
  const { found, atOnce, later } = comparePredictions(life);
  const differences = [
    ...found,
    ...(await compareExplanations(life)),
    ...(await compareTraces(life)),
    ...(await compareBacktest(life)),
  ];
  return { differences, chains: life.chains.size, atOnce, later };
}

const differ = (kind: string, chain: Chain, told: unknown, happened: unknown): Difference => ({
  kind,
  chain: nameOf(chain),
  type: chain.type,
  told,
  happened,
});
const said = ({ at, outcome, rule, reason }: Step): string => [at, outcome, rule, reason].join(' ');
/** Of what is predicted, to the millisecond: the engine's calls at one instant follow each other. */
const roughly = (step: Step): string =>
  [
    step.at.slice(0, 23),
    step.outcome,
    step.rule,
    step.reason,
    step.rule !== 'fallback' && step.until?.slice(0, 23),
  ].join(' ');

/** What happened of a candidate and, where it was told in a digest, of that. */
function wayOf(chain: Chain, chains: Life['chains']): Chain['happened'] {
  const { closing, person, channel } = chain;
  const digest = closing?.event ? chains.get(nameOf({ event: closing.event, person, channel })) : undefined;
  return digest ? [...chain.happened, ...wayOf(digest, chains)] : chain.happened;
}

function comparePredictions({ chains, surprises }: Life) {
  const found: Difference[] = [];
  let [atOnce, later] = [0, 0];
  for (const chain of chains.values()) {
    if (!chain.predicted) continue;
    const surprise = surprises.get(chain.person)?.find(({ nth }) => nth > chain.since);
    const way = wayOf(chain, chains);
    for (let n = 0; ; n++) {
      const [foreseen, came] = [chain.predicted[n], way[n]];
      if (!foreseen && !came) break;
      if (surprise && (came ? came.nth > surprise.nth : (foreseen as Step).at >= surprise.at)) break;
      if (!foreseen || !came || roughly(foreseen) !== roughly(came)) {
        const name = (step: Step | undefined) => (step ? `${step.outcome} ${step.rule}` : 'nothing');
        found.push(
          differ(
            `predict ${n === 0 ? 'at once' : 'later'}: ${name(foreseen)} for ${name(came)}`,
            chain,
            chain.predicted,
            way,
          ),
        );
        break;
      }
      if (n === 0) atOnce++;
      else later++;
      // When the next step has its turn depends on providers and people.
      if (foreseen.rule === 'fallback') break;
    }
  }
  return { found, atOnce, later };
}

const asked = ({ chains }: Life) => {
  const pairs = [...new Set([...chains.values()].map(({ event, person }) => `${event} ${person}`))];
  return [pairs.map((pair) => pair.split(' ')[0]), pairs.map((pair) => pair.split(' ')[1])];
};

async function compareExplanations(life: Life): Promise<Difference[]> {
  const rows = await life.clocked.asOperator<{ name: string; steps: string[]; complete: boolean }>(
    `select name, array_agg(step order by judgement) as steps, bool_and(complete) as complete
     from (
       select x.event_id || ' ' || x.recipient_id || ' ' || x.channel as name, coalesce(x.judgement, 99) as judgement,
         concat_ws(' ', ${iso('min(x.at)')}, coalesce(
           max(case x.verdict when 'held' then 'hold' when 'gathered' then 'digest' when 'suppressed' then 'suppress' end
             || ' ' || x.rule || ' ' || x.reason), 'send  ')) as step,
         bool_and(x.because is not null and x.because <> '') and (x.judgement is null or count(*) = 16) as complete
       from unnest($1::uuid[], $2::uuid[]) as a (event, person)
       cross join lateral notify.explain(a.event, null, a.person) as x
       group by x.event_id, x.recipient_id, x.channel, x.judgement
     ) as j group by name`,
    asked(life),
  );
  const explained = new Map(rows.map((row) => [row.name, row]));
  return [...life.chains.values()].flatMap((chain) => {
    const row = explained.get(nameOf(chain));
    const happened = chain.happened.map(said);
    if (row?.complete && JSON.stringify(row.steps) === JSON.stringify(happened)) return [];
    return [differ('explain', chain, row ?? null, happened)];
  });
}

async function compareTraces(life: Life): Promise<Difference[]> {
  const rows = await life.clocked.asOperator<{ name: string; entries: string[]; ended: string[]; complete: boolean }>(
    `select t.event_id || ' ' || t.recipient_id || ' ' || t.channel as name,
       array_agg(concat_ws(' ', ${iso('t.at')}, t.what, case when t.what in ('held', 'released', 'suppressed') then coalesce(t.reason, t.status) end)
         order by t.nth) filter (where t.delivery_id is null) as entries,
       coalesce(array_agg(t.status order by t.status) filter (where t.what = 'ended'), '{}') as ended,
       bool_and(t.because is not null and t.because <> '') as complete
     from unnest($1::uuid[], $2::uuid[]) as a (event, person)
     cross join lateral (select x.*, row_number() over () as nth from notify.trace(a.event, null, a.person) as x) as t
     where t.channel is not null
     group by 1`,
    asked(life),
  );
  const traced = new Map(rows.map((row) => [row.name, row]));
  const { rows: deliveries } = await life.clocked.db.owner.query<{ name: string; ended: string[] }>(
    `select n.event_id || ' ' || n.recipient_id || ' ' || d.channel as name, array_agg(d.status order by d.status) as ended
     from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id group by 1`,
  );
  const sent = new Map(deliveries.map(({ name, ended }) => [name, ended]));
  return [...life.chains.values()].flatMap((chain) => {
    const row = traced.get(nameOf(chain));
    const { happened, closing } = chain;
    const expected = happened.flatMap(({ at, outcome, reason }, n) => {
      const before = happened[n - 1];
      const back = before?.outcome === 'hold' ? [`${at} released ${outcome}`] : [];
      const out = closing && before?.outcome === 'digest' ? [`${at} left_out`] : [];
      const what = { hold: `held ${reason}`, digest: 'gathered', send: 'told', suppress: `suppressed ${reason}` }[
        outcome
      ];
      return [...back, ...out, `${at} ${what}`];
    });
    if (closing?.event) expected.push(`${closing.at} told`);
    const ended = sent.get(nameOf(chain)) ?? [];
    if (
      row?.complete &&
      JSON.stringify(row.entries) === JSON.stringify(expected) &&
      JSON.stringify(row.ended) === JSON.stringify(ended)
    )
      return [];
    return [differ('trace', chain, row ?? null, { expected, ended })];
  });
}

async function compareBacktest({ clocked, chains, since }: Life): Promise<Difference[]> {
  const { rows } = await clocked.db.owner.query<{ name: string; was: string; would: string }>(
    `select event_id || ' ' || recipient_id || ' ' || channel as name,
       concat_ws(' ', ${iso('at')}, outcome, coalesce(rule, ''), coalesce(reason, '')) as was,
       concat_ws(' ', ${iso('new_at')}, new_outcome, coalesce(new_rule, ''), coalesce(new_reason, '')) as would
     from notify_private.replay($1, now() + interval '1 second', '{}', 0, 1)`,
    [since],
  );
  const replayed = new Map(rows.map((row) => [row.name, row]));
  return [...chains.values()].flatMap((chain) => {
    const row = replayed.get(nameOf(chain));
    const last = chain.happened.at(-1);
    if (last && row?.was === said(last) && row.would === said(last)) return [];
    return [differ('backtest', chain, row ?? null, chain.happened)];
  });
}
