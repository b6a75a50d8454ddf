import type { ProviderName } from '../../src/providers/types.ts';
import type { Blow } from './blows.ts';
import { type Pause, pausesOf } from './pauses.ts';
import { isTrack, type Pool, type Track } from './people.ts';
import type { Taken } from './sandbox.ts';
import type { Sky } from './sky.ts';
import type { Storm } from './storm.ts';

type Delivery = {
  readonly id: string;
  readonly recipient: string;
  readonly type: string;
  readonly channel: string;
  readonly provider: ProviderName | 'in_app';
  readonly address: string | null;
  readonly status: string;
  readonly reason: string | null;
  readonly toldAt: Date;
  readonly attempts: readonly { outcome: string; code: string | null; from: number; to: number }[];
};

export type Verdict = {
  readonly deliveries: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Told to be sent and never taken, or ended without a reason that a fault explains, or never planned. */
  readonly lost: readonly string[];
  /** Taken more than once, by what the last try before said: what docs allow (docs/delivery-states.md). */
  readonly twice: Readonly<Record<string, number>>;
  readonly twiceWithoutReason: readonly string[];
  /** Addresses that nothing said to be dead, and that are not used any more. */
  readonly prunedAlive: readonly string[];
  readonly prunedDead: number;
  readonly pauses: readonly Pause[];
  readonly pausedTooLong: readonly string[];
  /** Faults by name that struck nothing at all. */
  readonly missed: readonly string[];
  /** Milliseconds from the event until it was taken, of those told when nothing was wrong at their place. */
  readonly urgent: readonly { readonly provider: ProviderName; readonly ms: number }[];
};

const list = `
  select d.id, d.recipient_id as recipient, n.type_key as type, d.channel, d.provider, coalesce(v.token, d.address, w.url) as address, d.status, d.reason,
    e.created_at as "toldAt", a.attempts
  from notify.deliveries as d
  join notify.notifications as n on n.id = d.notification_id
  join notify.events as e on e.id = n.event_id
  left join notify.devices as v on v.id = d.device_id
  left join notify.webhook_endpoints as w on w.id = d.device_id
  cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('outcome', a.outcome, 'code', a.code, 'from', extract(epoch from a.started_at) * 1000,
      'to', extract(epoch from a.finished_at) * 1000) order by a.attempt), '[]') as attempts
    from notify.delivery_attempts as a where a.delivery_id = d.id
  ) as a
  where n.type_key like 'storm%'`;

/** Compares what phones, mailboxes and endpoints got with what the database says, and both with the faults. */
export async function judge(pool: Pool, sky: Sky, storm: Storm): Promise<Verdict> {
  const [{ rows: deliveries }, taken, pauses] = [
    await pool.query<Delivery>(list),
    await sky.taken(),
    await pausesOf(pool, sky, storm.blows),
  ];
  const { twice, twiceWithoutReason } = doubled(deliveries, taken);
  const { prunedAlive, prunedDead } = await pruned(pool, storm.blows);
  return {
    deliveries: deliveries.length,
    statuses: count(deliveries.map(({ status }) => status)),
    lost: [
      ...deliveries.map((delivery) => lossOf(delivery, taken, storm.blows)).filter((loss) => loss !== null),
      ...(await untold(pool, storm.blows)),
    ],
    twice,
    twiceWithoutReason,
    prunedAlive,
    prunedDead,
    pauses,
    pausedTooLong: pauses.filter(isTooLong).map((pause) => JSON.stringify(pause)),
    missed: missed(storm.blows),
    urgent: urgent(deliveries, taken, storm, pauses),
  };
}

const count = (words: readonly string[]) =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, same]) => [word, same.length]));

/** Why this one is lost; null: it is not. */
function lossOf(delivery: Delivery, taken: Taken, blows: readonly Blow[]): string | null {
  const { id, channel, provider, status, reason, attempts } = delivery;
  const said = `${provider} ${id}: ${status}${reason ? ` (${reason})` : ''}, ${attempts.map(({ outcome, code }) => code ?? outcome).join(', ')}`;
  if (channel === 'in_app') return status === 'delivered' ? null : said;
  if (['sent', 'delivered'].includes(status)) return taken[id] ? null : `${said}; never taken`;
  // An SMS or a call that may have gone is never tried again.
  if (status === 'unknown') return attempts.at(-1)?.outcome === 'ambiguous' ? null : said;
  const last = attempts.at(-1);
  const isExplained =
    status === 'failed'
      ? blows.some(
          (blow) =>
            blow.provider === provider &&
            blow.fault.harm !== 'none' &&
            last !== undefined &&
            blow.beganAt <= last.to &&
            blow.endedAt >= last.from &&
            isMeant(blow, delivery),
        )
      : ['canceled', 'suppressed'].includes(status) && deadAddresses(blows).has(delivery.address ?? '');
  return isExplained ? null : said;
}

