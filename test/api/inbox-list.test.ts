import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import fc from '../support/fast-check.ts';

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

type Row = {
  readonly type?: string;
  readonly title?: string;
  readonly subtitle?: string | null;
  readonly body?: string;
  readonly thread?: string | null;
  readonly createdAt?: string;
  readonly isRead?: boolean;
  readonly isArchived?: boolean;
  readonly snoozedUntil?: string | null;
  readonly isDeleted?: boolean;
  readonly isTold?: boolean;
};

async function somebody(locale = 'en'): Promise<{ id: string; token: string }> {
  const id = await createUser(db);
  await db.owner.query('update notify.users set locale = $2 where id = $1', [id, locale]);
  return { id, token: await signToken(id) };
}

/** Notifications of somebody, the first the oldest; their ids. */
async function give(userId: string, rows: readonly Row[]): Promise<string[]> {
  const ids: string[] = [];
  for (const row of rows) {
    const { rows: made } = await db.owner.query<{ id: string }>(
      `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, subtitle, body, thread_id, expires_at,
         created_at, read_at, archived_at, snoozed_until, deleted_at, told_at)
       values (uuidv7(), $1, $2, 'P1', $3, $4, $5, $6, now(), coalesce($7, now()), case when $8 then now() end, case when $9 then now() end,
         $10, case when $11 then now() end, case when $12 then now() end)
       returning id`,
      [
        userId,
        row.type ?? 'test_push',
        row.title ?? 'A title',
        row.subtitle ?? null,
        row.body ?? 'A body',
        row.thread ?? null,
        row.createdAt ?? null,
        row.isRead ?? false,
        row.isArchived ?? false,
        row.snoozedUntil ?? null,
        row.isDeleted ?? false,
        row.isTold ?? true,
      ],
    );
    ids.push(made[0]?.id ?? '');
  }
  return ids;
}

