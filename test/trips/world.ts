import type { TestDatabase } from '../support/database.ts';

export type Person = { readonly id: string; readonly name: string | null };
export type Outcome = {
  readonly typeKey: string;
  readonly recipientId: string;
  readonly outcome: 'send' | 'suppress';
  readonly rule: string | null;
  readonly reason: string | null;
};

/** A person with one phone, so that whatever the rules let through has somewhere to go. */
export async function makePerson(
  db: TestDatabase,
  name: string | null,
  timeZone: string | null = null,
): Promise<Person> {
  const id = await one(db, 'insert into notify.users (name, time_zone) values ($1, $2) returning id', [name, timeZone]);
  await db.owner.query(`insert into notify.devices (user_id, provider, token) values ($1, 'fcm', $2)`, [
    id,
    `token-${id}`,
  ]);
  return { id, name };
}

export async function makePeople<const Names extends readonly string[]>(
  db: TestDatabase,
  names: Names,
): Promise<{ [Index in keyof Names]: Person }> {
  const people = await Promise.all(names.map((name) => makePerson(db, name)));
  return people as { [Index in keyof Names]: Person };
}

export async function makeCircle(db: TestDatabase, members: readonly Person[]): Promise<string> {
  const id = await one(db, `insert into trips.circles (name) values ('Friends') returning id`);
  await db.owner.query('insert into trips.memberships (circle_id, user_id) select $1, unnest($2::uuid[])', [
    id,
    members.map((member) => member.id),
  ]);
  return id;
}

/** A trip by the statement a service would write, as the role it would have. */
export async function insertTrip(
  db: TestDatabase,
  circleId: string,
  creator: Person | null,
  { name = 'Lisbon in May', type = 'collaborative', leader = creator }: TripOptions = {},
): Promise<string> {
  return db.asWriter(
    async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `insert into trips.trips (circle_id, name, type, creator_id, leader_id) values ($1, $2, $3, $4, $5) returning id`,
        [circleId, name, type, creator?.id ?? null, leader?.id ?? null],
      );
      return single(rows).id;
    },
    { commit: true },
  );
}
type TripOptions = { readonly name?: string; readonly type?: string; readonly leader?: Person | null };

export async function insertWindow(db: TestDatabase, tripId: string, author: Person, startOn = '2027-05-01') {
  return db.asWriter(
    async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `insert into trips.date_windows (trip_id, author_id, start_on, end_on) values ($1, $2, $3::date, $3::date + 7) returning id`,
        [tripId, author.id, startOn],
      );
      return single(rows).id;
    },
    { commit: true },
  );
}

export async function support(db: TestDatabase, windowId: string, supporter: Person): Promise<void> {
  await db.asWriter(
    (client) =>
      client.query('insert into trips.date_window_supports (date_window_id, user_id) values ($1, $2)', [
        windowId,
        supporter.id,
      ]),
    { commit: true },
  );
}

/** Plans everything there is to plan, as the worker does. */
export async function planAll(db: TestDatabase, maxCandidates = 1000): Promise<void> {
  for (;;) {
    const { rows } = await db.owner.query<{ id: string }>('select id from notify.events where planned_at is null');
    if (rows.length === 0) return;
    await db.worker.query('select notify_private.plan($1, $2)', [rows.map((row) => row.id), maxCandidates]);
  }
}

/** Plans what is there and forgets it, so that a test sees only what it causes. */
export async function settle(db: TestDatabase): Promise<void> {
  await planAll(db);
  await db.owner.query(
    `truncate notify.events, notify.notifications, notify.decisions, notify.deliveries,
              notify_private.dedupe_keys, notify_private.daily_counters`,
  );
}

/** What became of each candidate, oldest event first. */
export async function outcomes(db: TestDatabase): Promise<Outcome[]> {
  const { rows } = await db.owner.query<Outcome>(
    `select e.type_key as "typeKey", d.recipient_id as "recipientId", d.outcome, d.rule, d.reason
     from notify.decisions as d join notify.events as e on e.id = d.event_id
     order by e.id, d.recipient_id`,
  );
  return rows;
}

/** Names of those a type was sent to, sorted. */
export async function toldOf(db: TestDatabase, typeKey: string): Promise<string[]> {
  const { rows } = await db.owner.query<{ name: string }>(
    `select u.name from notify.notifications as n join notify.users as u on u.id = n.recipient_id
     where n.type_key = $1 order by u.name`,
    [typeKey],
  );
  return rows.map((row) => row.name);
}

export type Push = {
  readonly title: string;
  readonly subtitle: string;
  readonly body: string;
  readonly data: Record<string, string>;
  readonly thread_id: string;
  readonly priority: string;
  readonly lane: string;
  readonly tag: string;
  readonly sound: string;
  readonly urgency: string;
  readonly lifetime: string;
};

/** What one person's phone is to be given, in every part that a provider sends. */
export async function pushTo(db: TestDatabase, person: Person, typeKey: string): Promise<Push> {
  const { rows } = await db.owner.query<Push>(
    `select n.title, n.subtitle, n.body, n.data, n.thread_id, n.priority, d.lane, t.tag, t.sound, t.urgency,
            (n.expires_at - e.due_at)::text as lifetime
     from notify.notifications as n
     join notify.deliveries as d on d.notification_id = n.id and d.channel = 'push'
     join notify.events as e on e.id = n.event_id
     join notify.notification_types as t on t.key = n.type_key
     where n.recipient_id = $1 and n.type_key = $2`,
    [person.id, typeKey],
  );
  return single(rows);
}

export async function one(db: TestDatabase, sql: string, values: readonly unknown[] = []): Promise<string> {
  const { rows } = await db.owner.query<Record<string, string>>(sql, [...values]);
  return Object.values(single(rows))[0] ?? '';
}

export function single<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`expected one row, got ${rows.length}`);
  return row;
}
