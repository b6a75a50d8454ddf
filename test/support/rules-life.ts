import type { TestDatabase } from './database.ts';
import { type Candidate, createOracle, type Moment, type Verdict } from './rules-oracle.ts';
import {
  candidatesOf,
  changedAt,
  hour,
  lookAt,
  makeWorld,
  minute,
  moveSome,
  noteSeen,
  planAt,
  releaseAt,
  resetSome,
  seeded,
  tellSome,
  type World,
} from './rules-world.ts';

/** A verdict, when, and what was known at that moment. */
export type Said = Verdict & { readonly at: number; readonly moment: Moment };
export type Life = {
  readonly world: World;
  readonly since: number;
  /** Where each person lived from when on, in the order of time. */
  readonly homes: ReadonlyMap<string, readonly { readonly at: number; readonly zone: string | null }[]>;
  /** By event, person and channel: what the oracle said each time it was asked. */
  readonly expected: ReadonlyMap<string, { readonly candidate: Candidate; readonly said: readonly Said[] }>;
};

/**
 * Some days of a random world, planned and released by the engine and judged by the oracle; the oracle's answers. With `moves`, some
 * people move to other time zones on the way; with `resets`, operators change their settings and types.
 */
export async function live(
  db: TestDatabase,
  seed: number,
  people: number,
  steps: number,
  { moves = false, resets = false } = {},
): Promise<Life> {
  const random = seeded(seed);
  // A world begins when a week does, so that its days and nights do not depend on when it is looked at.
  const week = 7 * 24 * hour;
  const since = Math.floor((Date.now() - 2 * week) / week) * week;
  let at = since;
  const world = await makeWorld(db, random, people, since);
  const oracle = createOracle(world.settings);
  const homes = new Map(world.people.map(({ id, zone }) => [id, [{ at: since, zone }]]));
  const expected = new Map<string, { readonly candidate: Candidate; readonly said: Said[] }>();
  const waiting = new Map<
    string,
    { readonly candidate: Candidate; readonly due: number; readonly rule: string | null }
  >();
  const known = new Map<string, 'seen' | 'read' | 'deleted'>();
  const nameOf = ({ event, person, channel }: Candidate) => `${event} ${person.id} ${channel}`;
  const momentOf = (candidate: Candidate, released: string | null, together: boolean): Moment => {
    const done = (released !== null && known.get(`${candidate.event} ${candidate.person.id}`)) || null;
    return {
      released,
      zone: candidate.person.zone,
      lookingUntil: oracle.lookingUntil(candidate),
      seen: done !== null,
      done,
      together,
    };
  };
  const judge = (candidate: Candidate, released: string | null, together = false) => {
    const moment = momentOf(candidate, released, together);
    const verdict = oracle.judge(candidate, at, moment);
    oracle.apply(candidate, verdict, at);
    const name = nameOf(candidate);
    const before = expected.get(name) ?? { candidate, said: [] };
    expected.set(name, before);
    before.said.push({ ...verdict, at, moment });
    if (verdict.until !== null && verdict.outcome === 'hold')
      waiting.set(name, { candidate, due: verdict.until, rule: verdict.rule });
    else waiting.delete(name);
  };
  for (let step = 0; step < steps; step++) {
    at += (1 + random(6 * 60)) * minute + random(60_000);
    const told = await tellSome(db, random, world, at);
    if (moves && random.chance(20)) {
      await moveSome(db, random, world);
      await changedAt(db, at);
      for (const { id, zone } of world.people) homes.get(id)?.push({ at, zone });
    }
    if (resets && random.chance(20)) {
      await resetSome(db, random, world);
      await changedAt(db, at);
    }
    await lookAt(db, random, world, at);
    await planAt(db, told, at);
    for (const event of told) for (const candidate of candidatesOf(event, at)) judge(candidate, null);
    if (random.chance(70)) {
      at += 1 + random(60 * minute);
      const looked = [...waiting.values()].filter(() => random.chance(30)).map(({ candidate }) => candidate);
      const done = await noteSeen(
        db,
        random,
        looked.map(({ event, person }) => [event, person.id] as const),
        at,
      );
      for (const { event, person } of looked) {
        const name = `${event} ${person.id}`;
        // What was done before stays so beside it, and counts for more.
        if (ranks.indexOf(done) > ranks.indexOf(known.get(name) ?? 'seen')) known.set(name, done);
        else if (!known.has(name)) known.set(name, done);
      }
      await lookAt(db, random, world, at);
      await releaseAt(db, at);
      const due = [...waiting.values()].filter((held) => held.due <= at);
      due.sort((a, b) => inTurn(a.candidate, b.candidate));
      const alone = oracle.fork();
      const comes = due.filter(({ candidate, rule }) => {
        const verdict = alone.judge(candidate, at, momentOf(candidate, rule, false));
        alone.apply(candidate, verdict, at);
        const said = expected.get(nameOf(candidate))?.said ?? [];
        const wasQuiet =
          rule === 'quiet_hours' || (rule === 'attention' && said.at(-1)?.moment.released === 'quiet_hours');
        const { kind, channel } = candidate;
        return (
          wasQuiet &&
          (verdict.outcome === 'send' || verdict.rule === 'daily_cap' || verdict.rule === 'rolling_cap') &&
          kind.priority !== 'P0' &&
          (channel === 'push' || channel === 'email') &&
          !oracle.isQuiet(candidate, at)
        );
      });
      const whose = ({ person, channel }: Candidate) => `${person.id} ${channel}`;
      for (const held of due) {
        const beside = comes.filter(({ candidate }) => whose(candidate) === whose(held.candidate));
        judge(held.candidate, held.rule, comes.includes(held) && beside.length > 1);
      }
    }
  }
  return { world, since, homes, expected };
}
const ranks = ['seen', 'read', 'deleted'] as const;
const inTurn = (a: Candidate, b: Candidate): number =>
  a.event === b.event ? place(a) - place(b) : a.event < b.event ? -1 : 1;
