import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isErrorCode } from '../../src/errors.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makePeople, type Person, planAll, settle, single, toldOf } from './world.ts';

let db: TestDatabase;
let ada: Person;
let ben: Person;
let chloe: Person;
let stranger: Person;
let circleId: string;
let tripId: string;

type Row = Record<string, string | null> & { readonly id: string };

/** Calls a function of the API as somebody, as a mutation does. */
async function call(person: Person | null, name: string, ...values: unknown[]): Promise<Row> {
  const parameters = values.map((_value, index) => `$${index + 1}`).join(', ');
  const { rows } = await db.asUser(
    person?.id ?? '',
    (client) => client.query<Row>(`select * from trips.${name}(${parameters})`, values),
    { commit: true },
  );
  return single(rows);
}

async function refusal(calling: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await calling;
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    expect(isErrorCode(code)).toBe(true);
    return { code, message };
  }
  throw new Error('it was allowed');
}

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  [ada, ben, chloe, stranger] = await makePeople(db, ['Ada', 'Ben', 'Chloé', 'Stranger']);
  circleId = (await call(ada, 'create_circle', 'Friends')).id;
  for (const friend of [ben, chloe]) {
    await call(ada, 'add_member', circleId, friend.id);
    await call(friend, 'accept_circle_invitation', circleId);
  }
  tripId = (await call(ada, 'create_trip', circleId, 'Lisbon in May', 'collaborative')).id;
  await settle(db);
});

