// Over 300 lines: one trip, to which each rule is applied in turn.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  insertTrip,
  insertWindow,
  makeCircle,
  makePeople,
  makePerson,
  one,
  outcomes,
  type Person,
  planAll,
  settle,
  support,
  toldOf,
} from './world.ts';

let db: TestDatabase;
let ada: Person;
let ben: Person;
let chloe: Person;
let circleId: string;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  await settle(db);
  [ada, ben, chloe] = await makePeople(db, ['Ada', 'Ben', 'Chloé']);
  circleId = await makeCircle(db, [ada, ben, chloe]);
});

/** Windows of one author in trips of their own, so that supporting each is a P1 notification with a key of its own. */
async function windowsOf(author: Person, count: number): Promise<string[]> {
  const tripId = await insertTrip(db, circleId, ada);
  const windows: string[] = [];
  for (let month = 1; month <= count; month++)
    windows.push(await insertWindow(db, tripId, author, `2027-0${month}-01`));
  await settle(db);
  return windows;
}

async function outcomesOf(person: Person, typeKey: string): Promise<string[]> {
  const all = await outcomes(db);
  return all
    .filter((row) => row.recipientId === person.id && row.typeKey === typeKey)
    .map((row) => row.reason ?? row.outcome);
}

async function countOf(person: Person): Promise<{ day: string; count: number }[]> {
  const { rows } = await db.owner.query<{ day: string; count: number }>(
    `select day::text, count from notify_private.daily_counters where recipient_id = $1 order by day`,
    [person.id],
  );
  return rows;
}

describe('TR-G1 TR-G2 devices', () => {
  test('TR-G1 TR-G2 every device gets a delivery by its own provider, whatever its platform says', async () => {
    await db.owner.query(
      `insert into notify.devices (user_id, provider, token, platform, web_push_p256dh, web_push_auth) values
         ($1, 'apns', repeat('ab', 32), 'Android 16', null, null),
         ($1, 'web_push', 'https://push.example/1', 'iOS 26', 'key', 'auth')`,
      [ben.id],
    );
    await insertTrip(db, circleId, ada);
    await planAll(db);
    const { rows } = await db.owner.query(
      `select d.provider, v.provider as device_provider, d.status, d.lane
       from notify.deliveries as d join notify.devices as v on v.id = d.device_id
       where d.recipient_id = $1 order by d.provider`,
      [ben.id],
    );
    expect(rows).toEqual(
      ['apns', 'fcm', 'web_push'].map((provider) => ({
        provider,
        device_provider: provider,
        status: 'queued',
        lane: 'urgent',
      })),
    );
    expect(await countOf(ben)).toMatchObject([{ count: 1 }]);
  });

  test('TR-G2 TR-G6 TR-G7 nobody is told on a device that is gone; the key stays free', async () => {
    await db.owner.query(
      `update notify.devices set deactivated_at = now(), deactivation_reason = 'unregistered' where user_id = $1`,
      [ben.id],
    );
    await insertTrip(db, circleId, ada);
    await planAll(db);
    expect(await outcomesOf(ben, 'trip_created_notify')).toEqual(['no_address']);
    expect(await toldOf(db, 'trip_created_notify')).toEqual(['Chloé']);
    const keys = await db.owner.query('select recipient_id from notify_private.dedupe_keys');
    expect(keys.rows).toEqual([{ recipient_id: chloe.id }]);
  });
});

