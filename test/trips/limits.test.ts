import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Client, createDatabase, type TestDatabase } from '../support/database.ts';
import { insertTrip, insertWindow, makeCircle, makePeople, makePerson, one, type Person, planAll } from './world.ts';

let db: TestDatabase;
let ada: Person;
let ben: Person;
let circleId: string;
let tripId: string;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  [ada, ben] = await makePeople(db, ['Ada', 'Ben']);
  circleId = await makeCircle(db, [ada, ben]);
  tripId = await insertTrip(db, circleId, ada);
});

type Refusal = { readonly code: string; readonly constraint?: string; readonly message: string };
/** Calls a function of the API as somebody, as a mutation does; 'done', or the limit that refused it. */
async function call(person: Person, name: string, ...values: unknown[]): Promise<string> {
  const parameters = values.map((_value, index) => `$${index + 1}`).join(', ');
  try {
    await db.asUser(person.id, (client) => client.query(`select ${name}(${parameters})`, values), { commit: true });
    return 'done';
  } catch (error) {
    const { code, constraint, message } = error as Refusal;
    if (code !== 'RBLIM') throw error;
    return `${constraint}: ${message}`;
  }
}
const setLimit = (key: string, atMost: number) =>
  db.asOperator((client) => client.query('select notify.set_limit($1, $2)', [key, atMost]), { commit: true });
const insertRow = (sql: string, ...values: unknown[]) => one(db, `${sql} returning id`, values);

/** Every way to write for which there is a limit, and twice what it allows once. */
const ways: Readonly<Record<string, () => Promise<(() => Promise<string>)[]>>> = {
  circles: async () => [1, 2].map(() => () => call(ada, 'trips.create_circle', 'Friends')),
  circle_invitations: async () =>
    (await makePeople(db, ['One', 'Two'])).map(
      ({ id }) =>
        () =>
          call(ada, 'trips.add_member', circleId, id),
    ),
  memberships: async () => {
    const friends = await makePeople(db, ['One', 'Two']);
    await makeCircle(db, [ada, ...friends]);
    return friends.map(
      ({ id }) =>
        () =>
          call(ada, 'trips.add_member', circleId, id),
    );
  },
  trips: async () => [1, 2].map(() => () => call(ada, 'trips.create_trip', circleId, 'Oslo')),
  trip_changes: async () => {
    const windows = [await insertWindow(db, tripId, ben), await insertWindow(db, tripId, ben, '2027-06-01')];
    return windows.map((id) => () => call(ada, 'trips.propose_dates', id));
  },
  participants: async () => [() => call(ben, 'trips.leave_trip', tripId), () => call(ben, 'trips.join_trip', tripId)],
  date_windows: async () =>
    ['2027-06-01', '2027-07-01'].map((day) => () => call(ben, 'trips.suggest_dates', tripId, day, day)),
  date_window_supports: async () => {
    const id = await insertWindow(db, tripId, ada);
    return [
      () => call(ben, 'trips.support_dates', id),
      async () => {
        await call(ben, 'trips.withdraw_support', id);
        return await call(ben, 'trips.support_dates', id);
      },
    ];
  },
  proposal_reactions: async () => {
    const id = await insertWindow(db, tripId, ada);
    await db.owner.query(`update trips.trips set status = 'proposed', proposed_window_id = $2 where id = $1`, [
      tripId,
      id,
    ]);
    return [true, false].map((works) => () => call(ben, 'trips.react_to_proposal', tripId, works));
  },
  itinerary_ideas: async () => [1, 2].map(() => () => call(ben, 'trips.share_idea', tripId, 'Tram')),
  itinerary_versions: async () => [1, 2].map(() => () => call(ada, 'trips.publish_itinerary', tripId, 'Alfama')),
  join_requests: async () => {
    const hosted = await Promise.all([1, 2].map(() => insertTrip(db, circleId, ada, { type: 'hosted' })));
    return hosted.map((id) => () => call(ben, 'trips.request_to_join', id));
  },
  expenses: async () => [1, 2].map(() => () => call(ben, 'trips.add_expense', tripId, 'Boat', 10, 'EUR', [ada.id])),
  expense_shares: async () => [
    () => call(ben, 'trips.add_expense', tripId, 'Boat', 10, 'EUR', [ada.id]),
    () => call(ben, 'trips.add_expense', tripId, 'Boat', 10, 'EUR', [ben.id]),
  ],
  accommodation_options: async () =>
    [1, 2].map(() => () => call(ben, 'trips.add_accommodation_option', tripId, 'Casa', null)),
  packing_lists: async () => [1, 2].map(() => () => call(ben, 'trips.generate_packing_list', tripId, ['Hat'])),
  trip_items: async () => [1, 2].map(() => () => call(ben, 'trips.add_trip_item', tripId, 'prep', 'Visa', null)),
  trip_messages: async () => [1, 2].map(() => () => call(ben, 'trips.post_trip_message', tripId, 'Hello', null)),
  trip_message_mentions: async () =>
    [1, 2].map(() => () => call(ben, 'trips.post_trip_message', tripId, 'Hello', [ada.id])),
  listening_sessions: async () => [1, 2].map(() => () => call(ada, 'juke.start_listening_session', 'Friday')),
  ...Object.fromEntries(
    ['listening_invites', 'listening_invites_an_hour'].map((key) => [
      key,
      async () => {
        const session = await insertRow(
          `insert into juke.listening_sessions (host_id, name) values ($1, 'Friday')`,
          ada.id,
        );
        const people = await makePeople(db, ['One', 'Two']);
        return people.map(
          ({ id }) =>
            () =>
              call(ada, 'juke.invite_listeners', session, [id]),
        );
      },
    ]),
  ),
  listening_invites_of_one: async () => {
    const sessions = await Promise.all(
      [1, 2].map(() => insertRow(`insert into juke.listening_sessions (host_id, name) values ($1, 'Friday')`, ada.id)),
    );
    return sessions.map((session) => () => call(ada, 'juke.invite_listeners', session, [ben.id]));
  },
  circle_members: async () => {
    const alone = await makeCircle(db, [ada]);
    return (await makePeople(db, ['One'])).flatMap(({ id }) => [
      async () => 'done',
      () => call(ada, 'trips.add_member', alone, id),
    ]);
  },
  trip_participants: async () => {
    const hosted = await insertTrip(db, circleId, ada, { type: 'hosted' });
    return [ada, ben].map(
      ({ id }) =>
        () =>
          call(ada, 'trips.add_participant', hosted, id),
    );
  },
  trips_led: async () => [async () => 'done', () => call(ada, 'trips.create_trip', circleId, 'Oslo')],
  circles_at_a_time: async () => [async () => 'done', () => call(ada, 'trips.create_circle', 'Another')],
  open_join_requests: async () => await (ways.join_requests as () => Promise<(() => Promise<string>)[]>)(),
};

