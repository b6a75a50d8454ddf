import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertTrip, makeCircle, makePeople, makePerson, one, type Person, planAll, settle, toldOf } from './world.ts';

let db: TestDatabase;
let api: TestApi;
/** Two of one circle, and somebody who shares none with either. */
let ada: Person;
let ben: Person;
let victim: Person;

beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
});
afterAll(async () => {
  await api.stop();
  await db.drop();
});
beforeEach(async () => {
  [ada, ben, victim] = await makePeople(db, ['Ada', 'Ben', 'Victim']);
  await makeCircle(db, [ada, ben]);
  await settle(db);
});

const ask = async (person: Person, query: string) => api.ask(query, { token: await signToken(person.id) });
async function done(person: Person, query: string) {
  const answer = await ask(person, query);
  if (answer.errors.length > 0) throw new Error(answer.text);
  return answer.data;
}
const codesOf = async (person: Person, query: string) => (await ask(person, query)).codes;
const createCircle = async (person: Person, name = 'Cheap pills') =>
  (await done(person, `mutation { createCircle(input: {name: "${name}"}) { result { id } } }`)).createCircle.result.id;
const add = (circleId: string, userId: string) =>
  `mutation { addMember(input: {circleId: "${circleId}", userId: "${userId}"}) { result { circleId userId status } } }`;
const statusOf = async (person: Person, circleId: string, userId: string) =>
  (await done(person, add(circleId, userId))).addMember.result.status;
const accept = (circleId: string) =>
  `mutation { acceptCircleInvitation(input: {circleId: "${circleId}"}) { result { status } } }`;
const decline = (circleId: string) =>
  `mutation { declineCircleInvitation(input: {circleId: "${circleId}"}) { result } }`;
const invitationsOf = async (person: Person) =>
  (await done(person, '{ myCircleInvitations { circleId circleName } }')).myCircleInvitations;
const toldTo = async (person: Person) => {
  await planAll(db);
  const { rows } = await db.owner.query(
    `select n.type_key as type, n.priority, n.actor_id as actor, n.title || ' ' || n.subtitle || ' ' || n.body || n.data as words, d.channel
     from notify.notifications as n join notify.deliveries as d on d.notification_id = n.id
     where n.recipient_id = $1 order by n.id, d.channel`,
    [person.id],
  );
  return rows;
};
const pushesTo = async (person: Person) => (await toldTo(person)).filter(({ channel }) => channel === 'push');

test('SE-5: who is added by a stranger is pending: they count nowhere and see nothing, and hear one P1 invitation', async () => {
  const circleId = await createCircle(ada);
  expect(await statusOf(ada, circleId, victim.id)).toBe('pending');
  const tripId = await insertTrip(db, circleId, ada, { name: 'Click here' });
  await ask(ada, `mutation { createTrip(input: {circleId: "${circleId}", name: "Call me"}) { result { id } } }`);
  await ask(ada, add(circleId, victim.id));

  const told = await toldTo(victim);
  expect(told).toMatchObject([
    { type: 'circle_invitation', priority: 'P1', channel: 'in_app' },
    { type: 'circle_invitation', priority: 'P1', channel: 'push' },
  ]);
  for (const { actor, words } of told) {
    expect(actor).toBe(null);
    expect(words).toMatch(/^An invitation Rowbell Trips You are asked into a circle/);
    expect(words).not.toMatch(/Ada|pills|Click|Call me/);
  }

  const members = 'circles(first: 20) { id members { userId name } memberships { userId } pendingMembers { userId } }';
  const { circles } = await done(ada, `{ ${members} }`);
  const seen = circles.find(({ id }: { id: string }) => id === circleId);
  expect(seen.members.map(({ name }: { name: string }) => name)).not.toContain('Victim');
  expect(seen.memberships.map(({ userId }: { userId: string }) => userId)).not.toContain(victim.id);
  expect(seen.pendingMembers).toEqual([{ userId: victim.id }]);
  expect(await done(victim, `{ ${members} trips { id } }`)).toEqual({ trips: [], circles: [] });
  const { rows } = await db.owner.query(
    `select from trips_private.companions where user_id = $1 union all select from trips_private.active_travelers where user_id = $1`,
    [victim.id],
  );
  expect(rows).toHaveLength(0);
  for (const mutation of [
    `addExpense(input: {tripId: "${tripId}", title: "x", amount: "1", currency: "EUR", sharedBy: ["${victim.id}"]}) { result { id } }`,
    `postTripMessage(input: {tripId: "${tripId}", body: "x", mentionedIds: ["${victim.id}"]}) { result { id } }`,
    `transferLeadership(input: {tripId: "${tripId}", userId: "${victim.id}"}) { result { id } }`,
    `addParticipant(input: {tripId: "${tripId}", userId: "${victim.id}"}) { result { status } }`,
    `addTripItem(input: {tripId: "${tripId}", kind: prep, title: "x", assigneeId: "${victim.id}"}) { result { id } }`,
  ])
    expect(await codesOf(ada, `mutation { ${mutation} }`), mutation).toEqual(['NOT_FOUND']);
  // The invitation opens nothing before it is accepted.
  for (const mutation of [
    `createTrip(input: {circleId: "${circleId}", name: "x"}) { result { id } }`,
    `addMember(input: {circleId: "${circleId}", userId: "${ben.id}"}) { result { status } }`,
    `requestToJoin(input: {tripId: "${tripId}"}) { result { id } }`,
    `leaveCircle(input: {circleId: "${circleId}"}) { result { status } }`,
  ])
    expect(await codesOf(victim, `mutation { ${mutation} }`), mutation).toEqual(['NOT_FOUND']);
});

