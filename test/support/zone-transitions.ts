import type { TestDatabase } from './database.ts';
import { seed as testSeed } from './fast-check.ts';

/** PostgreSQL's, from 0 to 1. */
export const seed = (testSeed % 1_000) / 1_000;

export type Transition = {
  readonly zone: string;
  /** The first instant of the new offset, in ms; offsets are in ms east of UTC. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
};

/**
 * `public.transitions`: where each zone's offset changed from 2007 to 2024, as JavaScript's own copy of the time zone database has it;
 * `public.zones`, and functions that read local times from these offsets alone.
 */
export async function addTransitions(db: TestDatabase): Promise<void> {
  const zones = await db.owner.query<{ name: string }>(
    'select name from pg_timezone_names where notify_hidden.is_time_zone(name)',
  );
  const known = new Set(zones.rows.map(({ name }) => name));
  const transitions = Intl.supportedValuesOf('timeZone')
    .filter((zone) => known.has(zone))
    .flatMap((zone) => transitionsOf(zone, Date.UTC(2007, 0, 1), Date.UTC(2025, 0, 1)));
  await db.owner.query(
    `create table public.transitions (zone text, at timestamp, before interval, after interval);
     create table public.zones (name text);`,
  );
  await db.owner.query(
    `insert into public.transitions
     select zone, to_timestamp(at) at time zone 'UTC', make_interval(secs => before), make_interval(secs => after)
     from unnest($1::text[], $2::float8[], $3::float8[], $4::float8[]) as t (zone, at, before, after)`,
    [
      transitions.map(({ zone }) => zone),
      transitions.map(({ at }) => at / 1000),
      transitions.map(({ before }) => before / 1000),
      transitions.map(({ after }) => after / 1000),
    ],
  );
  await db.owner.query('insert into public.zones select unnest($1::text[])', [[...known]]);
  // What an instant of a local time is, from JavaScript's offsets alone: before the transition, after it, or the
  // transition itself where no clock ever showed it. On UTC's clock throughout.
  await db.owner.query(`
    create function public.shown_at(t public.transitions, local timestamp, which text) returns timestamp language sql immutable as $$
      select case which
        when 'first' then case when local - t.before < t.at then local - t.before when local - t.after >= t.at then local - t.after else t.at end
        else case when local - t.after >= t.at then local - t.after when local - t.before < t.at then local - t.before else t.at end
      end
    $$;
    create function public.clock_of(t public.transitions, utc timestamp) returns timestamp language sql immutable as $$
      select utc + case when utc < t.at then t.before else t.after end
    $$;
    create function public.random_time() returns time language sql volatile as $$
      select time '00:00' + (floor(random() * 96) * 15 + case when random() < 0.2 then floor(random() * 15) else 0 end) * interval '1 minute'
    $$;
    create function public.random_weekdays() returns smallint[] language sql volatile as $$
      select case when random() < 0.7 then array(select 1 + floor(random() * 7) from generate_series(1, 1 + floor(random() * 3)::integer))::smallint[] end
    $$;`);
}

/** Where a zone's offset changes, by ICU; weekly samples, then halving. */
function transitionsOf(zone: string, from: number, until: number): Transition[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const offset = (at: number) => Date.parse(`${format.format(at).replace(' ', 'T')}Z`) - at;
  const found: Transition[] = [];
  for (let at = from; at < until; at += week) {
    const before = offset(at);
    const after = offset(at + week);
    if (before === after) continue;
    let [low, high] = [at, at + week];
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    found.push({ zone, at: high, before, after });
  }
  return found;
}
const week = 7 * 86_400_000;

/** Runs a query that lists cases that went wrong, each seen by its first five, in a session whose own zone has transitions. */
export async function wrong(db: TestDatabase, sql: string): Promise<{ cases: number; wrong: unknown[] }> {
  return db.asOwner(async (client) => {
    await client.query(`set local timezone = 'America/New_York'`);
    await client.query('select setseed($1)', [seed]);
    const { rows } = await client.query<{ cases: number; wrong: unknown[] | null }>(
      `with checked as materialized (${sql})
       select (select count(*)::integer from checked) as cases,
         (select json_agg(w) from (select * from checked where not coalesce(good, false) limit 5) as w) as wrong`,
    );
    return { cases: rows[0]?.cases ?? 0, wrong: rows[0]?.wrong ?? [] };
  });
}
