import { describe, expect, test } from 'vitest';
import type { ActivityList, Rowbell } from '../../../web/client/src/index.ts';
import { recordActivity } from '../../support/activity.ts';
import { signToken } from '../../support/api.ts';
import { hasPack } from '../../support/cluster.ts';
import { createClient, db, gate, somebody } from '../world.ts';
import { look, statusOf } from './looking.ts';
import { createBrowser } from './tabs.ts';

/** A page's new entries move the others at once. */
async function watch(rowbell: Rowbell, list: ActivityList): Promise<ActivityList> {
  list.follow(true);
  look(rowbell, list);
  await expect.poll(() => list.get()).toMatchObject({ isLoading: false, error: null });
  return list;
}
const titles = (list: ActivityList) => list.get().items.map(({ title }) => title);
const shows = (list: ActivityList, ...expected: readonly string[]) => expect.poll(() => titles(list)).toEqual(expected);
const record = (id: string, title: string, type = 'report') => recordActivity(db, id, type, title);
/** Without waits between tries. */
const hasty = { surroundings: { random: () => 0 } };

describe('NC-40, NC-42: one’s own activity as a list', () => {
  test('is its page, and then what commits; of some types, only these; of other people, nothing', async () => {
    const [{ id, rowbell }, other] = [await somebody(), await somebody()];
    await record(id, 'Before');
    await record(other.id, 'Of another, before');
    const [all, exports] = [
      await watch(rowbell, rowbell.activity()),
      await watch(rowbell, rowbell.activity({ types: ['export'] })),
    ];
    await statusOf(rowbell).toBe('live');
    await shows(all, 'Before');
    await record(other.id, 'Of another');
    await record(id, 'A report');
    await record(id, 'An export', 'export');
    await shows(all, 'An export', 'A report', 'Before');
    await shows(exports, 'An export');
    expect(all.get()).toMatchObject({ fresh: 0, hasMore: false, error: null });
  });

  test('of an operator it is their own, too, by page and by frame', async () => {
    const { id, rowbell } = await somebody({ getToken: () => signToken(id, { role: 'operator' }) });
    const other = await somebody();
    await record(other.id, 'Of another, before');
    await record(id, 'Own, before');
    const list = await watch(rowbell, rowbell.activity());
    await statusOf(rowbell).toBe('live');
    await record(other.id, 'Of another');
    await record(id, 'Own');
    await shows(list, 'Own', 'Own, before');
  });

  test('new ones wait above what one reads; more of the old ones come page by page, each once', async () => {
    const { id, rowbell } = await somebody();
    for (const number of [1, 2, 3, 4, 5]) await record(id, `${number}`);
    const list = look(rowbell, rowbell.activity({ first: 2 }));
    await shows(list, '5', '4');
    await statusOf(rowbell).toBe('live');
    await record(id, '6');
    await expect.poll(() => list.get().fresh).toBe(1);
    await list.loadMore();
    await list.loadMore();
    expect([titles(list), list.get().hasMore]).toEqual([['5', '4', '3', '2', '1'], false]);
    list.take();
    expect([titles(list), list.get().fresh]).toEqual([['6', '5', '4', '3', '2', '1'], 0]);
  });

  test('misses nothing and shows nothing twice, however often the way breaks', async () => {
    const { id, rowbell } = await somebody();
    const list = await watch(rowbell, rowbell.activity({ first: 100 }));
    await statusOf(rowbell).toBe('live');
    const told: string[] = [];
    for (const round of [1, 2, 3, 4, 5, 6]) {
      if (round % 2 === 0) gate.cut();
      await record(id, `Before ${round}`);
      if (round % 3 === 0) gate.cut();
      await record(id, `After ${round}`);
      told.unshift(`After ${round}`, `Before ${round}`);
    }
    await shows(list, ...told);
  });

  test('asks for the page anew where too much came while there was no connection, and goes on from there', async () => {
    const { id, rowbell } = await somebody();
    const list = await watch(rowbell, rowbell.activity({ first: 3 }));
    await statusOf(rowbell).toBe('live');
    await record(id, 'Long ago');
    await shows(list, 'Long ago');
    gate.way = 'down';
    gate.cut();
    await statusOf(rowbell).toBe('reconnecting');
    await db.owner.query(
      `select from generate_series(1, 600) as n, lateral notify.record_activity($1, 'report', 'completed', n::text)`,
      [id],
    );
    gate.way = 'up';
    rowbell.connection.connect();
    await shows(list, '600', '599', '598');
    await list.loadMore();
    expect(titles(list)).toEqual(['600', '599', '598', '597', '596', '595']);
    await record(id, 'Now');
    await shows(list, 'Now', '600', '599', '598', '597', '596', '595');
  });

  test('is asked for by request where a proxy knows no sockets, of its types alone', async () => {
    const { id, rowbell } = await somebody(hasty);
    gate.way = 'socketless';
    const list = await watch(rowbell, rowbell.activity({ types: ['export'] }));
    await statusOf(rowbell).toBe('polling');
    await record(id, 'A report');
    await record(id, 'An export', 'export');
    rowbell.connection.connect();
    await shows(list, 'An export');
    expect(gate.opened).toBe(0);
  });

  test('says why it could not be read, and reads it when the API is back', async () => {
    const { id, rowbell } = await somebody({ ...hasty, retries: 0 });
    const first = await watch(rowbell, rowbell.activity());
    await statusOf(rowbell).toBe('live');
    await record(id, 'One');
    await shows(first, 'One');
    gate.way = 'down';
    gate.cut();
    const list = look(rowbell, rowbell.activity());
    await expect.poll(() => list.get().error?.code).toBe('NO_CONNECTION');
    gate.way = 'up';
    await shows(list, 'One');
    expect(list.get().error).toBeNull();
    await statusOf(rowbell).toBe('live');
  });

  test('tabs have one socket for it; when the one that leads is closed, another goes on without a gap', async () => {
    const browser = createBrowser();
    const leading = browser.tab();
    const { id, token, rowbell } = await somebody(leading);
    const one = await watch(rowbell, rowbell.activity());
    await statusOf(rowbell).toBe('live');
    const other = createClient({ getToken: () => token, ...browser.tab() });
    const two = await watch(other, other.activity({ types: ['export'] }));
    await statusOf(other).toBe('live');
    await record(id, 'Both', 'export');
    for (const list of [one, two]) await shows(list, 'Both');
    expect(gate.opened).toBe(1);
    leading.close();
    await record(id, 'Between', 'export');
    await shows(two, 'Between', 'Both');
    await record(id, 'After', 'export');
    await shows(two, 'After', 'Between', 'Both');
    expect([gate.opened, titles(one)]).toEqual([2, ['Both']]);
  });

  test('goes with its person, and the next one’s comes', async () => {
    let token = '';
    const [ada, ben] = [await somebody({ getToken: () => token }), await somebody()];
    token = ada.token;
    await record(ada.id, 'Of Ada');
    await record(ben.id, 'Of Ben');
    const list = await watch(ada.rowbell, ada.rowbell.activity());
    await shows(list, 'Of Ada');
    await ada.rowbell.signOut();
    expect(titles(list)).toEqual([]);
    token = ben.token;
    ada.rowbell.connection.connect();
    await shows(list, 'Of Ben');
  });
});

