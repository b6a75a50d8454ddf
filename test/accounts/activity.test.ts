import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { type Client, createDatabase, type TestDatabase } from '../support/database.ts';
import { explain } from '../support/explain.ts';
import { one } from '../support/one.ts';
import { write } from './world.ts';

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

const makeUser = (locale = 'en', timeZone: string | null = null) =>
  one<string>(db.owner, 'insert into notify.users (locale, time_zone) values ($1, $2) returning id', [
    locale,
    timeZone,
  ]);
const sha = () => createHash('sha256').update(randomUUID()).digest();

type Activity = {
  type: string;
  resource_type: string | null;
  resource_id: string | null;
  action: string;
  status: string;
  title: string;
  description: string | null;
  metadata: Record<string, unknown>;
  ip_address: string | null;
  user_agent: string | null;
};
/** A person's entries, as they see them, oldest first. */
const activityOf = async (userId: string): Promise<Activity[]> =>
  (await db.asUser(userId, (client) => client.query<Activity>('select * from notify.activities order by id'))).rows;
/** The same in a line each. */
const linesOf = async (userId: string) =>
  (await activityOf(userId)).map(
    (a) => `${a.type} ${a.action} ${a.status}: ${a.title}${a.description === null ? '' : ` | ${a.description}`}`,
  );

