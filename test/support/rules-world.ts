// Over 300 lines: one world in two forms, each part of which has its counterpart in the other.
import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.ts';
import { installPack } from './engine-pack.ts';
import type { Candidate, Choice, Kind, Person, QuietWindow, Settings } from './rules-oracle.ts';
import { inOneDay } from './wall-clock.ts';

/**
 * A random world of people, types and settings with all rules on, in the database and in memory at once, and the
 * database's side of it driven by a clock of the test's own.
 */
export type Rand = {
  /** 0 to below - 1. */
  (below: number): number;
  chance(percent: number): boolean;
  from<T>(list: readonly T[]): T;
  some<T>(list: readonly T[], percent: number): T[];
};

/** The same numbers for the same seed. */
export function seeded(seed: number): Rand {
  let state = seed >>> 0;
  const next = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
  const chance = (percent: number) => next(100) < percent;
  return Object.assign(next, {
    chance,
    from: <T>(list: readonly T[]): T => list[next(list.length)] as T,
    some: <T>(list: readonly T[], percent: number): T[] => list.filter(() => chance(percent)),
  });
}

export const hour = 3_600_000;
export const minute = 60_000;
const channels = ['push', 'email', 'sms', 'in_app'] as const;
const categories = ['payment', 'trips', 'offers'];
export const zones = [
  null,
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
];
export const frequencies = ['instant', 'daily', 'weekly', 'never'];

export type World = {
  readonly people: readonly Person[];
  readonly kinds: readonly (Kind & { readonly expiresAfter: number; readonly keyed: 'no' | 'shared' | 'own' })[];
  readonly settings: Settings;
};

export const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
const interval = (ms: number | null): string | null => (ms === null ? null : `${ms / 1000} seconds`);
export const windowsText = (windows: readonly QuietWindow[] | null): string | null =>
  windows &&
  `{${windows.map(({ weekday, startsAt, endsAt }) => `"(${weekday},${clock(startsAt)},${clock(endsAt)})"`).join(',')}}`;

export function someWindows(random: Rand): QuietWindow[] {
  const daily = random.chance(60);
  const [startsAt, endsAt] = [random(48) * 30 * minute, random(48) * 30 * minute];
  if (startsAt === endsAt) return [];
  return [1, 2, 3, 4, 5, 6, 7]
    .filter(() => daily || random.chance(40))
    .map((weekday) => ({ weekday, startsAt, endsAt }));
}

