import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';
import { connectLive, inboxChanged, type LiveSubscription, unreadCountChanged } from '../support/live.ts';

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

async function makePerson() {
  const id = await createUser(db);
  const token = await signToken(id);
  return { id, token };
}
const change = (token: string, action: string, ids: readonly string[], more = '') =>
  api.ask(
    `mutation ($ids: [UUID!]) { changeNotifications(input: { action: ${action}, notificationIds: $ids ${more} }) { result { changed undoToken } } }`,
    { token, variables: { ids } },
  );
const since = async (token: string, after: string | null) =>
  (
    await api.ask(
      'query ($after: LiveCursor) { inboxSince(after: $after) { cursor reset unread returnsAt removed items { id version title readAt } } }',
      { token, variables: { after } },
    )
  ).data.inboxSince;
const has =
  (id: string | undefined) =>
  ({ items }: { items: { id: string }[] }) =>
    items.some((item) => item.id === id);
const idsIn = ({ frames }: LiveSubscription) =>
  frames.flatMap(({ items }) => items.map((item: { id: string }) => item.id));

describe('NC-40: what commits is on the screen', () => {
  test('a notification comes with all of its fields, to its person alone', async () => {
    const [ada, bob] = [await makePerson(), await makePerson()];
    const [hers, his] = [await connectLive(api, ada.token), await connectLive(api, bob.token)];
    const [toHer, toHim] = [hers.subscribe(inboxChanged), his.subscribe(inboxChanged)];
    const first = await toHer.frame('the first frame', () => true);
    expect(first).toMatchObject({ reset: false, items: [], removed: [], unread: 0, returnsAt: null });
    await toHim.frame('the first frame', () => true);

    const [id] = await makeNotifications(db, ada.id, [{ body: 'For Ada' }]);
    const frame = await toHer.frame('the notification', has(id));
    expect(frame.items).toEqual([
      {
        id,
        version: expect.stringMatching(/^\d+$/),
        typeKey: 'test_push',
        category: expect.any(String),
        priority: 'P0',
        title: 'A title',
        subtitle: null,
        body: 'For Ada',
        data: {},
        threadId: null,
        createdAt: expect.any(String),
        readAt: null,
        seenAt: null,
        archivedAt: null,
        snoozedUntil: null,
      },
    ]);
    expect(frame.cursor > first.cursor || frame.cursor === first.cursor).toBe(true);
    // What is rung later comes later, so nothing of hers is under way to him any more.
    const [own] = await makeNotifications(db, bob.id, [{ body: 'For Bob' }]);
    await toHim.frame('his own', has(own));
    expect(idsIn(toHim)).toEqual([own]);
    await Promise.all([hers.close(), his.close()]);
  });

  test('each change of theirs comes with a higher version; deleted ones by their ids', async () => {
    const ada = await makePerson();
    const live = await connectLive(api, ada.token);
    const inbox = live.subscribe(inboxChanged);
    const [id = ''] = await makeNotifications(db, ada.id, [{}]);
    const { items } = await inbox.frame('the notification', has(id));
    await change(ada.token, 'read', [id]);
    const read = await inbox.frame('read', (frame) => has(id)(frame) && frame.items[0].readAt !== null);
    expect(BigInt(read.items[0].version)).toBeGreaterThan(BigInt(items[0].version));
    const { data } = await change(ada.token, 'delete', [id]);
    await inbox.frame('deleted', ({ removed }) => removed.includes(id));
    const before = inbox.frames.length;
    await api.ask('mutation ($token: UUID!) { undoChange(input: { undoToken: $token }) { result } }', {
      token: ada.token,
      variables: { token: data.changeNotifications.result.undoToken },
    });
    await inbox.frame('undone', (frame) => inbox.frames.indexOf(frame) >= before && has(id)(frame));
    await live.close();
  });

  test('what nobody was told yet comes when it is told, and what was rolled back never', async () => {
    const ada = await makePerson();
    const live = await connectLive(api, ada.token);
    const inbox = live.subscribe(inboxChanged);
    await inbox.frame('the first frame', () => true);
    const [held] = await makeNotifications(db, ada.id, [{ isTold: false }]);
    await db.asOwner((client) =>
      client.query(
        `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
         values (uuidv7(), $1, 'test_push', 'P0', 'Rolled back', '', now() + interval '1 day')`,
        [ada.id],
      ),
    );
    const [told] = await makeNotifications(db, ada.id, [{}]);
    await inbox.frame('the next one', has(told));
    expect(idsIn(inbox)).toEqual([told]);
    await db.owner.query(
      'update notify.notifications set told_at = now(), changed_xid = pg_current_xact_id() where id = $1',
      [held],
    );
    await inbox.frame('told', has(held));
    await live.close();
  });

  test('the unread count: at once, and when it changes', async () => {
    const [ada, bob] = [await makePerson(), await makePerson()];
    await makeNotifications(db, ada.id, [{}, {}]);
    const live = await connectLive(api, ada.token);
    const count = live.subscribe(unreadCountChanged);
    expect(await count.frame('the number', () => true)).toBe(2);
    await makeNotifications(db, bob.id, [{}]);
    const [id = ''] = await makeNotifications(db, ada.id, [{}]);
    await count.frame('one more', (number) => number === 3);
    await change(ada.token, 'archive', [id]);
    const before = count.frames.length;
    await count.frame('one less', (number) => number === 2 && count.frames.length > before);
    expect(count.frames.filter((number, place) => number === count.frames[place - 1])).toEqual([]);
    await live.close();
  });

  test('a snooze that ends changes the number without a commit, and frames say when', async () => {
    const ada = await makePerson();
    const [id = ''] = await makeNotifications(db, ada.id, [{}]);
    const live = await connectLive(api, ada.token);
    const [inbox, count] = [live.subscribe(inboxChanged), live.subscribe(unreadCountChanged)];
    await count.frame('the number', (number) => number === 1);
    await inbox.frame('the first frame', () => true);
    const soon = new Date(Date.now() + 2_000).toISOString();
    await change(ada.token, 'snooze', [id], `until: "${soon}"`);
    const snoozed = await inbox.frame(
      'snoozed',
      ({ unread, returnsAt }) => unread === 0 && Date.parse(returnsAt) === Date.parse(soon),
    );
    const after = () => inbox.frames.slice(inbox.frames.indexOf(snoozed));
    await inbox.frame('back', (frame) => after().includes(frame) && frame.unread === 1 && frame.returnsAt === null);
    await count.frame('back', () => count.frames.length === 3);
    expect(count.frames).toEqual([1, 0, 1]);
    await live.close();
  });
});

