import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageClient } from '../../scripts/package-client.ts';
import { listen } from '../../src/sandbox/server.ts';
import { expectAccessible } from '../support/accessible.ts';
import { recordActivity } from '../support/activity.ts';
import { createAnnouncer, english } from '../support/announcing.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { inboxRows, makeNotifications } from '../support/inbox.ts';

/** What a page of the tests has: the published package, as it is served, without a bundler. */
const html = (api: string, token: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Inbox</title>
<link rel="icon" href="data:,"><output></output><ul></ul>
<script type="module">
  import { createRowbell } from '/client/index.js';
  const rowbell = createRowbell({ url: '${api}/graphql', getToken: () => '${token}' });
  const list = rowbell.inbox({ first: 50 });
  list.follow(true);
  const show = () => {
    document.querySelector('output').textContent = rowbell.connection.get().status;
    document.querySelector('ul').replaceChildren(...list.get().items.map(({ body }) =>
      Object.assign(document.createElement('li'), { textContent: body })));
  };
  rowbell.connection.subscribe(show);
  list.subscribe(show);
  Object.assign(globalThis, { rowbell, list });
</script></html>`;

/** A page with what else keeps itself up to date. */
const accountHtml = (api: string, token: string) => `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Account</title><link rel="icon" href="data:,">
<main><h1>Account</h1><output></output><div role="status"></div><h2 id="activity">Activity</h2><ul aria-labelledby="activity"></ul></main>
<script type="module">
  import { createRowbell } from '/client/index.js';
  const rowbell = createRowbell({ url: '${api}/graphql', getToken: () => '${token}' });
  const [activity, banners] = [rowbell.activity({ first: 10 }), rowbell.announcements()];
  activity.follow(true);
  const element = (name, textContent) => Object.assign(document.createElement(name), { textContent });
  const show = () => {
    document.querySelector('output').textContent = rowbell.connection.get().status;
    document.querySelector('ul').replaceChildren(...activity.get().items.map(({ title }) => element('li', title)));
    document.querySelector('[role=status]').replaceChildren(...banners.get().map(({ title }) => element('p', title)));
  };
  for (const store of [rowbell.connection, activity, banners]) store.subscribe(show);
</script></html>`;

/** The keys in IndexedDB, asked for in the page. */
const keysInDatabase = `new Promise((resolve) => {
  const opening = indexedDB.open('rowbell');
  opening.onsuccess = () => {
    const asking = opening.result.transaction('kept').objectStore('kept').getAllKeys();
    asking.onsuccess = () => { opening.result.close(); resolve(asking.result); };
  };
})`;

describe.skipIf(chromiumPath === undefined)('NC-42, in Chromium', () => {
  let db: TestDatabase;
  let api: TestApi;
  let folder: string;
  let server: Server;
  let origin: string;
  let browser: Browser;
  let context: BrowserContext;
  let userId: string;
  let token: string;
  /** The sockets that are open in all tabs, and how many ever were; the changes that were sent. */
  let sockets: { open: number; ever: number };
  let changes: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowbell-browser-'));
    server = createServer(async (request, response) => {
      const [, part, file] = /^\/(client\/)?([\w/.-]*)/.exec(request.url ?? '') ?? [];
      const page = file === 'account' ? accountHtml : html;
      if (!part) return void response.setHeader('content-type', 'text/html').end(page(api.url, token));
      response.setHeader('content-type', 'text/javascript').end(await readFile(join(folder, file ?? '')));
    });
    origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
    [db, browser] = await Promise.all([createDatabase(), startChromium(), packageClient(folder)]);
    api = await startTestApi(db, { WEB_ORIGINS: origin });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await api?.stop();
    await db?.drop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    userId = await createUser(db);
    token = await signToken(userId, { sid: crypto.randomUUID() });
    await makeNotifications(db, userId, [{ body: 'First' }]);
    sockets = { open: 0, ever: 0 };
    changes = 0;
    context = await browser.newContext();
    return () => context.close();
  });

  async function openTab(path = '', first = ['First']): Promise<Page> {
    const page = await context.newPage();
    page.on('websocket', (socket) => {
      sockets.open++;
      sockets.ever++;
      socket.once('close', () => sockets.open--);
    });
    page.on('requestfinished', (request) => {
      if (request.postData()?.includes('changeNotifications(')) changes++;
    });
    await page.goto(`${origin}/${path}`);
    await shows(page, first);
    return page;
  }
  const shows = (page: Page, titles: readonly string[]) =>
    expect.poll(() => page.locator('li').allTextContents()).toEqual(titles);
  const says = (page: Page, status: string) => expect.poll(() => page.locator('output').textContent()).toBe(status);
  const tell = (body: string) => makeNotifications(db, userId, [{ body }]);
  const archive = (page: Page, id: string): Promise<{ isQueued: boolean }> =>
    page.evaluate(`list.change('archive', ['${id}']).then(({ isQueued }) => ({ isQueued }))`);
  const kept = (page: Page): Promise<string[]> => page.evaluate(keysInDatabase);
  const waiting = async (page: Page) => (await kept(page)).filter((key) => key.includes(' change '));

  test('two tabs have one socket, and both show what commits; when one is closed the other goes on without a gap', async () => {
    const one = await openTab();
    await says(one, 'live');
    const two = await openTab();
    await says(two, 'live');
    await tell('Second');
    await Promise.all([shows(one, ['Second', 'First']), shows(two, ['Second', 'First'])]);
    expect(sockets).toEqual({ open: 1, ever: 1 });
    await Promise.all([one.close(), tell('Third')]);
    await shows(two, ['Third', 'Second', 'First']);
    await says(two, 'live');
    await tell('Fourth');
    await shows(two, ['Fourth', 'Third', 'Second', 'First']);
    expect(sockets.ever).toBe(2);
  });

  test('a change made offline is shown in both tabs, kept, and sent once when the network is back', async () => {
    const [id = ''] = (await inboxRows(db, userId)).map((row) => row.id);
    const [one, two] = [await openTab(), await openTab()];
    await says(two, 'live');
    await context.setOffline(true);
    await Promise.all([says(one, 'offline'), says(two, 'offline')]);
    expect(await archive(two, id)).toEqual({ isQueued: true });
    await Promise.all([shows(one, []), shows(two, [])]);
    expect(await waiting(one)).toHaveLength(1);
    changes = 0;
    await tell('Second');
    await context.setOffline(false);
    await Promise.all([shows(one, ['Second']), shows(two, ['Second'])]);
    await Promise.all([says(one, 'live'), says(two, 'live')]);
    await expect.poll(async () => (await inboxRows(db, userId)).filter((row) => row.archived_at).length).toBe(1);
    // Kept until the answer to it is there.
    await expect.poll(() => waiting(one)).toEqual([]);
    await expect.poll(() => changes).toBe(1);
  });

  test('a tab that the browser put to sleep shows everything when it wakes', async () => {
    const [one, two] = [await openTab(), await openTab()];
    await says(two, 'live');
    for (const [page, title] of [
      [two, 'Second'],
      [one, 'Third'],
    ] as const) {
      const session = await context.newCDPSession(page);
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      await tell(title);
      await session.send('Page.setWebLifecycleState', { state: 'active' });
      await expect.poll(() => page.locator('li').first().textContent()).toBe(title);
    }
    await Promise.all([one, two].map((page) => shows(page, ['Third', 'Second', 'First'])));
  });

  test('signing out in one tab empties IndexedDB, ends the session, and empties the other tab', async () => {
    const [one, two] = [await openTab(), await openTab()];
    await tell('Second');
    await shows(two, ['Second', 'First']);
    await expect.poll(async () => (await kept(one)).length).toBeGreaterThan(0);
    await two.evaluate('rowbell.signOut()');
    await Promise.all([shows(one, []), shows(two, [])]);
    await Promise.all([says(one, 'signed-out'), says(two, 'signed-out')]);
    expect(await kept(one)).toEqual([]);
    expect(sockets.open).toBe(0);
    expect((await api.ask('{ unreadCount }', { token })).codes).toEqual(['UNAUTHENTICATED']);
  });

  test('two tabs show activity and banners by one socket, on a page that axe-core finds nothing wrong with', async () => {
    const { announce, withdraw } = await createAnnouncer(db, api);
    const bannersOf = (page: Page) => expect.poll(() => page.locator('[role=status] p').allTextContents());
    await recordActivity(db, userId, 'report', 'A report');
    const tabs = [await openTab('account', ['A report'])];
    tabs.push(await openTab('account', ['A report']));
    for (const tab of tabs) await says(tab, 'live');
    const { id } = await announce({ texts: english('Maintenance tonight') });
    await recordActivity(db, userId, 'export', 'An export');
    for (const tab of tabs) {
      await shows(tab, ['An export', 'A report']);
      await bannersOf(tab).toEqual(['Maintenance tonight']);
      await expectAccessible(tab);
    }
    expect(sockets).toEqual({ open: 1, ever: 1 });
    await withdraw(id);
    for (const tab of tabs) await bannersOf(tab).toEqual([]);
    // Had anything been wrong, it would have been found.
    await tabs[0]?.evaluate(`document.querySelector('h1').append(new Image())`);
    await expect(expectAccessible(tabs[0] as Page)).rejects.toThrow('image-alt');
  });
});