test.each(Object.keys(ways))(
  'SE-5: at most so many %s, by the operators’ word; and whoever is refused has written nothing',
  async (key) => {
    const before = await one(db, 'select at_most::text from notify.limits where key = $1', [key]);
    const [first, second] = (await ways[key]?.()) ?? [];
    await setLimit(key, 1);
    try {
      expect(await first?.()).toBe('done');
      const counted = await one(db, `select count(*)::text from notify.events`);
      expect(await second?.()).toMatch(new RegExp(`^${key}: at most 1 `));
      expect(await one(db, `select count(*)::text from notify.events`)).toBe(counted);
    } finally {
      await setLimit(key, Number(before));
    }
    expect(await second?.()).toBe('done');
  },
);

test('SE-5: services and operators are not counted, nor is one person for another', async () => {
  await setLimit('trips', 1);
  for (let trip = 0; trip < 3; trip++) await insertTrip(db, circleId, ada);
  expect(await call(ada, 'trips.create_trip', circleId, 'Oslo')).toBe('done');
  expect(await call(ada, 'trips.create_trip', circleId, 'Rome')).toMatch(/^trips:/);
  expect(await call(ben, 'trips.create_trip', circleId, 'Rome')).toBe('done');
  await setLimit('trips', 20);
  await setLimit('trip_changes', 0);
  // Whoever erases somebody changes their trips.
  await db.asOperator((client) => client.query(`select notify.erase_person($1, 'person_request', $1)`, [ben.id]), {
    commit: true,
    userId: ada.id,
  });
  await setLimit('trip_changes', 200);
  expect(await one(db, 'select count(*)::text from trips.trips where leader_id = $1', [ben.id])).toBe('0');
});

test('SE-5: who leads as many trips as they may is given no other; one that is over makes room', async () => {
  const other = await insertTrip(db, circleId, ben);
  await setLimit('trips_led', 1);
  try {
    expect(await call(ada, 'trips.transfer_leadership', tripId, ben.id)).toMatch(/^trips_led: at most 1 /);
    expect(await call(ben, 'trips.cancel_trip', other)).toBe('done');
    expect(await call(ada, 'trips.transfer_leadership', tripId, ben.id)).toBe('done');
  } finally {
    await setLimit('trips_led', 50);
  }
});

