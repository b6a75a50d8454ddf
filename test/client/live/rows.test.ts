import { describe, expect, test } from 'vitest';
import type { PendingChange } from '../../../web/client/src/live/changes.ts';
import type { LiveNotification } from '../../../web/client/src/live/frames.ts';
import { applyEffect, compare, type Effect, matches } from '../../../web/client/src/live/items.ts';
import { createRows } from '../../../web/client/src/live/rows.ts';
import fc from '../../support/fast-check.ts';

const now = Date.parse('2026-11-30T12:00:00Z');
const at = new Date(now).toISOString();
const filters = [{}, { read: false }, { places: ['archived'] }, { categories: ['trips'] }, { threadId: 't1' }] as const;
const sorts = ['newest', 'oldest', 'unread_first'] as const;

function notification(number: number): LiveNotification {
  return {
    id: `00000000-0000-7000-8000-${`${number}`.padStart(12, '0')}`,
    version: `${number}`,
    typeKey: number % 3 === 0 ? 'a_trip' : 'an_account',
    category: number % 3 === 0 ? 'trips' : 'accounts',
    priority: 'P1',
    title: `Number ${number}`,
    subtitle: null,
    body: '',
    data: {},
    threadId: number % 2 === 0 ? 't1' : null,
    createdAt: new Date(now - 1_000_000 + number * 1_000).toISOString(),
    seenAt: null,
    readAt: null,
    archivedAt: null,
    snoozedUntil: null,
  };
}

const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc.constantFrom('seen', 'read', 'unread', 'archive', 'unarchive', 'unsnooze').map((action) => ({ action }) as Effect),
  fc.constant({ action: 'snooze', until: '2026-12-01T00:00:00Z' } as Effect),
);

/** A server's inbox, the frames that it sends, and how they arrive: late, twice, in another order. */
const story = fc.record({
  filter: fc.constantFrom(...filters),
  sort: fc.constantFrom(...sorts),
  old: fc.integer({ min: 0, max: 6 }),
  steps: fc.array(fc.record({ effect: fc.option(effect, { nil: null }), which: fc.nat(20) }), { maxLength: 20 }),
  order: fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 }),
});

function tell({ old, steps }: { old: number; steps: readonly { effect: Effect | null; which: number }[] }) {
  const server = Array.from({ length: old }, (_, index) => notification(index));
  const first = [...server];
  const frames: LiveNotification[] = [];
  let version = 100;
  for (const step of steps) {
    const index = step.which % Math.max(1, server.length);
    const present = server[index];
    if (step.effect === null || !present) {
      const added = { ...notification(server.length), version: `${++version}` };
      server.push(added);
      frames.push(added);
    } else {
      const changed = { ...present, ...applyEffect(present, step.effect, at), version: `${++version}` };
      server[index] = changed as LiveNotification;
      frames.push(server[index]);
    }
  }
  return { server, first, frames };
}

const countOf = (items: readonly LiveNotification[]) => {
  const unread = items.filter((item) => matches(item, { read: false }, now)).length;
  const categories = ['accounts', 'trips'].map((category) => items.filter((item) => item.category === category).length);
  return { unread, categories };
};

test('NC-42: however frames arrive, the list ends as the API would list it', () => {
  fc.assert(
    fc.property(story, ({ filter, sort, old, steps, order }) => {
      const { server, first, frames } = tell({ old, steps });
      const rows = createRows({ filter: { ...filter } as never, sort });
      const listed = (items: readonly LiveNotification[]) =>
        items.filter((item) => matches(item, filter as never, now)).sort((one, other) => compare(one, other, sort));
      rows.expectPage();
      rows.begin({ items: listed(first), total: listed(first).length, hasMore: false, categories: [] }, true, now);
      rows.setUnread(countOf(first).unread);
      const arrived = [...frames, ...frames.slice(0, 3)].map((frame, index) => ({ frame, key: order[index] ?? 0 }));
      for (const { frame } of arrived.sort((a, b) => a.key - b.key)) rows.take(frame, false, now);
      rows.takeWaiting();
      const view = rows.view([], now);
      expect(view.items.map(({ id }) => id).sort()).toEqual(
        listed(server)
          .map(({ id }) => id)
          .sort(),
      );
      expect(view.total).toBe(listed(server).length);
      // Reading moves nothing, so that order alone is that of the last page.
      if (sort !== 'unread_first') expect(view.items.map(({ id }) => id)).toEqual(listed(server).map(({ id }) => id));
    }),
  );
});