describe.runIf(hasPack('accounts'))('NC-40, NC-42: a live channel', () => {
  const pay = (id: string, amount: number) =>
    db.owner.query(
      `insert into accounts.payments (user_id, amount, currency, status) values ($1, $2, 'EUR', 'completed')`,
      [id, amount],
    );
  const types = (list: ActivityList) => list.get().items.map(({ type }) => type);

  test('shows entries of its types alone, before and after, by socket', async () => {
    const { id, rowbell } = await somebody();
    await pay(id, 1);
    await record(id, 'A report');
    const list = await watch(rowbell, rowbell.channel('payments'));
    const all = await watch(rowbell, rowbell.activity());
    await statusOf(rowbell).toBe('live');
    await record(id, 'Another report');
    await pay(id, 2);
    await expect.poll(() => types(list)).toEqual(['payment', 'payment']);
    await expect.poll(() => types(all)).toEqual(['payment', 'report', 'report', 'payment']);
  });

  test('and by request', async () => {
    const { id, rowbell } = await somebody(hasty);
    gate.way = 'socketless';
    await pay(id, 1);
    const list = await watch(rowbell, rowbell.channel('payments'));
    await statusOf(rowbell).toBe('polling');
    await record(id, 'A report');
    await pay(id, 2);
    rowbell.connection.connect();
    await expect.poll(() => types(list)).toEqual(['payment', 'payment']);
  });

  test('that no pack has named is an error of the list, and harms nothing else', async () => {
    const { id, rowbell } = await somebody();
    const list = look(rowbell, rowbell.channel('gossip' as never));
    const all = await watch(rowbell, rowbell.activity());
    await expect.poll(() => list.get().error?.code).toBe('INVALID_INPUT');
    await statusOf(rowbell).toBe('live');
    await record(id, 'A report');
    await shows(all, 'A report');
    expect([gate.opened, titles(list)]).toEqual([1, []]);
  });
});