/** Makes the world; `since` is where its clock begins. */
export async function makeWorld(db: TestDatabase, random: Rand, size: number, since: number): Promise<World> {
  const { owner } = db;
  await installPack(db);
  await owner.query(`
    create function engine_test.still_relevant(event_id uuid, recipient_id uuid) returns boolean language sql stable as $$
      select not coalesce(e.data -> 'stale' ? still_relevant.recipient_id::pg_catalog.text, false) from notify.events as e where e.id = still_relevant.event_id
    $$`);
  const dailyCap = 2 + random(4);
  const cappedChannels = random.chance(70) ? ['push', 'sms'] : ['push', 'email', 'sms'];
  const settings: Settings = {
    dailyCap,
    cappedChannels,
    leaveOutDeleted: dailyCap < 5,
    readEndsChannels: dailyCap % 2 === 0 ? ['push'] : cappedChannels,
    rollingCap: random.chance(60) ? 2 + random(3) : null,
    rollingWindow: random.from([2, 6, 24, 50]) * hour,
    quietHours: random.chance(50) ? [] : someWindows(random),
    quietChannels: random.chance(70) ? ['push', 'email', 'sms'] : ['push', 'in_app'],
    attentionChannels: random.chance(50) ? ['push'] : ['push', 'email'],
    digestTime: random(24) * hour,
    digestWeekday: 1 + random(7),
    retention: 30 * inOneDay,
    regimes: new Map([
      ['*', 'opt_in'],
      ['US', 'opt_out'],
      ['US-CA', 'opt_in'],
    ]),
  };
  await owner.query(
    `update notify.settings set daily_cap = $1, capped_channels = $2, rolling_cap = $3, rolling_window = $4,
       quiet_hours = $5, quiet_channels = $6, require_verified_email = true, digest_time = $7, digest_weekday = $8, retention = $9,
       attention_channels = $10, leave_out_deleted = $11, read_ends_channels = $12`,
    [
      settings.dailyCap,
      settings.cappedChannels,
      settings.rollingCap,
      interval(settings.rollingWindow),
      windowsText(settings.quietHours),
      settings.quietChannels,
      clock(settings.digestTime),
      settings.digestWeekday,
      interval(settings.retention),
      settings.attentionChannels,
      settings.leaveOutDeleted,
      settings.readEndsChannels,
    ],
  );
  await owner.query(`insert into notify.consent_rules (region, regime) values ('US-CA', 'opt_in')`);

  const kinds = Array.from({ length: 12 }, (_, n) => {
    const own = random.some(channels, 75);
    const uses = own.length > 0 ? own : ['push'];
    const defaults = random.some(uses, 80);
    return {
      key: `kind_${n}`,
      category: random.from(categories),
      priority: n % 5 === 0 ? ('P0' as const) : ('P1' as const),
      purpose: n % 4 === 1 ? ('promotional' as const) : ('transactional' as const),
      enabled: n !== 7,
      channels: uses,
      defaultChannels: defaults,
      lockedChannels: n % 6 === 2 ? defaults.slice(0, 1) : [],
      defaultFrequency: random.chance(75) ? 'instant' : random.from(frequencies),
      capExcess: (['drop', 'defer', 'digest', 'defer'] as const)[n % 4] ?? 'drop',
      attentionChannels: n % 6 === 4 ? [] : n % 6 === 5 ? ['email'] : null,
      dedupeWindow: random.chance(50) ? null : (1 + random(30)) * hour,
      expiresAfter: random.chance(60) ? 20 * inOneDay : (1 + random(40)) * hour,
      keyed: random.from(['no', 'shared', 'own'] as const),
    };
  });
  for (const kind of kinds) {
    await owner.query(
      `insert into notify.notification_types
         (key, pack, category, audience, priority, purpose, enabled, channels, default_channels, locked_channels,
          default_frequency, cap_excess, dedupe_key, dedupe_window, expires_after, still_relevant, attention_channels)
       values ($1, 'engine_test', $2, 'engine_test.named_audience', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'engine_test.still_relevant', $14)`,
      [
        kind.key,
        kind.category,
        kind.priority,
        kind.purpose,
        kind.enabled,
        kind.channels,
        kind.defaultChannels,
        kind.lockedChannels,
        kind.defaultFrequency,
        kind.capExcess,
        { no: null, shared: 'shared:{Key}', own: `${kind.key}:{Key}:{userId}` }[kind.keyed],
        interval(kind.dedupeWindow),
        interval(kind.expiresAfter),
        kind.attentionChannels,
      ],
    );
    await owner.query(
      `insert into notify.notification_copies (type_key, locale, title, body) values ($1, 'en', 'Title', 'Body')`,
      [kind.key],
    );
  }

  const choice = (): Choice => {
    const enabled = random.chance(60) ? random.chance(65) : null;
    const frequency = enabled === null || random.chance(40) ? random.from(frequencies) : null;
    return { enabled, frequency };
  };
  const people = Array.from({ length: size }, (_, n): Person => {
    const chosen = new Map<string, Choice>();
    for (const { key, channels: uses } of kinds)
      for (const channel of uses) if (random.chance(12)) chosen.set(`${key} ${channel}`, choice());
    const byCategory = new Map<string, Choice>();
    for (const category of categories)
      for (const channel of channels) if (random.chance(8)) byCategory.set(`${category} ${channel}`, choice());
    const addresses = new Map<string, ({ reason: string; until: number | null } | null)[]>();
    const listed = () =>
      random.chance(12)
        ? { reason: 'complaint', until: random.chance(50) ? null : since + random(20 * 24) * hour + 1234 }
        : null;
    addresses.set('push', random.chance(85) ? Array.from({ length: 1 + random(2) }, listed) : []);
    if (random.chance(85)) addresses.set('email', [listed()]);
    if (random.chance(60)) addresses.set('sms', [listed()]);
    addresses.set('in_app', [null]);
    const personal = random.chance(50);
    return {
      // Sorted as uuids are, so that nothing depends on which of two people comes first.
      id: `00000000-0000-7000-8000-${(n + 1).toString(16).padStart(12, '0')}`,
      zone: random.from(zones),
      region: random.from([null, 'FR', 'US', 'US-CA', 'US-NY']),
      quietHours: personal && random.chance(60) ? someWindows(random) : null,
      pausedUntil: personal && random.chance(15) ? since + random(10 * 24) * hour + 777 : null,
      dailyCap: personal && random.chance(40) ? 1 + random(6) : null,
      digestTime: personal && random.chance(40) ? random(24) * hour : null,
      digestWeekday: personal && random.chance(40) ? 1 + random(7) : null,
      holdWhileLooking: personal && random.chance(20) ? false : null,
      lookingUntil: null,
      choices: chosen,
      categoryChoices: byCategory,
      consents: Array.from({ length: random.chance(60) ? random(3) : 0 }, (_, nth) => ({
        channel: random.chance(50) ? null : random.from(channels),
        granted: random.chance(70),
        at: since - (10 - nth) * inOneDay,
      })),
      addresses,
      spentChannels: n % 7 === 3 ? ['sms'] : [],
    };
  });
  const insert = (table: string, columns: string, select: string, rows: readonly unknown[]) =>
    owner.query(`insert into ${table} (${columns}) select ${select} from jsonb_array_elements($1::jsonb) as r`, [
      JSON.stringify(rows),
    ]);
  await insert(
    'notify.users',
    'id, time_zone, region, email, email_verified_at, phone',
    `(r ->> 'id')::uuid, r ->> 'zone', r ->> 'region', r ->> 'email', case when (r ->> 'verified')::boolean then now() end, r ->> 'phone'`,
    people.map(({ id, zone, region, addresses }, n) => ({
      id,
      zone,
      region,
      // A mailbox that nobody has verified is no address.
      email: addresses.has('email') || n % 3 === 0 ? `p${n}@example.com` : null,
      verified: addresses.has('email'),
      phone: addresses.has('sms') ? `+1${2_000_000_000 + n}` : null,
    })),
  );
  await insert(
    'notify.personal_settings',
    'user_id, quiet_hours, paused_until, daily_cap, digest_time, digest_weekday, hold_while_looking',
    `(r ->> 'id')::uuid, (r ->> 'windows')::notify.quiet_window[], to_timestamp((r ->> 'pausedUntil')::numeric / 1000),
     (r ->> 'dailyCap')::integer, (r ->> 'digestTime')::time, (r ->> 'digestWeekday')::smallint,
     (r ->> 'holdWhileLooking')::boolean`,
    people
      .filter((person) =>
        [
          person.quietHours,
          person.pausedUntil,
          person.dailyCap,
          person.digestTime,
          person.digestWeekday,
          person.holdWhileLooking,
        ].some((value) => value !== null),
      )
      .map((person) => ({
        ...person,
        windows: windowsText(person.quietHours),
        digestTime: person.digestTime === null ? null : clock(person.digestTime),
      })),
  );
  for (const [table, key, choicesOf] of [
    ['notify.preferences', 'type_key', (person: Person) => person.choices],
    ['notify.category_preferences', 'category', (person: Person) => person.categoryChoices],
  ] as const) {
    await insert(
      table,
      `user_id, ${key}, channel, enabled, frequency`,
      `(r ->> 'id')::uuid, r ->> 'key', r ->> 'channel', (r ->> 'enabled')::boolean, r ->> 'frequency'`,
      people.flatMap((person) =>
        [...choicesOf(person)].map(([name, chosen]) => {
          const [of, channel] = name.split(' ');
          return { id: person.id, key: of, channel, ...chosen };
        }),
      ),
    );
  }
  await insert(
    'notify.consents',
    'user_id, channel, granted, method, text_version, region, recorded_at',
    `(r ->> 'id')::uuid, r ->> 'channel', (r ->> 'granted')::boolean, 'test', '1', '*', to_timestamp((r ->> 'at')::numeric / 1000)`,
    people.flatMap(({ id, consents }) => consents.map((consent) => ({ id, ...consent }))),
  );
  const devices = people.flatMap(({ id, addresses }) =>
    (addresses.get('push') ?? []).map((suppression) => ({ id, token: randomUUID().replaceAll('-', ''), suppression })),
  );
  await insert('notify.devices', 'user_id, provider, token', `(r ->> 'id')::uuid, 'apns', r ->> 'token'`, devices);
  await insert(
    'notify.suppressions',
    'channel, address, reason, expires_at',
    `r ->> 'channel', r ->> 'address', r ->> 'reason', to_timestamp((r ->> 'until')::numeric / 1000)`,
    [
      ...devices.map(({ token, suppression }) => ({ channel: 'push', address: token, suppression })),
      ...people.map(({ addresses }, n) => ({
        channel: 'email',
        address: `p${n}@example.com`,
        suppression: addresses.get('email')?.[0],
      })),
      ...people.map(({ addresses }, n) => ({
        channel: 'sms',
        address: `+1${2_000_000_000 + n}`,
        suppression: addresses.get('sms')?.[0],
      })),
    ].flatMap(({ suppression, ...rest }) => (suppression ? [{ ...rest, ...suppression }] : [])),
  );
  // As many as a person may have, at every instant of the world's.
  await owner.query(
    `insert into notify_private.charges (delivery_id, user_id, channel, address, charged_at, country, currency, amount)
     select gen_random_uuid(), p.id, 'sms', '', 'infinity', 'US', 'USD', 0
     from unnest($1::uuid[]) as p (id) cross join generate_series(1, (select at_most from notify.limits where key = 'sms_sent'))`,
    [people.filter(({ spentChannels }) => spentChannels.includes('sms')).map(({ id }) => id)],
  );
  // All this was so before the world's clock began.
  await owner.query('update notify.preference_changes set changed_at = $1', [new Date(since - inOneDay)]);
  return { people, kinds, settings };
}

