import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHistory, makePastMonth, partitionsOf } from '../privacy/months.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { type Client, createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makeType, planDue, tell } from '../support/engine-pack.ts';
import { inboxRows, makeNotifications } from '../support/inbox.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

type Person = { readonly id: string; readonly token: string };
async function makePerson(): Promise<Person> {
  const id = await createUser(db);
  return { id, token: await signToken(id) };
}

type Change = {
  readonly notificationIds?: readonly (string | undefined)[];
  readonly filter?: Record<string, unknown>;
  readonly until?: string;
};
const changing = `mutation ($action: String!, $notificationIds: [UUID], $filter: InboxFilterInput, $until: Datetime) {
  changeNotifications(input: { action: $action, notificationIds: $notificationIds, filter: $filter, until: $until }) {
    result { changed undoToken undoUntil } } }`;
const ask = (token: string, action: string, change: Change) =>
  api.ask(changing, { token, variables: { action, ...change } });
async function change(
  { token }: Person,
  action: string,
  what: Change,
): Promise<{ changed: number; undoToken: string }> {
  const { data, errors } = await ask(token, action, what);
  expect(errors).toEqual([]);
  return data.changeNotifications.result;
}
const askUndo = (token: string, undoToken: string) =>
  api.ask('mutation ($token: UUID!) { undoChange(input: { undoToken: $token }) { result } }', {
    token,
    variables: { token: undoToken },
  });
const undo = async ({ token }: Person, undoToken: string): Promise<number> =>
  (await askUndo(token, undoToken)).data.undoChange.result;
const badge = async ({ token }: Person): Promise<number> =>
  (await api.ask('{ unreadCount }', { token })).data.unreadCount;
const inADay = () => new Date(Date.now() + 86_400_000).toISOString();
const everywhere = { places: ['inbox', 'snoozed', 'archived'] };
/** Which columns are set, of each row. */
const marksOf = async ({ id }: Person) =>
  (await inboxRows(db, id)).map(({ id: _, thread_id: __, ...marks }) =>
    Object.entries(marks)
      .filter(([, at]) => at !== null)
      .map(([name]) => name.replace(/_(at|until)$/, ''))
      .join(' '),
  );

