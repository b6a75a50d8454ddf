import pg from 'pg';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFigures } from '../../src/live/figures.ts';
import { createProcesses, quantile } from '../../src/live/processes.ts';
import { createRoster } from '../../src/live/roster.ts';
import { createLogger } from '../../src/logger.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { connectLive, type LiveSocket, unreadCountChanged } from '../support/live.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
/** Two processes' worth. */
let api: TestApi;
let other: TestApi;
let operatorId: string;
let operator: string;
beforeAll(async () => {
  db = await createDatabase();
  [api, other] = await Promise.all([startTestApi(db), startTestApi(db)]);
  operatorId = await createUser(db);
  operator = await signToken(operatorId, { role: 'operator' });
});
afterAll(async () => {
  await Promise.all([api?.stop(), other?.stop()]);
  await db?.drop();
});

const isOpen = ({ socket }: LiveSocket) => socket.readyState === 1;
const closeAll = (live: readonly LiveSocket[]) => Promise.all(live.map((one) => one.close()));
const connectionsOf = async (userId: string, token = operator) =>
  await api.ask('query ($userId: UUID!) { connectionsOf(userId: $userId) { processId host connections } }', {
    token,
    variables: { userId },
  });
const close = (userId: string, token = operator, note = 'Their telephone was stolen.') =>
  api.ask('mutation ($input: CloseConnectionsInput!) { closeConnections(input: $input) { result } }', {
    token,
    variables: { input: { userId, note } },
  });
const figures = `subscription { liveFigures { at connections people connectionsPerPerson maxConnectionsPerPerson frames dropped resumed reset
  subscriptions { field count } processes { id host pid startedAt seenAt connections lagP50Ms lagP99Ms frames dropped resumed reset } } }`;

describe('NC-43: operators see who is connected', () => {
  test('by process, by field and by person, over all processes, within seconds', async () => {
    const [ada, ben] = [await createUser(db), await createUser(db)];
    const tokens = [await signToken(ada), await signToken(ben)] as const;
    const sockets = [
      await connectLive(api, tokens[0]),
      await connectLive(other, tokens[0]),
      await connectLive(other, tokens[0]),
      await connectLive(other, tokens[1]),
    ];
    for (const socket of sockets) socket.subscribe(unreadCountChanged);
    const watch = await connectLive(api, operator);
    const all = watch.subscribe(figures);
    const frame = await all.frame(
      'all of them',
      ({ connections, subscriptions }) =>
        connections === 5 &&
        subscriptions.some(
          (one: { field: string; count: number }) => one.field === 'unreadCountChanged' && one.count === 4,
        ),
    );
    expect(frame).toMatchObject({
      people: 3,
      maxConnectionsPerPerson: 3,
      connectionsPerPerson: 1.67,
      dropped: '0',
      reset: '0',
    });
    expect(frame.processes.map(({ connections }: { connections: number }) => connections).sort()).toEqual([2, 3]);
    expect(frame.subscriptions).toContainEqual({ field: 'liveFigures', count: 1 });
    expect(frame.processes[0]).toMatchObject({ pid: process.pid, host: expect.any(String) });

    const hers = await connectionsOf(ada);
    expect(hers.data.connectionsOf.map(({ connections }: { connections: number }) => connections).sort()).toEqual([
      1, 2,
    ]);
    await closeAll(sockets);
    await all.frame('they have left', ({ connections, processes }) => connections === 1 && processes.length === 2);
    expect((await connectionsOf(ada)).data.connectionsOf).toEqual([]);
    await watch.close();
  });

  test('a process that ends is gone at once, and one that fell silent after fifteen seconds', async () => {
    const third = await startTestApi(db);
    const count = async () =>
      (await db.owner.query('select notify_private.live_figures() as f')).rows[0].f.processes.length as number;
    await until('the third reports', async () => (await count()) === 3);
    await third.stop();
    expect(await count()).toBe(2);
    await db.asLive(
      (client) =>
        client.query(
          `select notify_private.report_live_process(uuidv7(), 'silent', 1, now(), array[$1::uuid], '{"subscriptions": {}}')`,
          [operatorId],
        ),
      { commit: true },
    );
    expect(await count()).toBe(3);
    await db.owner.query(
      `update notify_private.live_processes set seen_at = now() - interval '16 seconds' where host = 'silent'`,
    );
    expect(await count()).toBe(2);
    // Another test's may still be said until the next report.
    const { data } = await connectionsOf(operatorId);
    expect(data.connectionsOf.map(({ host }: { host: string }) => host)).not.toContain('silent');
  });

  test('a process that ends while it says that it is there is gone all the same', async () => {
    const pool = new pg.Pool({ connectionString: `${db.apiUrl}?options=-c%20role%3Drowbell_live` });
    const registry = new Registry();
    const said = Promise.withResolvers<void>();
    const processes = createProcesses({
      pool: {
        // The network takes its time.
        query: (async (query: pg.QueryConfig) => {
          if (query.name === 'report_live_process') await said.promise;
          return pool.query(query);
        }) as pg.Pool['query'],
      },
      roster: createRoster(),
      registry,
      figures: createFigures(registry),
      logger: createLogger({ level: 'silent', component: 'api' }),
    });
    const ids = async () =>
      (await db.owner.query<{ id: string }>('select id from notify_private.live_processes order by id')).rows;
    const before = await ids();
    const stopped = processes.stop();
    // Long enough for what does not wait.
    await ids();
    said.resolve();
    await stopped;
    await until('nothing is under way', async () => pool.idleCount === pool.totalCount);
    expect(await ids()).toEqual(before);
    await pool.end();
  });

  test('people have no such field, and may not ask about others', async () => {
    const ada = await createUser(db);
    const token = await signToken(ada);
    const live = await connectLive(api, token);
    const refused = live.subscribe(figures);
    await until('a refusal', async () => refused.errors.length > 0);
    expect(refused.errors[0].extensions.code).toBe('INVALID_INPUT');
    expect((await connectionsOf(operatorId, token)).codes).toEqual(['INVALID_INPUT']);
    expect((await close(operatorId, token)).codes).toContain('INVALID_INPUT');
    for (const as of [db.asUser.bind(db, ada), db.asWriter.bind(db), db.asAnonymous.bind(db)] as const) {
      await expect(
        as((client) => client.query('select * from notify.connections_of($1)', [ada])),
      ).rejects.toMatchObject({ code: '42501' });
      await expect(as((client) => client.query('select * from notify_private.live_processes'))).rejects.toMatchObject({
        code: '42501',
      });
    }
    await live.close();
  });

  test('delays are read from a histogram, rounded up to its bounds', () => {
    const buckets = (...counts: number[]) =>
      new Map([0.001, 0.01, 0.1, Number.POSITIVE_INFINITY].map((bound, n) => [bound, counts[n] ?? 0]));
    const before = buckets(5, 5, 5, 5);
    expect(quantile(before, buckets(5, 5, 5, 5), 0.5)).toBeNull();
    expect(quantile(before, buckets(55, 95, 104, 105), 0.5)).toBe(1);
    expect(quantile(before, buckets(55, 95, 104, 105), 0.99)).toBe(100);
    expect(quantile(before, buckets(5, 5, 5, 6), 0.5)).toBe(100);
  });
});