describe('the whole way through functions', () => {
  test('TR-1 TR-2 TR-3 TR-10 what people do rings the others', async () => {
    const trip = await call(ben, 'create_trip', circleId, 'Oslo');
    expect(trip).toMatchObject({ type: 'collaborative', status: 'scheduling', creator_id: ben.id, leader_id: ben.id });
    await planAll(db);
    expect(await toldOf(db, 'trip_created_notify')).toEqual(['Ada', 'Chloé']);
    const suggestion = await call(chloe, 'suggest_dates', trip.id, '2027-06-01', '2027-06-08');
    expect(suggestion).toMatchObject({
      trip_id: trip.id,
      author_id: chloe.id,
      start_on: '2027-06-01',
      end_on: '2027-06-08',
    });
    await planAll(db);
    expect(await toldOf(db, 'first_dates_suggested')).toEqual(['Ada', 'Ben']);
    await call(ada, 'support_dates', suggestion.id);
    await planAll(db);
    expect(await toldOf(db, 'window_supported_author')).toEqual(['Chloé']);
    expect(await call(ben, 'cancel_trip', trip.id)).toMatchObject({ status: 'canceled', canceled_by: ben.id });
    await planAll(db);
    expect(await toldOf(db, 'trip_canceled')).toEqual(['Ada', 'Chloé']);
  });

  test('twice is once', async () => {
    const first = await call(ben, 'suggest_dates', tripId, '2027-06-01', '2027-06-08');
    expect((await call(ben, 'suggest_dates', tripId, '2027-06-01', '2027-06-08')).id).toBe(first.id);
    await call(chloe, 'support_dates', first.id);
    await call(chloe, 'support_dates', first.id);
    await call(chloe, 'withdraw_support', first.id);
    await call(chloe, 'withdraw_support', first.id);
    await call(ada, 'cancel_trip', tripId);
    await call(ada, 'cancel_trip', tripId);
    await call(ada, 'add_member', circleId, ben.id);
    const { rows } = await db.owner.query('select type_key from notify.events order by id');
    expect(rows.map((row) => row.type_key)).toEqual([
      'first_dates_suggested',
      'window_supported_author',
      'leader_ready_to_propose',
      'trip_canceled',
    ]);
    const { rows: supports } = await db.owner.query(
      'select from trips.date_window_supports where date_window_id = $1',
      [first.id],
    );
    expect(supports).toHaveLength(0);
  });

  test('a refused write leaves no event', async () => {
    await refusal(call(stranger, 'create_trip', circleId, 'Mine now', 'collaborative'));
    const { rows } = await db.owner.query('select from notify.events');
    expect(rows).toHaveLength(0);
  });

  test('TR-G10 leaving and coming back', async () => {
    await call(chloe, 'leave_trip', tripId);
    await call(chloe, 'leave_trip', tripId);
    await call(ben, 'suggest_dates', tripId, '2027-06-01', '2027-06-08');
    await planAll(db);
    expect(await toldOf(db, 'first_dates_suggested')).toEqual(['Ada']);
    expect((await refusal(call(ada, 'add_participant', tripId, chloe.id))).code).toBe('RBCFL');
    await call(chloe, 'join_trip', tripId);
    await call(ada, 'cancel_trip', tripId);
    await planAll(db);
    expect(await toldOf(db, 'trip_canceled')).toEqual(['Ben', 'Chloé']);
  });

  test('TR-G10 hosted: the leader says who comes', async () => {
    const hosted = await call(ada, 'create_trip', circleId, 'Hosted', 'hosted');
    await settle(db);
    expect((await refusal(call(ben, 'suggest_dates', hosted.id, '2027-06-01', '2027-06-02'))).code).toBe('RBFBD');
    await call(ada, 'add_participant', hosted.id, ben.id);
    await call(ada, 'add_participant', hosted.id, chloe.id);
    await call(ada, 'remove_participant', hosted.id, chloe.id);
    expect((await refusal(call(chloe, 'join_trip', hosted.id))).code).toBe('RBNFD');
    await call(ben, 'suggest_dates', hosted.id, '2027-06-01', '2027-06-02');
    await call(ada, 'cancel_trip', hosted.id);
    await planAll(db);
    expect(await toldOf(db, 'first_dates_suggested')).toEqual(['Ada']);
    expect(await toldOf(db, 'trip_canceled')).toEqual(['Ben']);
  });

  test('who leads a trip that is still to be hands it over before they leave the circle', async () => {
    expect((await refusal(call(ada, 'leave_circle', circleId))).code).toBe('RBCFL');
    await call(ada, 'transfer_leadership', tripId, ben.id);
    await call(ada, 'leave_circle', circleId);
    await call(ben, 'cancel_trip', tripId);
    await call(ben, 'leave_circle', circleId);
  });

  test('TR-5 TR-8 TR-9 whoever starts a trip leads it, where a service names nobody', async () => {
    const leads = (leader: Person | null) =>
      db.asWriter(async (client) => {
        const { rows } = await client.query(
          `insert into trips.trips (circle_id, name, creator_id, leader_id) values ($1, 'Porto', $2, $3) returning leader_id`,
          [circleId, ada.id, leader?.id ?? null],
        );
        return single(rows).leader_id;
      });
    expect(await leads(null)).toBe(ada.id);
    expect(await leads(ben)).toBe(ben.id);
  });

  test('TR-11 nobody is let in on a trip that is over', async () => {
    const hosted = await call(ada, 'create_trip', circleId, 'Hosted', 'hosted');
    const asked = await call(ben, 'request_to_join', hosted.id);
    await call(ada, 'cancel_trip', hosted.id);
    expect((await refusal(call(ada, 'approve_join_request', asked.id))).code).toBe('RBCFL');
    expect((await call(ada, 'reject_join_request', asked.id)).status).toBe('rejected');
  });

  test('TR-G10 the circle: who left is not brought back by others', async () => {
    await call(ben, 'leave_circle', circleId);
    expect((await refusal(call(ada, 'add_member', circleId, ben.id))).code).toBe('RBCFL');
    expect((await refusal(call(ben, 'add_member', circleId, stranger.id))).code).toBe('RBNFD');
    await call(ben, 'join_circle', circleId);
    await call(ben, 'add_member', circleId, stranger.id);
  });
});

