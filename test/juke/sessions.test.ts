import { afterAll, beforeAll, expect, test } from 'vitest';
import { signToken } from '../support/api.ts';
import { planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import {
  asService,
  done,
  fcmToken,
  invite,
  type Listener,
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

/** Somebody logs in: a row, and the token of their app. */
async function logIn(person: Listener, sid: string): Promise<string> {
  await asService(world.db, 'insert into juke.sessions (id, user_id) values ($1, $2)', [sid, person.id]);
  return signToken(person.id, { sid });
}
const registration =
  'mutation ($token: String!) { registerDevice(input: { provider: fcm, token: $token }) { result { id } } }';
async function register(jwt: string, token = fcmToken()): Promise<string> {
  await done(world, jwt, registration, { token });
  return token;
}
const logOut = 'mutation ($id: String) { logOut(input: { sessionId: $id }) { result { id endedAt endReason } } }';
const tell = async (person: Listener) => {
  await invite(world, host, [person]);
  await planDue(world.db);
};
const deliveriesOf = (person: Listener) =>
  world.db.owner
    .query<{ status: string; reason: string | null; total: number }>(
      `select status, reason, count(*)::integer as total from notify.deliveries
       where recipient_id = $1 and channel = 'push' group by 1, 2 order by 1, 2`,
      [person.id],
    )
    .then(({ rows }) => rows);

test('JK-2 a session that ends takes what is queued for its devices along; the other session rings', async () => {
  const [ada, ben] = [await makeListener(world.db), await makeListener(world.db, { name: 'Ben' })];
  const [phone, tablet] = [await logIn(ada, 'ada-phone'), await logIn(ada, 'ada-tablet')];
  const [onPhone, onTablet] = [await register(phone), await register(tablet)];
  const stolen = await logIn(ben, 'ben-phone');
  const onStolen = await register(stolen);
  await tell(ada);
  await tell(ben);
  expect(await deliveriesOf(ada)).toEqual([{ status: 'queued', reason: null, total: 3 }]);

  const { logOut: ended } = await done(world, phone, logOut);
  expect(ended.result).toEqual({ id: 'ada-phone', endedAt: expect.any(String), endReason: 'logged_out' });
  expect((await world.api.ask(logOut, { token: phone })).codes).toEqual(['UNAUTHENTICATED']);
  expect((await done(world, tablet, logOut, { id: 'ada-phone' })).logOut.result).toEqual(ended.result);
  await asService(world.db, `update juke.sessions set ended_at = now(), end_reason = 'revoked' where id = 'ben-phone'`);
  const worker = await world.work();
  await untilSettled(world);
  await worker.stop();

  expect(await deliveriesOf(ada)).toEqual([
    { status: 'canceled', reason: 'address_removed', total: 1 },
    { status: 'sent', reason: null, total: 2 },
  ]);
  expect(
    [pushesTo(world, onPhone), pushesTo(world, onTablet), pushesTo(world, ada.token)].map((all) => all.length),
  ).toEqual([0, 1, 1]);
  expect(pushesTo(world, onStolen)).toEqual([]);
  expect(pushesTo(world, ben.token)).toHaveLength(1);
});

test('JK-2 the token of an ended session brings no device back, nor takes one along', async () => {
  const ada = await makeListener(world.db);
  const jwt = await logIn(ada, 'ada-ended');
  const token = await register(jwt);
  await done(world, jwt, logOut);
  const again = await world.api.ask(registration, { token: jwt, variables: { token } });
  expect(again.codes).toEqual(['UNAUTHENTICATED']);
  expect(await one(world.db.owner, 'select count(*)::integer from notify.devices where token = $1', [token])).toBe(0);
  // Logged in again, the same phone is welcome.
  await register(await logIn(ada, 'ada-again'), token);
  expect(await one(world.db.owner, 'select session_id from notify.devices where token = $1', [token])).toBe(
    'ada-again',
  );
});

test('JK-2 registering while the session ends leaves no device, whoever is first', async () => {
  const ada = await makeListener(world.db);
  const tokens = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => {
      const jwt = await logIn(ada, `race-${n}`);
      const token = fcmToken();
      await Promise.allSettled([register(jwt, token), done(world, jwt, logOut)]);
      return token;
    }),
  );
  expect(
    await one(world.db.owner, 'select count(*)::integer from notify.devices where token = any($1)', [tokens]),
  ).toBe(0);
});

