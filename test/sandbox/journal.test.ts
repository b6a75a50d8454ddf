import { describe, expect, test } from 'vitest';
import { createJournal, type Entry } from '../../src/sandbox/journal.ts';

const entry = (changes: Partial<Entry> = {}): Omit<Entry, 'id' | 'at'> => ({
  provider: 'apns',
  address: 'a',
  deliveryId: null,
  status: 200,
  reason: null,
  title: null,
  body: null,
  data: {},
  headers: {},
  ...changes,
});

describe('journal', () => {
  test('lists the newest first and filters by provider, address, delivery and id', () => {
    const journal = createJournal();
    journal.record(entry());
    journal.record(entry({ provider: 'fcm', address: 'b', deliveryId: 'd' }));
    journal.record(entry({ address: 'b' }));
    const ids = (filter?: Parameters<typeof journal.list>[0]) => journal.list(filter).map(({ id }) => id);
    expect(ids()).toEqual([3, 2, 1]);
    expect(ids({ provider: 'apns' })).toEqual([3, 1]);
    expect(ids({ address: 'b' })).toEqual([3, 2]);
    expect(ids({ deliveryId: 'd' })).toEqual([2]);
    expect(ids({ since: 1 })).toEqual([3, 2]);
    expect(ids({ limit: 1 })).toEqual([3]);
    expect(ids({ address: 'nobody' })).toEqual([]);
  });

  test('keeps no more than its limit, counts exactly, and numbers on after clearing', () => {
    const journal = createJournal({ limit: 10 });
    for (let index = 0; index < 1_234; index++) journal.record(entry({ status: index % 2 ? 200 : 410 }));
    expect(journal.list()).toHaveLength(10);
    expect(journal.list().map(({ id }) => id)).toEqual([1234, 1233, 1232, 1231, 1230, 1229, 1228, 1227, 1226, 1225]);
    expect(journal.counts()).toEqual({ apns: { received: 1234, accepted: 617, rejected: 617 } });
    journal.clear();
    expect(journal.list()).toEqual([]);
    expect(journal.counts()).toEqual({});
    expect(journal.record(entry()).id).toBe(1235);
    expect(journal.list().map(({ id }) => id)).toEqual([1235]);
  });

  test('a cut connection (status 0) counts as refused', () => {
    const journal = createJournal();
    journal.record(entry({ status: 0, reason: 'reset' }));
    expect(journal.counts()).toEqual({ apns: { received: 1, accepted: 0, rejected: 1 } });
  });

  test('subscribers hear of every entry until they leave', () => {
    const journal = createJournal();
    const heard: number[] = [];
    const leave = journal.subscribe(({ id }) => heard.push(id));
    journal.record(entry());
    journal.record(entry());
    leave();
    journal.record(entry());
    expect(heard).toEqual([1, 2]);
  });

  test('a limit that is none is refused', () => {
    expect(() => createJournal({ limit: 0 })).toThrow(RangeError);
  });
});