describe('NC-4: one call changes one, many or all that match', () => {
  test.each([
    ['seen', [], ['seen', 'seen', '']],
    ['read', [], ['seen read', 'seen read', '']],
    ['unread', ['read'], ['seen', 'seen', '']],
    ['archive', [], ['archived', 'archived', '']],
    ['unarchive', ['archive'], ['', '', '']],
    ['delete', [], ['deleted', 'deleted', '']],
    ['snooze', ['read', 'archive'], ['seen snoozed', 'seen snoozed', '']],
    ['unsnooze', ['snooze'], ['', '', '']],
  ])("NC-4: %s, by ids: one's own alone, once, and says how many", async (action, before, after) => {
    const ada = await makePerson();
    const bob = await makePerson();
    const ids = (await makeNotifications(db, ada.id, [{}, {}, {}])).slice(0, 2);
    for (const first of before)
      await change(ada, first, { notificationIds: ids, ...(first === 'snooze' && { until: inADay() }) });
    const what = { notificationIds: [...ids, ids[0], randomUUID()], ...(action === 'snooze' && { until: inADay() }) };
    const found = await inboxRows(db, ada.id);
    expect(await change(bob, action, what)).toEqual({ changed: 0, undoToken: null, undoUntil: null });
    expect(await inboxRows(db, ada.id)).toEqual(found);
    expect(await change(ada, action, what)).toMatchObject({ changed: 2 });
    expect(await marksOf(ada)).toEqual(after);
    // The first time stands.
    const changed = await inboxRows(db, ada.id);
    expect(await change(ada, action, what)).toEqual({ changed: 0, undoToken: null, undoUntil: null });
    expect(await inboxRows(db, ada.id)).toEqual(changed);
  });

  test('NC-4: by filter: what the list finds, all of it, nothing else', async () => {
    const ada = await makePerson();
    const bob = await makePerson();
    const ids = await makeNotifications(db, ada.id, [
      ...Array.from({ length: 600 }, (_, n) => ({ threadId: `t${n % 3}` })),
      { threadId: 't1', isTold: false },
    ]);
    await makeNotifications(db, bob.id, [{ threadId: 't1' }]);
    await change(ada, 'archive', { notificationIds: ids.slice(0, 30) });
    expect(await change(ada, 'read', { filter: { threadId: 't1' } })).toMatchObject({ changed: 190 });
    expect(await change(ada, 'read', { filter: { threadId: 't1', ...everywhere } })).toMatchObject({ changed: 10 });
    expect(await change(ada, 'delete', { filter: { read: true, ...everywhere } })).toMatchObject({ changed: 200 });
    const marks = (await inboxRows(db, ada.id)).map((row, n) => row.deleted_at !== null && n % 3 === 1);
    expect(marks.filter(Boolean)).toHaveLength(200);
    // An empty filter is the whole inbox.
    expect(await change(ada, 'archive', { filter: {} })).toMatchObject({ changed: 380 });
    expect(await badge(ada)).toBe(0);
    expect(await marksOf(bob)).toEqual(['']);
    expect(await badge(bob)).toBe(1);
    // What nobody was told yet is no matter of theirs, by id neither.
    expect((await marksOf(ada)).at(-1)).toBe('');
    expect(await change(ada, 'read', { notificationIds: ids.slice(-1) })).toMatchObject({ changed: 0 });
  });

  test.each([
    ['action', 'shred', { notificationIds: [randomUUID()] }],
    ['filter', 'read', {}],
    ['filter', 'read', { notificationIds: [randomUUID()], filter: {} }],
    ['places', 'read', { filter: { places: ['attic'] } }],
    ['until', 'snooze', { filter: {} }],
    ['until', 'read', { filter: {}, until: inADay() }],
    ['until', 'snooze', { filter: {}, until: '2020-01-01T00:00:00Z' }],
    ['until', 'snooze', { filter: {}, until: new Date(Date.now() + 367 * 86_400_000).toISOString() }],
  ])('NC-4: what is wrong is named: %s (%s, %j)', async (field, action, what) => {
    const ada = await makePerson();
    await makeNotifications(db, ada.id, [{}]);
    const { codes, errors } = await ask(ada.token, action, what);
    expect(codes).toEqual(['INVALID_INPUT']);
    expect(errors[0]?.message).toMatch(new RegExp(`^${field}: `));
    expect(await marksOf(ada)).toEqual(['']);
  });

  test('NC-4: not without a token, nor more than 500 ids', async () => {
    const what = { notificationIds: Array.from({ length: 501 }, () => randomUUID()) };
    expect((await api.ask(changing, { variables: { action: 'read', ...what } })).codes).toEqual(['UNAUTHENTICATED']);
    const ada = await makePerson();
    expect((await ask(ada.token, 'read', what)).codes).toEqual(['TOO_LARGE']);
    expect((await ask(ada.token, 'read', { notificationIds: what.notificationIds.slice(1) })).errors).toEqual([]);
  });

  test('NC-4: markAllRead reads all there is, wherever it is', async () => {
    const ada = await makePerson();
    const [first, second] = await makeNotifications(db, ada.id, [{}, {}, {}]);
    await change(ada, 'archive', { notificationIds: [first] });
    await change(ada, 'snooze', { notificationIds: [second], until: inADay() });
    const { data } = await api.ask('mutation { markAllRead(input: {}) { result } }', { token: ada.token });
    expect(data.markAllRead.result).toBe(3);
    expect(await marksOf(ada)).toEqual(['seen read archived', 'seen read snoozed', 'seen read']);
  });
});

describe('NC-4: snooze', () => {
  test('NC-4: is out of the inbox and the badge, and back by itself, unread', async () => {
    const ada = await makePerson();
    const ids = await makeNotifications(db, ada.id, [{}, {}]);
    await change(ada, 'read', { filter: {} });
    await change(ada, 'snooze', { notificationIds: ids.slice(0, 1), until: inADay() });
    expect(await badge(ada)).toBe(0);
    expect(await change(ada, 'archive', { filter: { read: false } })).toMatchObject({ changed: 0 });
    // The day passes.
    await db.owner.query(`update notify.notifications set snoozed_until = now() - interval '1 second' where id = $1`, [
      ids[0],
    ]);
    expect(await badge(ada)).toBe(1);
    expect(await change(ada, 'unsnooze', { filter: everywhere })).toMatchObject({ changed: 0 });
  });
});

