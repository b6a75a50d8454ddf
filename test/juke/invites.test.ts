import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import {
  asService,
  done,
  invite,
  inviteTo,
  type Listener,
  mailTo,
  makeListener,
  pushesTo,
  startWorld,
  untilSettled,
  type World,
} from './world.ts';

let world: World;
let host: Listener;
beforeAll(async () => {
  world = await startWorld();
  host = await makeListener(world.db, { name: 'Hugo' });
});
afterAll(() => world.stop());

const answer =
  'mutation ($id: UUID!, $accepts: Boolean!) { answerInvite(input: { inviteId: $id, accepts: $accepts }) { result { status } } }';
const withdraw = 'mutation ($id: UUID!) { withdrawInvite(input: { inviteId: $id }) { result { status } } }';
const pushOutcomes = (person: Listener, type = 'juke_invite') =>
  world.db.owner
    .query<{ said: string }>(
      `select d.status || coalesce(' ' || d.reason, '') as said from notify.deliveries as d
       join notify.notifications as n on n.id = d.notification_id
       where d.recipient_id = $1 and n.type_key = $2 and d.channel = 'push' order by d.id`,
      [person.id, type],
    )
    .then(({ rows }) => rows.map(({ said }) => said));
/** What a worker makes of all that stands there by now. */
async function work() {
  const worker = await world.work();
  await untilSettled(world);
  await worker.stop();
}

test('JK-3 each invitee hears of it by push, email and inbox, with the way there; accepting tells the host', async () => {
  const ada = await makeListener(world.db);
  const chloe = await makeListener(world.db, { name: 'Chloé', locale: 'fr' });
  const { sessionId, invites } = await invite(world, host, [ada, chloe], 'Friday');
  // Asked twice is told once.
  expect(await inviteTo(world, host, sessionId, [ada, chloe])).toEqual(invites);
  await work();
  const url = `/listen/${sessionId}?invite=${invites[0]}`;
  expect(pushesTo(world, ada.token)).toMatchObject([
    {
      title: 'Hugo invites you to listen along',
      body: '“Friday” is playing. Join in.',
      data: { url, sessionId, inviteId: invites[0] },
    },
  ]);
  const [chloes] = pushesTo(world, chloe.token);
  expect(chloes).toMatchObject({ title: 'Hugo vous invite à écouter ensemble', drawn: { channel: 'invites' } });
  const buttons = chloes?.drawn?.actions.map(({ key, title, url }) => `${key} ${title} ${url}`);
  const way = `/listen/${sessionId}?invite=${invites[1]}`;
  expect(buttons).toEqual([`join Rejoindre ${way}`, `decline Pas maintenant ${way}&answer=decline`]);
  const [mail, ...more] = mailTo(world, ada.email);
  expect(more).toEqual([]);
  expect(mail?.title).toBe('Hugo invites you to listen along');
  expect(JSON.stringify(mail)).toContain(url);
  const { inbox } = await done(world, ada.jwt, '{ inbox { nodes { title data } } }');
  expect(inbox.nodes).toMatchObject([{ title: 'Hugo invites you to listen along' }]);
  expect(pushesTo(world, host.token)).toEqual([]);

  for (let twice = 0; twice < 2; twice++) {
    const { answerInvite } = await done(world, ada.jwt, answer, { id: invites[0], accepts: true });
    expect(answerInvite.result.status).toBe('accepted');
  }
  expect((await done(world, chloe.jwt, answer, { id: invites[1], accepts: false })).answerInvite.result.status).toBe(
    'declined',
  );
  await work();
  expect(pushesTo(world, host.token)).toMatchObject([
    { title: 'Ada is listening along', body: 'They joined “Friday”.', data: { url: `/listen/${sessionId}` } },
  ]);
});

test('JK-3 withdrawn, answered, ended and expired invites send nothing, queued ones neither', async () => {
  const people = await Promise.all(
    ['Ada', 'Ben', 'Cem', 'Dora', 'Eve', 'Finn'].map((name) => makeListener(world.db, { name })),
  );
  const [ada, ben, cem, dora, eve, finn] = people as [Listener, Listener, Listener, Listener, Listener, Listener];
  const { invites } = await invite(world, host, [ada, ben, eve, finn], 'First');
  const second = await invite(world, host, [cem], 'Second');
  const unplanned = (await invite(world, host, [dora], 'Third')).invites[0];
  await asService(world.db, `update juke.invites set status = 'withdrawn', answered_at = now() where id = $1`, [
    unplanned,
  ]);
  await planDue(world.db);
  await done(world, host.jwt, withdraw, { id: invites[0] });
  await done(world, ben.jwt, answer, { id: invites[1], accepts: false });
  await done(
    world,
    host.jwt,
    'mutation ($id: UUID!) { endListeningSession(input: { listeningSessionId: $id }) { result { endedAt } } }',
    {
      id: second.sessionId,
    },
  );
  // Its time passes while it is queued.
  await world.db.owner.query(
    `update juke.invites set created_at = now() - interval '2 hours', expires_at = now() - interval '1 second' where id = $1`,
    [invites[2]],
  );
  await work();
  expect(await Promise.all([ada, ben, cem, dora, eve, finn].map((person) => pushOutcomes(person)))).toEqual([
    ['canceled event_canceled'],
    ['canceled event_canceled'],
    ['canceled event_canceled'],
    [],
    ['canceled not_relevant'],
    ['sent'],
  ]);
  for (const person of [ada, ben, cem, dora, eve]) {
    expect([...pushesTo(world, person.token), ...mailTo(world, person.email)]).toEqual([]);
  }
  expect(
    await one(world.db.owner, 'select status from juke.invites where listening_session_id = $1', [second.sessionId]),
  ).toBe('withdrawn');
  // What is over cannot be accepted any more.
  expect((await world.api.ask(answer, { token: eve.jwt, variables: { id: invites[2], accepts: true } })).codes).toEqual(
    ['CONFLICT'],
  );
});

