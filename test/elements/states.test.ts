import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { chromiumPath } from '../support/chromium.ts';
import { expectUnbroken, openPage, signIn, signOut, tell, useStage } from './stage.ts';
import { required, type State, states } from './states.ts';

/** Where pictures of all states go, for eyes: `PICTURES=/tmp/pictures npm test -- test/elements/states.test.ts`. */
const { PICTURES } = process.env;

test('NC-7: every state that must be shown is described', () => {
  expect(Object.keys(states).sort()).toEqual([...required].sort());
});

describe.skipIf(chromiumPath === undefined)('NC-7: axe-core finds nothing wrong', () => {
  useStage();

  test.each(Object.entries<State>(states))('%s', async (name, state) => {
    const { shows = 'drawer', told = [], lang, dir, context, before, act, sign } = state;
    const userId = await signIn();
    if (state.isSignedOut) signOut();
    else await tell(userId, told);
    const page = await openPage({
      element: shows === 'page' ? 'inbox' : 'bell',
      ...(lang && { lang }),
      ...(dir && { dir }),
      ...(context && { context }),
      ...(before && { before }),
    });
    const bell = page.locator('rowbell-bell').getByRole('button').first();
    if (shows === 'drawer') {
      await bell.click();
      await page.getByRole('heading', { name: 'Notifications' }).waitFor();
    }
    await act?.(page);
    await page.getByText(sign).first().waitFor({ state: 'attached' });
    // What moves has come to rest: colours of what fades in are not those that one reads.
    await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished)).then(() => null)');
    if (PICTURES) {
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name.replace(/\W+/g, '-')}.png`) });
    }
    await expectAccessible(page);
    await expectUnbroken(page);
    // Nothing is wider than the page, at any width.
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const isCut = `[...(document.querySelector('rowbell-inbox') ?? document.querySelector('rowbell-bell').shadowRoot.querySelector('rowbell-inbox'))
      ?.shadowRoot.querySelectorAll('section, header, .filters, .places, .scroller, .detail') ?? []].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.className || one.localName)`;
    expect(await page.evaluate(isCut)).toEqual([]);
  });
});