describe('NC-4: undo', () => {
  test('NC-4: puts back what the change found, to the microsecond; twice is harmless', async () => {
    const ada = await makePerson();
    const ids = await makeNotifications(db, ada.id, [{}, {}, {}, {}, {}]);
    await change(ada, 'read', { notificationIds: ids.slice(0, 2) });
    await change(ada, 'archive', { notificationIds: ids.slice(1, 3) });
    await change(ada, 'snooze', { notificationIds: ids.slice(3, 4), until: inADay() });
    await change(ada, 'seen', { notificationIds: ids.slice(4) });
    const found = await inboxRows(db, ada.id);
    for (const action of ['read', 'unread', 'archive', 'unarchive', 'delete', 'snooze', 'unsnooze']) {
      const filter = everywhere;
      const { changed, undoToken } = await change(ada, action, {
        filter,
        ...(action === 'snooze' && { until: inADay() }),
      });
      expect(changed).toBeGreaterThan(0);
      expect(await inboxRows(db, ada.id)).not.toEqual(found);
      expect([action, await undo(ada, undoToken)]).toEqual([action, changed]);
      expect(await inboxRows(db, ada.id)).toEqual(found);
      expect(await undo(ada, undoToken)).toBe(0);
      expect(await inboxRows(db, ada.id)).toEqual(found);
    }
  });

  test('NC-4: leaves alone what was changed again since, and is undone from the last to the first', async () => {
    const ada = await makePerson();
    const [first] = await makeNotifications(db, ada.id, [{}, {}, {}]);
    const all = await change(ada, 'read', { filter: {} });
    // Back to where it was, and yet changed since.
    await change(ada, 'unread', { notificationIds: [first] });
    const again = await change(ada, 'read', { notificationIds: [first] });
    expect(await undo(ada, all.undoToken)).toBe(2);
    expect(await marksOf(ada)).toEqual(['seen read', '', '']);
    expect(await undo(ada, again.undoToken)).toBe(1);
    expect(await marksOf(ada)).toEqual(['seen', '', '']);
    // What was shown in between was seen.
    const archived = await change(ada, 'archive', { filter: {} });
    await change(ada, 'seen', { filter: everywhere });
    expect(await undo(ada, archived.undoToken)).toBe(3);
    expect(await marksOf(ada)).toEqual(['seen', 'seen', 'seen']);
  });

  test("NC-4: another's token is as unknown; an old one is too old, whosever it is", async () => {
    const ada = await makePerson();
    const bob = await makePerson();
    await makeNotifications(db, ada.id, [{}]);
    const { undoToken } = await change(ada, 'delete', { filter: {} });
    const foreign = await askUndo(bob.token, undoToken);
    const unknown = await askUndo(bob.token, await one<string>(db.owner, 'select uuidv7()'));
    expect(foreign.codes).toEqual(['NOT_FOUND']);
    expect(foreign.errors).toEqual(unknown.errors);
    expect((await api.ask(`mutation { undoChange(input: { undoToken: "${undoToken}" }) { result } }`)).codes).toEqual([
      'UNAUTHENTICATED',
    ]);
    expect(await marksOf(ada)).toEqual(['deleted']);
    expect(await undo(ada, undoToken)).toBe(1);

    const later = await change(ada, 'delete', { filter: {} });
    const old = await one<string>(
      db.owner,
      `update notify_private.inbox_changes set id = uuidv7(interval '-601 seconds'), changed_at = changed_at - interval '601 seconds'
       where id = $1 returning id`,
      [later.undoToken],
    );
    for (const person of [ada, bob]) expect((await askUndo(person.token, old)).codes).toEqual(['CONFLICT']);
    expect(await one(db.worker, 'select notify_private.expire_keys()')).toBeDefined();
    expect(await one(db.owner, 'select count(*)::integer from notify_private.inbox_changes where id = $1', [old])).toBe(
      0,
    );
    expect((await askUndo(ada.token, old)).codes).toEqual(['CONFLICT']);
    expect(await marksOf(ada)).toEqual(['deleted']);
  });

  test('NC-4: is one row, however many the change touched', async () => {
    const ada = await makePerson();
    await makeNotifications(
      db,
      ada.id,
      Array.from({ length: 2_000 }, () => ({})),
    );
    const { changed, undoToken } = await change(ada, 'read', { filter: {} });
    const kept = 'select count(*)::integer from notify_private.inbox_changes where user_id = $1';
    expect([changed, await one(db.owner, kept, [ada.id])]).toEqual([2_000, 1]);
    expect(await undo(ada, undoToken)).toBe(2_000);
    expect(await one(db.owner, kept, [ada.id])).toBe(1);
  });
});