test('JK-2 registering again and logging out wait for each other in one order: no deadlock, and no device', async () => {
  const ada = await makeListener(world.db);
  const jwt = await logIn(ada, 'ada-order');
  const token = await register(jwt);
  // Whoever registers stops with the device's row in hand, until the other waits for them.
  await world.db.owner.query(`
    create function juke_private.stop_here() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(1); return null; end $$;
    create trigger _150_stop_here after update on notify.devices for each statement execute function juke_private.stop_here()`);
  const waiting = (total: number) =>
    until(`${total} wait`, () =>
      one<boolean>(
        world.db.owner,
        `select count(distinct l.pid) >= $1 from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
         where not l.granted and a.datname = current_database()`,
        [total],
      ),
    );
  const [again, ended] = await world.db.asOwner(async (gate) => {
    await gate.query('select pg_advisory_xact_lock(1)');
    // In SQL and not by the API, which gives a request up after some seconds.
    const as = (sql: string, values: string[]) =>
      world.db.asUser(ada.id, (me) => me.query(sql, values), { commit: true, sessionId: 'ada-order' });
    const again = as(`select notify.register_device('fcm', $1)`, [token]);
    await waiting(1);
    const ended = as('select juke.log_out()', []);
    await waiting(2);
    return [again, ended];
  });
  expect(await Promise.allSettled([again, ended])).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
  expect(await one(world.db.owner, 'select count(*)::integer from notify.devices where token = $1', [token])).toBe(0);
  await world.db.owner.query('drop function juke_private.stop_here() cascade');
});

test("JK-2 the core's endSession ends the session as well: its token brings no device back; another's stays", async () => {
  const [ada, ben] = [await makeListener(world.db), await makeListener(world.db)];
  const [phone, tablet, other] = [
    await logIn(ada, 'core-phone'),
    await logIn(ada, 'core-tablet'),
    await logIn(ben, 'core-ben'),
  ];
  const [onPhone, onTablet, onOther] = [await register(phone), await register(tablet), await register(other)];
  const end = 'mutation ($id: String) { endSession(input: { sessionId: $id }) { result } }';
  expect((await done(world, tablet, end, { id: 'core-phone' })).endSession.result).toBe(1);
  expect((await done(world, tablet, end, { id: 'core-ben' })).endSession.result).toBe(0);
  expect((await world.api.ask(registration, { token: phone, variables: { token: onPhone } })).codes).toEqual([
    'UNAUTHENTICATED',
  ]);
  const { rows } = await world.db.owner.query(
    `select s.id, s.end_reason from juke.sessions as s where s.id like 'core-%' order by s.id`,
  );
  expect(rows).toEqual([
    { id: 'core-ben', end_reason: null },
    { id: 'core-phone', end_reason: 'logged_out' },
    { id: 'core-tablet', end_reason: null },
  ]);
  await tell(ada);
  await tell(ben);
  const worker = await world.work();
  await untilSettled(world);
  await worker.stop();
  expect([onPhone, onTablet, onOther].map((at) => pushesTo(world, at).length)).toEqual([0, 1, 1]);
});

test('JK-2 a phone that changes hands rings for its new owner alone', async () => {
  const [ada, ben] = [await makeListener(world.db), await makeListener(world.db, { name: 'Ben' })];
  const phone = await register(await logIn(ada, 'ada-shared'));
  await tell(ada);
  await register(await logIn(ben, 'ben-shared'), phone);
  await tell(ben);
  // What ends with the old owner's session is not the new one's.
  await done(world, ada.jwt, logOut, { id: 'ada-shared' });
  const worker = await world.work();
  await untilSettled(world);
  await worker.stop();
  expect(pushesTo(world, phone)).toHaveLength(1);
  expect(pushesTo(world, ben.token)).toHaveLength(1);
  expect(await deliveriesOf(ada)).toEqual([
    { status: 'canceled', reason: 'address_removed', total: 1 },
    { status: 'sent', reason: null, total: 1 },
  ]);
});

test("JK-2 nobody ends or sees another's session", async () => {
  const [ada, ben] = [await makeListener(world.db), await makeListener(world.db)];
  await logIn(ada, 'ada-own');
  expect((await world.api.ask(logOut, { token: ben.jwt, variables: { id: 'ada-own' } })).codes).toEqual(['NOT_FOUND']);
  expect((await world.api.ask(logOut, { token: ben.jwt })).codes).toEqual(['INVALID_INPUT']);
  const sessions = '{ sessions { id userId endedAt } }';
  expect((await done(world, ben.jwt, sessions)).sessions).toEqual([]);
  expect((await done(world, ada.jwt, sessions)).sessions).toEqual([{ id: 'ada-own', userId: ada.id, endedAt: null }]);
});
