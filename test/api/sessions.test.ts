import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { hasPack } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
/** Two processes' worth: each with its own pools and memory. */
let api: TestApi;
let other: TestApi;

beforeAll(async () => {
  db = await createDatabase();
  [api, other] = await Promise.all([startTestApi(db), startTestApi(db)]);
});
afterAll(async () => {
  await Promise.all([api?.stop(), other?.stop()]);
  await db?.drop();
});

const registration =
  'mutation ($token: String!) { registerDevice(input: { provider: fcm, token: $token }) { result { id } } }';
const fcmToken = () => `fcm-${randomUUID()}`;
const end = 'mutation ($id: String) { endSession(input: { sessionId: $id }) { result } }';
const unread = '{ unreadCount }';
const devicesOf = (tokens: readonly string[]) =>
  one<number>(db.owner, 'select count(*)::integer from notify.devices where token = any($1)', [tokens]);
const ask = (at: TestApi, query: string, token: string, variables = {}) => at.ask(query, { token, variables });

test('SE-13: also where nothing is asked that the database would be asked for', async () => {
  const ada = await createUser(db);
  const [phone, tablet] = await Promise.all([signToken(ada, { sid: 'phone' }), signToken(ada, { sid: 'tablet' })]);
  expect((await ask(api, end, phone)).errors).toEqual([]);
  for (const query of ['{ __typename }', 'mutation { __typename }', '{ a: unreadCount @skip(if: true) }']) {
    for (const at of [api, other]) {
      const refused = await ask(at, query, phone);
      expect([refused.status, refused.codes, refused.data]).toEqual([401, ['UNAUTHENTICATED'], undefined]);
      for (const token of [tablet, await signToken(ada)]) expect((await ask(at, query, token)).status).toBe(200);
    }
  }
});

test.each(['\u0000', 'a\ud800', ''.padEnd(201, 'a')])(
  'SE-13: no token for a session that could not end: %j',
  async (sid) => {
    const token = await signToken(await createUser(db), { sid });
    expect((await ask(api, unread, token)).status).toBe(401);
  },
);

test('SE-13: a token ends with its session, at once, by every way in and in every process', async () => {
  const ada = await createUser(db);
  const [phone, tablet] = await Promise.all([signToken(ada, { sid: 'phone' }), signToken(ada, { sid: 'tablet' })]);
  const operator = await signToken(ada, { sid: 'phone', role: 'operator' });
  const device = fcmToken();
  for (const at of [api, other]) expect((await ask(at, unread, phone)).errors).toEqual([]);
  expect((await ask(other, registration, phone, { token: device })).errors).toEqual([]);

  expect((await ask(api, end, phone)).data).toEqual({ endSession: { result: 1 } });

  for (const at of [other, api]) {
    for (const token of [phone, operator, await signToken(ada, { sid: 'phone', issuedIn: 1, expiresIn: 900 })]) {
      const asked = token === operator ? ['{ inboxCount }', '{ apps { key } }'] : [unread, '{ devices { id } }'];
      for (const query of [...asked, end]) {
        const { status, codes, data } = await ask(at, query, token);
        expect([status, new Set(codes)]).toEqual([401, new Set(['UNAUTHENTICATED'])]);
        expect(JSON.stringify(data ?? null)).not.toMatch(/[0-9]/);
      }
      // Operators register no devices.
      if (token !== operator) expect((await ask(at, registration, token, { token: device })).status).toBe(401);
      for (const path of ['activity.csv', 'notifications.json']) {
        const response = await fetch(`${at.url}/export/${path}`, { headers: { authorization: `Bearer ${token}` } });
        expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      }
    }
  }
  expect(await devicesOf([device])).toBe(0);

  // Whatever else is theirs, and whoever else has a session of that name.
  const ben = await createUser(db);
  for (const token of [tablet, await signToken(ada), await signToken(ben, { sid: 'phone' })]) {
    const { errors } = await ask(other, registration, token, { token: fcmToken() });
    expect(errors).toEqual([]);
  }
});

