import type { ClusterAddress } from '../support/cluster.ts';
import { closeDue } from '../support/digests.ts';
import { planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import {
  hour,
  lookAt,
  makeWorld,
  minute,
  moveSome,
  noteSeen,
  type Rand,
  resetSome,
  seeded,
  type World,
} from '../support/rules-world.ts';
import { type Chain, nameOf, type Step } from './chain.ts';
import { changeSomePeople } from './changes.ts';
import { type ClockedDatabase, createClockedDatabase } from './clock.ts';
import { sendDue } from './sending.ts';
import { iso, isoOf } from './sql.ts';

/** What became of a random world, and what was said of it before. */
export type Life = {
  readonly clocked: ClockedDatabase;
  readonly since: string;
  readonly chains: ReadonlyMap<string, Chain>;
  /** By person: when, in the order of what happened, something came that no prediction of before knows. */
  readonly surprises: ReadonlyMap<string, readonly Surprise[]>;
};

export type Surprise = { readonly nth: number; readonly at: string };

/** Some days of a world, and as long after them as anything still waits. Each event is predicted to each of its people, then emitted. */
export async function live(seed: number, size: number, steps: number, cluster?: ClusterAddress): Promise<Life> {
  const random = seeded(seed);
  const clocked = await createClockedDatabase(cluster);
  const { db } = clocked;
  const week = 7 * 24 * hour;
  const start = Math.floor((Date.now() - 2 * week) / week) * week;
  // In microseconds: each call of the engine has an instant of its own, as they have.
  let now = start * 1000;
  const setNow = (us: number) => {
    now = us;
    return clocked.set(isoOf(now));
  };
  const passAMoment = () => setNow(now + 1);
  await setNow(now);
  const world = await makeWorld(db, random, size, start);
  await addFallbacks(clocked, random, world);
  // Each has a pace: some hear of something every week, some every hour.
  const paces = new Map(world.people.map(({ id }) => [id, random.from([3, 3, 4, 6, 12, 40])]));

  const chains = new Map<string, Chain>();
  const surprises = new Map<string, Surprise[]>(world.people.map(({ id }) => [id, []]));
  let nth = 0;
  const surprise = (people: readonly string[]) => {
    nth++;
    for (const person of people) surprises.get(person)?.push({ nth, at: isoOf(now) });
  };

  /** Writes down what has just been decided. */
  const look = async () => {
    nth++;
    const { rows } = await db.owner.query<Step & { event: string; person: string; channel: string; type: string }>(
      `select d.event_id as event, d.recipient_id as person, d.channel, e.type_key as type, ${iso('d.decided_at')} as at,
         d.outcome, d.rule, d.reason, ${iso('d.held_until')} as until
       from notify.decisions as d join notify.events as e on e.id = d.event_id
       where d.decided_at = now()`,
    );
    for (const { event, person, channel, type, ...step } of rows) {
      const name = nameOf({ event, person, channel });
      const chain = chains.get(name) ?? {
        event,
        person,
        channel,
        type,
        predicted: null,
        since: nth,
        happened: [],
        closing: null,
      };
      chains.set(name, chain);
      const last = chain.happened.at(-1);
      const isNew =
        last?.at !== step.at || last.outcome !== step.outcome || last.rule !== step.rule || last.reason !== step.reason;
      if (isNew) chain.happened.push({ ...step, nth });
    }
  };
  const close = async () => {
    await passAMoment();
    await closeDue(db);
    await look();
    const { rows } = await db.owner.query<{ event: string; person: string; channel: string; into: string | null }>(
      `select i.event_id as event, i.recipient_id as person, i.channel, case when i.left_out is null then d.event_id end as into
       from notify.digests as d join notify.digest_items as i on i.digest_id = d.id where d.closed_at = now()`,
    );
    for (const { into, ...candidate } of rows) {
      const chain = chains.get(nameOf(candidate));
      if (chain) chain.closing ??= { nth, at: isoOf(now), event: into };
    }
  };
  /** All that is due at this instant, as the worker's tasks do it, until nothing is. */
  const tick = async () => {
    for (const lane of ['urgent', 'bulk'] as const)
      for (let more = true; more; await look()) {
        await passAMoment();
        more = await one<boolean>(db.worker, 'select notify_private.release_holds($1)', [lane]);
      }
    await close();
    await passAMoment();
    await planDue(db);
    await look();
    await passAMoment();
    surprise(await sendDue(clocked, random));
    await look();
  };
  /** From instant to instant at which something is due, until `end`. */
  const passUntil = async (end: number) => {
    for (;;) {
      const next = await one<number | null>(
        db.owner,
        `select (extract(epoch from min(due_at)) * 1000000)::float8
         from (
           select min(due_at) as due_at from notify.holds where released_at is null and due_at > now()
           union all select min(due_at) from notify.digests where closed_at is null and due_at > now()
           union all select min(due_at) from notify.deliveries where status = 'queued' and due_at > now()
         ) as w where isfinite(due_at)`,
      );
      if (next === null || next >= end) break;
      await setNow(next);
      await tick();
    }
  };

  for (let step = 0; step < steps; step++) {
    const next = (Math.floor(now / 1000) + (1 + random(6 * 60)) * minute + random(60_000)) * 1000;
    await passUntil(next);
    await setNow(next);
    await tick();
    // Half of the world's days are quiet, so that much goes as was foreseen.
    if (random.chance(8)) {
      const moved = new Map(world.people.map(({ id, zone }) => [id, zone]));
      await moveSome(db, random, world);
      surprise(world.people.filter(({ id, zone }) => moved.get(id) !== zone).map(({ id }) => id));
    }
    if (random.chance(4)) {
      await resetSome(db, random, world);
      surprise(world.people.map(({ id }) => id));
    }
    if (random.chance(15)) surprise(await changeSomePeople(clocked, random, world, now / 1000));
    if (random.chance(15)) surprise(await readSome(clocked, random, now / 1000));
    await tick();
    const then = (Math.floor(now / 1000) + 1 + random(minute)) * 1000;
    await passUntil(then);
    await setNow(then);
    await lookAt(db, random, world, then / 1000);
    // Now and then the same people hear of several things at once, which then wait together.
    const some = () => world.people.filter(({ id }) => random.chance(paces.get(id) ?? 0)).map(({ id }) => id);
    const together = random.chance(40) ? some() : null;
    for (let told = 1 + random(3); told > 0; told--) {
      const event = await tell(clocked, random, world, together ?? some());
      if (!event) continue;
      surprise(event.people);
      for (const [name, chain] of event.chains) chains.set(name, { ...chain, since: nth });
      await planDue(db);
      await look();
      // Their ids have the order of their instants, to the millisecond.
      const soon = now + 1_000_000;
      await passUntil(soon);
      await setNow(soon);
    }
    await tick();
  }
  await passUntil(Number.POSITIVE_INFINITY);
  return { clocked, since: isoOf((start - hour) * 1000), chains, surprises };
}

/** Orders of channels, and which types have them. */
async function addFallbacks({ db }: ClockedDatabase, random: Rand, { kinds }: World): Promise<void> {
  await db.owner.query(`
    insert into notify.fallbacks values ('by_wait', 'mail after five minutes, then SMS'), ('by_failure', 'mail where push fails'),
      ('by_reading', 'push where it is not read');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('by_wait', 1, '{push}', '5 minutes', 'delivered'), ('by_wait', 2, '{email}', '1 hour', 'delivered'), ('by_wait', 3, '{sms}', null, 'sent'),
      ('by_failure', 1, '{push}', null, 'sent'), ('by_failure', 2, '{email,sms}', null, 'sent'),
      ('by_reading', 1, '{in_app}', '2 hours', 'read'), ('by_reading', 2, '{push,email}', null, 'sent')`);
  for (const { key } of kinds.filter(({ channels }) => channels.length > 1 && random.chance(25)))
    await db.owner.query('update notify.notification_types set fallback_key = $2 where key = $1', [
      key,
      random.from(['by_wait', 'by_failure', 'by_reading']),
    ]);
}

/** Predicts an event to some people, then emits it; the chains that begin with it. */
async function tell({ db, asOperator }: ClockedDatabase, random: Rand, { kinds }: World, to: readonly string[]) {
  const kind = random.from(kinds);
  const key = String(random(4));
  const own = {
    channels: random.chance(10) ? kind.channels.slice(random(kind.channels.length)) : null,
    expiresAfter: random.chance(10) ? `${1 + random(30)} hours` : null,
    fallbackKey: random.chance(6) && kind.channels.length > 1 ? random.from(['by_wait', 'by_failure']) : null,
  };
  if (to.length === 0) return null;
  const predicted = await asOperator<Step & { person: string; channel: string; because: string }>(
    `select u.id as person, p.channel, ${iso('p.at')} as at, p.outcome, p.rule, p.reason, ${iso('p.until')} as until, p.because
     from unnest($1::uuid[]) as u (id)
     cross join lateral notify.predict_for(u.id, $2, now(), $3::jsonb, $4::text[], $5::interval, $6) as p
     order by 1, 2, p.step`,
    [to, kind.key, JSON.stringify({ Key: key }), own.channels, own.expiresAfter, own.fallbackKey],
  );
  const { rows } = await db.owner.query<{ id: string }>(
    `insert into notify.events (type_key, data, channels, expires_after, fallback_key) values ($1, $2, $3, $4, $5) returning id`,
    [kind.key, JSON.stringify({ to, variables: { Key: key } }), own.channels, own.expiresAfter, own.fallbackKey],
  );
  const event = (rows[0] as { id: string }).id;
  const chains = new Map<string, Omit<Chain, 'since'> & { predicted: Step[] }>();
  for (const { person, channel, because: _, ...step } of predicted) {
    const name = nameOf({ event, person, channel });
    const chain = chains.get(name);
    if (chain) chain.predicted.push(step);
    else chains.set(name, { event, person, channel, type: kind.key, predicted: [step], happened: [], closing: null });
  }
  return { people: to, chains };
}

/** Some of what waits has been seen, read or deleted in the inbox; whose. */
async function readSome({ db }: ClockedDatabase, random: Rand, at: number): Promise<string[]> {
  const { rows } = await db.owner.query<{ event: string; person: string }>(
    `select distinct event_id as event, recipient_id as person from notify.decisions where outcome in ('hold', 'digest') order by 1, 2`,
  );
  const read = rows.filter(() => random.chance(10));
  await noteSeen(
    db,
    random,
    read.map(({ event, person }) => [event, person] as const),
    at,
  );
  return [...new Set(read.map(({ person }) => person))];
}