const isMeant = ({ recipients }: Blow, { recipient }: Delivery) =>
  recipients.length === 0 || recipients.some(({ id }) => id === recipient);

function doubled(deliveries: readonly Delivery[], taken: Taken) {
  const reasons: string[] = [];
  const twiceWithoutReason: string[] = [];
  for (const { id, channel, provider, attempts } of deliveries) {
    const again = (taken[id]?.length ?? 0) - 1;
    if (again <= 0) continue;
    const unclear = attempts.filter(({ outcome }) => outcome === 'ambiguous' || outcome === 'lost');
    if (again > unclear.length || channel === 'sms' || channel === 'voice')
      twiceWithoutReason.push(`${provider} ${id}: ${attempts.map(({ outcome, code }) => code ?? outcome).join(', ')}`);
    else reasons.push(...unclear.slice(0, again).map(({ code, outcome }) => `${provider}, ${code ?? outcome}`));
  }
  return { twice: count(reasons), twiceWithoutReason };
}

/** Of whom an answer said that they are not there. */
function deadAddresses(blows: readonly Blow[]): Set<string> {
  return new Set(
    blows
      .filter(({ fault }) => fault.harm === 'address')
      .flatMap(({ recipients, ...track }) =>
        recipients.flatMap(({ addresses }) => addresses.filter(isTrack(track)).map(({ address }) => address)),
      ),
  );
}

async function pruned(pool: Pool, blows: readonly Blow[]) {
  const { rows } = await pool.query<{ address: string; what: string }>(
    `select token as address, provider || ', ' || deactivation_reason as what from notify.devices where deactivated_at is not null
     union all select url, 'webhook, ' || deactivation_reason from notify.webhook_endpoints where deactivated_at is not null
     union all select address, channel || ', ' || reason from notify.suppressions`,
  );
  const dead = deadAddresses(blows);
  return {
    prunedAlive: rows.filter(({ address }) => !dead.has(address)).map(({ address, what }) => `${what}: ${address}`),
    prunedDead: rows.filter(({ address }) => dead.has(address)).length,
  };
}

/** People who were not decided about, or who were and got less than they have addresses for though none of theirs died. */
async function untold(pool: Pool, blows: readonly Blow[]): Promise<string[]> {
  const mortal = new Set(
    blows.filter(({ fault }) => fault.harm === 'address').flatMap(({ recipients }) => recipients.map(({ id }) => id)),
  );
  const { rows } = await pool.query<{ id: string; type: string; recipient: string; deliveries: number }>(
    `select e.id, e.type_key as type, e.data -> 'to' ->> 0 as recipient, count(d.id)::integer as deliveries
     from notify.events as e
     left join notify.notifications as n on n.event_id = e.id
     left join notify.deliveries as d on d.notification_id = n.id
     where e.type_key like 'storm%' group by e.id`,
  );
  const meant: Readonly<Record<string, number>> = { storm_screens: 6, storm_phone: 2 };
  return rows
    .filter(({ recipient }) => !mortal.has(recipient))
    .filter(({ type, deliveries }) => (type in meant ? deliveries !== meant[type] : deliveries === 0))
    .map(({ id, type, deliveries }) => `event ${id} (${type}): ${deliveries} deliveries`);
}

/** Longer than its fault and one probe after it. */
function isTooLong({ faultEndedAt, pausesAfter, pausesWithoutProbe, probesAfter, endedAt }: Pause): boolean {
  return (
    faultEndedAt === null ||
    pausesAfter > 0 ||
    pausesWithoutProbe > 2 ||
    probesAfter > 1 ||
    endedAt === Number.POSITIVE_INFINITY
  );
}

function missed(blows: readonly Blow[]): string[] {
  const struck = Map.groupBy(blows, ({ provider, fault }) => `${provider}: ${fault.name}`);
  return [...struck].filter(([, all]) => all.every(({ strikes }) => strikes === 0)).map(([name]) => name);
}

function urgent(deliveries: readonly Delivery[], taken: Taken, storm: Storm, pauses: readonly Pause[]) {
  const trackOf = new Map<string, Track>();
  for (const [track, people] of storm.bystanders) for (const { id } of people) trackOf.set(id, track);
  const troubles = [...storm.blows.filter(({ recipients }) => recipients.length === 0), ...pauses];
  return deliveries.flatMap(({ id, recipient, type, provider, toldAt }) => {
    const track = trackOf.get(recipient);
    const at = toldAt.getTime();
    if (!track || type !== 'storm_urgent' || provider !== track.provider || at < storm.beganAt) return [];
    const isTroubled = troubles.some(
      (trouble) => isTrack(track)(trouble) && trouble.beganAt <= at + 1_000 && trouble.endedAt >= at,
    );
    return isTroubled ? [] : [{ provider: track.provider, ms: (taken[id]?.[0] ?? Number.POSITIVE_INFINITY) - at }];
  });
}