test.each([
  ['acceptCircleInvitation', accept],
  [
    'joinCircle',
    (circleId: string) => `mutation { joinCircle(input: {circleId: "${circleId}"}) { result { status } } }`,
  ],
])('SE-5: who accepts by %s is a member, hears what members hear, and both see names', async (_name, join) => {
  const circleId = await createCircle(ada, 'Friends');
  await statusOf(ada, circleId, victim.id);
  expect(await invitationsOf(victim)).toEqual([{ circleId, circleName: 'Friends' }]);
  for (let twice = 0; twice < 2; twice++) {
    const data = await done(victim, join(circleId));
    expect(Object.values(data)).toEqual([{ result: { status: 'active' } }]);
  }
  expect(await invitationsOf(victim)).toEqual([]);
  expect(await statusOf(ada, circleId, victim.id)).toBe('active');
  for (const person of [ada, victim]) {
    const { circle } = await done(
      person,
      `{ circle(id: "${circleId}") { members { name } pendingMembers { userId } } }`,
    );
    expect(circle.members.map(({ name }: { name: string }) => name).sort()).toEqual(['Ada', 'Victim']);
  }
  await ask(ada, `mutation { createTrip(input: {circleId: "${circleId}", name: "Lisbon"}) { result { id } } }`);
  await planAll(db);
  expect(await toldOf(db, 'trip_created_notify')).toEqual(['Victim']);
  // What was accepted before it was sent is told no more.
  expect(await toldOf(db, 'circle_invitation')).toEqual([]);
  // They share a circle now: the next one needs no asking.
  expect(await statusOf(ada, await createCircle(ada), victim.id)).toBe('active');
});

test('SE-5: who shares a circle with the caller is a member at once and is not asked; who left it, or is only pending, is', async () => {
  const circleId = await createCircle(ada);
  expect(await statusOf(ada, circleId, ben.id)).toBe('active');
  expect(await toldTo(ben)).toEqual([]);

  const other = await makePerson(db, 'Other');
  const former = await makeCircle(db, [ada, other]);
  await db.owner.query(`update trips.memberships set status = 'left' where circle_id = $1 and user_id = $2`, [
    former,
    other.id,
  ]);
  expect(await statusOf(ada, circleId, other.id)).toBe('pending');
  // A circle in which both are asked alone is none that they share.
  const third = await createCircle(ben);
  expect(await statusOf(ben, third, victim.id)).toBe('pending');
  expect(await statusOf(ada, circleId, victim.id)).toBe('pending');
});

test('SE-5: an id of nobody and one of a stranger answer alike, also to whoever looks again, and whatever the stranger does', async () => {
  const circleId = await createCircle(ada);
  const nobody = randomUUID();
  const decliner = await makePerson(db, 'Decliner');
  const look = async (userId: string) => {
    const first = await ask(ada, add(circleId, userId));
    const second = await ask(ada, add(circleId, userId));
    const seen = await ask(
      ada,
      `{ circle(id: "${circleId}") { members { userId name } memberships { userId status } pendingMembers { userId circleId } } }`,
    );
    const ofThem = Object.values(seen.data.circle as Record<string, { userId: string }[]>).map((rows) =>
      rows.filter((row) => row.userId === userId),
    );
    const leader = await ask(
      ada,
      `mutation { removeParticipant(input: {tripId: "${userId}", userId: "${userId}"}) { result { status } } }`,
    );
    const texts = [first.text, second.text, JSON.stringify(ofThem), leader.text];
    return texts.map((text) => text.replaceAll(userId, 'ID'));
  };
  const known = await look(victim.id);
  expect(known.join()).toContain('"status":"pending"');
  expect(await look(nobody)).toEqual(known);
  await look(decliner.id);
  await done(decliner, decline(circleId));
  expect(await look(decliner.id)).toEqual(known);
  // It costs the same: a row and an event each.
  await planAll(db);
  expect(
    await one(
      db,
      `select count(*)::text from notify.events where type_key = 'circle_invitation' and plan_error is null`,
    ),
  ).toBe('3');
});

