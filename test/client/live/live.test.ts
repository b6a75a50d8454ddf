import { describe, expect, onTestFinished, test } from 'vitest';
import type { InboxList, Rowbell } from '../../../web/client/src/index.ts';
import { signToken } from '../../support/api.ts';
import { makeNotifications } from '../../support/inbox.ts';
import { api, createClient, db, gate, somebody } from '../world.ts';
import { look, statusOf } from './looking.ts';
import { createBrowser } from './tabs.ts';

/** The list as somebody looks at it, with the socket open. */
async function watch(rowbell: Rowbell, options = {}): Promise<InboxList> {
  const list = rowbell.inbox(options);
  list.follow(true);
  look(rowbell, list);
  await expect.poll(() => list.get().isLoading).toBe(false);
  return list;
}
const bodies = (list: InboxList) => list.get().items.map(({ body }) => body);
const tell = (id: string, body: string) => makeNotifications(db, id, [{ body }]);

describe('NC-42: a list that keeps itself up to date', () => {
  test('shows what commits, what another device changed, and the count, without asking for anything', async () => {
    const { id, token, rowbell, notificationIds } = await somebody();
    const list = await watch(rowbell);
    await statusOf(rowbell).toBe('live');
    // The page at once, and once more when the socket has said from where on it tells.
    await expect.poll(() => [gate.passed.length, list.get().isLoading]).toEqual([2, false]);
    gate.passed.length = 0;
    await tell(id, 'Now');
    await expect.poll(() => bodies(list)[0]).toBe('Now');
    await expect.poll(() => [list.get().total, list.get().unread]).toEqual([4, 4]);
    const phone = createClient({ url: `${api.url}/graphql`, getToken: () => token });
    await phone.inbox.change('archive', notificationIds.slice(0, 1));
    await expect.poll(() => [list.get().items.length, list.get().total, list.get().unread]).toEqual([3, 3, 3]);
    const undone = await phone.inbox.change('delete', notificationIds.slice(1, 2));
    await expect.poll(() => list.get().items.length).toBe(2);
    await undone.undo();
    await expect.poll(() => list.get().items.length).toBe(3);
    expect(list.get().categories).toMatchObject([{ total: 3, unread: 3 }]);
    expect(gate.passed).toEqual([]);
  });

  test('tells of each notification once, also of those that came while there was no connection', async () => {
    const { id, rowbell } = await somebody();
    const told: string[] = [];
    // Of what was made a moment before it may tell, too.
    const listen = ({ body }: { body: string }) => void (body !== 'A body' && told.push(body));
    onTestFinished(rowbell.on('notification', listen));
    await statusOf(rowbell).toBe('live');
    await tell(id, 'One');
    await expect.poll(() => told).toEqual(['One']);
    gate.way = 'down';
    gate.cut();
    await statusOf(rowbell).toBe('reconnecting');
    await tell(id, 'Two');
    gate.way = 'up';
    rowbell.connection.connect();
    await expect.poll(() => told).toEqual(['One', 'Two']);
    await tell(id, 'Three');
    await expect.poll(() => told).toEqual(['One', 'Two', 'Three']);
  });

  test('misses nothing, however often the way breaks', async () => {
    const { id, rowbell } = await somebody();
    const list = await watch(rowbell, { first: 100 });
    for (const round of [1, 2, 3, 4, 5, 6]) {
      if (round % 2 === 0) gate.cut();
      await tell(id, `Before ${round}`);
      if (round % 3 === 0) gate.cut();
      await tell(id, `After ${round}`);
    }
    await expect.poll(() => list.get().items.length).toBe(15);
    expect(new Set(bodies(list)).size).toBe(13);
    expect(list.get().total).toBe(15);
  });

  test('asks by request where a proxy knows no sockets, and uses a socket when one opens', async () => {
    const { id, rowbell } = await somebody();
    gate.way = 'socketless';
    const list = await watch(rowbell);
    await statusOf(rowbell).toBe('polling');
    await tell(id, 'By request');
    gate.way = 'up';
    rowbell.connection.connect();
    await statusOf(rowbell).toBe('live');
    await expect.poll(() => bodies(list)[0]).toBe('By request');
  });
});

describe('NC-42: the end of a session, and of a token', () => {
  test('a session that is ended elsewhere: signed out, and no further socket', async () => {
    const { id, rowbell, token } = await somebody();
    const list = await watch(rowbell);
    await statusOf(rowbell).toBe('live');
    await createClient({ url: `${api.url}/graphql`, getToken: () => token }).devices.endSession();
    await statusOf(rowbell).toBe('signed-out');
    await tell(id, 'Too late');
    expect([bodies(list).includes('Too late'), gate.sockets.size]).toEqual([false, 0]);
  });

  test('a token that expires is replaced, and nothing is missed', async () => {
    const { id } = await somebody();
    const asked: boolean[] = [];
    const { rowbell } = await somebody({
      async getToken({ isRefused }) {
        asked.push(isRefused);
        return signToken(id, { expiresIn: isRefused ? 600 : 3 });
      },
    });
    const list = await watch(rowbell);
    await expect.poll(() => asked.includes(true)).toBe(true);
    await tell(id, 'Later');
    await expect.poll(() => bodies(list)[0]).toBe('Later');
    await statusOf(rowbell).toBe('live');
  });
});

describe('NC-42: tabs', () => {
  test('have one socket; when the one that leads is closed, another goes on without a gap', async () => {
    const browser = createBrowser();
    const leading = browser.tab();
    const { id, token, rowbell } = await somebody(leading);
    const one = await watch(rowbell);
    await statusOf(rowbell).toBe('live');
    const other = createClient({ getToken: () => token, ...browser.tab() });
    const two = await watch(other);
    await statusOf(other).toBe('live');
    await tell(id, 'Both');
    for (const list of [one, two]) await expect.poll(() => bodies(list)[0]).toBe('Both');
    expect(two.get().unread).toBe(4);
    expect(gate.opened).toBe(1);
    leading.close();
    await tell(id, 'Between');
    await expect.poll(() => bodies(two)[0]).toBe('Between');
    await tell(id, 'After');
    await expect.poll(() => bodies(two)[0]).toBe('After');
    expect([gate.opened, bodies(one)[0]]).toEqual([2, 'Both']);
  });

  test('without locks and channels each has its own', async () => {
    const { id, token, rowbell } = await somebody();
    const other = createClient({ getToken: () => token });
    const lists = [await watch(rowbell), await watch(other)];
    for (const one of [rowbell, other]) await statusOf(one).toBe('live');
    await tell(id, 'Both');
    for (const list of lists) await expect.poll(() => bodies(list)[0]).toBe('Both');
    expect(gate.opened).toBe(2);
  });
});