describe('NC-42: nothing is missed', () => {
  test('a cursor brings what changed since: by a socket, and by a query', async () => {
    const [ada, bob] = [await makePerson(), await makePerson()];
    const [old] = await makeNotifications(db, ada.id, [{ body: 'Before' }]);
    const { cursor, items } = await since(ada.token, null);
    expect(items).toEqual([]);
    const [id, gone = ''] = await makeNotifications(db, ada.id, [{}, {}]);
    await makeNotifications(db, bob.id, [{}]);
    await change(ada.token, 'delete', [gone]);

    const polled = await since(ada.token, cursor);
    expect(polled).toMatchObject({ reset: false, unread: 2, removed: [gone] });
    expect(polled.items.map((item: { id: string }) => item.id)).toEqual([id]);
    expect(polled.items.map((item: { id: string }) => item.id)).not.toContain(old);
    const live = await connectLive(api, ada.token);
    const inbox = live.subscribe(inboxChanged, { after: cursor });
    const first = await inbox.frame('the first frame', () => true);
    expect([first.items.map((item: { id: string }) => item.id), first.removed]).toEqual([[id], [gone]]);
    // From its own cursor nothing is left.
    expect(await since(ada.token, polled.cursor)).toMatchObject({ items: [], removed: [], reset: false });
    await live.close();
  });

  test('a transaction that was under way comes after it has ended, though it began before', async () => {
    const ada = await makePerson();
    const { cursor } = await db.asOwner(
      async (slow) => {
        await slow.query(
          `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
           values (uuidv7(), $1, 'test_push', 'P0', 'Slow', '', now() + interval '1 day')`,
          [ada.id],
        );
        await makeNotifications(db, ada.id, [{ body: 'Fast' }]);
        const seen = await since(ada.token, null);
        expect(seen.unread).toBe(1);
        return seen;
      },
      { commit: true },
    );
    const { items } = await since(ada.token, cursor);
    expect(items.map(({ title }: { title: string }) => title)).toContain('Slow');
  });

  test('more than 500 changes, a cursor of another history and one of the future: begin anew', async () => {
    const ada = await makePerson();
    const { cursor } = await since(ada.token, null);
    await makeNotifications(
      db,
      ada.id,
      Array.from({ length: 501 }, () => ({})),
    );
    expect(await since(ada.token, cursor)).toMatchObject({ reset: true, items: [], removed: [], unread: 501 });
    const [history, position] = cursor.split('.');
    const foreign = `${history === 'abcdef01' ? 'abcdef02' : 'abcdef01'}.${position}`;
    expect(await since(ada.token, foreign)).toMatchObject({ reset: true, items: [] });
    expect(await since(ada.token, `${history}.7${'f'.repeat(15)}`)).toMatchObject({ reset: true, items: [] });
    const last = await since(ada.token, null);
    await makeNotifications(db, ada.id, [{}]);
    expect(await since(ada.token, last.cursor)).toMatchObject({ reset: false, items: [{}] });
  });

  test.each(['', 'a', 'abcdef01.12', `abcdef01.${'8'.repeat(16)}`, "abcdef01.000000000000000';--"])(
    'what is no cursor is refused: %j',
    async (after) => {
      const ada = await makePerson();
      const { codes } = await api.ask('query ($after: LiveCursor) { inboxSince(after: $after) { cursor } }', {
        token: ada.token,
        variables: { after },
      });
      expect(codes).toEqual(['INVALID_INPUT']);
    },
  );

  test('a change of more than a hundred rings once, and its reader asks anew', async () => {
    const ada = await makePerson();
    await makeNotifications(
      db,
      ada.id,
      Array.from({ length: 120 }, () => ({})),
    );
    const live = await connectLive(api, ada.token);
    const inbox = live.subscribe(inboxChanged);
    await inbox.frame('the first frame', ({ unread }) => unread === 120);
    await api.ask('mutation { markAllRead(input: {}) { result } }', { token: ada.token });
    // The doorbell of the insert may still bring them as they were.
    const frame = await inbox.frame('all of them', ({ items, unread }) => items.length === 120 && unread === 0);
    expect(frame.reset).toBe(false);
    await live.close();
  });
});