/** How many wait for this client's locks, or for somebody who does. */
async function waiting(client: Client): Promise<number> {
  const pid = await one<number>(client as never, 'select pg_backend_pid()');
  return one(
    db.owner,
    `with recursive waits (pid) as (
       select $1::integer union select a.pid from pg_stat_activity as a, waits as w
       where a.datname = current_database() and w.pid = any (pg_blocking_pids(a.pid))
     ) select count(*)::integer - 1 from waits`,
    [pid],
  );
}
const act = (client: Client, action: string, filter = '(,,,,,,,)') =>
  one<number>(
    client as never,
    'select changed from notify.change_notifications($1, filter => $2::text::notify.inbox_filter)',
    [action, filter],
  );

/** Two notifications, the older of which lies behind the newer on disk, where it would be come upon later. */
async function makeReversed({ id }: Person, body = 'A body'): Promise<[string, string]> {
  const [first = '', second] = await makeNotifications(db, id, [{ body }, { body }]);
  const older = await one<string>(
    db.owner,
    `update notify.notifications set id = uuidv7(interval '-1 second') where id = $1 returning id`,
    [second],
  );
  return [older, first];
}

describe('NC-4: at once with others', () => {
  test('NC-4: opposite changes of two devices take turns: all is as the one or the other left it', async () => {
    const ada = await makePerson();
    await makeNotifications(
      db,
      ada.id,
      Array.from({ length: 300 }, () => ({})),
    );
    for (const [one, other] of [
      ['archive', 'unarchive'],
      ['read', 'unread'],
    ] as const) {
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, n) => ask(ada.token, n % 2 ? one : other, { filter: everywhere })),
      );
      expect(answers.flatMap(({ codes }) => codes)).toEqual([]);
      expect(new Set(await marksOf(ada)).size).toBe(1);
      for (const { data } of answers) expect([0, 300]).toContain(data.changeNotifications.result.changed);
    }
  });

  test('NC-4: the second finds what the first left', async () => {
    const ada = await makePerson();
    await makeNotifications(db, ada.id, [{}, {}]);
    let second: ReturnType<typeof change> | undefined;
    await db.asUser(
      ada.id,
      async (first) => {
        expect(await act(first, 'archive')).toBe(2);
        second = change(ada, 'read', { filter: {} });
        await until('the second waits', async () => (await waiting(first)) > 0);
      },
      { commit: true },
    );
    expect(await second).toMatchObject({ changed: 0 });
  });

  test('NC-4: what arrives meanwhile is not touched', async () => {
    const ada = await makePerson();
    const [first] = await makeNotifications(db, ada.id, [{}, {}]);
    let changing: ReturnType<typeof change> | undefined;
    await db.asOwner(async (holder) => {
      await holder.query('select from notify.notifications where id = $1 for update', [first]);
      changing = change(ada, 'delete', { filter: {} });
      await until('it has looked', async () => (await waiting(holder)) > 0);
      await makeNotifications(db, ada.id, [{}]);
    });
    expect(await changing).toMatchObject({ changed: 2 });
    expect(await marksOf(ada)).toEqual(['deleted', 'deleted', '']);
  });

  test('NC-4: planning for a person goes on while a change of theirs is under way', async () => {
    const ada = await makePerson();
    await makeNotifications(db, ada.id, [{}]);
    const typeKey = await makeType(db, { channels: ['in_app'], defaultChannels: ['in_app'] });
    await db.asUser(ada.id, async (user) => {
      expect(await act(user, 'read')).toBe(1);
      await tell(db, typeKey, [ada.id]);
      await planDue(db);
      expect(
        await one(db.owner, 'select count(*)::integer from notify.notifications where recipient_id = $1', [ada.id]),
      ).toBe(2);
    });
    expect(await badge(ada)).toBe(2);
  });

  test('NC-4: what is being told is not waited for, neither by filter nor by id', async () => {
    const ada = await makePerson();
    const ids = await makeNotifications(db, ada.id, [{}, {}, { isTold: false }]);
    await db.asOwner(
      async (teller) => {
        await teller.query('update notify.notifications set told_at = now() where id = $1', [ids[2]]);
        expect(await change(ada, 'read', { filter: {} })).toMatchObject({ changed: 2 });
        expect(await change(ada, 'archive', { notificationIds: ids })).toMatchObject({ changed: 2 });
      },
      { commit: true },
    );
    expect(await marksOf(ada)).toEqual(['seen read archived', 'seen read archived', '']);
  });

  test('NC-4: retention does not wait for a change, nor does undo for what retention took', async () => {
    const ada = await makePerson();
    const month = await makePastMonth(db, 16);
    await makeHistory(db, month, [ada.id]);
    await makeNotifications(db, ada.id, [{}]);
    const retention = () => one(db.worker, 'call notify_private.apply_retention(null)');
    const partitions = async () => (await partitionsOf(db, month)).filter((name) => name === `notifications_${month}`);
    let undoToken = '';
    await db.asUser(
      ada.id,
      async (user) => {
        undoToken = await one(
          user as never,
          `select undo_token from notify.change_notifications('read', filter => '(,,,,,,,)'::notify.inbox_filter)`,
        );
        await retention();
        expect(await partitions()).toHaveLength(1);
      },
      { commit: true },
    );
    await until('the month is gone', async () => {
      await retention();
      return (await partitions()).length === 0;
    });
    expect(await undo(ada, undoToken)).toBe(1);
    expect(await marksOf(ada)).toEqual(['']);
  });

  test('NC-4: locks in the order of ids, as an erasure of somebody they name does', async () => {
    const ada = await makePerson();
    const bob = await one<string>(db.owner, `insert into notify.users (name) values ('Zauberwald') returning id`);
    const [oldest, newest] = await makeReversed(ada, 'Zauberwald');
    await db.owner.query('update notify.notifications set actor_id = $2 where recipient_id = $1', [ada.id, bob]);
    const erase = () =>
      db.asOperator(async (operator) => {
        // However the rows are found.
        await operator.query('set local enable_indexscan = off');
        await operator.query(`select notify.erase_person($1, 'person_request', $1)`, [bob]);
      });
    for (const work of [erase, () => change(ada, 'read', { filter: everywhere })]) {
      let working: Promise<unknown> | undefined;
      await db.asOwner(async (holder) => {
        await holder.query('select from notify.notifications where id = $1 for update', [oldest]);
        working = work();
        // Rejections are looked at below.
        working.catch(() => {});
        await until('it waits', async () => (await waiting(holder)) > 0);
        // It would wait for us, and we for it.
        await holder.query('select from notify.notifications where id = $1 for update', [newest]);
      });
      await working;
    }
    expect(await marksOf(ada)).toEqual(['seen read', 'seen read']);
  });

  test('NC-4: an erasure of the person themselves waits for their change, and takes the undo with it', async () => {
    const ada = await makePerson();
    const [oldest] = await makeReversed(ada);
    let changing: ReturnType<typeof change> | undefined;
    let erasing: Promise<unknown> | undefined;
    await db.asOwner(async (holder) => {
      await holder.query('select from notify.notifications where id = $1 for update', [oldest]);
      changing = change(ada, 'archive', { filter: {} });
      await until('the change waits for us', async () => (await waiting(holder)) === 1);
      erasing = db.asOperator(
        (operator) => operator.query(`select notify.erase_person($1, 'person_request', $1)`, [ada.id]),
        { commit: true },
      );
      await until('the erasure waits, too', async () => (await waiting(holder)) === 2);
    });
    expect(await changing).toMatchObject({ changed: 2 });
    await erasing;
    expect(await inboxRows(db, ada.id)).toEqual([]);
    expect(
      await one(db.owner, 'select count(*)::integer from notify_private.inbox_changes where user_id = $1', [ada.id]),
    ).toBe(0);
    expect(await change(ada, 'read', { filter: {} })).toMatchObject({ changed: 0 });
  });
});

