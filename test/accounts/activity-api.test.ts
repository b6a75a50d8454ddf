import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { signToken } from '../support/api.ts';
import { explain } from '../support/explain.ts';
import { api, db, makeUser } from './activity-world.ts';
import { write } from './world.ts';

describe('NC-22 over the API', () => {
  let ada: string;
  let payment: string;
  beforeAll(async () => {
    ada = await makeUser('en', 'Pacific/Auckland');
    const bob = await makeUser();
    const record = (
      userId: string,
      type: string,
      action: string,
      status: string,
      title: string,
      at: string,
      resourceId = 'r',
    ) =>
      db.owner.query(
        `insert into notify.activities (id, user_id, type, action, status, title, description, resource_type, resource_id, created_at)
         values (uuidv7(least($6::timestamptz - now(), interval '0')), $1, $2, $3, $4, $5, 'O''Hara & Söhne', 'thing', $7, $6)`,
        [userId, type, action, status, title, at, resourceId],
      );
    const month = new Date().toISOString().slice(0, 7);
    payment = randomUUID();
    await record(ada, 'payment', 'created', 'pending', 'Payment begun', `${month}-01T01:00:00Z`, payment);
    await record(ada, 'payment', 'failed', 'failed', 'Payment failed', `${month}-01T13:00:00Z`, payment);
    await record(ada, 'login', 'completed', 'completed', 'Logged in', `${month}-02T01:00:00Z`);
    await record(bob, 'login', 'completed', 'completed', 'Logged in', `${month}-02T01:00:00Z`);
  });

  const ask = async (query: string, variables: Record<string, unknown> = {}, token?: string) => {
    const answer = await api.ask(query, { token: token ?? (await signToken(ada)), variables });
    expect(answer.errors).toEqual([]);
    return answer.data;
  };
  const feed = async (args: string, token?: string): Promise<string[]> => {
    const { activityFeed } = await ask(`{ activityFeed${args} { nodes { title } } }`, {}, token);
    return activityFeed.nodes.map(({ title }: { title: string }) => title);
  };

  test('NC-22: newest first, filtered by type, status, action, resource and time, page by page', async () => {
    const month = new Date().toISOString().slice(0, 7);
    expect(await feed('')).toEqual(['Logged in', 'Payment failed', 'Payment begun']);
    expect(await feed('(types: ["payment"])')).toEqual(['Payment failed', 'Payment begun']);
    expect(await feed('(types: ["payment", "login"], statuses: [failed, completed])')).toEqual([
      'Logged in',
      'Payment failed',
    ]);
    expect(await feed('(actions: [created])')).toEqual(['Payment begun']);
    expect(await feed(`(resourceType: "thing", resourceId: "${payment}")`)).toEqual([
      'Payment failed',
      'Payment begun',
    ]);
    expect(await feed(`(since: "${month}-01T13:00:00Z", until: "${month}-02T01:00:00Z")`)).toEqual(['Payment failed']);
    const first = await ask(
      '{ activityFeed(first: 2) { nodes { title } pageInfo { endCursor hasNextPage } totalCount } }',
    );
    expect(first.activityFeed).toMatchObject({ pageInfo: { hasNextPage: true }, totalCount: 3 });
    expect(await feed(`(after: "${first.activityFeed.pageInfo.endCursor}")`)).toEqual(['Payment begun']);
  });

  test('NC-22: search finds words by their beginnings, all of them, whatever else is typed', async () => {
    expect(await feed('(search: "pay")')).toEqual(['Payment failed', 'Payment begun']);
    expect(await feed('(search: "FAIL paym")')).toEqual(['Payment failed']);
    expect(await feed('(search: "söh", types: ["login"])')).toEqual(['Logged in']);
    expect(await feed(`(search: "o'hara")`)).toHaveLength(3);
    expect(await feed('(search: "nothing of the kind")')).toEqual([]);
    for (const odd of ["'", '& | !', ':*', '\\\\', "a' | 'b"])
      expect(await feed(`(search: "${odd}")`), odd).toEqual([]);
    for (const nothing of ['', '   ']) expect(await feed(`(search: "${nothing}")`)).toHaveLength(3);
  });

  test('W33: search is that of the inbox: other forms of words, without accents, amounts and signs', async () => {
    const [bea, zoe] = [await makeUser(), await makeUser('fr')];
    const [beas, zoes] = [await signToken(bea), await signToken(zoe)];
    for (const [person, currency] of [
      [bea, 'USD'],
      [zoe, 'EUR'],
    ])
      await write(db, 'insert into accounts.payments (user_id, amount, currency) values ($1, 12.5, $2)', [
        person,
        currency,
      ]);
    for (const search of ['12.50', '$12.50', 'payments', 'Payment begun, $12.50', 'BEGUN', 'pay 12', '１２'])
      expect(await feed(`(search: "${search}")`, beas), search).toEqual(['Payment begun']);
    for (const search of ['13.50', 'paymentsx', 'refund 12.50', '$', '€12.5 0'])
      expect(await feed(`(search: "${search}")`, beas), search).toEqual([]);
    for (const search of ['paiements', 'commence', '12,50', '12,50 €', 'PAIEMENT commencé'])
      expect(await feed(`(search: "${search}")`, zoes), search).toEqual(['Paiement commencé']);
    const operator = await signToken(randomUUID(), { role: 'operator' });
    expect(await feed(`(search: "paiements", userId: "${zoe}")`, operator)).toEqual(['Paiement commencé']);
    expect(await feed(`(search: "12.50", userId: "${bea}")`, operator)).toEqual(['Payment begun']);
  });

  test("NC-22: one by its id; somebody else's is not there; operators see all, or one person's", async () => {
    const { activityFeed } = await ask('{ activityFeed(first: 1) { nodes { id } } }');
    const query = `query ($id: UUID!) { activity(id: $id) { type action status title description metadata resourceType resourceId ipAddress userAgent createdAt } }`;
    const id = activityFeed.nodes[0].id as string;
    expect((await ask(query, { id })).activity).toMatchObject({ type: 'login', title: 'Logged in', metadata: {} });
    expect((await ask(query, { id }, await signToken(await makeUser()))).activity).toBeNull();
    const operator = await signToken(randomUUID(), { role: 'operator' });
    expect(await feed(`(userId: "${ada}")`, operator)).toHaveLength(3);
    expect((await feed('(search: "logged")', operator)).length).toBeGreaterThan(1);
    expect(await feed(`(userId: "${ada}")`, await signToken(await makeUser()))).toEqual([]);
    expect((await api.ask('{ activityFeed { nodes { id } } }')).codes).toEqual(['UNAUTHENTICATED']);
  });

  test("NC-22: counts by type, status and day of the person's own zone", async () => {
    const { activitySummary } = await ask('{ activitySummary(first: 100) { dimension value count } }');
    const month = new Date().toISOString().slice(0, 7);
    const lines = activitySummary.map(
      (n: { dimension: string; value: string; count: string }) => `${n.dimension} ${n.value} ${n.count}`,
    );
    // 13:00 in UTC is the next day in Auckland, the summer through and the winter.
    expect(lines).toEqual([
      `day ${month}-01 1`,
      `day ${month}-02 2`,
      'status completed 1',
      'status failed 1',
      'status pending 1',
      'type login 1',
      'type payment 2',
    ]);
  });

  test("NC-22: a page reads one's own entries by an index, whoever else has some", async () => {
    const busy = await makeUser();
    await db.owner.query(
      `insert into notify.activities (user_id, type, action, title) select case when n % 4 = 0 then $1 else uuidv7() end, 'login', 'completed', 'Logged in' from generate_series(1, 20000) as n`,
      [busy],
    );
    await db.owner.query('analyze notify.activities');
    for (const args of ['', `types => '{login}'`, `search => 'log'`]) {
      const nodes = await db.asUser(busy, (client) =>
        explain(client, `select * from notify.activity_feed(${args}) order by id desc limit 20`),
      );
      // The months that are still empty may be read in any way.
      const read = nodes.filter(
        (node) => (node['Actual Rows'] ?? 0) > 0 && node['Relation Name']?.startsWith('activities_'),
      );
      expect(read.length, args).toBeGreaterThan(0);
      for (const node of read) {
        expect(node, args).toMatchObject({ 'Node Type': 'Index Scan' });
        expect(node['Index Name'], args).toMatch(/_user_id_id_(changed_xid_)?idx$/);
        expect(node['Actual Rows'], args).toBeLessThanOrEqual(5_000);
      }
    }
  });
});