test('JK-3 an invite taken back and made again tells again', async () => {
  const ada = await makeListener(world.db);
  const { sessionId, invites } = await invite(world, host, [ada]);
  await done(world, host.jwt, withdraw, { id: invites[0] });
  expect((await world.api.ask(answer, { token: ada.jwt, variables: { id: invites[0], accepts: true } })).codes).toEqual(
    ['NOT_FOUND'],
  );
  expect(await inviteTo(world, host, sessionId, [ada])).toEqual(invites);
  await work();
  await until('the push arrived', async () => pushesTo(world, ada.token).length === 1);
});

test('JK-3 only the host invites, withdraws and ends; only the invitee answers; strangers see none of it', async () => {
  const [ada, stranger] = [await makeListener(world.db), await makeListener(world.db)];
  const { sessionId, invites } = await invite(world, host, [ada]);
  const codes = async (who: Listener, query: string, variables: Record<string, unknown>) =>
    (await world.api.ask(query, { token: who.jwt, variables })).codes;
  const ask = `mutation ($id: UUID!, $people: [UUID!]!) { inviteListeners(input: { listeningSessionId: $id, userIds: $people }) { result { id } } }`;
  expect(await codes(ada, ask, { id: sessionId, people: [stranger.id] })).toEqual(['NOT_FOUND']);
  expect(await codes(host, ask, { id: sessionId, people: [host.id] })).toEqual(['INVALID_INPUT']);
  expect(await codes(host, ask, { id: sessionId, people: [] })).toEqual(['INVALID_INPUT']);
  expect(await codes(ada, withdraw, { id: invites[0] })).toEqual(['NOT_FOUND']);
  expect(await codes(host, answer, { id: invites[0], accepts: true })).toEqual(['NOT_FOUND']);
  const look = '{ invites { id } listeningSessions { id name } }';
  expect(await done(world, stranger.jwt, look)).toEqual({ invites: [], listeningSessions: [] });
  const seen = await done(world, ada.jwt, look);
  expect(seen).toEqual({
    invites: [{ id: invites[0] }],
    listeningSessions: [{ id: sessionId, name: 'Friday' }],
  });
  expect((await done(world, host.jwt, look)).invites).toContainEqual({ id: invites[0] });
});

const people = (total: number) => Promise.all(Array.from({ length: total }, () => makeListener(world.db)));
const asks = `mutation ($id: UUID!, $people: [UUID!]!) { inviteListeners(input: { listeningSessionId: $id, userIds: $people }) { result { id } } }`;
const askedBy = async (host: Listener, sessionId: string, invitees: readonly Listener[]) =>
  (await world.api.ask(asks, { token: host.jwt, variables: { id: sessionId, people: invitees.map(({ id }) => id) } }))
    .codes;

test('JK-3 a host tells at most 100 people an hour, over all sessions and however many ask at once; whoever is asked already does not count', async () => {
  const [busy, other] = [await makeListener(world.db), await makeListener(world.db)];
  const crowd = await people(101);
  const first = await invite(world, busy, crowd.slice(0, 50));
  const second = await invite(world, busy, crowd.slice(50, 90));
  const third = await invite(world, busy, crowd.slice(90, 91));
  // Two calls for six more each: there is room for one of them.
  const both = await Promise.all([
    askedBy(busy, first.sessionId, crowd.slice(91, 97)),
    askedBy(busy, second.sessionId, crowd.slice(91, 97)),
  ]);
  expect(both.flat()).toEqual(['RATE_LIMITED']);
  expect(await askedBy(busy, first.sessionId, crowd.slice(0, 50))).toEqual([]);
  expect(await askedBy(busy, third.sessionId, crowd.slice(97, 100))).toEqual([]);
  expect(await askedBy(busy, third.sessionId, crowd.slice(100))).toEqual(['RATE_LIMITED']);
  expect(
    await one(
      world.db.owner,
      'select count(*)::integer from juke.invites as i join juke.listening_sessions as s on s.id = i.listening_session_id where s.host_id = $1',
      [busy.id],
    ),
  ).toBe(100);
  // Another host has room, and so has this one an hour later.
  await invite(world, other, crowd.slice(100));
  await world.db.owner.query(
    `update juke.invites as i set created_at = i.created_at - interval '1 hour' from juke.listening_sessions as s
     where s.id = i.listening_session_id and s.host_id = $1`,
    [busy.id],
  );
  expect(await askedBy(busy, third.sessionId, crowd.slice(100))).toEqual([]);
});

