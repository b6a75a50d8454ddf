// Over 300 lines: a table with a row for each type of the pack.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/sandbox/journal.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { untilSettled } from '../support/engine-invariants.ts';
import { planDue } from '../support/engine-pack.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';
import { insertTrip, insertWindow, makeCircle, makePeople, one, type Person, settle } from './world.ts';

/**
 * Every type of the catalog on its whole way: somebody acts through the API, or a service inserts a row, and phones of
 * the sandbox show the words. All at once, so that the workers run once; each type has a trip of its own.
 */

let db: TestDatabase;
let sandbox: Sandbox;
let api: TestApi;
let workers: WorkerProcess[] = [];
let ada: Person;
let ben: Person;
let chloe: Person;
let dilan: Person;
let guest: Person;
let left: Person;
let removed: Person;
let circleId: string;
const tripIds = new Map<string, string>();

const first = '2031-07-30';
const last = '2031-08-02';
const dates = (locale: string) =>
  new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', year: 'numeric', timeZone: 'UTC' }).formatRange(
    new Date(first),
    new Date(last),
  );

type Told = Readonly<Record<string, string>>;
type Scenario = {
  readonly type: string;
  /** What is there before, silently. */
  readonly prepare?: (tripId: string) => Promise<unknown>;
  readonly act: (tripId: string, prepared: never) => Promise<unknown>;
  /** Body by name of who is told; nobody else is. */
  readonly told: () => Told;
  readonly overlay: string | null;
  readonly trip?: 'hosted' | 'collaborative' | null;
  /** Types that the same act tells of besides. */
};

const write = (sql: string, values: readonly unknown[]) =>
  db.asWriter((client) => client.query(sql, [...values]), { commit: true }).then(({ rows }) => rows[0]?.id as string);
const as = async (person: Person, mutation: string) => {
  const answer = await api.ask(`mutation { ${mutation} }`, { token: await signToken(person.id) });
  if (answer.errors.length > 0) throw new Error(answer.text);
  return answer.data;
};
const window = (tripId: string, author = ben) =>
  write('insert into trips.date_windows (trip_id, author_id, start_on, end_on) values ($1, $2, $3, $4) returning id', [
    tripId,
    author.id,
    first,
    last,
  ]);
const proposed = async (tripId: string) => {
  const id = await window(tripId);
  await write(`update trips.trips set status = 'proposed', proposed_window_id = $2 where id = $1`, [tripId, id]);
  return id;
};
const lockedIn =
  (days: number, length = 3) =>
  (tripId: string) =>
    db.owner.query(
      `update trips.trips
     set status = 'locked', locked_start_on = (now() at time zone 'UTC')::date + $2::integer,
         locked_end_on = (now() at time zone 'UTC')::date + $2::integer + $3::integer
     where id = $1`,
      [tripId, days, length],
    );
/** Told by the sweep, which runs once for all of them at the end. */
const swept = async () => {};
const all = (body: string) => ({ Ada: body, Ben: body, Chloé: body, Dilan: body });
const butAda = (body: string) => ({ Ben: body, Chloé: body, Dilan: body });