describe('NC-43: operators close somebody’s connections', () => {
  test('in every process, and nobody else’s; they may come back', async () => {
    const [ada, ben] = [await createUser(db), await createUser(db)];
    const token = await signToken(ada);
    const hers = [await connectLive(api, token), await connectLive(other, token)];
    const his = [await connectLive(api, await signToken(ben)), await connectLive(other, await signToken(ben))];
    await until('all are known', async () => (await connectionsOf(ada)).data.connectionsOf.length === 2);
    const { data } = await close(ada);
    expect(data.closeConnections.result).toBe(2);
    for (const { closed } of hers)
      expect(await closed).toEqual({ code: 4403, reason: 'An operator has closed your connections.' });
    expect(his.map(isOpen)).toEqual([true, true]);
    const back = await connectLive(other, token);
    // What was closed before does not concern who came after, whatever rings.
    await db.owner.query(`select notify_private.ring('c', array[$1::uuid], array[$1::uuid])`, [ada]);
    const watch = back.subscribe(unreadCountChanged);
    await watch.frame('the first frame', (count) => count === 0);
    expect(isOpen(back)).toBe(true);
    const { rows } = await db.owner.query(
      `select kind, target, note, details, operator_id from notify.operator_actions where target = $1`,
      [ada],
    );
    expect(rows).toEqual([
      {
        kind: 'close_connections',
        target: ada,
        note: 'Their telephone was stolen.',
        details: { connections: 2 },
        operator_id: operatorId,
      },
    ]);
    await closeAll([back, ...his]);
  });

  test('a doorbell that anybody may ring closes none', async () => {
    const ben = await createUser(db);
    const live = await connectLive(api, await signToken(ben));
    const watch = live.subscribe(unreadCountChanged);
    await watch.frame('the first frame', () => true);
    await db.owner.query(`select notify_private.ring('c', array[$1::uuid], array[$1::uuid])`, [ben]);
    // A real one after it has been heard, so the forged one was.
    const ada = await connectLive(api, await signToken(await createUser(db)));
    await close((await db.owner.query('select id from notify.users order by id desc limit 1')).rows[0].id);
    expect(await ada.closed).toMatchObject({ code: 4403 });
    expect(isOpen(live)).toBe(true);
    await live.close();
  });

  test('a process that did not listen when it was done does it when it listens again', async () => {
    // The API's own login may end its connections.
    const login = new pg.Client({ connectionString: db.apiUrl });
    await login.connect();
    const ada = await createUser(db);
    const live = await connectLive(api, await signToken(ada));
    await db.owner.query(
      `insert into notify.operator_actions (kind, target, note, acted_at) values ('close_connections', $1, 'Nobody rang for this.', clock_timestamp())`,
      [ada],
    );
    await login.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rowbell-listener' and datname = current_database()`,
    );
    expect(await live.closed).toMatchObject({ code: 4403 });
    await login.end();
  });

  test('needs somebody who exists, and a reason', async () => {
    expect((await close('00000000-0000-4000-8000-000000000000')).codes).toEqual(['NOT_FOUND']);
    const ada = await createUser(db);
    expect((await close(ada, operator, 'so')).codes).toEqual(['INVALID_INPUT']);
    expect((await db.owner.query('select from notify.operator_actions where target = $1', [ada])).rowCount).toBe(0);
  });
});
