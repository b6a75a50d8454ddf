import { afterEach, expect, test } from 'vitest';
import type { InboxList, Rowbell } from '../../../web/client/src/index.ts';
import { createUser, signToken } from '../../support/api.ts';
import { inboxRows } from '../../support/inbox.ts';
import { createClient, db, gate, somebody } from '../world.ts';
import { createBrowser } from './tabs.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** The list as somebody looks at it. */
async function watch(rowbell: Rowbell, options = {}): Promise<InboxList> {
  const list = rowbell.inbox(options);
  stops.push(list.subscribe(() => {}));
  await expect.poll(() => list.get().isLoading).toBe(false);
  return list;
}
/** The changes that came to the API, in their order: of which notification, and what. */
const sent = () =>
  gate.passed.flatMap(({ body }) => {
    const { query, variables } = JSON.parse(body);
    return query.includes('changeNotifications(')
      ? [[variables.input.action, variables.input.notificationIds?.[0]]]
      : [];
  });
const stateOf = async (id: string) =>
  (await inboxRows(db, id)).map((row) => [row.read_at !== null, row.archived_at !== null]);

test('NC-42: a change is on the screen before the API has it, and stays there', async () => {
  const { id, rowbell, notificationIds } = await somebody(createBrowser().tab());
  const list = await watch(rowbell);
  const change = list.change('archive', notificationIds.slice(0, 1));
  expect([list.get().items.length, list.get().total]).toEqual([2, 2]);
  expect(await change).toMatchObject({ isQueued: false, changed: 1 });
  expect([list.get().items.length, list.get().total, list.get().unread]).toEqual([2, 2, 2]);
  expect((await stateOf(id)).filter(([, isArchived]) => isArchived)).toHaveLength(1);
});

test('NC-42: changes made offline in several tabs are shown in all of them, and sent in their order, each once', async () => {
  const browser = createBrowser();
  const { id, token, rowbell, notificationIds } = await somebody(browser.tab());
  const other = createClient({ getToken: () => token, ...browser.tab() });
  const [one, two] = [await watch(rowbell), await watch(other)];
  const [first = '', second = '', third = ''] = notificationIds;
  gate.way = 'down';
  expect(await one.change('archive', [first])).toMatchObject({ isQueued: true, changed: 1 });
  expect(await two.change('read', [second])).toMatchObject({ isQueued: true, changed: 1 });
  expect(await one.change('archive', [third])).toMatchObject({ isQueued: true, changed: 1 });
  await expect
    .poll(() => [one, two].map((list) => list.get().items.map((item) => item.readAt !== null)))
    .toEqual([[true], [true]]);
  expect([one.get().unread, two.get().unread, (await browser.kept()).length]).toEqual([0, 0, 3]);
  gate.reset();
  await expect.poll(async () => (await browser.kept()).length).toBe(0);
  expect(sent()).toEqual([
    ['archive', first],
    ['read', second],
    ['archive', third],
  ]);
  const rows = await inboxRows(db, id);
  expect(
    rows
      .filter((row) => row.archived_at)
      .map((row) => row.id)
      .sort(),
  ).toEqual([first, third].sort());
  await expect
    .poll(() => [one, two].map((list) => list.get().items.map((item) => item.id)))
    .toEqual([[second], [second]]);
});

test('NC-42: what was kept when the tab was closed is sent by the next one that is opened', async () => {
  const browser = createBrowser();
  const { id, token, rowbell, notificationIds } = await somebody(browser.tab());
  const list = await watch(rowbell);
  gate.way = 'down';
  await list.change('archive', notificationIds.slice(0, 2));
  for (const stop of stops.splice(0)) stop();
  const next = createClient({ getToken: () => token, ...browser.tab() });
  gate.reset();
  await watch(next);
  await expect.poll(async () => (await stateOf(id)).filter(([, isArchived]) => isArchived).length).toBe(2);
  expect(await browser.kept()).toEqual([]);
});