describe('TR-G3 daily cap', () => {
  test('TR-G3 the fourth P1 of a day is held back with its inputs', async () => {
    const windows = await windowsOf(ben, 5);
    for (const windowId of windows) {
      await support(db, windowId, chloe);
      await planAll(db);
    }
    expect(await outcomesOf(ben, 'window_supported_author')).toEqual([
      'send',
      'send',
      'send',
      'cap_reached',
      'cap_reached',
    ]);
    const { rows } = await db.owner.query(
      `select rule, inputs from notify.decisions where outcome = 'suppress' and recipient_id = $1 limit 1`,
      [ben.id],
    );
    expect(rows).toMatchObject([{ rule: 'daily_cap', inputs: { cap: 3, count: 3 } }]);
    expect(await countOf(ben)).toMatchObject([{ count: 3 }]);
  });

  test('TR-G3 the same, planned in one call', async () => {
    const windows = await windowsOf(ben, 5);
    for (const windowId of windows) await support(db, windowId, chloe);
    await planAll(db);
    expect((await outcomesOf(ben, 'window_supported_author')).sort()).toEqual([
      'cap_reached',
      'cap_reached',
      'send',
      'send',
      'send',
    ]);
  });

  test('TR-G3 P0 passes the cap and counts towards it', async () => {
    const [windowId = ''] = await windowsOf(ben, 1);
    for (let trip = 0; trip < 4; trip++) await insertTrip(db, circleId, ada);
    await planAll(db);
    expect(await outcomesOf(ben, 'trip_created_notify')).toEqual(['send', 'send', 'send', 'send']);
    await support(db, windowId, chloe);
    await planAll(db);
    expect(await outcomesOf(ben, 'window_supported_author')).toEqual(['cap_reached']);
    expect(await countOf(ben)).toMatchObject([{ count: 4 }]);
  });

  test("TR-G3 the day is the person's own, UTC where unknown", async () => {
    // UTC+14 and UTC-11: never the same day.
    const east = await makePerson(db, 'East', 'Pacific/Kiritimati');
    const west = await makePerson(db, 'West', 'Pacific/Pago_Pago');
    await insertTrip(db, await makeCircle(db, [ada, ben, east, west]), ada);
    await planAll(db);
    const dayIn = (zone: string) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date());
    expect(await countOf(east)).toEqual([{ day: dayIn('Pacific/Kiritimati'), count: 1 }]);
    expect(await countOf(west)).toEqual([{ day: dayIn('Pacific/Pago_Pago'), count: 1 }]);
    expect(await countOf(ben)).toEqual([{ day: dayIn('UTC'), count: 1 }]);
  });

  test("TR-G3 yesterday's count does not hold back today's", async () => {
    const [windowId = ''] = await windowsOf(ben, 1);
    await db.owner.query(
      `insert into notify_private.daily_counters (recipient_id, day, channel, count)
       values ($1, (now() at time zone 'UTC')::date - 1, 'push', 9)`,
      [ben.id],
    );
    await support(db, windowId, chloe);
    await planAll(db);
    expect(await outcomesOf(ben, 'window_supported_author')).toEqual(['send']);
  });

  test('TR-G3 TR-G4 sixteen sessions planning at once never exceed the cap', async () => {
    const authors = await Promise.all(Array.from({ length: 8 }, (_, index) => makePerson(db, `Author ${index}`)));
    const tripId = await insertTrip(db, await makeCircle(db, [ada, ...authors]), ada);
    await db.owner.query(
      `insert into trips.date_windows (trip_id, author_id, start_on, end_on)
       select $1, author, '2027-01-01'::date + day, '2027-02-01'
       from unnest($2::uuid[]) as author, generate_series(0, 9) as day`,
      [tripId, authors.map((author) => author.id)],
    );
    await settle(db);
    await db.owner.query(
      `insert into trips.date_window_supports (date_window_id, user_id) select id, $2 from trips.date_windows where trip_id = $1`,
      [tripId, ada.id],
    );
    const { rows } = await db.owner.query<{ id: string }>('select id from notify.events');
    const ids = rows.map((row) => row.id);
    // Every session is given an overlapping part of the events, in an order of its own.
    await Promise.all(
      Array.from({ length: 16 }, (_, session) =>
        db.worker.query('select notify_private.plan($1)', [
          ids.filter((_id, index) => (index * 7 + session) % 3 !== 0),
        ]),
      ),
    );
    await planAll(db);
    const { rows: told } = await db.owner.query<{ sent: number }>(
      'select count(*)::int as sent from notify.notifications where recipient_id <> $1 group by recipient_id',
      [ada.id],
    );
    expect(told).toEqual(authors.map(() => ({ sent: 3 })));
    const all = (await outcomes(db)).filter((row) => row.recipientId !== ada.id);
    expect(all).toHaveLength(80);
    expect(all.filter((row) => row.reason === 'cap_reached')).toHaveLength(56);
  });
});

describe('TR-G4 TR-G6 dedupe', () => {
  const again = (tripId: string) =>
    db.owner.query(
      `insert into notify.events (type_key, actor_id, subject_type, subject_id) values ('trip_created_notify', $2, 'trip', $1)`,
      [tripId, ada.id],
    );

  test('TR-G4 two triggers planned by parallel sessions send once', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    for (let copy = 0; copy < 7; copy++) await again(tripId);
    const { rows } = await db.owner.query<{ id: string }>('select id from notify.events');
    await Promise.all(rows.map(({ id }) => db.worker.query('select notify_private.plan(array[$1]::uuid[])', [id])));
    // Whom one session held the others passed over.
    await planAll(db);
    expect(await toldOf(db, 'trip_created_notify')).toEqual(['Ben', 'Chloé']);
    expect((await outcomes(db)).filter((row) => row.reason === 'already_sent')).toHaveLength(14);
  });

  test('TR-G4 the same within one call', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    await again(tripId);
    await planAll(db);
    expect(await outcomesOf(ben, 'trip_created_notify')).toEqual(['send', 'already_sent']);
  });

  test('TR-G6 what a preference held back is sent once it is lifted', async () => {
    await db.owner.query(
      `insert into notify.preferences (user_id, type_key, channel, enabled) values ($1, 'trip_created_notify', 'push', false)`,
      [ben.id],
    );
    const tripId = await insertTrip(db, circleId, ada);
    await planAll(db);
    expect(await outcomesOf(ben, 'trip_created_notify')).toEqual(['turned_off']);
    await db.owner.query('delete from notify.preferences');
    await again(tripId);
    await planAll(db);
    expect(await outcomesOf(ben, 'trip_created_notify')).toEqual(['turned_off', 'send']);
    expect(await outcomesOf(chloe, 'trip_created_notify')).toEqual(['send', 'already_sent']);
  });

  test('TR-G6 what the cap held back does not use up its key', async () => {
    const [windowId = ''] = await windowsOf(ben, 1);
    for (let trip = 0; trip < 3; trip++) await insertTrip(db, circleId, ada);
    await support(db, windowId, chloe);
    await planAll(db);
    expect(await outcomesOf(ben, 'window_supported_author')).toEqual(['cap_reached']);
    await db.owner.query('delete from notify_private.daily_counters');
    await support(db, windowId, ada);
    await planAll(db);
    expect(await outcomesOf(ben, 'window_supported_author')).toEqual(['cap_reached', 'send']);
  });

  test('TR-G11 a key is remembered as long as events are, and no longer', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    await planAll(db);
    expect(
      await one(
        db,
        `select bool_and(expires_at between now() + interval '30 days' - interval '1 minute' and now() + interval '30 days')::text
         from notify_private.dedupe_keys`,
      ),
    ).toBe('true');
    await db.owner.query('update notify_private.dedupe_keys set expires_at = now()');
    await again(tripId);
    await planAll(db);
    expect(await outcomesOf(ben, 'trip_created_notify')).toEqual(['send', 'send']);
  });
});