test('NC-42: a change is on the screen as the API will do it, and taken away again when it is refused', () => {
  fc.assert(
    fc.property(
      story,
      effect,
      fc.array(fc.nat(6)),
      fc.constantFrom(...filters),
      ({ filter, sort, old }, change, chosen, by) => {
        const { first } = tell({ old, steps: [] });
        const rows = createRows({ filter: filter as never, sort });
        const page = first.filter((item) => matches(item, filter as never, now));
        rows.begin({ items: page, total: page.length, hasMore: false, categories: [] }, true, now);
        rows.setUnread(countOf(page).unread);
        const which = chosen.length > 3 ? { filter: by as never } : chosen.map((index) => notification(index).id);
        const pending: PendingChange = { id: 'a', at, which, ...change };
        const [before, shown] = [rows.view([], now), rows.view([pending], now)];
        expect(rows.view([], now)).toEqual(before);
        rows.settle(pending, now);
        const { items, total, unread } = rows.view([], now);
        expect({ items, total, unread }).toEqual({ items: shown.items, total: shown.total, unread: shown.unread });
        expect(rows.view([pending], now).items).toEqual(items);
      },
    ),
  );
});

describe('NC-42: new ones', () => {
  const begun = (mayMove = false, hasMore = false) => {
    const rows = createRows({ filter: {}, sort: 'newest' });
    rows.begin({ items: [notification(5), notification(4)], total: 2, hasMore, categories: [] }, true, now);
    rows.take({ ...notification(9), version: '900' }, mayMove, now);
    return rows;
  };
  const titles = (rows: ReturnType<typeof begun>) => rows.view([], now).items.map(({ title }) => title.slice(7));

  test('wait above what one reads, are counted, and come when they are asked for', () => {
    const rows = begun();
    expect([titles(rows), rows.view([], now).fresh, rows.view([], now).total]).toEqual([['5', '4'], 1, 3]);
    rows.takeWaiting();
    expect([titles(rows), rows.view([], now).fresh]).toEqual([['9', '5', '4'], 0]);
  });

  test('come at once where the list may move', () => {
    expect(titles(begun(true))).toEqual(['9', '5', '4']);
  });

  test('that were read elsewhere meanwhile do not wait in a list of unread ones', () => {
    const rows = createRows({ filter: { read: false }, sort: 'newest' });
    rows.begin({ items: [notification(5)], total: 1, hasMore: false, categories: [] }, true, now);
    rows.take({ ...notification(9), version: '900' }, false, now);
    rows.take({ ...notification(9), version: '901', readAt: at }, false, now);
    expect(rows.view([], now)).toMatchObject({ fresh: 0, total: 1 });
  });

  test('further down than one has read are not guessed at: the API is asked', () => {
    const rows = begun(false, true);
    expect(rows.take({ ...notification(1), version: '901' }, true, now)).toBe(false);
    expect([titles(rows), rows.view([], now).total]).toEqual([['5', '4'], 3]);
    rows.append({ items: [notification(3), notification(1)], total: 4, hasMore: false, categories: [] }, now);
    expect(titles(rows)).toEqual(['5', '4', '3', '1']);
  });

  test('that a search may or may not find are not guessed at either', () => {
    const rows = createRows({ filter: { search: 'number' }, sort: 'newest' });
    expect(rows.take(notification(9), true, now)).toBe(false);
    expect(rows.view([], now).items).toEqual([]);
  });
});

test('NC-42: a change is put back as it was found, unless somebody else has changed it since', () => {
  const rows = createRows({ filter: {}, sort: 'newest' });
  const items = [notification(2), notification(1)];
  rows.begin({ items, total: 2, hasMore: false, categories: [] }, true, now);
  const change: PendingChange = { id: 'a', at, which: 'all', action: 'archive' };
  const found = rows.found(change, now);
  rows.settle(change, now);
  expect(rows.view([], now).items).toEqual([]);
  rows.take({ ...notification(1), version: '901', archivedAt: at, readAt: at }, false, now);
  rows.putBack(found, change, now);
  expect(rows.view([], now).items.map(({ title }) => title)).toEqual(['Number 2']);
});

test('NC-42: what is told while a page is on its way is kept: changed, new, deleted; and counted once', () => {
  const rows = createRows({ filter: {}, sort: 'newest' });
  rows.expectPage();
  rows.take({ ...notification(5), version: '900' }, false, now);
  rows.take({ ...notification(2), version: '901', archivedAt: at }, false, now);
  rows.remove(notification(1).id, now);
  const items = [notification(3), notification(2), notification(1)];
  rows.begin({ items, total: 30, hasMore: true, categories: [] }, true, now);
  const view = rows.view([], now);
  expect([view.items.map(({ title }) => title), view.total]).toEqual([['Number 5', 'Number 3'], 29]);
});