const scenarios: readonly Scenario[] = [
  {
    type: 'TR-1 trip_created_notify',
    trip: null,
    act: async (key) => {
      const made = await as(ada, `createTrip(input: {circleId: "${circleId}", name: "Trip"}) { result { id } }`);
      tripIds.set(key, made.createTrip.result.id);
    },
    told: () => ({
      ...butAda("Ada started planning this trip — take a look when you're ready."),
      Guest: "Ada started planning this trip — take a look when you're ready.",
      // Made by now, so nobody was removed from it.
      Removed: "Ada started planning this trip — take a look when you're ready.",
    }),
    overlay: null,
  },
  {
    type: 'TR-2 trip_canceled',
    act: (tripId) => as(ada, `cancelTrip(input: {tripId: "${tripId}"}) { result { status } }`),
    told: () => butAda('Ada canceled this trip.'),
    overlay: null,
  },
  {
    type: 'TR-3 first_dates_suggested',
    act: (tripId) => window(tripId, chloe),
    told: () => {
      const body = "Date ideas are rolling in. Add yours when you're ready!";
      return { Ada: body, Ben: body, Dilan: body };
    },
    overlay: 'scheduling',
  },
  {
    type: 'TR-4 dates_proposed_by_leader',
    prepare: (tripId) => window(tripId),
    act: (_tripId, windowId) => as(ada, `proposeDates(input: {dateWindowId: "${windowId}"}) { result { status } }`),
    told: () => ({
      Ben: `Ada suggested ${dates('en')}. Let them know if it works!`,
      Chloé: `Ada suggested ${dates('fr')}. Let them know if it works!`,
      Dilan: `Ada suggested ${dates('en-GB')}. Let them know if it works!`,
    }),
    overlay: 'scheduling',
  },
  {
    type: 'TR-5 leader_can_lock_dates',
    prepare: async (tripId) => {
      const windowId = await proposed(tripId);
      await write('insert into trips.proposal_reactions (date_window_id, user_id, works) values ($1, $2, true)', [
        windowId,
        ben.id,
      ]);
    },
    act: (tripId) => as(chloe, `reactToProposal(input: {tripId: "${tripId}", works: true}) { result { works } }`),
    told: () => ({ Ada: `2 travelers said ${dates('en')} works. Confirm the dates when you're ready.` }),
    overlay: 'scheduling',
  },
  {
    type: 'TR-6 dates_locked',
    prepare: proposed,
    act: (tripId) => as(ada, `lockDates(input: {tripId: "${tripId}"}) { result { status } }`),
    told: () => ({
      Ada: `You confirmed ${dates('en')}. Nice work!`,
      Ben: `Dates confirmed: ${dates('en')}! Next up — share trip ideas.`,
      Chloé: `Dates confirmed: ${dates('fr')}! Next up — share trip ideas.`,
      Dilan: `Dates confirmed: ${dates('en-GB')}! Next up — share trip ideas.`,
    }),
    overlay: 'itinerary',
  },
  {
    type: 'TR-7 itinerary_generated',
    act: (tripId) => write('insert into trips.itinerary_versions (trip_id, version) values ($1, 1)', [tripId]),
    told: () => butAda('The itinerary is ready! Take a look and share your thoughts.'),
    overlay: 'itinerary',
  },
  {
    type: 'TR-7 itinerary_generated, the second version',
    prepare: (tripId) =>
      as(ada, `publishItinerary(input: {tripId: "${tripId}", summary: "One"}) { result { version } }`),
    act: (tripId) => as(ada, `publishItinerary(input: {tripId: "${tripId}", summary: "Two"}) { result { version } }`),
    told: () => butAda('Itinerary updated based on feedback — see what changed.'),
    overlay: 'itinerary',
  },
  {
    type: 'TR-8 join_request_received',
    trip: 'hosted',
    act: (tripId) => as(guest, `requestToJoin(input: {tripId: "${tripId}"}) { result { status } }`),
    told: () => ({ Ada: "Guest wants to join — take a look when you're ready." }),
    overlay: 'travelers',
  },
  {
    type: 'TR-9 leader_ready_to_propose',
    prepare: async (tripId) => {
      const windowId = await window(tripId);
      await insertWindow(db, tripId, ben, '2031-09-01');
      await write('insert into trips.date_window_supports (date_window_id, user_id) values ($1, $2)', [
        windowId,
        chloe.id,
      ]);
    },
    act: (tripId) => insertWindow(db, tripId, dilan, '2031-10-01'),
    told: () => ({ Ada: `Over half your group has weighed in. ${dates('en')} has the most support.` }),
    overlay: 'scheduling',
  },
  {
    type: 'TR-10 window_supported_author',
    prepare: (tripId) => window(tripId),
    act: (_tripId, windowId) => as(chloe, `supportDates(input: {dateWindowId: "${windowId}"}) { result { id } }`),
    told: () => ({ Ben: 'Chloé likes your dates — gaining traction!' }),
    overlay: 'scheduling',
  },
  {
    type: 'TR-11 join_request_approved',
    trip: 'hosted',
    prepare: (tripId) =>
      write('insert into trips.join_requests (trip_id, requester_id) values ($1, $2) returning id', [tripId, guest.id]),
    act: (_tripId, id) => as(ada, `approveJoinRequest(input: {joinRequestId: "${id}"}) { result { status } }`),
    told: () => ({ Guest: "You're in! Your request to join was approved." }),
    overlay: null,
  },
  {
    type: 'TR-12 expense_added',
    act: (tripId) =>
      as(
        ben,
        `addExpense(input: {tripId: "${tripId}", title: "Boat", amount: "120.50", currency: "EUR",
           sharedBy: ["${ada.id}", "${ben.id}", "${chloe.id}"]}) { result { id } }`,
      ),
    told: () => {
      const body = 'Ben added an expense — check it out.';
      return { Ada: body, Chloé: body };
    },
    overlay: 'expenses',
  },
  {
    type: 'TR-13 accommodation_selected',
    prepare: (tripId) =>
      write(`insert into trips.accommodation_options (trip_id, name) values ($1, 'Casa') returning id`, [tripId]),
    act: (_tripId, id) => as(ada, `selectAccommodation(input: {accommodationOptionId: "${id}"}) { result { id } }`),
    told: () => all('Your stay is set! Check out the details.'),
    overlay: 'accommodation',
  },
  {
    type: 'TR-14 first_idea_contributed',
    act: (tripId) => as(ben, `shareIdea(input: {tripId: "${tripId}", title: "Tram 28"}) { result { id } }`),
    told: () => {
      const body = "Ben shared a trip idea — see what's on the list.";
      return { Ada: body, Chloé: body, Dilan: body };
    },
    overlay: 'itinerary',
  },
  {
    type: 'TR-15 TR-N3 prep_reminder_7d',
    prepare: lockedIn(6),
    act: (tripId) => as(ben, `openTrip(input: {tripId: "${tripId}"}) { result { id } }`),
    told: () => all('One week away! Check the prep list.'),
    overlay: 'prep',
  },
  {
    type: 'TR-16 TR-N4 trip_started',
    prepare: lockedIn(0),
    act: swept,
    told: () => all('Starts today — have an amazing time!'),
    overlay: null,
  },
  {
    type: 'TR-17 leader_transferred',
    act: (tripId) =>
      as(ada, `transferLeadership(input: {tripId: "${tripId}", userId: "${dilan.id}"}) { result { leaderId } }`),
    told: () => ({ Dilan: "You're now leading this trip. Check in when you're ready." }),
    overlay: null,
  },
  {
    type: 'TR-18 TR-N4 collecting_momentum_reminder',
    prepare: async (tripId) => {
      await window(tripId, ben);
      await db.owner.query(`update trips.trips set created_at = now() - interval '49 hours' where id = $1`, [tripId]);
    },
    act: swept,
    told: () => {
      const body = "Your group is picking dates. Add yours when you're ready!";
      return { Ada: body, Chloé: body, Dilan: body };
    },
    overlay: 'scheduling',
  },
  {
    type: 'TR-19 TR-N4 trip_completed_recap',
    prepare: lockedIn(-5, 3),
    act: swept,
    told: () => all('What a trip! Look back on it together.'),
    overlay: null,
  },
  {
    type: 'TR-20 traveler_left',
    act: (tripId) => as(ben, `leaveTrip(input: {tripId: "${tripId}"}) { result { status } }`),
    told: () => ({ Ada: 'Someone left Trip. Check the travelers list.' }),
    overlay: 'travelers',
  },
  {
    type: 'TR-21 TR-N3 prep_reminder_3d',
    prepare: lockedIn(2),
    act: (tripId) => as(ada, `openTrip(input: {tripId: "${tripId}"}) { result { id } }`),
    told: () => all('Almost time to go! Check the prep list.'),
    overlay: 'prep',
  },
  {
    type: 'TR-22 join_request_rejected',
    trip: 'hosted',
    prepare: (tripId) =>
      write('insert into trips.join_requests (trip_id, requester_id) values ($1, $2) returning id', [tripId, guest.id]),
    act: (_tripId, id) => write(`update trips.join_requests set status = 'rejected' where id = $1`, [id]),
    told: () => ({ Guest: 'Your request to join was not approved this time.' }),
    overlay: null,
  },
  {
    type: 'TR-23 accommodation_option_added, several on one day once',
    act: async (tripId) => {
      for (const name of ['Casa', 'Hotel', 'Barco']) {
        await as(dilan, `addAccommodationOption(input: {tripId: "${tripId}", name: "${name}"}) { result { id } }`);
      }
    },
    told: () => {
      const body = 'New places to stay are on the list — take a look.';
      return { Ada: body, Ben: body, Chloé: body };
    },
    overlay: 'accommodation',
  },
  {
    type: 'TR-24 packing_list_ready',
    act: (tripId) =>
      as(ben, `generatePackingList(input: {tripId: "${tripId}", titles: ["Hat", "Book"]}) { result { id } }`),
    told: () => all("The packing list is ready. Take a look when you're ready."),
    overlay: 'packing',
  },
  {
    type: 'TR-25 chat_mention',
    act: (tripId) =>
      as(
        ben,
        `postTripMessage(input: {tripId: "${tripId}", body: "@Chloé 500 €?", mentionedIds: ["${chloe.id}", "${ben.id}"]}) { result { id } }`,
      ),
    told: () => ({ Chloé: 'Ben mentioned you in the chat.' }),
    overlay: 'chat',
  },
];

