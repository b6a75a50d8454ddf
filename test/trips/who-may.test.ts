import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isErrorCode } from '../../src/errors.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertTrip, insertWindow, makeCircle, makePeople, one, type Person } from './world.ts';

let db: TestDatabase;
let ada: Person;
let ben: Person;
let guest: Person;
let stranger: Person;
let tripId: string;
let hostedId: string;
let windowId: string;
let optionId: string;
let requestId: string;

beforeAll(async () => {
  db = await createDatabase();
  [ada, ben, guest, stranger] = await makePeople(db, ['Ada', 'Ben', 'Guest', 'Stranger']);
  const circleId = await makeCircle(db, [ada, ben, guest]);
  tripId = await insertTrip(db, circleId, ada);
  hostedId = await insertTrip(db, circleId, ada, { type: 'hosted' });
  await db.owner.query('insert into trips.participants (trip_id, user_id) values ($1, $2), ($1, $3)', [
    hostedId,
    ada.id,
    ben.id,
  ]);
  windowId = await insertWindow(db, tripId, ben);
  optionId = await one(db, `insert into trips.accommodation_options (trip_id, name) values ($1, 'Casa') returning id`, [
    tripId,
  ]);
  requestId = await one(db, 'insert into trips.join_requests (trip_id, requester_id) values ($1, $2) returning id', [
    hostedId,
    guest.id,
  ]);
});
afterAll(() => db.drop());

async function codeOf(person: Person | null, name: string, ...values: unknown[]): Promise<string> {
  const parameters = values.map((_value, index) => `$${index + 1}`).join(', ');
  try {
    await db.asUser(person?.id ?? '', (client) => client.query(`select * from trips.${name}(${parameters})`, values));
    return 'allowed';
  } catch (error) {
    const { code } = error as { code: string };
    expect(isErrorCode(code), `${name}: ${(error as Error).message}`).toBe(true);
    return code;
  }
}

/** Each call with what the leader, another traveler and a stranger get. */
const calls = (): readonly [string, unknown[], string, string][] => [
  ['propose_dates', [windowId], 'allowed', 'RBFBD'],
  ['lock_dates', [tripId, '2027-06-01', '2027-06-08'], 'allowed', 'RBFBD'],
  ['lock_dates', [tripId, null, null], 'RBCFL', 'RBFBD'],
  ['lock_dates', [tripId, '2027-06-01', null], 'RBINV', 'RBFBD'],
  ['complete_trip', [tripId], 'RBCFL', 'RBFBD'],
  ['transfer_leadership', [tripId, ben.id], 'allowed', 'RBFBD'],
  ['transfer_leadership', [tripId, stranger.id], 'RBNFD', 'RBFBD'],
  ['publish_itinerary', [tripId, 'One'], 'allowed', 'RBFBD'],
  ['select_accommodation', [optionId], 'allowed', 'RBFBD'],
  ['approve_join_request', [requestId], 'allowed', 'RBFBD'],
  ['reject_join_request', [requestId], 'allowed', 'RBFBD'],
  ['react_to_proposal', [tripId, true], 'RBCFL', 'RBCFL'],
  ['request_to_join', [tripId], 'RBCFL', 'RBCFL'],
  ['share_idea', [tripId, 'Tram'], 'allowed', 'allowed'],
  ['share_idea', [tripId, ' '], 'RBINV', 'RBINV'],
  ['add_expense', [tripId, 'Boat', 10, 'EUR', [ada.id, ben.id, guest.id]], 'allowed', 'allowed'],
  ['add_expense', [tripId, 'Boat', 10, 'EUR', [stranger.id]], 'RBNFD', 'RBNFD'],
  ['add_expense', [tripId, 'Boat', 0.001, 'EUR', [ada.id]], 'RBINV', 'RBINV'],
  ['add_expense', [tripId, 'Boat', 'NaN', 'EUR', [ada.id]], 'RBINV', 'RBINV'],
  ['add_expense', [tripId, 'Boat', 1, 'euro', [ada.id]], 'RBINV', 'RBINV'],
  ['add_expense', [tripId, 'Boat', 1, 'EUR', []], 'RBINV', 'RBINV'],
  ['add_accommodation_option', [tripId, 'Casa', 'javascript:1'], 'RBINV', 'RBINV'],
  ['add_trip_item', [tripId, 'prep', 'Visa', null], 'allowed', 'allowed'],
  ['add_trip_item', [tripId, 'other', 'Visa', null], 'RBINV', 'RBINV'],
  ['add_trip_item', [tripId, 'prep', 'Visa', stranger.id], 'RBNFD', 'RBNFD'],
  ['generate_packing_list', [tripId, ['Hat']], 'allowed', 'allowed'],
  ['generate_packing_list', [tripId, null], 'RBINV', 'RBINV'],
  ['generate_packing_list', [tripId, [' ']], 'RBINV', 'RBINV'],
  ['post_trip_message', [tripId, 'Hello', null], 'allowed', 'allowed'],
  ['post_trip_message', [tripId, 'Hello', [stranger.id]], 'RBNFD', 'RBNFD'],
  ['open_trip', [tripId], 'allowed', 'allowed'],
];