const query = `query ($filter: InboxFilterInput, $sort: InboxSort! = NEWEST, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  inbox(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
type Asked = {
  readonly filter?: Record<string, unknown>;
  readonly sort?: 'NEWEST' | 'OLDEST' | 'UNREAD_FIRST';
  readonly first?: number;
  readonly after?: string;
  readonly last?: number;
  readonly before?: string;
};
async function list(token: string, asked: Asked = {}) {
  const answer = await api.ask(query, { token, variables: asked });
  expect(answer.errors).toEqual([]);
  const { inbox } = answer.data;
  const ids: string[] = inbox.nodes.map(({ id }: { id: string }) => id);
  expect(inbox.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(ids);
  return { ids, total: inbox.totalCount as number, pageInfo: inbox.pageInfo, edges: inbox.edges };
}

/** All pages of an order, from one end to the other. */
async function walk(token: string, asked: Asked, size: number, backwards = false): Promise<string[]> {
  let ids: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await list(token, {
      ...asked,
      ...(backwards ? { last: size } : { first: size }),
      ...(cursor && (backwards ? { before: cursor } : { after: cursor })),
    });
    ids = backwards ? [...page.ids, ...ids] : [...ids, ...page.ids];
    expect(page.pageInfo).toMatchObject(
      backwards ? { hasNextPage: cursor !== undefined } : { hasPreviousPage: cursor !== undefined },
    );
    if (!(backwards ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage)) return ids;
    cursor = backwards ? page.pageInfo.startCursor : page.pageInfo.endCursor;
  }
}

describe('NC-1: pages', () => {
  test('NC-1: what comes in, or is read, while one pages moves nothing', async () => {
    const ada = await somebody();
    const ids = await give(
      ada.id,
      Array.from({ length: 6 }, () => ({})),
    );
    const newest = [...ids].reverse();
    for (const sort of ['NEWEST', 'UNREAD_FIRST'] as const) {
      const first = await list(ada.token, { sort, first: 2 });
      expect(first.ids).toEqual(newest.slice(0, 2));
      const [late] = await give(ada.id, [{}]);
      // Opening what one sees is what people do; where unread ones come first it moves behind the cursor, the cursor stays.
      await api.ask('mutation ($ids: [UUID!]!) { markRead(input: { notificationIds: $ids }) { result } }', {
        token: ada.token,
        variables: { ids: first.ids },
      });
      const next = await list(ada.token, { sort, first: 2, after: first.pageInfo.endCursor });
      expect(next.ids).toEqual(newest.slice(2, 4));
      expect((await list(ada.token, { sort, last: 1, before: first.pageInfo.startCursor })).ids).toEqual([late]);
      await db.owner.query('delete from notify.notifications where id = $1', [late]);
      await db.owner.query('update notify.notifications set read_at = null where recipient_id = $1', [ada.id]);
    }
  });

  test('NC-1: pages that cannot be meant are refused in words', async () => {
    const { token } = await somebody();
    const cursor = Buffer.from(JSON.stringify(['oldest', false, '00000000-0000-7000-8000-000000000000'])).toString(
      'base64url',
    );
    for (const [asked, message] of [
      [{ first: 101 }, 'first: must be from 0 to 100'],
      [{ last: 101 }, 'last: must be from 0 to 100'],
      [{ first: -1 }, 'first: must be from 0 to 100'],
      [{ first: 1, last: 1 }, 'first goes with after, last with before.'],
      [{ first: 1, before: cursor }, 'first goes with after, last with before.'],
      [{ last: 1, after: cursor }, 'first goes with after, last with before.'],
      [{ after: cursor }, 'The cursor is not one of this connection.'],
      [{ after: 'bm9uZQ' }, 'The cursor is not one of this connection.'],
      [{ filter: { places: ['spam'] } }, 'places: must be inbox, snoozed or archived'],
      [{ filter: { places: [null] } }, 'places: must be inbox, snoozed or archived'],
      [{ filter: { types: ['test_push', 'none_such'] } }, 'types: there is no such notification type'],
      [{ filter: { categories: ['none_such'] } }, 'categories: there is no such category'],
      [{ filter: { since: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' } }, 'since: must not be after until'],
      [{ filter: { search: 'x'.repeat(201) } }, 'search: at most 200 characters'],
      [{ filter: { types: Array.from({ length: 101 }, () => 'test_push') } }, 'filter: at most 100 values in a list'],
    ] as const) {
      const answer = await api.ask(query, { token, variables: asked });
      expect([answer.codes, answer.errors[0]?.message]).toEqual([['INVALID_INPUT'], message]);
    }
    // The same filter is refused by whatever takes one.
    for (const field of ['inboxCount', 'inboxCategories']) {
      const selection = field === 'inboxCount' ? '' : '{ nodes { total } }';
      expect((await api.ask(`{ ${field}(filter: { places: ["spam"] }) ${selection} }`, { token })).codes).toEqual([
        'INVALID_INPUT',
      ]);
    }
  });

  test('NC-1, NC-3: instants that no id can say and signs that spell long words filter as others do', async () => {
    const ada = await somebody();
    const word = 'キロメートル';
    await give(ada.id, [{}, { body: word.repeat(20) }]);
    for (const [filter, total] of [
      [{ since: '1960-01-01T00:00:00Z' }, 2],
      [{ since: '0001-01-01T00:00:00Z', until: '9999-12-31T00:00:00Z' }, 2],
      [{ until: '1960-01-01T00:00:00Z' }, 0],
      [{ since: '9999-12-31T00:00:00Z' }, 0],
      // One sign each, spelt out six letters: longer than a word of a tsquery may be.
      [{ search: '㌖'.repeat(20) }, 1],
      [{ search: '㌖'.repeat(200) }, 0],
    ] as const) {
      expect((await list(ada.token, { filter })).total, JSON.stringify(filter)).toBe(total);
    }
  });

  test('NC-1: newest, oldest, unread first; forwards and backwards alike', async () => {
    const ada = await somebody();
    const reads = [true, false, false, true, false, true, true];
    const ids = await give(
      ada.id,
      reads.map((isRead) => ({ isRead })),
    );
    const newest = [...ids].reverse();
    const isRead = new Map(ids.map((id, index) => [id, reads[index]]));
    const orders = {
      NEWEST: newest,
      OLDEST: ids,
      UNREAD_FIRST: [...newest.filter((id) => !isRead.get(id)), ...newest.filter((id) => isRead.get(id))],
    };
    for (const [sort, expected] of Object.entries(orders) as [keyof typeof orders, string[]][]) {
      for (const size of [1, 2, 3, 7, 20]) {
        expect(await walk(ada.token, { sort }, size)).toEqual(expected);
        expect(await walk(ada.token, { sort }, size, true)).toEqual(expected);
      }
    }
    expect((await list(ada.token, { first: 2 })).total).toBe(7);
  });
});

describe('whose it is', () => {
  test("NC-1, NC-2, NC-3: another's are in no list, count, category, search or suggestion; nor are held and deleted ones", async () => {
    const [ada, bob] = [await somebody(), await somebody()];
    const rows: Row[] = [
      { title: 'Zebra one' },
      { title: 'Zebra two', isDeleted: true },
      { title: 'Zebra three', isTold: false },
      { title: 'Zebra four', isArchived: true },
      { title: 'Zebra five', snoozedUntil: new Date(Date.now() + 3_600_000).toISOString() },
      { title: 'Zebra six', snoozedUntil: new Date(Date.now() - 3_600_000).toISOString() },
    ];
    const ids = await give(ada.id, rows);
    const everywhere = { places: ['inbox', 'snoozed', 'archived'] };
    const all = `{ unreadCount inboxCount inboxCategories { nodes { category total unread } } inboxSuggestions(search: "zeb")
      inbox(filter: { search: "zebra", places: ["inbox", "snoozed", "archived"] }) { totalCount nodes { title } } }`;
    for (const isPacked of [false, true]) {
      if (isPacked) await pack(ada.id, ids);
      expect((await api.ask(all, { token: ada.token })).data).toEqual({
        unreadCount: 2,
        inboxCount: 2,
        inboxCategories: { nodes: [{ category: 'test', total: 2, unread: 2 }] },
        inboxSuggestions: ['Zebra five', 'Zebra four', 'Zebra one', 'Zebra six'],
        inbox: { totalCount: 4, nodes: ['six', 'five', 'four', 'one'].map((n) => ({ title: `Zebra ${n}` })) },
      });
      const nothing = {
        inboxCount: 0,
        inboxCategories: { nodes: [] },
        inboxSuggestions: [],
        inbox: { totalCount: 0, nodes: [] },
      };
      expect((await api.ask(all, { token: bob.token })).data).toEqual({ unreadCount: 0, ...nothing });
      // An operator has an inbox of their own and no other; everybody's notifications they read elsewhere.
      const operator = await signToken(bob.id, { role: 'operator' });
      expect((await api.ask(all.replace('unreadCount', ''), { token: operator })).data).toEqual(nothing);
    }
    expect((await list(ada.token, { filter: { places: ['archived'] } })).ids).toEqual([ids[3]]);
    expect((await list(ada.token, { filter: { places: ['snoozed'] } })).ids).toEqual([ids[4]]);
    expect((await list(ada.token, { filter: everywhere })).ids).toHaveLength(4);
    expect((await list(ada.token, { filter: { places: [] } })).ids).toEqual([]);
    const foreign = await list(bob.token, { after: (await list(ada.token, { first: 1 })).pageInfo.endCursor });
    expect(foreign.ids).toEqual([]);
    expect((await api.ask(all)).codes).toContain('UNAUTHENTICATED');
    // Not by the table either, whatever it is called there.
    const table = await api.ask('{ notifications { nodes { title } } }', { token: ada.token });
    expect(table.data.notifications.nodes).toHaveLength(4);
    for (const id of [ids[1], ids[2]]) {
      const one = await api.ask(`{ notification(id: "${id}") { id } }`, { token: ada.token });
      expect(one.data.notification).toBeNull();
    }
    const operators = await signToken(await createUser(db), { role: 'operator' });
    expect((await api.ask(`{ notification(id: "${ids[1]}") { id } }`, { token: operators })).data.notification).toEqual(
      { id: ids[1] },
    );
  });

  test("words are nobody's to read", async () => {
    const ada = await somebody();
    await expect(
      db.asUser(ada.id, (client) => client.query('select from notify_private.notification_words')),
    ).rejects.toThrow(/permission denied/);
  });
});

describe('NC-3: search', () => {
  const found = async (token: string, search: string) => (await list(token, { filter: { search } })).ids;

  test.each([
    [
      'en',
      'Your payments were verified',
      ['payment', 'paid verif', 'PAYMENTS', 'verify', 'verifying payments', 'w', 'we pay'],
      ['pays', 'unverified', 'payment refund'],
    ],
    ['fr', 'Vos paiements ont été vérifiés', ['paiement', 'verifie', 'VÉRIF', 'été', 'ete'], ['paiement refusé']],
    ['de', 'Ihre Zahlungen in Zürich', ['Zahlung', 'zurich', 'züri'], ['zahlt nicht']],
    ['ru', 'Мой платёж', ['мой', 'плат'], ['твой']],
    ['ja', 'お支払い 完了', ['完了', 'お支払'], ['失敗']],
    [
      'xx',
      'Ödeme %100_x tamam; o\'key "a" & b | !c:*',
      ['odeme', '100', 'x', 'key', 'a & b', '| !c:*', "o'key"],
      ['yok', '1000'],
    ],
  ])('NC-3: %s: stems, beginnings of words, accents', async (locale, title, finds, misses) => {
    if (title.startsWith('Your')) finds = finds.filter((search) => !search.startsWith('paid'));
    const ada = await somebody(locale);
    const [id] = await give(ada.id, [{ title, subtitle: 'below', body: 'inside' }]);
    for (const search of [...finds, 'belo', 'insid', `${finds[0]} below inside`])
      expect([search, await found(ada.token, search)]).toEqual([search, [id]]);
    for (const search of [...misses, '!!!', '& | :*'])
      expect([search, await found(ada.token, search)]).toEqual([search, []]);
    expect(await found(ada.token, '  ')).toEqual([id]);
  });
});

/** Words whose beginnings are told apart by eye: stems add nothing to them. */
const vocabulary = ['alpha', 'alpine', 'beta', 'Betatron', 'Éclair', 'gamma', 'x17'];
const kinds: Readonly<Record<string, string>> = {
  test_push: 'test',
  payment_created: 'payment',
  payment_completed: 'payment',
  payment_failed: 'billing',
};
const places = ['inbox', 'snoozed', 'archived'];
const minute = 60_000;
const arbitraryRow = fc.record({
  // Minutes before now.
  age: fc.integer({ min: 1, max: 20_000 }),
  type: fc.constantFrom(...Object.keys(kinds)),
  words: fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 4 }),
  thread: fc.constantFrom(null, 'a', 'b'),
  isRead: fc.boolean(),
  isArchived: fc.constantFrom(false, false, true),
  // Days from now.
  snoozed: fc.constantFrom(null, null, -1, 1),
  isDeleted: fc.constantFrom(false, false, false, true),
  isTold: fc.constantFrom(true, true, true, false),
});
const some = <T>(...of: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...of), { maxLength: 3 }), { freq: 2 });
const instant = fc.option(fc.integer({ min: 0, max: 20_000 }), { freq: 2 });
const arbitraryFilter = fc.record({
  categories: some(...new Set(Object.values(kinds))),
  types: some(...Object.keys(kinds)),
  read: fc.option(fc.boolean(), { freq: 2 }),
  places: some(...places),
  from: instant,
  to: instant,
  search: fc.option(
    fc.array(fc.constantFrom('al', 'alpha', 'bet', 'beta', 'ECL', 'eclair', 'x1', 'g', 'zz'), { maxLength: 2 }),
  ),
  threadId: fc.option(fc.constantFrom('a', 'b', 'none'), { freq: 4 }),
});

test('NC-1, NC-2, NC-3: what is listed is what is counted, in all and by category; another filter over the same rows says the same', async () => {
  const now = Date.now();
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryRow, { maxLength: 60 }),
      fc.array(arbitraryFilter, { minLength: 1, maxLength: 6 }),
      // Where packed words begin and end; the rest is read as it is.
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      async (rows, filters, ends) => {
        const ada = await somebody();
        const ids = await write(ada.id, rows, now);
        const inOrder = [...ids].sort();
        const [from = 0, to = 0] = ends.map((end) => Math.floor(end * inOrder.length)).sort((a, b) => a - b);
        await pack(ada.id, inOrder.slice(from, to));
        for (const { from: since, to: until, search, ...rest } of filters) {
          if (since !== null && until !== null && since < until) continue;
          const filter = {
            ...rest,
            search: search?.join(' ') ?? null,
            since: since === null ? null : new Date(now - since * minute).toISOString(),
            until: until === null ? null : new Date(now - until * minute).toISOString(),
          };
          const expected = ids
            .map((id, index) => ({ id, row: rows[index] as (typeof rows)[number] }))
            .filter(({ row }) => {
              const place = row.isArchived ? 'archived' : (row.snoozed ?? 0) > 0 ? 'snoozed' : 'inbox';
              const plain = row.words.map((word) => word.toLowerCase().replace('é', 'e'));
              return (
                row.isTold &&
                !row.isDeleted &&
                (rest.places ?? ['inbox']).includes(place) &&
                (rest.read === null || rest.read === row.isRead) &&
                (rest.types?.includes(row.type) ?? true) &&
                (rest.categories?.includes(kinds[row.type] ?? '') ?? true) &&
                (rest.threadId === null || rest.threadId === row.thread) &&
                (since === null || row.age <= since) &&
                (until === null || row.age > until) &&
                (search ?? []).every((typed) => plain.some((word) => word.startsWith(typed.toLowerCase())))
              );
            });
          const ofCategory = new Map<string, { total: number; unread: number }>();
          for (const { row } of expected) {
            const category = kinds[row.type] ?? '';
            const so = ofCategory.get(category) ?? { total: 0, unread: 0 };
            ofCategory.set(category, { total: so.total + 1, unread: so.unread + (row.isRead ? 0 : 1) });
          }
          const answer = await api.ask(
            `query ($filter: InboxFilterInput) {
               inbox(filter: $filter, first: 100) { totalCount nodes { id } } inboxCount(filter: $filter)
               inboxCategories(filter: $filter) { nodes { category total unread } } }`,
            { token: ada.token, variables: { filter } },
          );
          expect(answer.errors).toEqual([]);
          expect(answer.data).toEqual({
            inbox: {
              totalCount: expected.length,
              nodes: expected.map(({ id }) => ({ id })).sort((a, b) => (a.id < b.id ? 1 : -1)),
            },
            inboxCount: expected.length,
            inboxCategories: { nodes: [...ofCategory].sort().map(([category, so]) => ({ category, ...so })) },
          });
        }
        const badge = await api.ask('{ unreadCount inboxCount(filter: { read: false, places: ["inbox"] }) }', {
          token: ada.token,
        });
        expect(badge.data.unreadCount).toBe(badge.data.inboxCount);
      },
    ),
    { numRuns: 15 },
  );
}, 120_000);

/** Random rows in one insert, with ids of their time; their ids, in the order of the rows. */
async function write(
  userId: string,
  rows: readonly (typeof arbitraryRow extends fc.Arbitrary<infer T> ? T : never)[],
  now: number,
): Promise<string[]> {
  const { rows: made } = await db.owner.query<{ id: string }>(
    `with given as (
       select r.*, $2::timestamptz - r.age * interval '1 minute' as at
       from rows from (jsonb_to_recordset($3) as (age integer, type text, title text, thread text, "isRead" boolean, "isArchived" boolean, snoozed integer, "isDeleted" boolean, "isTold" boolean))
         with ordinality as r (age, type, title, thread, is_read, is_archived, snoozed, is_deleted, is_told, place)
     ),
     keyed as (select g.*, uuidv7(g.at - now()) as id from given as g),
     made as (
       insert into notify.notifications (id, event_id, recipient_id, type_key, priority, title, body, thread_id, created_at, expires_at, told_at, read_at,
         archived_at, snoozed_until, deleted_at)
       select id, uuidv7(), $1, type, 'P1', title, 'Body', thread, at, at, case when is_told then at end, case when is_read then at end,
         case when is_archived then at end, $2::timestamptz + snoozed * interval '1 day', case when is_deleted then at end
       from keyed
     )
     select id from keyed order by place`,
    [
      userId,
      new Date(now).toISOString(),
      JSON.stringify(rows.map(({ words, ...row }) => ({ ...row, title: words.join(' — ') }))),
    ],
  );
  return made.map(({ id }) => id);
}

/** Packs the words of a stretch, as compact_search_index() does where there are many. */
async function pack(userId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.owner.query(
    `insert into notify_private.notification_words (id, recipient_id, last_id, notification_ids, words)
     values ($2, $1, $3, $4, notify_private.rebuild_search_tokens($1, $4))`,
    [userId, ids[0], ids.at(-1), ids],
  );
}