describe("NC-20 NC-21: whatever is written to an account is in its activity, in the person's language", () => {
  test('verifications', async () => {
    const ada = await makeUser();
    const id = await write(db, 'insert into accounts.verifications (user_id) values ($1) returning id', [ada]);
    await write(db, `update accounts.verifications set status = 'initiated' where id = $1`, [id]);
    await write(db, `update accounts.verifications set status = 'completed' where id = $1`, [id]);
    await write(
      db,
      `insert into accounts.verifications (user_id, kind, status, failure_reason) values ($1, 'document', 'failed', 'It is blurred.')`,
      [ada],
    );
    expect(await linesOf(ada)).toEqual([
      'verification created pending: Verification begun',
      'verification completed completed: Verification completed',
      'verification failed failed: Verification failed | It is blurred.',
    ]);
    expect((await activityOf(ada))[1]).toMatchObject({
      resource_type: 'verification',
      resource_id: id,
      metadata: { kind: 'identity' },
    });
  });

  test('payments', async () => {
    const ada = await makeUser('fr');
    const id = await write(
      db,
      `insert into accounts.payments (user_id, amount, currency) values ($1, 5, 'EUR') returning id`,
      [ada],
    );
    for (const set of [
      `'failed', failure_reason = 'Carte expirée.'`,
      `'created', failure_reason = null`,
      `'completed'`,
      `'refunded'`,
    ])
      await write(db, `update accounts.payments set status = ${set} where id = $1`, [id]);
    expect(await linesOf(ada)).toEqual([
      'payment created pending: Paiement commencé | 5,00\u00a0€',
      'payment failed failed: Paiement échoué | 5,00\u00a0€ · Carte expirée.',
      'payment created pending: Paiement commencé | 5,00\u00a0€',
      'payment completed completed: Paiement effectué | 5,00\u00a0€',
      'payment updated completed: Paiement remboursé | 5,00\u00a0€',
    ]);
    expect((await activityOf(ada))[4]?.metadata).toEqual({ amount: '5.00', currency: 'EUR', state: 'refunded' });
  });

  test('balances', async () => {
    const ada = await makeUser();
    const id = await write(
      db,
      `insert into accounts.balances (user_id, currency, amount) values ($1, 'USD', 20) returning id`,
      [ada],
    );
    for (const set of ['amount = amount', 'amount = 8', 'low_threshold = 10', 'amount = -1, low_threshold = null'])
      await write(db, `update accounts.balances set ${set} where id = $1`, [id]);
    expect(await linesOf(ada)).toEqual([
      'balance created completed: Balance opened | $20.00',
      'balance updated completed: Balance changed | $20.00 → $8.00',
      'balance updated completed: Low-balance threshold changed | $10.00',
      'balance updated completed: Balance changed | $8.00 → -$1.00',
    ]);
  });

  test('log-ins, with address and program; those of the transaction where the row says none', async () => {
    const ada = await makeUser();
    await write(
      db,
      `insert into accounts.logins (user_id, device, place, succeeded, is_suspicious, ip_address, user_agent)
       values ($1, 'Firefox', 'Lyon', false, true, '2001:db8::7', 'Mozilla/5.0')`,
      [ada],
    );
    const login = (ip: string, agent: string) =>
      db.asWriter(
        async (client) => {
          await client.query(
            `select set_config('rowbell.ip_address', $1, true), set_config('rowbell.user_agent', $2, true)`,
            [ip, agent],
          );
          await client.query('insert into accounts.logins (user_id) values ($1)', [ada]);
          await client.query(`insert into accounts.account_settings (user_id, name, value) values ($1, $2, '1')`, [
            ada,
            `s_${ip.length}`,
          ]);
        },
        { commit: true },
      );
    await login('192.0.2.1', 'curl/8');
    await login('no address', '');
    expect(await linesOf(ada)).toEqual([
      'login failed failed: Log-in refused | Firefox, Lyon',
      'login completed completed: Logged in',
      'settings created completed: Setting set | s 9',
      'login completed completed: Logged in',
      'settings created completed: Setting set | s 10',
    ]);
    expect((await activityOf(ada)).map((a) => [a.ip_address, a.user_agent])).toEqual([
      ['2001:db8::7', 'Mozilla/5.0'],
      ['192.0.2.1', 'curl/8'],
      ['192.0.2.1', 'curl/8'],
      [null, null],
      [null, null],
    ]);
  });

  test('API keys and settings, never a digest or value', async () => {
    const ada = await makeUser('fr');
    const key = await write(
      db,
      `insert into accounts.api_keys (user_id, name, prefix, key_hash) values ($1, 'CI', 'rk_1', $2) returning id`,
      [ada, sha()],
    );
    await write(db, `update accounts.api_keys set name = 'CD' where id = $1`, [key]);
    await write(db, 'update accounts.api_keys set revoked_at = now() where id = $1', [key]);
    const setting = await write(
      db,
      `insert into accounts.account_settings (user_id, name, value) values ($1, 'reply_to', '"secret value"') returning id`,
      [ada],
    );
    for (const set of [
      `value = '"other secret"'`,
      `value = '"other secret"'`,
      'value = null',
      `changed_at = now() + interval '1 second'`,
    ])
      await write(db, `update accounts.account_settings set ${set} where id = $1`, [setting]);
    expect(await linesOf(ada)).toEqual([
      'api_key created completed: Clé API créée | CI (rk_1…)',
      'api_key updated completed: Clé API renommée | CD (rk_1…)',
      'api_key deleted completed: Clé API révoquée | CD (rk_1…)',
      'settings created completed: Réglage défini | reply to',
      'settings updated completed: Réglage changé | reply to',
      'settings deleted completed: Réglage supprimé | reply to',
      'settings updated completed: Réglage changé | reply to',
    ]);
    expect(JSON.stringify(await activityOf(ada))).not.toContain('secret');
  });

  test('a statement over many rows is an entry a row; one rolled back is none', async () => {
    const people = await Promise.all([makeUser(), makeUser(), makeUser()]);
    await write(
      db,
      `insert into accounts.payments (user_id, amount, currency) select p, 5, 'EUR' from unnest($1::uuid[]) as p`,
      [people],
    );
    await db.asWriter((client) => client.query(`insert into accounts.logins (user_id) values ($1)`, [people[0]]));
    for (const person of people) expect(await linesOf(person)).toHaveLength(1);
  });

  test('services record what no trigger sees, people and operators do not', async () => {
    const ada = await makeUser();
    const record = (client: Client, userId = ada) =>
      client.query(
        `select notify.record_activity($1, 'export', 'created', 'Report asked for', status => 'pending', resource_type => 'report',
           resource_id => 'r-1', metadata => '{"pages": 3}', ip_address => '192.0.2.9')`,
        [userId],
      );
    await db.asWriter((client) => record(client), { commit: true });
    expect(await activityOf(ada)).toMatchObject([
      {
        type: 'export',
        action: 'created',
        status: 'pending',
        resource_id: 'r-1',
        metadata: { pages: 3 },
        ip_address: '192.0.2.9',
      },
    ]);
    await expect(db.asUser(ada, (client) => record(client))).rejects.toMatchObject({ code: '42501' });
    await expect(db.asOperator((client) => record(client))).rejects.toMatchObject({ code: '42501' });
    await expect(db.asWriter((client) => record(client, randomUUID()))).rejects.toMatchObject({ code: 'RBNFD' });
    await expect(
      db.asWriter((client) => client.query(`select notify.record_activity($1, 'x', 'exploded', 'x')`, [ada])),
    ).rejects.toMatchObject({ constraint: 'activities_action_is_known' });
  });
});

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
    expect(await feed('(types: ["payment", "login"], statuses: ["failed", "completed"])')).toEqual([
      'Logged in',
      'Payment failed',
    ]);
    expect(await feed('(actions: ["created"])')).toEqual(['Payment begun']);
    expect(await feed(`(resourceType: "thing", resourceId: "${payment}")`)).toEqual([
      'Payment failed',
      'Payment begun',
    ]);
    expect(await feed(`(since: "${month}-01T13:00:00Z", until: "${month}-02T01:00:00Z")`)).toEqual(['Payment failed']);
    expect(await feed('(first: 1, offset: 1)')).toEqual(['Payment failed']);
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
    const { activitySummary } = await ask('{ activitySummary(first: 100) { nodes { dimension value count } } }');
    const month = new Date().toISOString().slice(0, 7);
    const lines = activitySummary.nodes.map(
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
        explain(client, `select * from notify.activity_feed(${args}) limit 20`),
      );
      // The months that are still empty may be read in any way.
      const read = nodes.filter(
        (node) => (node['Actual Rows'] ?? 0) > 0 && node['Relation Name']?.startsWith('activities_'),
      );
      expect(read.length, args).toBeGreaterThan(0);
      for (const node of read) {
        expect(node, args).toMatchObject({ 'Node Type': 'Index Scan' });
        expect(node['Index Name'], args).toMatch(/_user_id_id_idx$/);
        expect(node['Actual Rows'], args).toBeLessThanOrEqual(5_000);
      }
    }
  });
});

