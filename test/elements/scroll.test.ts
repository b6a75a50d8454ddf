import { describe, expect, test } from 'vitest';
import { chromiumPath } from '../support/chromium.ts';
import { openPage, signIn, tell, useStage } from './stage.ts';

const count = 10_000;

describe.skipIf(chromiumPath === undefined)('NC-7: 10 000 notifications', () => {
  useStage();

  test('all of them can be scrolled to, with 61 in the document at most, and with positions that are told', async () => {
    const userId = await signIn();
    await tell(
      userId,
      Array.from({ length: count }, (_, index) => ({
        title: `Number ${index}`,
        isRead: true,
        minutesAgo: count - index,
      })),
    );
    const page = await openPage({ element: 'inbox' });
    const articles = page.getByRole('article');
    await articles.first().waitFor();
    const seen = { most: 0, last: 0 };
    await page.evaluate('tasks.length = 0');
    // As fast as pages come: each step is where the list ends now.
    while (seen.last < count) {
      const [inDocument, last] = await page.evaluate<[number, number]>(`new Promise((resolve) => {
        const scroller = document.querySelector('rowbell-inbox').shadowRoot.querySelector('.scroller');
        scroller.scrollTop = scroller.scrollHeight;
        requestAnimationFrame(() => requestAnimationFrame(() => {
          const articles = [...scroller.querySelectorAll('article')];
          resolve([articles.length, Number(articles.at(-1).getAttribute('aria-posinset'))]);
        }));
      })`);
      seen.most = Math.max(seen.most, inDocument);
      seen.last = Math.max(seen.last, last);
    }
    expect(seen.most).toBeLessThanOrEqual(61);
    const tasks = (await page.evaluate<number[]>('tasks')).sort((a, b) => b - a);
    process.stdout.write(`The longest tasks of ${count}: ${tasks.slice(0, 5).join(', ')} ms.\n`);
    expect(await articles.last().getAttribute('aria-setsize')).toBe(`${count}`);
    expect(await page.getByRole('article', { name: 'Number 0', exact: true }).count()).toBe(1);
    // What has the focus stays, wherever one scrolls to.
    await articles.last().focus();
    await page.evaluate(`document.querySelector('rowbell-inbox').shadowRoot.querySelector('.scroller').scrollTop = 0`);
    await page.getByRole('article', { name: 'Number 9999' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.getByRole('article', { name: 'Number 1', exact: true }).waitFor();
    // A hundred pages are read one after the other.
  }, 600_000);
});