test('SE-5: nobody is kept in a circle by the trips that others took them along on', async () => {
  const hosted = await Promise.all([1, 2, 3].map(() => insertTrip(db, circleId, ada, { type: 'hosted' })));
  for (const id of hosted) await call(ada, 'trips.add_participant', id, ben.id);
  await setLimit('participants', 1);
  try {
    expect(await call(ben, 'trips.leave_circle', circleId)).toBe('done');
    expect(await one(db, `select string_agg(status, ' ') from trips.participants where user_id = $1`, [ben.id])).toBe(
      'left left left',
    );
    // To come back is counted.
    expect(await call(ben, 'trips.join_trip', hosted[0])).toBe('done');
    expect(await call(ben, 'trips.join_trip', hosted[1])).toMatch(/^participants: /);
  } finally {
    await setLimit('participants', 100);
  }
});

test('SE-5: twice the same is one use', async () => {
  const friend = await makePerson(db, 'Friend');
  await setLimit('circle_invitations', 1);
  for (let twice = 0; twice < 3; twice++) expect(await call(ada, 'trips.add_member', circleId, friend.id)).toBe('done');
  await setLimit('circle_invitations', 20);
});

/** Tables of the packs that functions write, by verb, and the limits' triggers on them. */
const writes = `
  with writing as (
    select distinct w[1] as verb, w[2] as name
    from pg_proc as p
    cross join lateral regexp_matches(p.prosrc, '\\m(insert into|update)\\s+((?:trips|juke)\\.\\w+)', 'gi') as w
    where p.pronamespace in ('trips'::regnamespace, 'trips_private'::regnamespace, 'juke'::regnamespace, 'juke_private'::regnamespace)
  )
  select lower(w.verb) || ' ' || w.name as written from writing as w
  where not exists (
    select from pg_trigger as t join pg_proc as f on f.oid = t.tgfoid
    where t.tgrelid = w.name::regclass and f.proname = 'tg_rows__use_limit' and t.tgenabled <> 'D'
      -- Bits of tgtype: insert, update.
      and t.tgtype::integer & case lower(w.verb) when 'update' then 16 else 4 end <> 0
  )
  order by 1`;
const unbounded = async (client: Client) =>
  (await client.query<{ written: string }>(writes)).rows.map(({ written }) => written);

/** What tells nobody, or is bounded by what it changes. */
const excused: Readonly<Record<string, string>> = {
  'insert into juke.onboarding_steps_done': 'as many as there are steps',
  'update juke.invites': 'answered once; asked again counts by the hour, under JK-3',
  'update juke.listening_sessions': 'ended once',
  'update juke.sessions': 'ended once',
  'update trips.circle_invitations': 'declined once, and nobody is told',
  'update trips.join_requests': 'answered once',
  'update trips.trip_items': 'done or not; nobody is told',
};

test('SE-5: whatever table of the packs a function of people’s writes has a limit, or a reason to have none', async () => {
  expect(await db.asOwner(unbounded)).toEqual(Object.keys(excused));
  await db.asOwner(async (client) => {
    await client.query(`create table trips.polls (id uuid)`);
    await client.query(
      `create function trips.add_poll() returns void language sql as 'insert into trips.polls values (null)'`,
    );
    await client.query('drop trigger _200_use_limit on trips.trips');
    expect(await unbounded(client)).toEqual(
      [...Object.keys(excused), 'insert into trips.polls', 'insert into trips.trips'].sort(),
    );
  });
});

test('SE-5: who makes 200 circles and trips in a row, and adds a stranger to each, rings them once, and not as P0', async () => {
  const victim = await makePerson(db, 'Victim');
  const refused = new Set<string>();
  for (let round = 0; round < 200; round++) {
    const attack = async (name: string, ...values: unknown[]) => {
      const said = await call(ada, name, ...values);
      if (said !== 'done') refused.add(said.replace(/:.*/, ''));
    };
    await attack('trips.create_circle', `Click here ${round}`);
    const newest = await one(
      db,
      `select m.circle_id from trips.memberships as m where m.user_id = $1 order by m.circle_id desc limit 1`,
      [ada.id],
    );
    await attack('trips.add_member', newest, victim.id);
    await attack('trips.create_trip', newest, `Call me ${round}`);
  }
  expect([...refused].sort()).toEqual(['circles', 'trips']);
  await planAll(db);
  const { rows } = await db.owner.query(
    `select n.type_key, d.lane from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
     where d.recipient_id = $1 and d.channel = 'push'`,
    [victim.id],
  );
  expect(rows).toEqual([{ type_key: 'circle_invitation', lane: 'bulk' }]);
});