describe('the inbox by thread', () => {
  const threads = (token: string, filter = '{}', page = 'first: 100') =>
    api.ask(
      `{ inboxThreads(${page}, filter: ${filter}) { totalCount pageInfo { hasNextPage endCursor }
          nodes { threadId count unreadCount oldestAt newestAt newest { id createdAt } } } }`,
      { token },
    );

  test('NC-1: newest first, each with its counts; what has no thread stands alone; another sees none', async () => {
    const ada = await makePerson();
    const bob = await makePerson();
    const ids = await makeNotifications(db, ada.id, [
      { threadId: 'trip' },
      { threadId: 'chat' },
      {},
      { threadId: 'trip' },
      {},
      { threadId: 'chat', isTold: false },
    ]);
    await change(ada, 'read', { notificationIds: [ids[0], ids[2]] });
    const { data, errors } = await threads(ada.token);
    expect(errors).toEqual([]);
    expect(
      data.inboxThreads.nodes.map((node: Record<string, never>) => [
        node.threadId,
        node.count,
        node.unreadCount,
        node.newest,
      ]),
    ).toMatchObject([
      [null, 1, 1, { id: ids[4] }],
      ['trip', 2, 1, { id: ids[3] }],
      [null, 1, 0, { id: ids[2] }],
      ['chat', 1, 1, { id: ids[1] }],
    ]);
    for (const { newest, newestAt } of data.inboxThreads.nodes) expect(newestAt).toBe(newest.createdAt);
    expect((await threads(ada.token, '{ read: true }')).data.inboxThreads.nodes).toMatchObject([
      { threadId: null, count: 1 },
      { threadId: 'trip', count: 1, unreadCount: 0, newest: { id: ids[0] } },
    ]);
    expect((await threads(bob.token)).data.inboxThreads.nodes).toEqual([]);

    const first = (await threads(ada.token, '{}', 'first: 3')).data.inboxThreads;
    expect([first.totalCount, first.nodes.length, first.pageInfo.hasNextPage]).toEqual([4, 3, true]);
    const rest = await threads(ada.token, '{}', `first: 3, after: "${first.pageInfo.endCursor}"`);
    expect([...first.nodes, ...rest.data.inboxThreads.nodes]).toEqual(data.inboxThreads.nodes);
  });

  test("NC-1: the counts add up to the list's, whatever is asked", async () => {
    const ada = await makePerson();
    const ids = await makeNotifications(
      db,
      ada.id,
      Array.from({ length: 90 }, (_, n) => (n % 4 ? { threadId: `t${n % 7}` } : {})),
    );
    await change(ada, 'read', { notificationIds: ids.filter((_, n) => n % 3 === 0) });
    await change(ada, 'archive', { notificationIds: ids.filter((_, n) => n % 5 === 0) });
    for (const filter of ['{}', '{ read: false }', '{ threadId: "t3" }', '{ places: ["archived"] }']) {
      const { data } = await api.ask(
        `{ threads: inboxThreads(first: 100, filter: ${filter}) { nodes { count unreadCount } } all: inboxCount(filter: ${filter}) }`,
        { token: ada.token },
      );
      const sum = data.threads.nodes.reduce((total: number, { count }: { count: number }) => total + count, 0);
      expect([filter, sum]).toEqual([filter, data.all]);
      expect(data.all).toBeGreaterThan(0);
    }
  });
});
