import { describe, expect, test } from 'vitest';
import { createUser, signToken } from '../support/api.ts';
import { api, db, give, list, pack, query, type Row, somebody, walk } from './inbox-list-world.ts';

describe('NC-1: pages', () => {
  test('NC-1: what comes in, or is read, while one pages moves nothing', async () => {
    const ada = await somebody();
    const ids = await give(
      ada.id,
      Array.from({ length: 6 }, () => ({})),
    );
    const newest = [...ids].reverse();
    for (const sort of ['newest', 'unread_first'] as const) {
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
      [
        { filter: { places: ['spam'] } },
        expect.stringMatching(/"filter.places\[0\]"; Value "spam" does not exist in "InboxPlace" enum/),
      ],
      [
        { filter: { places: [null] } },
        expect.stringMatching(/"filter.places\[0\]"; Expected non-nullable type "InboxPlace!"/),
      ],
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
      const selection = field === 'inboxCount' ? '' : '{ total }';
      expect((await api.ask(`{ ${field}(filter: { places: [spam] }) ${selection} }`, { token })).codes).toEqual([
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
      newest: newest,
      oldest: ids,
      unread_first: [...newest.filter((id) => !isRead.get(id)), ...newest.filter((id) => isRead.get(id))],
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
    const all = `{ unreadCount inboxCount inboxCategories { category total unread } inboxSuggestions(search: "zeb")
      inbox(filter: { search: "zebra", places: [inbox, snoozed, archived] }) { totalCount nodes { title } } }`;
    for (const isPacked of [false, true]) {
      if (isPacked) await pack(ada.id, ids);
      expect((await api.ask(all, { token: ada.token })).data).toEqual({
        unreadCount: 2,
        inboxCount: 2,
        inboxCategories: [{ category: 'test', total: 2, unread: 2 }],
        inboxSuggestions: ['Zebra five', 'Zebra four', 'Zebra one', 'Zebra six'],
        inbox: { totalCount: 4, nodes: ['six', 'five', 'four', 'one'].map((n) => ({ title: `Zebra ${n}` })) },
      });
      const nothing = {
        inboxCount: 0,
        inboxCategories: [],
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
    // Not by its key either.
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
      db.asUser(ada.id, (client) => client.query('select from notify_private.search_index_chunks')),
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