describe('NC-23: append-only', () => {
  test('NC-23: nobody changes or deletes an entry, the owner of the table included', async () => {
    const ada = await makeUser();
    await write(db, 'insert into accounts.logins (user_id) values ($1)', [ada]);
    const partition = await one<string>(
      db.owner,
      'select tableoid::regclass::text from notify.activities where user_id = $1',
      [ada],
    );
    const wrongs = ['notify.activities', partition].flatMap((table) => [
      `update ${table} set title = 'x' where user_id = '${ada}'`,
      `delete from ${table} where user_id = '${ada}'`,
      `truncate ${table}`,
    ]);
    for (const sql of wrongs) {
      await expect(
        db.asOwner((client) => client.query(sql)),
        sql,
      ).rejects.toMatchObject({ code: 'RBLCK' });
      for (const as of [db.asOperator, db.asWriter, db.asWorker])
        await expect(
          as((client) => client.query(sql)),
          sql,
        ).rejects.toMatchObject({ code: '42501' });
      await expect(
        db.asUser(ada, (client) => client.query(sql)),
        sql,
      ).rejects.toMatchObject({ code: '42501' });
    }
    await expect(
      db.asWriter((client) =>
        client.query(`insert into notify.activities (user_id, type, action, title) values ($1, 'x', 'created', 'x')`, [
          ada,
        ]),
      ),
    ).rejects.toMatchObject({ code: '42501' });
    expect(await linesOf(ada)).toEqual(['login completed completed: Logged in']);
  });

  test('NC-23: months that the worker makes refuse the same', async () => {
    await one(db.worker, 'select notify_private.make_partitions(4)');
    const months = await db.owner.query<{ month: string }>(
      `select inhrelid::regclass::text as month from pg_inherits where inhparent = 'notify.activities'::regclass`,
    );
    expect(months.rows).toHaveLength(6);
    for (const { month } of months.rows)
      await expect(
        db.asOwner((client) => client.query(`truncate ${month}`)),
        month,
      ).rejects.toMatchObject({ code: 'RBLCK' });
  });

  test('NC-23: retention drops the months that are past, and no other', async () => {
    const ada = await makeUser();
    const months: Record<number, string> = {};
    for (const ago of [16, 12]) {
      const name = await one<string>(
        db.owner,
        `select 'activities_' || to_char(date_trunc('month', now() at time zone 'UTC') - make_interval(months => $1), 'YYYY_MM')`,
        [ago],
      );
      months[ago] = name;
      const bounds = await one<string>(
        db.owner,
        `select format('from (%L) to (%L)', notify_private.uuidv7_floor(m at time zone 'UTC'), notify_private.uuidv7_floor((m + interval '1 month') at time zone 'UTC'))
         from (select to_date(right($1, 7), 'YYYY_MM')::timestamp as m)`,
        [name],
      );
      await db.owner.query(
        `create table notify_private.${name} partition of notify.activities for values ${bounds}; alter table notify_private.${name} enable row level security`,
      );
      await db.owner.query(
        `insert into notify.activities (id, user_id, type, action, title)
         values (uuidv7(to_date(right($2, 7), 'YYYY_MM') + interval '14 days' - now()), $1, 'login', 'completed', $2)`,
        [ada, name],
      );
    }
    await one(db.worker, 'call notify_private.apply_retention(null)');
    expect((await activityOf(ada)).map(({ title }) => title)).toEqual([months[12]]);
    expect(await one(db.owner, `select to_regclass('notify_private.${months[16]}') is null`)).toBe(true);
  });

  test('NC-23: who is erased leaves no activity; who is not keeps theirs', async () => {
    const [ada, bob] = [await makeUser(), await makeUser()];
    for (const person of [ada, bob]) {
      await write(db, 'insert into accounts.logins (user_id, ip_address) values ($1, $2)', [person, '192.0.2.1']);
      await write(db, `insert into accounts.account_settings (user_id, name) values ($1, 'theme')`, [person]);
      await write(db, `insert into accounts.balances (user_id, currency) values ($1, 'EUR')`, [person]);
    }
    const exported = await db.asUser(ada, (client) =>
      client.query<{ n: number }>(
        `select count(*)::integer as n from notify.export_my_data() where table_name = 'notify.activities'`,
      ),
    );
    expect(exported.rows).toEqual([{ n: 3 }]);
    await db.asOperator((client) => client.query(`select notify.erase_person($1, 'person_request', $1)`, [ada]), {
      commit: true,
    });
    expect(await one(db.owner, 'select count(*)::integer from notify.activities where user_id = $1', [ada])).toBe(0);
    expect(await linesOf(bob)).toHaveLength(3);
  });
});
