import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

let database: TestDatabase;
let api: TestApi;
let me: string;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  await database.owner.query(
    `insert into notify.limits (key, at_most, per, noun, reason) values
       ('tries', 5, '1 hour', 'tries', 'A test'), ('others', 5, '1 hour', 'others', 'A test'), ('things', 3, null, 'things', 'A test')`,
  );
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const use = (user: string, uses = 1, key = 'tries') =>
  database.owner.query('select notify_private.use_limit($1, $2, $3)', [key, user, uses]);
const used = (user: string) =>
  one<number>(
    database.owner,
    `select coalesce(sum(used), 0)::integer from notify_private.limit_uses where user_id = $1 and limit_key = 'tries'`,
    [user],
  );

describe('SE-14: a limit of uses', () => {
  test('lets exactly as many through, however many ask at once', async () => {
    me = await createUser(database);
    const answers = await Promise.allSettled(Array.from({ length: 15 }, () => use(me)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(await used(me)).toBe(5);
    // Another's, and another limit's, are not touched by it.
    await use(await createUser(database));
    await use(me, 5, 'others');
  });

  test('says what it is, how much, and in how many seconds there is room again', async () => {
    const refused = await use(me).catch((error: unknown) => error as Record<string, string>);
    expect(refused).toMatchObject({ code: 'RBLIM', message: 'at most 5 tries an hour', constraint: 'tries' });
    expect(Number((refused as { detail: string }).detail)).toBeGreaterThan(3_000);
    expect(Number((refused as { detail: string }).detail)).toBeLessThanOrEqual(3_600);
  });

  test('counts many at once as many, and none of them where they do not all fit', async () => {
    const user = await createUser(database);
    await use(user, 3);
    await expect(use(user, 3)).rejects.toMatchObject({ code: 'RBLIM' });
    expect(await used(user)).toBe(3);
    await use(user, 2);
    await use(user, 0);
    expect(await used(user)).toBe(5);
    // What fits into no window has no instant at which it would.
    await expect(use(user, 6)).rejects.toMatchObject({ code: 'RBLIM', detail: '' });
  });

  test('gives back what a transaction that failed had used', async () => {
    const user = await createUser(database);
    await database.asOwner((client) => client.query(`select notify_private.use_limit('tries', $1, 5)`, [user]));
    expect(await used(user)).toBe(0);
    await use(user, 5);
  });

  test('begins anew when the window is over, and is forgotten', async () => {
    const user = await createUser(database);
    await use(user, 5);
    const passes = (interval: string) =>
      database.owner.query(
        `update notify_private.limit_uses set window_start = window_start - $2::interval where user_id = $1`,
        [user, interval],
      );
    await passes('59 minutes');
    await expect(use(user)).rejects.toMatchObject({ code: 'RBLIM' });
    await passes('1 minute');
    await use(user, 5);
    await expect(use(user)).rejects.toMatchObject({ code: 'RBLIM' });
    await database.worker.query('select notify_private.expire_keys()');
    expect(await used(user)).toBe(5);
    await passes('61 minutes');
    await database.worker.query('select notify_private.expire_keys()');
    expect(await used(user)).toBe(0);
  });

  test('shows how many people have used it up', async () => {
    const reached = () =>
      one<number>(
        database.owner,
        `select value::integer from notify_private.prometheus_metrics() where name = 'limit_reached' and labels ->> 'limit' = 'others'`,
      );
    const before = await reached();
    await use(await createUser(database), 4, 'others');
    expect(await reached()).toBe(before);
    await use(await createUser(database), 5, 'others');
    expect(await reached()).toBe(before + 1);
  });
});

test('SE-14: a limit of what there is at a time refuses what would be more, without an instant', async () => {
  const check = (present: number) => database.owner.query(`select notify_private.check_limit('things', $1)`, [present]);
  await check(3);
  await expect(check(4)).rejects.toMatchObject({
    code: 'RBLIM',
    message: 'at most 3 things at a time',
    constraint: 'things',
    detail: '',
  });
});

describe('SE-14: operators change a limit', () => {
  const set =
    'mutation ($key: String!, $most: Int!) { setLimit(input: { limitKey: $key, atMost: $most }) { result { key atMost } } }';

  test('and it holds from the next use on, upwards and downwards', async () => {
    const token = await signToken(await createUser(database), { role: 'operator' });
    const change = (most: number, key = 'tries') => api.ask(set, { token, variables: { key, most } });
    const user = await createUser(database);
    await use(user, 5);
    expect((await change(6)).data.setLimit.result).toEqual({ key: 'tries', atMost: 6 });
    await use(user);
    await change(2);
    await expect(use(user)).rejects.toMatchObject({ message: 'at most 2 tries an hour' });
    await expect(use(await createUser(database), 3)).rejects.toMatchObject({ code: 'RBLIM' });
    await change(0);
    await expect(use(await createUser(database))).rejects.toMatchObject({ code: 'RBLIM' });
    expect((await change(-1)).codes).toEqual(['INVALID_INPUT']);
    expect((await change(5, 'nothing')).codes).toEqual(['NOT_FOUND']);
    const { data } = await api.ask('{ limits(first: 100) { key atMost noun reason } }', { token });
    expect(data.limits).toContainEqual({ key: 'tries', atMost: 0, noun: 'tries', reason: 'A test' });
  });

  test('and nobody else does, nor sees them', async () => {
    const token = await signToken(await createUser(database));
    const before = await one<number>(database.owner, `select at_most from notify.limits where key = 'devices'`);
    expect(
      (await api.ask(set, { token, variables: { key: 'devices', most: 9_999 } })).data?.setLimit ?? null,
    ).toBeNull();
    expect((await api.ask('{ limits(first: 100) { key } }', { token })).data?.limits ?? null).toBeNull();
    expect(await one<number>(database.owner, `select at_most from notify.limits where key = 'devices'`)).toBe(before);
    const inSql = (session: TestDatabase['asUser']) =>
      session(me, (client) => client.query(`update notify.limits set at_most = 9999`));
    await expect(inSql(database.asUser)).rejects.toMatchObject({ code: '42501' });
    await expect(
      database.asOperator((client) => client.query(`update notify.limits set at_most = 9999`)),
    ).rejects.toMatchObject({ code: '42501' });
    // Nobody can use up another's share.
    await expect(
      database.asUser(me, (client) => client.query(`select notify_private.use_limit('tries', $1)`, [me])),
    ).rejects.toMatchObject({ code: '42501' });
  });
});