test('SE-5: a decline is remembered: nobody of the circle can ask again or add at once, the person alone comes back to it', async () => {
  const circleId = await createCircle(ada);
  const friend = await makePerson(db, 'Friend');
  await makeCircle(db, [ada, friend]);
  await makeCircle(db, [friend, victim]);
  await statusOf(ada, circleId, friend.id);
  await statusOf(ada, circleId, victim.id);
  for (let twice = 0; twice < 2; twice++) await done(victim, decline(circleId));
  expect(await toldTo(victim)).toEqual([]);
  expect(await invitationsOf(victim)).toEqual([]);
  // A friend of theirs could add them at once to any other circle.
  expect(await statusOf(friend, circleId, victim.id)).toBe('pending');
  expect(await statusOf(friend, await createCircle(friend), victim.id)).toBe('active');
  expect(await invitationsOf(victim)).toEqual([]);
  // Nor is the person told of another circle of whoever they refused.
  expect(await statusOf(ada, await createCircle(ada), ben.id)).toBe('active');
  await db.owner.query('delete from trips.memberships where user_id = $1', [victim.id]);
  expect(await statusOf(ada, await createCircle(ada), victim.id)).toBe('pending');
  expect(await toldTo(victim)).toEqual([]);
  await done(victim, accept(circleId));
  expect(await statusOf(ada, circleId, victim.id)).toBe('active');
});

test('SE-5: only who is asked answers', async () => {
  const circleId = await createCircle(ada);
  await statusOf(ada, circleId, victim.id);
  for (const mutation of [accept, decline]) {
    const refused = await ask(ben, mutation(circleId));
    expect(refused.codes).toEqual(['NOT_FOUND']);
    expect((await ask(ben, mutation(randomUUID()))).text).toBe(refused.text);
  }
  expect(await invitationsOf(ben)).toEqual([]);
  expect(await invitationsOf(victim)).toHaveLength(1);
});

test('SE-5: one stranger with many circles is heard once; many strangers twice a day, the rest of them in the inbox', async () => {
  const circles = [];
  for (let circle = 0; circle < 5; circle++) circles.push(await createCircle(ada));
  // In transactions of their own at the same instant, as an API of several processes would have them.
  await Promise.all(
    circles.map((circleId) =>
      db.asUser(ada.id, (client) => client.query('select trips.add_member($1, $2)', [circleId, victim.id]), {
        commit: true,
      }),
    ),
  );
  expect(await pushesTo(victim)).toHaveLength(1);
  const strangers = await Promise.all(Array.from({ length: 6 }, (_, index) => makePerson(db, `Stranger ${index}`)));
  await Promise.all(strangers.map(async (stranger) => statusOf(stranger, await createCircle(stranger), victim.id)));
  const told = await toldTo(victim);
  expect(told.filter(({ channel }) => channel === 'push')).toHaveLength(2);
  expect(told.filter(({ channel }) => channel === 'in_app')).toHaveLength(7);
  expect(told.filter(({ priority }) => priority !== 'P1')).toEqual([]);
  expect(await invitationsOf(victim)).toHaveLength(11);
});

test('SE-5: what a service writes is a membership: a row of its own, and an approved request to join', async () => {
  const circleId = await createCircle(ada);
  await statusOf(ada, circleId, victim.id);
  await db.asWriter(
    (client) =>
      client.query('insert into trips.memberships (circle_id, user_id) values ($1, $2)', [circleId, victim.id]),
    { commit: true },
  );
  expect(await invitationsOf(victim)).toEqual([]);
  const guest = await makePerson(db, 'Guest');
  await statusOf(ada, circleId, guest.id);
  const tripId = await insertTrip(db, circleId, ada);
  await db.asWriter(
    (client) =>
      client.query(`insert into trips.join_requests (trip_id, requester_id, status) values ($1, $2, 'approved')`, [
        tripId,
        guest.id,
      ]),
    { commit: true },
  );
  const { circle } = await done(ada, `{ circle(id: "${circleId}") { members { name } pendingMembers { userId } } }`);
  expect(circle.members.map(({ name }: { name: string }) => name).sort()).toEqual(['Ada', 'Guest', 'Victim']);
  expect(circle.pendingMembers).toEqual([]);
});

test('SE-5: the invitation in French', async () => {
  await db.owner.query(`update notify.users set locale = 'fr' where id = $1`, [victim.id]);
  await statusOf(ada, await createCircle(ada), victim.id);
  expect((await pushesTo(victim))[0]?.words).toMatch(/^Une invitation Rowbell Trips On vous invite dans un cercle/);
});