test('NC-42: a page of which nothing was shown before is shown; else what is new in it waits', () => {
  const rows = createRows({ filter: {}, sort: 'newest' });
  const begin = (...numbers: readonly number[]) => {
    rows.expectPage();
    rows.begin({ items: numbers.map(notification), total: 9, hasMore: true, categories: [] }, false, now);
    const { items, fresh } = rows.view([], now);
    return [items.map(({ title }) => title.slice(7)), fresh];
  };
  expect(begin(3, 2)).toEqual([['3', '2'], 0]);
  expect(begin(9, 8, 3)).toEqual([['3'], 2]);
  rows.takeWaiting();
  expect(rows.view([], now).items.map(({ title }) => title.slice(7))).toEqual(['9', '8', '3']);
  expect(begin(12, 11)).toEqual([['12', '11'], 0]);
});

test('NC-42: the numbers of the categories follow frames, and what is deleted', () => {
  const rows = createRows({ filter: { categories: ['trips'] }, sort: 'newest' });
  const categories = [
    { category: 'accounts', name: 'Accounts', total: 2, unread: 2 },
    { category: 'trips', name: 'Trips', total: 2, unread: 1 },
  ];
  const { category: _, ...paged } = notification(3);
  rows.begin({ items: [paged], total: 1, hasMore: false, categories }, true, now);
  // Of which category it was a page does not say.
  expect(rows.remove(paged.id, now)).toBe(false);
  rows.expectPage();
  rows.begin({ items: [paged], total: 1, hasMore: false, categories }, true, now);
  rows.take({ ...notification(6), version: '900' }, true, now);
  rows.take({ ...notification(5), version: '901' }, true, now);
  expect(rows.remove(paged.id, now)).toBe(true);
  expect(rows.view([], now).categories).toMatchObject([
    { category: 'accounts', total: 3, unread: 3 },
    { category: 'trips', total: 2, unread: 1 },
  ]);
});

test('NC-42: a page forgets the versions of before, which may be those of another history; undo puts back all the same', () => {
  const rows = createRows({ filter: {}, sort: 'newest' });
  rows.begin({ items: [notification(1)], total: 1, hasMore: false, categories: [] }, true, now);
  rows.take({ ...notification(2), version: '900' }, true, now);
  const change: PendingChange = { id: 'a', at, which: 'all', action: 'archive' };
  const found = rows.found(change, now);
  rows.settle(change, now);
  rows.expectPage();
  rows.begin({ items: [], total: 0, hasMore: false, categories: [] }, true, now);
  rows.take({ ...notification(2), version: '7' }, true, now);
  expect(rows.view([], now).items).toHaveLength(1);
  rows.putBack(found, change, now);
  expect(rows.view([], now).items.map(({ title }) => title)).toEqual(['Number 2', 'Number 1']);
});

test.each(['archive', 'delete'] as const)(
  'NC-42: the late frame of a change that is being undone (%s) takes nothing away',
  (action) => {
    const rows = createRows({ filter: {}, sort: 'newest' });
    rows.begin({ items: [notification(1)], total: 1, hasMore: false, categories: [] }, true, now);
    const change: PendingChange = { id: 'a', at, which: 'all', action };
    const found = rows.found(change, now);
    rows.settle(change, now);
    rows.putBack(found, change, now);
    if (action === 'delete') rows.remove(notification(1).id, now);
    else rows.take({ ...notification(1), version: '900', archivedAt: '2026-11-30T11:59:59Z' }, false, now);
    expect(rows.view([], now).items).toHaveLength(1);
    rows.take({ ...notification(1), version: '901' }, false, now);
    rows.take({ ...notification(1), version: '902', archivedAt: at }, false, now);
    expect(rows.view([], now).items).toHaveLength(0);
  },
);

test('NC-42: a page that was asked for before a frame came does not undo the frame', () => {
  const rows = createRows({ filter: {}, sort: 'newest' });
  rows.begin({ items: [notification(1)], total: 1, hasMore: false, categories: [] }, true, now);
  rows.expectPage();
  rows.take({ ...notification(1), version: '900', readAt: at }, false, now);
  rows.begin({ items: [notification(1)], total: 1, hasMore: false, categories: [] }, true, now);
  expect(rows.view([], now).items[0]?.readAt).toBe(at);
});