const place = ({ kind, channel }: Candidate): number => kind.channels.indexOf(channel);

/**
 * The same past once more, by the oracle and under other settings: every candidate's last verdict. Who waits as they did comes
 * back when they did, otherwise when the wait is over.
 */
export function relive(
  { expected, homes }: Life,
  world: Pick<World, 'settings' | 'kinds'>,
  now: number,
): Map<string, Said> {
  const oracle = createOracle(world.settings);
  const kinds = new Map(world.kinds.map((kind) => [kind.key, kind]));
  type Turn = {
    readonly name: string;
    readonly candidate: Candidate;
    readonly at: number;
    readonly nth: number | null;
    readonly released: string | null;
  };
  const ends = new Map<string, Said>();
  let turns: Turn[] = [...expected].map(([name, { candidate, said }]) => ({
    name,
    candidate: { ...candidate, kind: kinds.get(candidate.kind.key) ?? candidate.kind },
    at: (said[0] as Said).at,
    nth: 0,
    released: null,
  }));
  turns.sort((a, b) => a.at - b.at || inTurn(a.candidate, b.candidate));
  let waiting: Turn[] = [];
  const take = ({ name, candidate, at, nth, released }: Turn) => {
    // They lived where they lived, whatever went another way.
    const home = homes.get(candidate.person.id)?.findLast((one) => one.at <= at)?.zone ?? null;
    const said = (expected.get(name)?.said ?? []).map((one) => ({ ...one, moment: { ...one.moment, zone: home } }));
    // Where it went another way than it did: what was known when it was judged last until then.
    const known = nth === null ? (said.findLast((before) => before.at <= at) ?? said[0]) : said[nth];
    // Whether they look is not kept where it did not matter, and matters as far as the other settings say.
    const { zone, lookingUntil, seen, done, together } = (known as Said).moment;
    // What they did with it is kept where the rule "inbox" asked.
    const asked = (known as Said).moment.released === 'attention' ? null : done;
    candidate.person.zone = zone;
    const { kind, channel } = candidate;
    const matters = (kind.attentionChannels ?? world.settings.attentionChannels).includes(channel);
    const moment = {
      released,
      zone,
      seen,
      done: asked,
      // Whether others had waited as well, another way, nobody knows.
      together: together && nth !== null,
      lookingUntil: matters ? lookingUntil : null,
    };
    const verdict = oracle.judge(candidate, at, moment);
    oracle.apply(candidate, verdict, at);
    ends.set(name, { ...verdict, at, moment });
    if (verdict.outcome !== 'hold' || verdict.until === null) return;
    const before = nth === null ? undefined : said[nth];
    const isAsBefore = before?.outcome === 'hold' && before.rule === verdict.rule && before.until === verdict.until;
    if (isAsBefore && nth !== null) {
      const next = said[nth + 1];
      if (next) waiting.push({ name, candidate, at: next.at, nth: nth + 1, released: verdict.rule });
    } else if (verdict.until <= now)
      waiting.push({ name, candidate, at: verdict.until, nth: null, released: verdict.rule });
  };
  while (turns.length > 0 || waiting.length > 0) {
    const [next] = turns;
    const at = Math.min(next?.at ?? Number.POSITIVE_INFINITY, ...waiting.map((turn) => turn.at));
    // Who waited comes before what is new at the same instant.
    const back = waiting.filter((turn) => turn.at === at);
    waiting = waiting.filter((turn) => turn.at !== at);
    for (const turn of back.sort((a, b) => inTurn(a.candidate, b.candidate))) take(turn);
    if (back.length > 0) continue;
    const count = turns.findIndex((turn) => turn.at !== at);
    const fresh = turns.slice(0, count < 0 ? turns.length : count);
    turns = turns.slice(fresh.length);
    for (const turn of fresh) take(turn);
  }
  return ends;
}