describe('TR-G5 providers', () => {
  test('TR-G5 without credentials the write succeeds and the delivery ends as skipped, with its reason', async () => {
    await insertTrip(db, circleId, ada);
    await planAll(db);
    await db.worker.query(`select notify_private.skip_deliveries('2', 'urgent')`);
    const { rows } = await db.owner.query('select distinct status, reason from notify.deliveries');
    expect(rows).toEqual([{ status: 'suppressed', reason: 'provider_not_configured' }]);
  });
});

describe('TR-G10 who left or was removed', () => {
  async function part(tripId: string, person: Person, status: string): Promise<void> {
    await db.owner.query('insert into trips.participants (trip_id, user_id, status) values ($1, $2, $3)', [
      tripId,
      person.id,
      status,
    ]);
  }
  const cancel = (tripId: string) =>
    db.owner.query(`update trips.trips set status = 'canceled', canceled_by = $2 where id = $1`, [tripId, ada.id]);

  test.each(['left', 'removed'])('TR-G10 collaborative: a participant row that is %s', async (status) => {
    const tripId = await insertTrip(db, circleId, ada);
    await settle(db);
    await part(tripId, ben, status);
    await insertWindow(db, tripId, ada);
    await cancel(tripId);
    await planAll(db);
    expect(await toldOf(db, 'first_dates_suggested')).toEqual(['Chloé']);
    expect(await toldOf(db, 'trip_canceled')).toEqual(['Chloé']);
  });

  test.each(['left', 'removed'])('TR-G10 hosted: a participant row that is %s, and who has none', async (status) => {
    const tripId = await insertTrip(db, circleId, ada, { type: 'hosted' });
    await settle(db);
    const guest = await makePerson(db, 'Guest');
    await part(tripId, ben, status);
    await part(tripId, guest, 'active');
    await cancel(tripId);
    await planAll(db);
    expect(await toldOf(db, 'trip_canceled')).toEqual(['Guest']);
  });

  test('TR-G10 who left the circle hears of no new trip', async () => {
    await db.owner.query(`update trips.memberships set status = 'left' where user_id = $1`, [ben.id]);
    const tripId = await insertTrip(db, circleId, ada);
    await insertWindow(db, tripId, ada);
    await planAll(db);
    expect(await toldOf(db, 'trip_created_notify')).toEqual(['Chloé']);
    expect(await toldOf(db, 'first_dates_suggested')).toEqual(['Chloé']);
  });

  test('TR-G10 who leaves between the write and its planning', async () => {
    await insertTrip(db, circleId, ada);
    await db.owner.query(`update trips.memberships set status = 'left' where user_id = $1`, [ben.id]);
    await planAll(db);
    expect(await toldOf(db, 'trip_created_notify')).toEqual(['Chloé']);
  });

  test('TR-G10 an author who left hears nothing of those who like the dates', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    const windowId = await insertWindow(db, tripId, ben);
    await part(tripId, ben, 'left');
    await settle(db);
    await support(db, windowId, chloe);
    await planAll(db);
    expect(await outcomes(db)).toEqual([]);
  });
});

describe('TR-G11 expiry', () => {
  test('TR-G11 an event planned after 30 days is sent to nobody', async () => {
    await insertTrip(db, circleId, ada);
    await db.owner.query(`update notify.events set due_at = now() - interval '30 days'`);
    await planAll(db);
    const { rows } = await db.owner.query('select distinct outcome, rule, reason from notify.decisions');
    expect(rows).toEqual([{ outcome: 'suppress', rule: 'expiry', reason: 'expired' }]);
    expect(await one(db, 'select count(*)::text from notify.deliveries')).toBe('0');
  });
});