test('SE-13: no device comes into a session that ends at the same time, whoever is first', async () => {
  const ada = await createUser(db);
  const tokens = await Promise.all(
    Array.from({ length: 24 }, async (_, n) => {
      const [jwt, device] = [await signToken(ada, { sid: `race-${n}` }), fcmToken()];
      // In SQL, since a person's mutations take turns in the API.
      const as = (sql: string, values: string[]) =>
        db.asUser(ada, (me) => me.query(sql, values), { commit: true, sessionId: `race-${n}` });
      await Promise.allSettled([
        as(`select notify.register_device('fcm', $1)`, [device]),
        as('select notify.end_session()', []),
        ask(other, registration, jwt, { token: device }),
      ]);
      return device;
    }),
  );
  expect(
    await one(db.owner, `select count(*)::integer from notify_private.ended_sessions where user_id = $1`, [ada]),
  ).toBe(24);
  expect(await devicesOf(tokens)).toBe(0);
});

test('SE-13: the database refuses the device by itself, and waits for whoever registers one', async () => {
  const ada = await createUser(db);
  const [early, late] = [fcmToken(), fcmToken()];
  const as = (sql: string, values: string[] = []) =>
    db.asUser(ada, (me) => me.query(sql, values), { commit: true, sessionId: 'one' });
  const ended = await db.asUser(
    ada,
    async (me) => {
      await me.query(`select notify.register_device('fcm', $1)`, [early]);
      const ending = as('select notify.end_session() as gone');
      await expect
        .poll(
          async () =>
            (await db.owner.query(`select from pg_locks where locktype = 'advisory' and not granted`)).rowCount,
        )
        .toBe(1);
      return { ending };
    },
    { commit: true, sessionId: 'one' },
  );
  await ended.ending;
  await expect(as(`select notify.register_device('fcm', $1)`, [late])).rejects.toMatchObject({ code: 'RBAUT' });
  expect(await devicesOf([early, late])).toBe(0);
});

test('SE-13: operators and services end anybody’s session; nobody else does', async () => {
  const [ada, eve] = [await createUser(db), await createUser(db)];
  const jwt = await signToken(ada, { sid: 'lost' });
  const device = fcmToken();
  expect((await ask(api, registration, jwt, { token: device })).errors).toEqual([]);
  const endFor = 'mutation ($id: UUID!) { endSessionFor(input: { userId: $id, sessionId: "lost" }) { result } }';
  // One's own of that name, and no other's.
  expect((await ask(api, end, await signToken(eve), { id: 'lost' })).data).toEqual({ endSession: { result: 0 } });
  expect((await ask(api, endFor, await signToken(eve), { id: ada })).codes).toEqual(['INVALID_INPUT']);
  expect((await ask(other, unread, jwt)).status).toBe(200);
  const operator = await signToken(eve, { role: 'operator' });
  expect((await ask(api, endFor, operator, { id: ada })).data).toEqual({ endSessionFor: { result: 1 } });
  expect((await ask(api, endFor, operator, { id: randomUUID() })).codes).toEqual(['NOT_FOUND']);
  expect((await ask(other, unread, jwt)).status).toBe(401);
  expect(await devicesOf([device])).toBe(0);

  const next = await signToken(ada, { sid: 'next' });
  await db.asWriter((service) => service.query(`select notify.end_session_for($1, 'next')`, [ada]), { commit: true });
  expect((await ask(api, unread, next)).status).toBe(401);
});

