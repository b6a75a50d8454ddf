import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const read = (path: string) => readFile(join(import.meta.dirname, '..', path), 'utf8');

/** The rows of docs/glossary.md: term, where it stands, meaning, what it is not. */
async function readTerms(): Promise<{ readonly term: string; readonly places: string }[]> {
  const rows = [...(await read('docs/glossary.md')).matchAll(/^\| ([a-z][^|]*) \| ([^|]*) \| [^|]+ \| [^|]*\|$/gm)];
  return rows.map(([, term = '', places = '']) => ({ term, places })).filter(({ term }) => term !== 'term');
}

test('each term stands in docs/glossary.md once', async () => {
  const terms = (await readTerms()).map(({ term }) => term);
  expect(terms.length).toBeGreaterThanOrEqual(40);
  expect(terms.filter((term, index) => terms.indexOf(term) !== index)).toEqual([]);
});

test('where docs/glossary.md says that a term stands, there it stands', async () => {
  const schema = await read('db/schema.sql');
  const missing = (await readTerms()).flatMap(({ places }) =>
    [...places.matchAll(/`([^`]+)`/g)]
      .map(([, place = '']) => place)
      .filter((place) => {
        if (place.startsWith('/') || place.includes('<')) return false;
        if (place.includes('/')) return !existsSync(join(import.meta.dirname, '..', place));
        return (
          !schema.includes(place.replace('*', '').split('.').at(-1) as string) ||
          !schema.includes(place.split('.')[0] ?? '')
        );
      }),
  );
  expect(missing).toEqual([]);
});
