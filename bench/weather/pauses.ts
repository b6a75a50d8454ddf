import type { Blow } from './blows.ts';
import type { Pool, Track } from './people.ts';
import type { Sky } from './sky.ts';

type Change = { readonly change: 'paused' | 'probing' | 'ended'; readonly at: number; readonly reason: string | null };

/** From the first pause of a provider or an origin until it was let in again. Milliseconds. */
export type Pause = Track & {
  readonly reasons: readonly string[];
  readonly beganAt: number;
  readonly endedAt: number;
  /** After the last fault that can have caused it. */
  readonly probesAfter: number;
  readonly pausesAfter: number;
  /** How often it was paused beyond once for each probe: each time is twice as long. */
  readonly pausesWithoutProbe: number;
  readonly faultEndedAt: number | null;
};

/** Every pause, beside the faults at the same place. */
export async function pausesOf(pool: Pool, sky: Sky, blows: readonly Blow[]): Promise<Pause[]> {
  const { rows } = await pool.query<Omit<Change, 'at'> & { provider: Track['provider']; origin: string; at: Date }>(
    'select provider, origin, change, reason, at from storm.pauses order by id',
  );
  const pauses: Pause[] = [];
  for (const changes of Map.groupBy(rows, ({ provider, origin }) => `${provider} ${origin}`).values()) {
    const { provider, origin } = changes[0] as (typeof rows)[number];
    const origins = provider === 'web_push' || provider === 'webhook' ? sky.origins[provider] : [''];
    const track = { provider, place: origins.indexOf(origin) };
    let current: Change[] = [];
    for (const { change, reason, at } of changes) {
      current.push({ change, reason, at: at.getTime() });
      if (change !== 'ended') continue;
      pauses.push(pauseOf(track, current, blows));
      current = [];
    }
    if (current.length > 0)
      pauses.push(pauseOf(track, [...current, { change: 'ended', reason: null, at: Number.POSITIVE_INFINITY }], blows));
  }
  return pauses;
}

function pauseOf(track: Track, changes: readonly Change[], blows: readonly Blow[]): Pause {
  const [beganAt, endedAt] = [changes[0]?.at as number, changes.at(-1)?.at as number];
  // What was asked while it was on is told of a little later.
  const causes = blows.filter(
    (blow) =>
      blow.provider === track.provider &&
      blow.place === track.place &&
      blow.beganAt <= endedAt &&
      blow.endedAt + laggingMs >= beganAt,
  );
  const faultEndedAt = causes.length === 0 ? null : Math.max(...causes.map((blow) => blow.endedAt));
  const after = (kind: Change['change']) =>
    changes.filter(({ change, at }) => change === kind && at > (faultEndedAt ?? 0) + laggingMs).length;
  return {
    ...track,
    reasons: [...new Set(changes.map(({ reason }) => reason).filter((reason) => reason !== null))],
    beganAt,
    endedAt,
    probesAfter: after('probing'),
    pausesAfter: after('paused'),
    pausesWithoutProbe: changes.reduce(
      (n, { change }) => n + (change === 'paused' ? 1 : change === 'probing' ? -1 : 0),
      0,
    ),
    faultEndedAt,
  };
}

/** From an answer until it is written down. */
const laggingMs = 2_000;