test('SE-13: sessions ended by name are bounded, one’s own ends all the same', async () => {
  const ada = await createUser(db);
  const jwt = await signToken(ada, { sid: 'own' });
  await db.owner.query(`update notify.limits set at_most = 2 where key = 'sessions_ended'`);
  for (const id of ['a', 'b', 'b']) expect((await ask(api, end, jwt, { id })).errors).toEqual([]);
  expect((await ask(api, end, jwt, { id: 'c' })).codes).toEqual(['RATE_LIMITED']);
  expect((await ask(api, end, jwt, { id: 'x'.repeat(201) })).codes).toEqual(['INVALID_INPUT']);
  expect((await ask(api, end, await signToken(ada))).codes).toEqual(['INVALID_INPUT']);
  expect((await ask(api, end, jwt)).errors).toEqual([]);
  expect((await ask(api, unread, jwt)).status).toBe(401);
});

test('SE-13: a session ends also before the application has written who its person is', async () => {
  const nobodyYet = randomUUID();
  const [phone, tablet] = await Promise.all(['phone', 'tablet', 'laptop'].map((sid) => signToken(nobodyYet, { sid })));
  for (const at of [api, other]) expect((await ask(at, unread, phone ?? '')).status).toBe(200);
  expect((await ask(api, end, phone ?? '')).data).toEqual({ endSession: { result: 0 } });
  for (const at of [api, other]) expect((await ask(at, unread, phone ?? '')).status).toBe(401);
  // By its name from another one, within the same bound as everybody's.
  expect((await ask(api, end, tablet ?? '', { id: 'laptop' })).errors).toEqual([]);
  expect((await ask(api, unread, await signToken(nobodyYet, { sid: 'laptop' }))).status).toBe(401);
  await db.owner.query(
    `insert into notify_private.ended_sessions (user_id, session_id) select $1, 'more-' || n from generate_series(1, 98) as n`,
    [nobodyYet],
  );
  expect((await ask(api, end, tablet ?? '', { id: 'one too many' })).codes).toEqual(['RATE_LIMITED']);
  expect((await ask(api, end, tablet ?? '')).errors).toEqual([]);
  expect((await ask(other, unread, tablet ?? '')).status).toBe(401);
  // And it stays so when they are there.
  await db.owner.query(`insert into notify.users (id, name) values ($1, 'Ada')`, [nobodyYet]);
  expect((await ask(api, unread, phone ?? '')).status).toBe(401);
  expect((await ask(api, unread, await signToken(nobodyYet, { sid: 'another' }))).status).toBe(200);
});

test('SE-13: no token outlives the memory of its session', async () => {
  const ada = await createUser(db);
  const day = 86_400;
  for (const [claims, status] of [
    [{ expiresIn: 399 * day }, 200],
    [{ expiresIn: 401 * day }, 401],
    [{ expiresIn: day, issuedIn: -398 * day }, 200],
    [{ expiresIn: day, issuedIn: -400 * day }, 401],
    [{ expiresIn: 500 * day, issuedIn: 499 * day }, 401],
  ] as const) {
    expect([claims, (await ask(api, unread, await signToken(ada, claims))).status]).toEqual([claims, status]);
  }
  const remembered = () =>
    one<string>(db.owner, `select string_agg(session_id, ' ') from notify_private.ended_sessions where user_id = $1`, [
      ada,
    ]);
  await db.owner.query(
    `insert into notify_private.ended_sessions (user_id, session_id, ended_at)
     values ($1, 'old', now() - interval '401 days'), ($1, 'young', now() - interval '399 days')`,
    [ada],
  );
  await db.asWorker((worker) => worker.query('select notify_private.expire_keys()'), { commit: true });
  expect(await remembered()).toBe('young');
});

test.runIf(hasPack('juke'))('SE-13: many sessions end in one statement', async () => {
  const ada = await createUser(db);
  await db.owner.query(
    `insert into juke.sessions (id, user_id) select 'many-' || n, $1 from generate_series(1, 20000) as n`,
    [ada],
  );
  // As it looks shortly before: nobody has ended theirs.
  await db.owner.query('analyze juke.sessions');
  await db.owner.query(`update juke.sessions set ended_at = now(), end_reason = 'revoked' where user_id = $1`, [ada]);
  expect((await ask(api, unread, await signToken(ada, { sid: 'many-20000' }))).status).toBe(401);
});