describe('who may not, and what is not valid', () => {
  const unknown = '00000000-0000-7000-8000-000000000000';

  test('nobody signed in', async () => {
    for (const [name, ...values] of [
      ['create_circle', 'x'],
      ['add_member', unknown, unknown],
      ['accept_circle_invitation', unknown],
      ['decline_circle_invitation', unknown],
      ['join_circle', unknown],
      ['leave_circle', unknown],
      ['create_trip', unknown, 'x', 'hosted'],
      ['cancel_trip', unknown],
      ['leave_trip', unknown],
      ['join_trip', unknown],
      ['add_participant', unknown, unknown],
      ['remove_participant', unknown, unknown],
      ['suggest_dates', unknown, '2027-01-01', '2027-01-02'],
      ['support_dates', unknown],
      ['withdraw_support', unknown],
    ] as const) {
      expect(await refusal(call(null, name, ...values))).toMatchObject({ code: 'RBAUT' });
      await expect(
        db.asAnonymous((client) =>
          client.query(`select trips.${name}(${values.map((_value, index) => `$${index + 1}`).join(', ')})`, [
            ...values,
          ]),
        ),
      ).rejects.toThrow(/permission denied/);
    }
  });

  test('a token of somebody unknown', async () => {
    expect(await refusal(call({ id: unknown, name: null }, 'create_circle', 'x'))).toMatchObject({ code: 'RBNFD' });
  });

  test('what is not theirs looks the same as what is not there', async () => {
    const window = await call(ada, 'suggest_dates', tripId, '2027-06-01', '2027-06-02');
    const same = async (name: string, theirs: unknown[], missing: unknown[]) => {
      const refused = await refusal(call(stranger, name, ...theirs));
      expect(refused.code).toBe('RBNFD');
      expect(await refusal(call(stranger, name, ...missing))).toEqual(refused);
    };
    await same('add_member', [circleId, stranger.id], [unknown, stranger.id]);
    await same('accept_circle_invitation', [circleId], [unknown]);
    await same('decline_circle_invitation', [circleId], [unknown]);
    await same('join_circle', [circleId], [unknown]);
    await same('leave_circle', [circleId], [unknown]);
    await same('create_trip', [circleId, 'x', 'hosted'], [unknown, 'x', 'hosted']);
    await same('cancel_trip', [tripId], [unknown]);
    await same('leave_trip', [tripId], [unknown]);
    await same('join_trip', [tripId], [unknown]);
    await same('add_participant', [tripId, stranger.id], [unknown, stranger.id]);
    await same('remove_participant', [tripId, ada.id], [unknown, ada.id]);
    await same('suggest_dates', [tripId, '2027-06-01', '2027-06-02'], [unknown, '2027-06-01', '2027-06-02']);
    await same('support_dates', [window.id], [unknown]);
    await same('withdraw_support', [window.id], [unknown]);
  });

  test('only the leader decides', async () => {
    expect((await refusal(call(ben, 'cancel_trip', tripId))).code).toBe('RBFBD');
    expect((await refusal(call(ben, 'add_participant', tripId, chloe.id))).code).toBe('RBFBD');
    expect((await refusal(call(ben, 'remove_participant', tripId, chloe.id))).code).toBe('RBFBD');
    expect((await refusal(call(ada, 'remove_participant', tripId, ada.id))).code).toBe('RBCFL');
    expect((await refusal(call(ada, 'remove_participant', tripId, stranger.id))).code).toBe('RBNFD');
    expect((await refusal(call(ada, 'add_participant', tripId, stranger.id))).code).toBe('RBNFD');
    expect((await refusal(call(ada, 'leave_trip', tripId))).code).toBe('RBCFL');
  });

  test('input: the message names the field', async () => {
    const long = 'x'.repeat(121);
    for (const [name, values, field] of [
      ['create_circle', [null], 'name'],
      ['create_circle', [' \t'], 'name'],
      ['create_circle', [long], 'name'],
      ['create_trip', [circleId, long, 'hosted'], 'name'],
      ['create_trip', [circleId, 'x', 'secret'], 'type'],
      ['create_trip', [circleId, 'x', null], 'type'],
      ['suggest_dates', [tripId, '2027-06-02', '2027-06-01'], 'end_on'],
      ['suggest_dates', [tripId, '2027-06-02', '2028-06-03'], 'end_on'],
      ['suggest_dates', [tripId, '2027-06-02', 'infinity'], 'start_on'],
      ['suggest_dates', [tripId, null, null], 'start_on'],
    ] as const) {
      const refused = await refusal(call(ada, name, ...values));
      expect(refused.code).toBe('RBINV');
      expect(refused.message).toMatch(new RegExp(`^${field}\\b.*:`));
    }
    expect(await refusal(call(ada, 'create_trip', null, 'x', 'hosted'))).toMatchObject({ code: 'RBNFD' });
    expect(await refusal(call(ada, 'add_member', circleId, null))).toMatchObject({ code: 'RBNFD' });
  });

  test('a trip that is over changes no more', async () => {
    const window = await call(ben, 'suggest_dates', tripId, '2027-06-01', '2027-06-02');
    await call(ada, 'cancel_trip', tripId);
    expect((await refusal(call(ben, 'suggest_dates', tripId, '2027-07-01', '2027-07-02'))).code).toBe('RBCFL');
    expect((await refusal(call(chloe, 'support_dates', window.id))).code).toBe('RBCFL');
    await db.owner.query(
      `update trips.trips set status = 'completed', canceled_by = null, locked_start_on = '2027-06-01', locked_end_on = '2027-06-02' where id = $1`,
      [tripId],
    );
    expect((await refusal(call(ada, 'cancel_trip', tripId))).code).toBe('RBCFL');
  });
});
