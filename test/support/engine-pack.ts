import { randomBytes, randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.ts';
import { one } from './one.ts';

/**
 * A product of the tests' own: groups, a domain table whose trigger makes events, and audience functions. Event data may
 * carry `variables` (values for the copy) and `variant`.
 */
export async function installPack(db: TestDatabase): Promise<void> {
  await db.owner.query(`
    create schema engine_test;
    create table engine_test.members (
      group_id uuid not null, user_id uuid not null, variant text, variables jsonb,
      primary key (group_id, user_id)
    );
    create table engine_test.switches (name text primary key);
    create table engine_test.things (id uuid primary key default uuidv7(), type_key text not null, group_id uuid not null, name text);

    create function engine_test.group_audience(event_ids uuid[])
    returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
    language sql stable as $$
      select e.id, m.user_id, coalesce(m.variant, e.data ->> 'variant'), coalesce(m.variables, e.data -> 'variables')
      from notify.events as e join engine_test.members as m on m.group_id = e.subject_id
      where e.id = any (event_ids)
    $$;

    -- Who is named in the event's data.
    create function engine_test.named_audience(event_ids uuid[])
    returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
    language sql stable as $$
      select e.id, r.id::pg_catalog.uuid, e.data ->> 'variant', e.data -> 'variables'
      from notify.events as e cross join lateral pg_catalog.jsonb_array_elements_text(e.data -> 'to') as r (id)
      where e.id = any (event_ids)
    $$;

    create function engine_test.fragile_audience(event_ids uuid[])
    returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
    language sql stable as $$
      select e.id, r.id::pg_catalog.uuid, 'default',
        pg_catalog.jsonb_build_object('Zero', 1 / (select pg_catalog.count(*) from engine_test.switches where name = 'mended'))
      from notify.events as e cross join lateral pg_catalog.jsonb_array_elements_text(e.data -> 'to') as r (id)
      where e.id = any (event_ids)
    $$;

    create function engine_test.tell() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
    begin
      insert into notify.events (type_key, subject_type, subject_id, data)
      select i.type_key, 'group', i.group_id, jsonb_build_object('variables', jsonb_build_object('Name', i.name))
      from inserted as i;
      return null;
    end $$;
    create trigger _900_tell after insert on engine_test.things
      referencing new table as inserted for each statement execute function engine_test.tell();

    -- The functions the worker may call are definers of the owner, who owns these too.
    grant usage on schema engine_test to rowbell_writer;
    grant insert on engine_test.things to rowbell_writer;

    -- A pack's weekly schedule would have jobs of its own while somebody's Monday is nine o'clock.
    update notify.schedules set canceled_at = now();
    update notify.schedule_clocks set next_at = null;
  `);
}

export type TypeOptions = {
  readonly key?: string;
  readonly audience?: 'group' | 'named' | 'fragile';
  readonly priority?: 'P0' | 'P1';
  readonly channels?: readonly string[];
  readonly defaultChannels?: readonly string[];
  readonly enabled?: boolean;
  readonly dedupeKey?: string | null;
  readonly dedupeWindow?: string | null;
  readonly maxAttempts?: number;
  readonly expiresAfter?: string;
  readonly capExcess?: 'drop' | 'defer' | 'digest';
  readonly defaultFrequency?: 'instant' | 'daily' | 'weekly' | 'never';
  readonly fallbackKey?: string | null;
  readonly stillRelevant?: string | null;
  readonly purpose?: 'transactional' | 'promotional';
  readonly title?: string;
  readonly body?: string;
  /** No copy at all: the test inserts its own. */
  readonly withoutCopy?: boolean;
};

/** A notification type with English copy; its key. */
export async function makeType(db: TestDatabase, options: TypeOptions = {}): Promise<string> {
  const channels = options.channels ?? ['push'];
  const key = options.key ?? `type_${randomBytes(5).toString('hex')}`;
  await db.owner.query(
    `insert into notify.notification_types
       (key, pack, category, audience, priority, channels, default_channels, enabled, dedupe_key, dedupe_window, max_attempts, expires_after,
        cap_excess, default_frequency, fallback_key, still_relevant, purpose)
     values ($1, 'engine_test', 'test', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      key,
      `engine_test.${options.audience ?? 'named'}_audience`,
      options.priority ?? 'P1',
      channels,
      options.defaultChannels ?? channels,
      options.enabled ?? true,
      options.dedupeKey ?? null,
      options.dedupeWindow ?? null,
      options.maxAttempts ?? 8,
      options.expiresAfter ?? '30 days',
      options.capExcess ?? 'drop',
      options.defaultFrequency ?? 'instant',
      options.fallbackKey ?? null,
      options.stillRelevant ?? null,
      options.purpose ?? 'transactional',
    ],
  );
  if (!options.withoutCopy) {
    await db.owner.query(
      `insert into notify.notification_copies (type_key, locale, title, body) values ($1, 'en', $2, $3)`,
      [key, options.title ?? 'Title', options.body ?? 'Body'],
    );
  }
  return key;
}

export type PersonOptions = {
  /** One device for each name. */
  readonly devices?: readonly ('apns' | 'fcm')[];
  readonly timeZone?: string | null;
  readonly locale?: string;
  /** Verified. */
  readonly email?: string | null;
  readonly phone?: string | null;
};

/** An APNs token, which is hexadecimal, or one that FCM would take. */
const tokenFor = (provider: 'apns' | 'fcm'): string =>
  provider === 'apns' ? randomBytes(32).toString('hex') : `fcm-${randomBytes(24).toString('hex')}`;

/** A person, with one APNs device unless told; the id. */
export async function makePerson(db: TestDatabase, options: PersonOptions = {}): Promise<string> {
  const id = await one<string>(
    db.owner,
    `insert into notify.users (time_zone, locale, email, email_verified_at, phone)
     values ($1, $2, $3::text, case when $3::text is not null then now() end, $4) returning id`,
    [options.timeZone ?? null, options.locale ?? 'en', options.email ?? null, options.phone ?? null],
  );
  for (const provider of options.devices ?? ['apns']) await makeDevice(db, id, provider);
  return id;
}

/** A device of a person; its id and token. */
export async function makeDevice(db: TestDatabase, userId: string, provider: 'apns' | 'fcm' = 'apns') {
  const token = tokenFor(provider);
  const id = await one<string>(
    db.owner,
    'insert into notify.devices (user_id, provider, token) values ($1, $2, $3) returning id',
    [userId, provider, token],
  );
  return { id, token };
}

export type CrowdOptions = {
  /** How many of the crowd, from the first on, have a device or number of each kind. */
  readonly apns?: number;
  readonly fcm?: number;
  readonly phones?: number;
};

/** Many people at once, members of a new group; the group's id. */
export async function makeCrowd(db: TestDatabase, size: number, options: CrowdOptions = {}): Promise<string> {
  const groupId = randomUUID();
  await db.owner.query(
    `with people as (
       insert into notify.users (phone)
       select case when n <= $3 then '+1' || (2000000000 + (select count(*) from notify.users) + n)::text end
       from generate_series(1, $2::integer) as n
       returning id
     ), member as (
       insert into engine_test.members (group_id, user_id) select $1, id from people returning user_id
     ), numbered as (select user_id, row_number() over () as n from member)
     insert into notify.devices (user_id, provider, token)
     select user_id, 'apns', encode(sha256(user_id::text::bytea), 'hex') from numbered where n <= $4
     union all
     select user_id, 'fcm', 'fcm-' || encode(sha256(user_id::text::bytea), 'hex') from numbered where n <= $5`,
    [groupId, size, options.phones ?? 0, options.apns ?? 0, options.fcm ?? 0],
  );
  return groupId;
}

/** An event for those named; its id. */
export function tell(
  db: TestDatabase,
  typeKey: string,
  to: readonly string[],
  data: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return one(db.owner, 'insert into notify.events (type_key, data) values ($1, $2) returning id', [
    typeKey,
    JSON.stringify({ to, ...data }),
  ]);
}

/** An event for the members of a group; its id. */
export function tellGroup(
  db: TestDatabase,
  typeKey: string,
  groupId: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return one(
    db.owner,
    `insert into notify.events (type_key, subject_type, subject_id, data) values ($1, 'group', $2, $3) returning id`,
    [typeKey, groupId, JSON.stringify({ variables })],
  );
}

/** Plans all that is due, in one call as far as a call goes, by the worker's login; waits for people whom other sessions hold. */
export async function planDue(db: TestDatabase, maxCandidates = 1000): Promise<void> {
  for (let more = true; ; ) {
    const { rows } = await db.owner.query<{ id: string; begun: boolean }>(
      `select id, plan_cursor is not null as begun from notify.events where planned_at is null and canceled_at is null
         and (coalesce(retry_at, due_at) <= clock_timestamp() or plan_cursor is not null)`,
    );
    if (rows.length === 0 || !(more || rows.some(({ begun }) => begun))) return;
    more = await one(db.worker, 'select notify_private.plan($1, $2)', [rows.map(({ id }) => id), maxCandidates]);
  }
}

/** Judges again, by the worker's login, what is held on the bulk lane and due. */
export async function releaseDue(db: TestDatabase, lane: 'urgent' | 'bulk' = 'bulk'): Promise<void> {
  while (await one<boolean>(db.worker, 'select notify_private.release_holds($1)', [lane]));
}

export type Decision = {
  readonly eventId: string;
  readonly recipientId: string;
  readonly channel: string;
  readonly outcome: 'send' | 'hold' | 'digest' | 'suppress';
  readonly rule: string | null;
  readonly reason: string | null;
  readonly inputs: Record<string, unknown> | null;
};

/** What was decided about an event, or about all. */
export async function decisionsOf(db: TestDatabase, eventId: string | null = null): Promise<Decision[]> {
  const { rows } = await db.owner.query<Decision>(
    `select event_id as "eventId", recipient_id as "recipientId", channel, outcome, rule, reason, inputs
     from notify.decisions where $1::uuid is null or event_id = $1
     order by event_id, recipient_id, channel`,
    [eventId],
  );
  return rows;
}

/** The one decision about an event as "send" or "rule: reason". */
export async function decisionOf(db: TestDatabase, eventId: string, channel = 'push'): Promise<string> {
  const found = (await decisionsOf(db, eventId)).filter((decision) => decision.channel === channel);
  const [decision] = found;
  if (!decision || found.length > 1) throw new Error(`${found.length} decisions about event ${eventId} on ${channel}`);
  return decision.outcome === 'send' ? 'send' : `${decision.rule}: ${decision.reason}`;
}

/** Empties what the engine wrote, and the queue; people, types and devices stay. A deadlock with a worker is tried again. */
export async function forget(db: TestDatabase): Promise<void> {
  const deadlock = '40P01';
  await db.owner.query(everything).catch((error: { code?: string }) => {
    if (error.code !== deadlock) throw error;
    return forget(db);
  });
}
const everything = `
    truncate notify.events, notify.notifications, notify.decisions, notify.holds, notify.digests, notify.digest_items, notify.deliveries, notify.delivery_attempts,
      notify.receipts, notify.suppressions, notify_private.claims, notify_private.dedupe_keys,
      notify_private.daily_counters, notify_private.event_keys, notify_private.audience_rest, notify_private.charges, notify.daily_spending, notify.daily_spending_totals;
    delete from graphile_worker._private_jobs;
    truncate notify.provider_origins, notify_private.suspects, notify_private.evidence;
    update notify.senders set accepted_at = null, paused_until = null, pause_reason = null, pauses = 0, rate_per_second = null, tokens = 0;
`;
