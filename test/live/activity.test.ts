import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordActivities, recordActivity } from '../support/activity.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { hasPack } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { connectLive, type LiveSubscription } from '../support/live.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const added = `subscription ($types: [String!], $after: LiveCursor) { activityAdded(types: $types, after: $after) {
  cursor reset items { id type resourceType resourceId action status title description metadata createdAt } } }`;
const record = (person: string, type: string, title?: string) => recordActivity(db, person, type, title);
const has =
  (id: string) =>
  ({ items }: { items: { id: string }[] }) =>
    items.some((item) => item.id === id);
const idsIn = ({ frames }: LiveSubscription) =>
  frames.flatMap(({ items }) => items.map((item: { id: string }) => item.id));

describe('NC-40: own activity', () => {
  test('comes as it commits, to its person alone, and by type', async () => {
    const [ada, bob] = [await createUser(db), await createUser(db)];
    const [hers, his] = [await connectLive(api, await signToken(ada)), await connectLive(api, await signToken(bob))];
    const [all, some, toHim] = [
      hers.subscribe(added),
      hers.subscribe(added, { types: ['report'] }),
      his.subscribe(added),
    ];
    for (const feed of [all, some, toHim])
      expect(await feed.frame('the first frame', () => true)).toMatchObject({ reset: false, items: [] });
    const other = await record(ada, 'export');
    const report = await record(ada, 'report', 'A report');
    const frame = await some.frame('the report', has(report));
    expect(frame.items).toEqual([
      {
        id: report,
        type: 'report',
        resourceType: null,
        resourceId: null,
        action: 'completed',
        status: 'completed',
        title: 'A report',
        description: null,
        metadata: {},
        createdAt: expect.any(String),
      },
    ]);
    await all.frame('the report', has(report));
    expect([idsIn(all), idsIn(some)]).toEqual([[other, report], [report]]);
    const own = await record(bob, 'report');
    await toHim.frame('his own', has(own));
    expect(idsIn(toHim)).toEqual([own]);
    await Promise.all([hers.close(), his.close()]);
  });

  test('what came since a cursor, by a socket and by a query; others’ never', async () => {
    const [ada, bob] = [await createUser(db), await createUser(db)];
    const [token, other] = [await signToken(ada), await signToken(bob)];
    const ask = async (as: string, after: string | null, types: string[] | null = null) =>
      (
        await api.ask(
          'query ($after: LiveCursor, $types: [String!]) { activitySince(after: $after, types: $types) { cursor reset items { id } } }',
          { token: as, variables: { after, types } },
        )
      ).data.activitySince;
    await record(ada, 'report');
    const { cursor } = await ask(token, null);
    const ids = [await record(ada, 'report'), await record(ada, 'export')];
    expect(await ask(token, cursor)).toMatchObject({ reset: false, items: ids.map((id) => ({ id })) });
    expect(await ask(token, cursor, ['export'])).toMatchObject({ items: [{ id: ids[1] }] });
    expect(await ask(other, cursor)).toMatchObject({ reset: false, items: [] });
    const live = await connectLive(api, token);
    const feed = live.subscribe(added, { after: cursor });
    expect(idsIn({ ...feed, frames: [await feed.frame('the first frame', () => true)] })).toEqual(ids);
    await live.close();
  });

  test.each([
    ['300 in a statement: all of them', 1, 300, [false]],
    ['3 000 in a statement: begin anew', 1, 3_000, [true]],
    ['3 600 in statements of 90: all, or begin anew', 40, 90, [false, true]],
  ])('many of one person in a transaction, %s', async (_what, statements, each, resets) => {
    const ada = await createUser(db);
    const live = await connectLive(api, await signToken(ada));
    const feed = live.subscribe(added);
    await feed.frame('the first frame', () => true);
    const ids: string[] = [];
    await db.asOwner(
      async (owner) => {
        for (let n = 0; n < statements; n++) ids.push(...(await recordActivities({ owner }, Array(each).fill(ada))));
      },
      { commit: true },
    );
    const last = await record(ada, 'report');
    await feed.frame('what came after', has(last));
    const isReset = feed.frames.some(({ reset }) => reset);
    expect(resets).toContain(isReset);
    const had = new Set(idsIn(feed));
    if (!isReset) expect(ids.filter((id) => !had.has(id))).toEqual([]);
    await live.close();
  });

  test.runIf(hasPack('accounts'))('channels are parts of it that a pack names: payments, verifications', async () => {
    const ada = await createUser(db);
    const live = await connectLive(api, await signToken(ada));
    const channel = 'subscription ($name: LiveChannel!) { channel(name: $name) { cursor items { id type status } } }';
    const [payments, verifications] = ['payments', 'verifications'].map((name) => live.subscribe(channel, { name }));
    for (const feed of [payments, verifications]) await feed?.frame('the first frame', () => true);
    await db.owner.query(
      `insert into accounts.payments (user_id, amount, currency, status) values ($1, 42, 'EUR', 'completed')`,
      [ada],
    );
    await db.owner.query(`insert into accounts.verifications (user_id, kind) values ($1, 'identity')`, [ada]);
    await verifications?.frame('a verification', ({ items }) => items.length > 0);
    await payments?.frame('a payment', ({ items }) => items.length > 0);
    const typesIn = (feed: LiveSubscription | undefined) =>
      new Set(feed?.frames.flatMap(({ items }) => items.map(({ type }: { type: string }) => type)));
    expect([typesIn(payments), typesIn(verifications)]).toEqual([new Set(['payment']), new Set(['verification'])]);
    await live.close();
  });
});
