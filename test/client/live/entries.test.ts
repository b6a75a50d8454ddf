import { expect, test } from 'vitest';
import { createEntries } from '../../../web/client/src/live/entries.ts';
import type { ActivityEntry } from '../../../web/client/src/live/frames.ts';
import fc from '../../support/fast-check.ts';

const entryOf = (number: number): ActivityEntry => ({
  id: `00000000-0000-7000-8000-${`${number}`.padStart(12, '0')}`,
  type: number % 3 === 0 ? 'login' : 'report',
  resourceType: null,
  resourceId: null,
  action: 'completed',
  status: 'completed',
  title: `${number}`,
  description: null,
  metadata: {},
  createdAt: '2026-11-30T12:00:00Z',
});

/** Entries commit in another order than that of their ids, frames come late and twice, and pages were read a moment ago. */
const story = fc.record({
  type: fc.constantFrom(null, 'login', 'report'),
  mayMove: fc.boolean(),
  early: fc.nat(8),
  order: fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }),
  steps: fc.array(
    fc.record({
      kind: fc.constantFrom('commit', 'tell', 'read', 'answer', 'take'),
      which: fc.nat(20),
    }),
    { minLength: 30, maxLength: 60 },
  ),
});

/** An API that has pages of two entries. */
function createServer(type: string | null) {
  const committed: ActivityEntry[] = [];
  return {
    committed,
    page(count: number, after: string | null) {
      const found = committed
        .filter((entry) => (type === null || entry.type === type) && (after === null || entry.id < after))
        .sort((one, other) => (one.id < other.id ? 1 : -1));
      return { items: found.slice(0, count), hasMore: found.length > count };
    },
  };
}

test('NC-42: however frames and pages cross, a list of activity ends as the API would list it, each entry once', () => {
  fc.assert(
    fc.property(story, ({ type, mayMove, early, order, steps }) => {
      const server = createServer(type);
      const entries = createEntries((entry) => type === null || entry.type === type);
      const toCommit = [...order];
      for (const number of toCommit.splice(0, early)) server.committed.push(entryOf(number));
      let isFirst = true;
      let end: string | null = null;
      const reading: { answer: (() => void) | null } = { answer: null };
      const read = (isMore: boolean) => {
        const page = server.page(2, isMore ? end : null);
        reading.answer = () => {
          if (isMore) entries.append(page);
          else entries.begin(page, mayMove || isFirst);
          isFirst = false;
          end = page.items.at(-1)?.id ?? end;
        };
      };
      const tell = (which: number) => {
        const entry = server.committed[which % Math.max(1, server.committed.length)];
        if (entry) entries.take(entry, mayMove);
      };
      for (const { kind, which } of steps) {
        const next = kind === 'commit' ? toCommit.pop() : undefined;
        if (next !== undefined) server.committed.push(entryOf(next));
        if (kind === 'tell') tell(which);
        if (kind === 'read' && !reading.answer) read(!isFirst && which % 3 > 0 && entries.view().hasMore);
        if (kind === 'answer') {
          reading.answer?.();
          reading.answer = null;
        }
        if (kind === 'take') entries.takeWaiting();
      }
      if (isFirst) read(false);
      reading.answer?.();
      for (let which = 0; which < server.committed.length; which++) tell(which);
      entries.takeWaiting();
      const { items, hasMore } = entries.view();
      const all = server.page(100, null).items;
      expect(items).toEqual(hasMore ? all.slice(0, items.length) : all);
      if (hasMore) expect(items.at(-1)?.id).toBe(end);
    }),
    { numRuns: 500 },
  );
});

test('NC-42: what is told does not move what one reads, wherever it belongs', () => {
  const entries = createEntries(() => true);
  entries.begin({ items: [8, 6].map(entryOf), hasMore: true }, true);
  for (const number of [9, 7, 5]) entries.take(entryOf(number), false);
  const titles = () => entries.view().items.map(({ title }) => title);
  expect([titles(), entries.view().fresh]).toEqual([['8', '6'], 2]);
  entries.begin({ items: [10, 9, 8, 7, 6, 4].map(entryOf), hasMore: false }, false);
  expect([titles(), entries.view().fresh]).toEqual([['8', '6', '5', '4'], 3]);
  entries.takeWaiting();
  expect([titles(), entries.view().fresh]).toEqual([['10', '9', '8', '7', '6', '5', '4'], 0]);
  // Behind all of them it moves none.
  entries.take(entryOf(3), false);
  expect([titles().at(-1), entries.view().fresh]).toEqual(['3', 0]);
});
