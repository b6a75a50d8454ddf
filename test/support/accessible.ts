import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { installFolder } from '../../scripts/examples.ts';

/** 3.4 MB that one test needs: installed when it runs. */
const folder = join(import.meta.dirname, 'axe');

/** WCAG 2.2 at level AA, and what axe-core calls best practice. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Expects that axe-core finds nothing wrong with a page as it is now; else says which rules it breaks, and where. */
export async function expectAccessible(page: Page): Promise<void> {
  await installFolder(folder);
  // Not as an element of the page, whose policy may refuse it.
  await page.evaluate(`${await readFile(join(folder, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8')};0`);
  const found = await page.evaluate<string[]>(
    `axe.run({ runOnly: ${JSON.stringify(rules)} }).then(({ violations }) =>
      violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
  );
  expect(found, found.join('\n')).toEqual([]);
}