test('NC-42: what the API refuses is taken back on the screen, and says why: at once, or when the network is back', async () => {
  const { rowbell, notificationIds } = await somebody();
  const list = await watch(rowbell);
  const late = new Date(Date.now() - 60_000).toISOString();
  const refused = list.snooze(notificationIds, late);
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', field: 'until' });
  expect(list.get().items).toHaveLength(3);
  const refusals: string[] = [];
  stops.push(rowbell.on('refused', ({ change, error }) => refusals.push(`${change?.action} ${error.code}`)));
  gate.way = 'down';
  expect(await list.snooze(['junk'], late)).toMatchObject({ isQueued: true });
  const fine = await list.change('archive', notificationIds.slice(0, 1));
  expect([fine.isQueued, list.get().items.length]).toEqual([true, 2]);
  gate.reset();
  await expect.poll(() => refusals).toEqual(['snooze INVALID_INPUT']);
  // What came after it is sent nevertheless.
  await expect.poll(() => sent().map(([action]) => action)).toEqual(['snooze', 'archive']);
});

test('NC-42: undo puts back what was sent; what still waits is not sent at all', async () => {
  const { id, rowbell, notificationIds } = await somebody();
  const list = await watch(rowbell);
  const archived = await list.change('archive', notificationIds);
  expect(list.get().items).toHaveLength(0);
  const undone = archived.undo();
  await expect.poll(() => list.get().items.length).toBe(3);
  expect(await undone).toBe(3);
  gate.way = 'down';
  const queued = await list.change('delete', notificationIds.slice(0, 1));
  expect([queued.isQueued, list.get().items.length]).toEqual([true, 2]);
  expect(await queued.undo()).toBe(1);
  expect(list.get().items).toHaveLength(3);
  gate.reset();
  await list.change('read', notificationIds.slice(0, 1));
  expect(sent().map(([action]) => action)).toEqual(['read']);
  expect((await inboxRows(db, id)).length).toBe(3);
});

test('NC-42: a change that was queued and sent since is undone by its token', async () => {
  const { id, rowbell, notificationIds } = await somebody();
  const list = await watch(rowbell);
  gate.way = 'down';
  const queued = await list.change('archive', notificationIds);
  gate.reset();
  await expect.poll(async () => (await stateOf(id)).every(([, isArchived]) => isArchived)).toBe(true);
  await expect.poll(() => queued.undo()).toBe(3);
  expect((await stateOf(id)).some(([, isArchived]) => isArchived)).toBe(false);
});

test('NC-42: signing out leaves nothing behind, even where the API cannot be told; the other tabs forget, too', async () => {
  const browser = createBrowser();
  const { token, rowbell, notificationIds } = await somebody({ ...browser.tab(), retries: 0 });
  const other = createClient({ getToken: () => token, ...browser.tab() });
  const lists = [await watch(rowbell), await watch(other)];
  gate.way = 'down';
  await lists[0]?.change('archive', notificationIds);
  expect((await browser.kept()).length).toBe(1);
  await expect(rowbell.signOut()).rejects.toMatchObject({ code: 'NO_CONNECTION' });
  expect(await browser.storage.getAllKeys()).toEqual([]);
  expect(rowbell.connection.get().status).toBe('signed-out');
  await expect.poll(() => lists.map((list) => list.get().items.length)).toEqual([0, 0]);
  await expect.poll(() => other.connection.get().status).toBe('signed-out');
});

test('NC-42: what one person did is never sent as another', async () => {
  const browser = createBrowser();
  const { rowbell, notificationIds, id } = await somebody(browser.tab());
  const list = await watch(rowbell);
  gate.way = 'down';
  await list.change('archive', notificationIds);
  for (const stop of stops.splice(0)) stop();
  rowbell.connection.close();
  const stranger = await createUser(db);
  const token = await signToken(stranger);
  gate.reset();
  const theirs = await watch(createClient({ getToken: () => token, ...browser.tab() }));
  await theirs.change('read', 'all');
  expect([sent().map(([action]) => action), (await browser.kept()).length]).toEqual([['read'], 1]);
  expect((await stateOf(id)).some(([, isArchived]) => isArchived)).toBe(false);
});
