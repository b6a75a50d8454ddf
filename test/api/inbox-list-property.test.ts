import { expect, test } from 'vitest';
import fc from '../support/fast-check.ts';
import { api, db, pack, places, somebody } from './inbox-list-world.ts';

/** Words whose beginnings are told apart by eye: stems add nothing to them. */
const vocabulary = ['alpha', 'alpine', 'beta', 'Betatron', 'Éclair', 'gamma', 'x17'];

const kinds: Readonly<Record<string, string>> = {
  test_push: 'test',
  news_today: 'news',
  news_of_friends: 'news',
  offer: 'offers',
};

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
  for (const [key, category] of Object.entries(kinds)) {
    await db.owner.query(
      `insert into notify.notification_types (key, pack, category, channels, default_channels, audience)
       values ($1, 'test', $2, '{in_app}', '{in_app}', 'notify_private.test_push_audience') on conflict do nothing`,
      [key, category],
    );
  }
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
               inboxCategories(filter: $filter) { category total unread } }`,
            { token: ada.token, variables: { filter } },
          );
          expect(answer.errors).toEqual([]);
          expect(answer.data).toEqual({
            inbox: {
              totalCount: expected.length,
              nodes: expected.map(({ id }) => ({ id })).sort((a, b) => (a.id < b.id ? 1 : -1)),
            },
            inboxCount: expected.length,
            inboxCategories: [...ofCategory].sort().map(([category, so]) => ({ category, ...so })),
          });
        }
        const badge = await api.ask('{ unreadCount inboxCount(filter: { read: false, places: [inbox] }) }', {
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
