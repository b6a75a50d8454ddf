import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, openTestApi, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';
import { connectLive, inboxChanged, openLive } from '../support/live.ts';

let db: TestDatabase;
/** Two processes' worth. */
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

const end = 'mutation ($id: String) { endSession(input: { sessionId: $id }) { result } }';
const isOpen = ({ socket }: { socket: { readyState: number } }) => socket.readyState === 1;

describe('NC-41, SE-13: when a socket ends', () => {
  test('an expired token ends the connection, and not one that is good', async () => {
    const ada = await createUser(db);
    const [short, long] = [
      await connectLive(api, await signToken(ada, { expiresIn: 2 })),
      await connectLive(api, await signToken(ada)),
    ];
    expect(await short.closed).toEqual({ code: 4403, reason: 'Your token has expired.' });
    expect(isOpen(long)).toBe(true);
    await long.close();
  });

  test('a session that ends closes its sockets in every process, and lets none of them come again', async () => {
    const ada = await createUser(db);
    const [phone, tablet] = await Promise.all([signToken(ada, { sid: 'phone' }), signToken(ada, { sid: 'tablet' })]);
    const lost = [await connectLive(api, phone), await connectLive(other, phone)];
    const kept = [await connectLive(api, tablet), await connectLive(other, await signToken(ada))];
    await api.ask(end, { token: tablet, variables: { id: 'phone' } });
    for (const { closed } of lost) expect(await closed).toEqual({ code: 4403, reason: 'Your session has ended.' });
    for (const at of [api, other])
      expect(await (await openLive(at, { token: phone })).closed).toMatchObject({ code: 4401 });
    expect(kept.map(isOpen)).toEqual([true, true]);
    await Promise.all(kept.map((live) => live.close()));
  });

  test('a socket that comes before there is a schema is told to come back, not kept without an answer', async () => {
    const nowhere = new URL(db.apiUrl);
    nowhere.port = '1';
    const starting = await openTestApi(db, { API_DATABASE_URL: nowhere.href });
    const { code, reason } = await (await openLive(starting, { token: await signToken(await createUser(db)) })).closed;
    expect([code, JSON.parse(reason).retryAfter]).toEqual([1013, expect.any(Number)]);
    await starting.stop();
  });

  test('who is erased is cut off, and others go on', async () => {
    const [ada, bob] = [await createUser(db), await createUser(db)];
    const token = await signToken(ada);
    const [hers, his] = [await connectLive(api, token), await connectLive(other, await signToken(bob))];
    await db.asOperator((operator) => operator.query(`select notify.erase_person($1, 'person_request', $1)`, [ada]), {
      commit: true,
      userId: bob,
    });
    expect(await hers.closed).toMatchObject({ code: 4403 });
    expect(await (await openLive(other, { token })).closed).toMatchObject({ code: 4401 });
    expect(isOpen(his)).toBe(true);
    await his.close();
  });

  test('a doorbell that anybody may ring ends nobody’s session and shows nobody anything', async () => {
    const [ada, bob] = [await createUser(db), await createUser(db)];
    const [id = ''] = await makeNotifications(db, ada, [{ body: 'For Ada' }]);
    const [hers, his] = [await connectLive(api, await signToken(ada)), await connectLive(api, await signToken(bob))];
    const inbox = his.subscribe(inboxChanged);
    await inbox.frame('the first frame', () => true);
    for (const kind of ['s', 'n', 'r'])
      await db.owner.query('select notify_private.ring($1, $2, $3)', [kind, [bob, ada], [id, id]]);
    // Nobody's rights are needed to ring.
    await db.asAnonymous((client) => client.query(`notify rowbell_live, 'n 1 1 ${'A'.repeat(44)}'`), { commit: true });
    const [own = ''] = await makeNotifications(db, bob, [{}]);
    await inbox.frame('his own', ({ items }) => items.some((item: { id: string }) => item.id === own));
    const told = inbox.frames.flatMap(({ items }) => items.map((item: { id: string }) => item.id));
    expect(new Set(told)).toEqual(new Set([own]));
    expect([hers, his].map(isOpen)).toEqual([true, true]);
    await Promise.all([hers.close(), his.close()]);
  });
});