beforeAll(async () => {
  db = await createDatabase();
  sandbox = await startSandbox();
  api = await startTestApi(db);
  [ada, ben, chloe, dilan, guest, left, removed] = await makePeople(db, [
    'Ada',
    'Ben',
    'Chloé',
    'Dilan',
    'Guest',
    'Left',
    'Removed',
  ]);
  await db.owner.query(
    `update notify.users set locale = case name when 'Chloé' then 'fr' when 'Dilan' then 'en-GB' else locale end`,
  );
  // Dilan's phone is an iPhone, where there is a subtitle to look at.
  await db.owner.query(`update notify.devices set provider = 'apns', token = repeat('d1', 32) where user_id = $1`, [
    dilan.id,
  ]);
  circleId = await makeCircle(db, [ada, ben, chloe, dilan, guest, left, removed]);
  await db.owner.query(`update trips.memberships set status = 'left' where user_id = $1`, [left.id]);
  // The cap has tests of its own; the second wave is one row each.
  await db.owner.query('update notify.settings set daily_cap = 1000');
  await db.asOperator(
    (client) =>
      client.query(`update notify.notification_types set enabled = true where not enabled and pack = 'trips'`),
    { commit: true },
  );

  const prepared = new Map<string, unknown>();
  for (const { type, trip = 'collaborative', prepare } of scenarios) {
    if (trip === null) continue;
    const tripId = await insertTrip(db, circleId, ada, { name: 'Trip', type: trip });
    tripIds.set(type, tripId);
    await db.owner.query(
      `insert into trips.participants (trip_id, user_id, status) values ($1, $2, 'removed')` +
        // The guest is a member of the circle, and comes along on no trip but by a request.
        (trip === 'hosted' ? `, ($1, $3, 'active'), ($1, $4, 'active')` : `, ($1, $5, 'left')`).replace('$5', '$3'),
      trip === 'hosted' ? [tripId, removed.id, ada.id, ben.id] : [tripId, removed.id, guest.id],
    );
    prepared.set(type, await prepare?.(tripId));
  }
  await settle(db);
  for (const { type, act } of scenarios) await act(tripIds.get(type) ?? type, prepared.get(type) as never);
  // What the sweep would say again has been said.
  await planDue(db);
  // Due a while ago: the worker runs it as soon as it looks.
  await db.owner.query(`update notify.sweeps set next_run_at = now() - interval '1 hour'`);
  await db.worker.query('select notify_private.run_due_sweeps()');
  workers = await Promise.all(
    (['urgent', 'bulk'] as const).map((lane) =>
      startWorker({ databaseUrl: db.workerUrl, lane, settings: sandbox.settings }),
    ),
  );
  await untilSettled(db);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await api.stop();
  await sandbox.close();
  await db.drop();
});