test('lock, propose, transfer and their kin say who may; to a stranger nothing is there', async () => {
  for (const [name, values, leader, traveler] of calls()) {
    const what = `${name}(${values.join(', ')})`;
    expect([what, await codeOf(ada, name, ...values)]).toEqual([what, leader]);
    expect([what, await codeOf(ben, name, ...values)]).toEqual([what, traveler]);
    expect([what, await codeOf(stranger, name, ...values)]).toEqual([what, 'RBNFD']);
    expect([what, await codeOf(stranger, name, randomUUID(), ...values.slice(1))]).toEqual([what, 'RBNFD']);
    expect([what, await codeOf(null, name, ...values)]).toEqual([what, 'RBAUT']);
  }
});

test('who is not on a hosted trip may ask to join it, once at a time, and do nothing else', async () => {
  expect(await codeOf(guest, 'request_to_join', hostedId)).toBe('allowed');
  expect(await codeOf(guest, 'share_idea', hostedId, 'Tram')).toBe('RBFBD');
  expect(await codeOf(guest, 'approve_join_request', requestId)).toBe('RBFBD');
});

test('shares of an expense add up to it', async () => {
  const shares = await db.asUser(ben.id, async (client) => {
    await client.query(`select trips.add_expense($1, 'Boat', 10, 'EUR', $2)`, [tripId, [ada.id, ben.id, guest.id]]);
    return (await client.query<{ amount: string }>('select amount from trips.expense_shares order by amount desc'))
      .rows;
  });
  expect(shares.map(({ amount }) => amount)).toEqual(['3.34', '3.33', '3.33']);
});

test('a stranger sees no row of any table of a trip, a traveler does', async () => {
  await db.owner.query(`insert into trips.itinerary_ideas (trip_id, title) values ($1, 'Tram')`, [tripId]);
  await db.owner.query('insert into trips.itinerary_versions (trip_id, version) values ($1, 1)', [tripId]);
  await db.owner.query('insert into trips.proposal_reactions (date_window_id, user_id, works) values ($1, $2, true)', [
    windowId,
    ben.id,
  ]);
  await db.owner.query('insert into trips.packing_lists (trip_id) values ($1)', [tripId]);
  await db.owner.query(`insert into trips.trip_items (trip_id, kind, title) values ($1, 'prep', 'Visa')`, [tripId]);
  await db.owner.query(
    `with e as (insert into trips.expenses (trip_id, title, amount, currency) values ($1, 'Boat', 1, 'EUR') returning id)
     insert into trips.expense_shares select id, $2, 1 from e`,
    [tripId, ben.id],
  );
  await db.owner.query(
    `with m as (insert into trips.trip_messages (trip_id, author_id, body) values ($1, $2, 'Hi') returning id)
     insert into trips.trip_message_mentions select id, $2 from m`,
    [tripId, ben.id],
  );
  for (const table of [
    'proposal_reactions',
    'itinerary_ideas',
    'itinerary_versions',
    'expenses',
    'expense_shares',
    'accommodation_options',
    'packing_lists',
    'trip_items',
    'trip_messages',
    'trip_message_mentions',
  ]) {
    const count = (person: Person) =>
      db.asUser(person.id, (client) => client.query(`select from trips.${table}`)).then(({ rowCount }) => rowCount);
    expect([table, await count(ben), await count(stranger)]).toEqual([table, 1, 0]);
    await expect(db.asUser(ben.id, (client) => client.query(`delete from trips.${table}`))).rejects.toThrow(
      /permission denied/,
    );
    await expect(db.asAnonymous((client) => client.query(`select from trips.${table}`))).rejects.toThrow(
      /permission denied/,
    );
  }
});
