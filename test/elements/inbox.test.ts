import { beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath } from '../support/chromium.ts';
import { inboxRows } from '../support/inbox.ts';
import { db, expectUnbroken, openPage, signIn, tell, useStage } from './stage.ts';

const titles = ['First', 'Second', 'Third'];

describe.skipIf(chromiumPath === undefined)('NC-7, in Chromium under a strict policy', () => {
  useStage();
  let userId: string;
  beforeEach(async () => {
    userId = await signIn();
    await tell(
      userId,
      titles.map((title, index) => ({ title, minutesAgo: 10 - index })),
    );
  });
  const rowOf = async (title: string) => {
    const { rows } = await db.owner.query(
      'select read_at, archived_at from notify.notifications where recipient_id = $1 and title = $2',
      [userId, title],
    );
    return rows[0];
  };

  test('the bell has the number at once and keeps it, says what came without saying what it is, and shows 99+', async () => {
    const page = await openPage();
    const bell = page.getByRole('button', { name: /^Notifications/ });
    const named = (name: string) => expect.poll(() => bell.getAttribute('aria-label')).toBe(name);
    const badge = page.locator('rowbell-bell .badge');
    await named('Notifications, 3 unread');
    expect(await badge.textContent()).toBe('3');
    await bell.click();
    await page.getByText('Live', { exact: true }).first().waitFor();
    await page.keyboard.press('Escape');
    await tell(userId, [{ title: 'A secret' }]);
    await named('Notifications, 4 unread');
    await expect.poll(() => page.getByRole('status').first().textContent()).toBe('1 new notification');
    await tell(
      userId,
      Array.from({ length: 120 }, () => ({})),
    );
    await named('Notifications, 99+ unread');
    expect(await badge.textContent()).toBe('99+');
    expect(await badge.getAttribute('aria-hidden')).toBe('true');
    await expectUnbroken(page);
  });

  test('texts are only ever texts, and links lead to the web alone', async () => {
    const attack = '<img src=x onerror="broken.push(1)"><b>bold</b>';
    await tell(userId, [
      {
        title: attack,
        body: attack,
        data: {
          actions: [
            { key: 'a', title: attack, url: 'javascript:broken.push(2)' },
            { key: 'b', title: 'Look', url: '/devices' },
          ],
        },
      },
    ]);
    const page = await openPage({ element: 'inbox' });
    await page.getByRole('article', { name: attack }).getByRole('button', { name: attack }).click();
    expect(await page.getByRole('heading', { name: attack }).textContent()).toBe(attack);
    expect(
      await page
        .getByRole('link')
        .evaluateAll((links) => links.map((link) => (link as unknown as { pathname: string }).pathname)),
    ).toEqual(['/devices']);
    expect(await page.locator('rowbell-inbox :is(img, b)').count()).toBe(0);
    await page.evaluate(
      `document.addEventListener('rowbell-navigate', (event) => { event.preventDefault(); globalThis.wanted = event.detail.url; })`,
    );
    await page.getByRole('link', { name: 'Look' }).click();
    expect(await page.evaluate('new URL(wanted).pathname')).toBe('/devices');
    await expectUnbroken(page);
  });

  test('by keyboard alone: opened, walked, read, archived, put back, closed', async () => {
    const page = await openPage();
    const press = (key: string) => page.keyboard.press(key);
    /** The name of what has the focus, wherever it is. */
    const focused = (): Promise<string> =>
      page.evaluate(`(() => {
        let one = document.activeElement;
        while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
        return one.getAttribute('aria-label') ?? (one.localName === 'article' ? one.querySelector('.open') : one).textContent.trim();
      })()`);
    const has = (name: string) => expect.poll(focused).toBe(name);
    await page.getByRole('button', { name: 'Notifications, 3 unread' }).waitFor();
    await press('Tab');
    await has('Notifications, 3 unread');
    await press('Enter');
    await has('Notifications');
    await page.getByRole('article').nth(2).waitFor();
    // What is behind the drawer cannot be reached.
    const around = ['Mark all as read', 'Close', 'Inbox', 'Unread', 'Snoozed', 'Archived'];
    for (const name of around) {
      await press('Tab');
      await has(name);
    }
    for (let n = 0; n < 3; n++) await press('Tab');
    await has('Third');
    await press('ArrowDown');
    await has('Second');
    await press('j');
    await has('First');
    await press('Home');
    await has('Third');
    await press('End');
    await has('First');
    await press('PageUp');
    await has('Second');
    await press('e');
    await has('First');
    await expect.poll(async () => (await rowOf('Second')).archived_at !== null).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await press('u');
    await expect.poll(async () => (await rowOf('Second')).archived_at).toBe(null);
    await has('First');
    await page.getByRole('article', { name: 'Second' }).waitFor();
    await press('r');
    await expect.poll(async () => (await rowOf('First')).read_at !== null).toBe(true);
    await page
      .getByRole('button', { name: 'Notifications, 2 unread', includeHidden: true })
      .waitFor({ state: 'attached' });
    await press('Enter');
    await has('First');
    await page.getByRole('region', { name: 'First' }).waitFor();
    await press('Escape');
    await page.getByRole('feed').waitFor();
    await has('First');
    await press('Escape');
    await has('Notifications, 2 unread');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await expectUnbroken(page);
  });

  test('names, roles and states, as assistive technology is told them', async () => {
    const page = await openPage();
    const bell = page.getByRole('button', { name: 'Notifications, 3 unread' });
    expect([await bell.getAttribute('aria-haspopup'), await bell.getAttribute('aria-expanded')]).toEqual([
      'dialog',
      'false',
    ]);
    await bell.click();
    const dialog = page.getByRole('dialog', { name: 'Notifications' });
    await dialog.getByRole('heading', { name: 'Notifications', level: 2 }).waitFor();
    const feed = dialog.getByRole('feed', { name: 'Notifications' });
    await expect.poll(() => feed.getByRole('article').count()).toBe(3);
    const article = feed.getByRole('article', { name: 'Unread: Third' });
    expect([await article.getAttribute('aria-posinset'), await article.getAttribute('aria-setsize')]).toEqual([
      '1',
      '3',
    ]);
    await article.getByRole('button', { name: 'Mark as read' }).click();
    await feed.getByRole('article', { name: /^Third$/ }).waitFor();
    const places = dialog.getByRole('group', { name: 'Which notifications' });
    await places.getByRole('button', { name: 'Unread', pressed: false }).click();
    await places.getByRole('button', { name: 'Unread', pressed: true }).waitFor();
    await expect.poll(() => feed.getByRole('article').count()).toBe(2);
    await dialog.getByRole('combobox', { name: 'Category' }).waitFor();
    await dialog.getByRole('combobox', { name: 'Order' }).selectOption({ label: 'Oldest first' });
    await feed.getByRole('article', { name: 'Unread: First' }).waitFor();
    await dialog.getByRole('button', { name: 'Mark all as read' }).click();
    await dialog.getByText('Nothing matches').waitFor();
    await dialog.getByText('All are marked as read').waitFor();
    await dialog.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => feed.getByRole('article').count()).toBe(2);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Notifications, 2 unread' }).waitFor();
  });

  test('new ones wait behind a number while one reads, and archived ones are in their place', async () => {
    const page = await openPage({ element: 'inbox' });
    const feed = page.getByRole('feed');
    await feed.getByRole('article', { name: 'Third' }).focus();
    await tell(userId, [{ title: 'Fourth' }]);
    await page.getByRole('button', { name: '1 new', exact: true }).click();
    await feed.getByRole('article', { name: 'Fourth' }).waitFor();
    await feed.getByRole('article', { name: 'Third' }).getByRole('button', { name: 'Archive' }).click();
    await expect.poll(() => feed.getByRole('article').count()).toBe(3);
    await page.getByRole('button', { name: 'Archived', pressed: false }).click();
    await feed.getByRole('article', { name: 'Third' }).getByRole('button', { name: 'Back to the inbox' }).click();
    await page.getByText('Nothing matches').waitFor();
    await expect.poll(async () => (await inboxRows(db, userId)).filter((row) => row.archived_at !== null)).toEqual([]);
    await expectUnbroken(page);
  });

  test('NC-42: what is done offline shows at once, says that it waits, and is sent when the network is back', async () => {
    const page = await openPage({ element: 'inbox' });
    await page.getByText('Live', { exact: true }).first().waitFor();
    await page.context().setOffline(true);
    await page.getByText('Offline', { exact: true }).first().waitFor();
    await page.getByRole('article', { name: 'Second' }).getByRole('button', { name: 'Archive' }).click();
    await page.getByText('Archived. Will be sent when you are online').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    expect((await rowOf('Second')).archived_at).toBe(null);
    await page.context().setOffline(false);
    await expect.poll(async () => (await rowOf('Second')).archived_at !== null).toBe(true);
    await page.getByText('Live', { exact: true }).first().waitFor();
  });

  test('French, and a language that the page adds', async () => {
    const french = await openPage({ lang: 'fr-CA' });
    await french.getByRole('button', { name: 'Notifications, 3 non lues' }).click();
    await french.getByRole('button', { name: 'Tout marquer comme lu' }).waitFor();
    await french.getByText('il y a 8 min').waitFor();
  });
});