/** Buttons by type: what waits for an answer leads to it. */
const buttons: Readonly<Record<string, readonly [key: string, title: string, folder: string]>> = {
  'TR-4 dates_proposed_by_leader': ['answer', 'Answer', 'scheduling'],
  'TR-8 join_request_received': ['review', 'Review', 'travelers'],
};

describe('what the phones show', () => {
  test.each(scenarios)('$type', async ({ type, told, overlay }) => {
    const tripId = tripIds.get(type);
    const { rows } = await db.owner.query<{ token: string; name: string }>(
      'select d.token, u.name from notify.devices as d join notify.users as u on u.id = d.user_id',
    );
    const nameOf = new Map(rows.map(({ token, name }) => [token, name]));
    const shown = sandbox.journal.list().filter(({ data, status }) => data.tripId === tripId && status === 200);
    const name = ({ address }: Entry) => nameOf.get(address) ?? address;
    expect(shown.map((entry) => [name(entry), entry.body]).sort()).toEqual(Object.entries(told()).sort());
    for (const entry of shown) {
      expect(entry.title).toBe('Trip');
      // TR-G9: nothing else, and FCM takes strings alone.
      expect(entry.data).toEqual(overlay === null ? { tripId } : { tripId, overlay });
      const [key, title, folder] = buttons[type] ?? [];
      expect(entry.drawn?.actions ?? []).toEqual(key ? [{ key, title, url: `/trips/${tripId}/${folder}` }] : []);
      if (entry.provider === 'apns') {
        expect(entry.raw).toMatchObject({
          aps: { alert: { subtitle: 'Rowbell Trips' }, 'thread-id': tripId, sound: 'default' },
        });
      }
    }
  });

  test('TR-G13 no push says an amount, tells anybody that they must, or quotes a message', () => {
    const bodies = sandbox.journal.list().map(({ title, body }) => `${title} ${body}`);
    expect(bodies.length).toBeGreaterThan(50);
    for (const body of bodies) expect(body).not.toMatch(/\bmust\b|120|500|[$€£]/i);
  });

  test('TR-N4 the run tells what it saw, sent and held back, and how long it took', async () => {
    await db.worker.query('select notify_private.run_due_sweeps()');
    const token = await signToken(ada.id, { role: 'operator' });
    const { data } = await api.ask(
      '{ sweepRuns(condition: {sweepKey: "trips_daily"}) { nodes { sweepKey seen events sent heldBack waiting took { seconds } error } } }',
      { token },
    );
    const sent = 4 + 3 + 4;
    expect(data.sweepRuns.nodes).toEqual([
      // Seen: five with dates near, one in scheduling. Made: for those due, of which two had been opened before.
      {
        sweepKey: 'trips_daily',
        seen: '5',
        events: '5',
        sent: String(sent),
        heldBack: '8',
        waiting: '0',
        took: { seconds: expect.any(Number) },
        error: null,
      },
    ]);
    expect(
      await one(db, `select (took > interval '0')::text from notify.sweep_runs where sweep_key = 'trips_daily'`),
    ).toBe('true');
  });
});