export type Told = {
  readonly id: string;
  readonly kind: World['kinds'][number];
  readonly key: string;
  readonly to: readonly Person[];
  readonly stale: ReadonlySet<string>;
};

/** Events of one instant, not planned yet, in their order. */
export async function tellSome(db: TestDatabase, random: Rand, world: World, at: number): Promise<Told[]> {
  const told = Array.from({ length: 1 + random(4) }, () => {
    const share = random.from([5, 30, 60]);
    const to = random.some(world.people, share);
    return {
      kind: random.from(world.kinds),
      key: String(random(4)),
      to,
      stale: new Set(random.chance(30) ? random.some(to, 20).map(({ id }) => id) : []),
    };
  }).filter(({ to }) => to.length > 0);
  const result: Told[] = [];
  for (const event of told) {
    const { rows } = await db.owner.query<{ id: string }>(
      `insert into notify.events (id, type_key, data, due_at, created_at)
       values (uuidv7($1::timestamptz - clock_timestamp()), $2, $3, $1, $1) returning id`,
      [
        new Date(at),
        event.kind.key,
        JSON.stringify({
          to: event.to.map(({ id }) => id),
          variables: { Key: event.key },
          ...(event.stale.size > 0 ? { stale: [...event.stale] } : {}),
        }),
      ],
    );
    result.push({ id: (rows[0] as { id: string }).id, ...event });
  }
  return result.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The candidates of an event, a person's in the order of the type's channels. */
export function candidatesOf({ id, kind, key, to, stale }: Told, at: number): Candidate[] {
  return to.flatMap((person) =>
    kind.channels.map((channel) => ({
      event: id,
      person,
      kind,
      channel,
      key: { no: null, shared: `shared:${key}`, own: `${kind.key}:${key}:${person.id}` }[kind.keyed],
      expiresAt: at + kind.expiresAfter,
      relevant: !stale.has(person.id),
    })),
  );
}

/** Some people move to other time zones. */
export async function moveSome(db: TestDatabase, random: Rand, world: World): Promise<void> {
  const movers = random.some(world.people, 10);
  for (const person of movers) person.zone = random.from(zones);
  await db.owner.query(
    'update notify.users as u set time_zone = m.zone from unnest($1::uuid[], $2::text[]) as m (id, zone) where u.id = m.id',
    [movers.map(({ id }) => id), movers.map(({ zone }) => zone)],
  );
}

/** Operators change what counts under the caps, for how long, and for how long types use up their keys. */
export async function resetSome(db: TestDatabase, random: Rand, { settings, kinds }: World): Promise<void> {
  settings.dailyCap = 1 + random(5);
  settings.cappedChannels = random.from([['push'], ['push', 'sms'], ['email', 'sms'], ['push', 'email', 'sms']]);
  settings.rollingCap = random.chance(60) ? 1 + random(3) : null;
  settings.rollingWindow = random.from([1, 5, 20, 50]) * hour;
  await db.owner.query(
    'update notify.settings set daily_cap = $1, capped_channels = $2, rolling_cap = $3, rolling_window = $4',
    [settings.dailyCap, settings.cappedChannels, settings.rollingCap, interval(settings.rollingWindow)],
  );
  for (const kind of random.some(kinds, 30)) {
    kind.dedupeWindow = random.chance(30) ? null : (1 + random(30)) * hour;
    kind.capExcess = random.from(['drop', 'defer', 'digest'] as const);
    kind.enabled = random.chance(85);
    await db.owner.query(
      'update notify.notification_types set dedupe_window = $2, cap_excess = $3, enabled = $4 where key = $1',
      [kind.key, interval(kind.dedupeWindow), kind.capExcess, kind.enabled],
    );
  }
}

/** What has just been changed was changed before that instant of the world's. What waits stays as it is until its hour. */
export async function changedAt(db: TestDatabase, at: number): Promise<void> {
  await db.owner.query(
    `update notify.preference_changes set changed_at = $1 where changed_at > now() - interval '1 day' and scope in ('user', 'settings', 'default')`,
    [new Date(at - 1)],
  );
}

/** Some people look at their inbox from that instant on, for as long as a client says at once; nobody else does. */
export async function lookAt(db: TestDatabase, random: Rand, world: World, at: number): Promise<void> {
  for (const person of world.people) person.lookingUntil = random.chance(30) ? at + 1 + random(45_000) : null;
  await db.owner.query(
    `with away as (delete from notify_private.attention where user_id <> all ($1))
     insert into notify_private.attention (user_id, until) select * from unnest($1::uuid[], $2::timestamptz[])
     on conflict (user_id) do update set until = excluded.until`,
    [
      world.people.filter(({ lookingUntil }) => lookingUntil !== null).map(({ id }) => id),
      world.people.flatMap(({ lookingUntil }) => (lookingUntil === null ? [] : [new Date(lookingUntil)])),
    ],
  );
}

/** They have seen, read, archived or deleted these, each of an event and a person; what of it. */
export async function noteSeen(
  db: TestDatabase,
  random: Rand,
  seen: readonly (readonly [event: string, person: string])[],
  at: number,
): Promise<'seen' | 'read' | 'deleted'> {
  const [column, done] = random.from([
    ['seen_at', 'seen'],
    ['read_at', 'read'],
    ['archived_at', 'read'],
    ['deleted_at', 'deleted'],
  ] as const);
  await db.owner.query(
    `update notify.notifications as n set ${column} = $3
     from unnest($1::uuid[], $2::uuid[]) as s (event, person) where n.event_id = s.event and n.recipient_id = s.person`,
    [seen.map(([event]) => event), seen.map(([, person]) => person), new Date(at)],
  );
  return done;
}

/** Plans events as if it were that instant. */
export async function planAt(db: TestDatabase, told: readonly Told[], at: number): Promise<void> {
  const ids = told.map(({ id }) => id);
  await db.owner.query(
    `select notify_private.apply_rules(
       array(select e from notify.events as e where e.id = any ($1) order by e.id),
       array(select row(a.event_id, a.recipient_id, a.variant, a.variables)::notify_private.audience_member
         from engine_test.named_audience($1) as a), $2, '{}', false)`,
    [ids, new Date(at)],
  );
  await db.owner.query('update notify.events set planned_at = $2 where id = any ($1)', [ids, new Date(at)]);
}

/** Judges again what is due, as if it were that instant. */
export async function releaseAt(db: TestDatabase, at: number): Promise<void> {
  await db.owner.query(
    `select notify_private.reevaluate_holds(
       array(select h from notify.holds as h where h.released_at is null and h.due_at <= $1 order by h.due_at), $1)`,
    [new Date(at)],
  );
}