test('JK-3 nobody is asked more than five times an hour by one host: taken back and asked again counts, in another session too', async () => {
  const [busy, ada, ben] = [await makeListener(world.db), await makeListener(world.db), await makeListener(world.db)];
  const { sessionId, invites } = await invite(world, busy, [ada]);
  for (let again = 0; again < 3; again++) {
    await done(world, busy.jwt, withdraw, { id: invites[0] });
    expect(await askedBy(busy, sessionId, [ada])).toEqual([]);
  }
  const { sessionId: another } = await invite(world, busy, [ada]);
  await done(world, busy.jwt, withdraw, { id: invites[0] });
  expect(await askedBy(busy, sessionId, [ada])).toEqual(['RATE_LIMITED']);
  const { sessionId: third } = await invite(world, busy, [ben]);
  expect(await askedBy(busy, third, [ada])).toEqual(['RATE_LIMITED']);
  expect(await askedBy(busy, another, [ben])).toEqual([]);
});

test('JK-3 whose time is over can be asked again, and is told again; who declined is not', async () => {
  const [late, no] = [await makeListener(world.db), await makeListener(world.db)];
  const { sessionId, invites } = await invite(world, host, [late, no]);
  await done(world, no.jwt, answer, { id: invites[1], accepts: false });
  await planDue(world.db);
  await world.db.owner.query(
    `update juke.invites set created_at = now() - interval '2 hours', expires_at = now() - interval '1 second' where id = $1`,
    [invites[0]],
  );
  await work();
  expect(pushesTo(world, late.token)).toEqual([]);
  expect(await inviteTo(world, host, sessionId, [late, no])).toEqual(invites);
  await work();
  expect([pushesTo(world, late.token).length, pushesTo(world, no.token).length]).toEqual([1, 0]);
  expect((await done(world, late.jwt, answer, { id: invites[0], accepts: true })).answerInvite.result.status).toBe(
    'accepted',
  );
  // An answer stands, whoever tries what.
  expect(
    (await world.api.ask(answer, { token: late.jwt, variables: { id: invites[0], accepts: false } })).codes,
  ).toEqual(['CONFLICT']);
  expect((await world.api.ask(withdraw, { token: host.jwt, variables: { id: invites[0] } })).codes).toEqual([
    'CONFLICT',
  ]);
});

test('SE-5: an id of nobody and one of a stranger are invited alike, and look alike afterwards', async () => {
  const stranger = await makeListener(world.db);
  const [known, unknown] = await Promise.all(
    [stranger.id, randomUUID()].map(async (id) => {
      const { startListeningSession } = await done(
        world,
        host.jwt,
        'mutation { startListeningSession(input: { name: "Friday" }) { result { id } } }',
      );
      const session: string = startListeningSession.result.id;
      const variables = { id: session, people: [id] };
      const ask = `mutation ($id: UUID!, $people: [UUID!]!) { inviteListeners(input: { listeningSessionId: $id, userIds: $people }) { result { id inviteeId status answeredAt } } }`;
      const made = await world.api.ask(ask, { token: host.jwt, variables });
      const again = await world.api.ask(ask, { token: host.jwt, variables });
      const seen = await world.api.ask(`{ listeningSession(id: "${session}") { invites { inviteeId status } } }`, {
        token: host.jwt,
      });
      const inviteId: string = made.data.inviteListeners.result[0].id;
      const taken = await world.api.ask(withdraw, { token: host.jwt, variables: { id: inviteId } });
      return [made, again, seen, taken].map(({ text }) => text.replaceAll(id, 'PERSON').replaceAll(inviteId, 'INVITE'));
    }),
  );
  expect(known?.join()).toContain('"status":"pending"');
  expect(unknown).toEqual(known);
});

test('SE-5: strangers, however many, ring and mail somebody three times a day, the rest waits in the inbox; who listened with them does', async () => {
  const [ada, friend] = [await makeListener(world.db), await makeListener(world.db)];
  await world.db.owner.query('update notify.settings set daily_cap = 100');
  const first = await invite(world, ada, [friend]);
  await done(world, friend.jwt, answer, { id: first.invites[0], accepts: true });
  const strangers = await people(5);
  await Promise.all(strangers.map((stranger) => invite(world, stranger, [ada])));
  await work();
  expect(
    [pushesTo(world, ada.token).filter(({ title }) => /invites you/.test(title ?? '')), mailTo(world, ada.email)].map(
      (all) => all.length,
    ),
  ).toEqual([3, 3]);
  const { inbox } = await done(world, ada.jwt, '{ inbox(filter: { types: ["juke_invite"] }) { nodes { priority } } }');
  expect(inbox.nodes).toEqual(Array.from({ length: 5 }, () => ({ priority: 'P1' })));
  await invite(world, friend, [ada]);
  await work();
  expect(mailTo(world, ada.email)).toHaveLength(4);
  await world.db.owner.query('update notify.settings set daily_cap = 3');
});
