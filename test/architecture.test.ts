import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRooms } from '../scripts/rooms.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/architecture.md');

/** Rows of the tables with as many columns, links by their text. */
const rows = (columns: number) =>
  page
    .split('\n')
    .filter((line) => line.startsWith('| ['))
    .map((line) => line.slice(2, -2).split(' | '))
    .filter((cells) => cells.length === columns)
    .map((cells) => cells.map((cell) => cell.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')));
const list = (cell: string | undefined) => (cell === '–' ? [] : (cell?.split(', ') ?? []));

describe('docs/architecture.md', () => {
  test('has every room of the core in its order, with a sentence, those that it calls and its page', async () => {
    const core = (await readRooms()).get('core') ?? new Map();
    expect(rows(4).map(([room, , calls]) => [room, list(calls)])).toEqual([...core]);
    for (const [room, sentence] of rows(4)) expect(sentence, room).toMatch(/^[A-Z].*\.$/);
  });

  test('and every room of every pack', async () => {
    const packs = [...(await readRooms())].filter(([pack]) => pack !== 'core');
    const written = rows(3).map(([pack, rooms]) => [pack, list(rooms)] as const);
    expect(Object.fromEntries(written)).toEqual(
      Object.fromEntries(packs.map(([pack, rooms]) => [pack, [...rooms.keys()]])),
    );
  });

  test('README and CONTRIBUTING lead to it', () => {
    for (const path of ['README.md', 'CONTRIBUTING.md']) expect(read(path)).toContain('](docs/architecture.md)');
  });
});

describe('pages lead somewhere:', () => {
  /** GitHub's names for headings. */
  const anchorsOf = (text: string) =>
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    );

  test.each([
    'README.md',
    ...globSync('{*.md,docs/**/*.md}', { cwd: root })
      .filter((path) => path !== 'README.md')
      .sort(),
  ])('%s', (path) => {
    const text = read(path).replace(/^```[\s\S]*?^```/gm, '');
    const broken = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)/g)].filter(
      ([, target, anchor]) => {
        const file = target ? join(dirname(path), target) : path;
        return !existsSync(join(root, file)) || (anchor && !anchorsOf(read(file)).includes(anchor));
      },
    );
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});
