import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Announcement, Rowbell, Store } from '../../../web/client/src/index.ts';
import type { Surroundings } from '../../../web/client/src/live/surroundings.ts';
import { recordActivity } from '../../support/activity.ts';
import { type Announcer, createAnnouncer, english } from '../../support/announcing.ts';
import { signToken } from '../../support/api.ts';
import { hasPack } from '../../support/cluster.ts';
import { api, createClient, db, gate, somebody } from '../world.ts';
import { look, statusOf } from './looking.ts';
import { createStage } from './stage.ts';
import { createBrowser } from './tabs.ts';

let announcer: Announcer;
beforeAll(async () => {
  announcer = await createAnnouncer(db, api);
});
afterEach(() => announcer.endAll());

type Banners = Store<readonly Announcement[]>;
const shows = (banners: Banners, ...titles: readonly string[]) =>
  expect.poll(() => banners.get().map(({ title }) => title)).toEqual(titles);
const announce = async (title: string, more: object = {}) =>
  (await announcer.announce({ texts: english(title), ...more })).id;
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** Whoever has had this has had all that was told before. */
async function settle(banners: Banners): Promise<void> {
  const id = await announce('To all');
  await expect.poll(() => banners.get().some(({ title }) => title === 'To all')).toBe(true);
  await announcer.withdraw(id);
  await expect.poll(() => banners.get().some(({ title }) => title === 'To all')).toBe(false);
}
async function watch(rowbell: Rowbell, options = {}): Promise<Banners> {
  const banners = look(rowbell, rowbell.announcements(options));
  await statusOf(rowbell).toBe('live');
  return banners;
}
const paced = (random: number, haste: number): { surroundings: Partial<Surroundings> } => ({
  surroundings: {
    random: () => random,
    after(ms, work) {
      const timer = setTimeout(work, ms / haste);
      return () => clearTimeout(timer);
    },
  },
});
/** Without waits between tries. */
const hasty = paced(0, 10);

describe('NC-42, NC-43: banners', () => {
  test('are there at once, come as they begin, change, and go when they are withdrawn', async () => {
    await announce('Shown already');
    const { rowbell } = await somebody();
    const banners = await watch(rowbell);
    await shows(banners, 'Shown already');
    const id = await announce('Begun', { level: 'critical' });
    await shows(banners, 'Shown already', 'Begun');
    expect(banners.get()[1]).toMatchObject({
      id,
      level: 'critical',
      body: 'Begun, in full',
      action: null,
      endsAt: null,
    });
    await db.owner.query(
      `update notify.announcements set texts = jsonb_set(texts, '{en,title}', '"Changed"') where id = $1`,
      [id],
    );
    await shows(banners, 'Shown already', 'Changed');
    await announcer.withdraw(id);
    await shows(banners, 'Shown already');
  });

  test('go at their end, without a word of the API, and though the clock is set back', async () => {
    let offsetMs = 0;
    const { rowbell } = await somebody({ surroundings: { now: () => Date.now() + offsetMs } });
    const banners = await watch(rowbell);
    await settle(banners);
    await announce('Stays');
    await announce('Soon over', { endsAt: inMs(1_000) });
    await shows(banners, 'Stays', 'Soon over');
    offsetMs = -3_600_000;
    await shows(banners, 'Stays');
  });

  test('that are withdrawn go at once where the clock is slow by an hour', async () => {
    const { rowbell } = await somebody({ surroundings: { now: () => Date.now() - 3_600_000 } });
    const banners = await watch(rowbell);
    const ids = [await announce('One'), await announce('Two', { endsAt: inMs(600_000) })];
    await shows(banners, 'One', 'Two');
    for (const id of ids) await announcer.withdraw(id);
    await shows(banners);
  });

  test('after a break are those that are shown now', async () => {
    // Slow enough that nothing is asked for by request before the next socket.
    const { rowbell } = await somebody(paced(0.9, 3));
    const banners = await watch(rowbell);
    const [stays, goes] = [await announce('Stays'), await announce('Goes')];
    await shows(banners, 'Stays', 'Goes');
    const had: number[] = [];
    const stop = banners.subscribe(() => had.push(banners.get().filter(({ id }) => id === stays).length));
    gate.way = 'down';
    gate.cut();
    await statusOf(rowbell).toBe('reconnecting');
    await announcer.withdraw(goes);
    await announce('Comes');
    gate.way = 'up';
    rowbell.connection.connect();
    await shows(banners, 'Stays', 'Comes');
    stop();
    // What stays does not flicker.
    expect(new Set(had)).toEqual(new Set([1]));
  });

  test('are asked for by request where a proxy knows no sockets', async () => {
    const first = await announce('First');
    const { rowbell } = await somebody(hasty);
    gate.way = 'socketless';
    const banners = look(rowbell, rowbell.announcements());
    await statusOf(rowbell).toBe('polling');
    await shows(banners, 'First');
    await announcer.withdraw(first);
    await announce('Second');
    rowbell.connection.connect();
    await shows(banners, 'Second');
    expect(gate.opened).toBe(0);
  });

  test('that operators cannot ask for keep nothing else from them', async () => {
    const { id, rowbell } = await somebody({ ...hasty, getToken: () => signToken(id, { role: 'operator' }) });
    gate.way = 'socketless';
    look(rowbell, rowbell.announcements());
    const list = look(rowbell, rowbell.activity());
    await statusOf(rowbell).toBe('polling');
    await recordActivity(db, id, 'report');
    rowbell.connection.connect();
    await expect.poll(() => list.get().items.length).toBe(1);
  });

  test('tabs have one socket for them, and one that is opened later shows them at once', async () => {
    const browser = createBrowser();
    const leading = browser.tab();
    const { token, rowbell } = await somebody(leading);
    const one = await watch(rowbell);
    const id = await announce('Both');
    await shows(one, 'Both');
    const { surroundings } = browser.tab();
    const other = createClient({
      getToken: () => token,
      surroundings: { ...surroundings, ...paced(0.9, 3).surroundings },
    });
    const two = await watch(other);
    await shows(two, 'Both');
    expect(gate.opened).toBe(1);
    // Nobody has a socket while it is withdrawn.
    gate.way = 'down';
    leading.close();
    await statusOf(other).toBe('reconnecting');
    await announcer.withdraw(id);
    gate.way = 'up';
    other.connection.connect();
    await shows(two);
    await announce('After');
    await shows(two, 'After');
    expect(gate.opened).toBe(2);
  });

  test.runIf(hasPack('accounts'))('of a channel are shown to who asks for it, and to nobody else', async () => {
    const { rowbell, token } = await somebody(hasty);
    const channel = { audience: 'channel', liveChannelName: 'payments' };
    await announce('Shown already', channel);
    const other = createClient({ getToken: () => token });
    const [with_, without] = [await watch(rowbell, { channels: ['payments'] }), await watch(other)];
    await shows(with_, 'Shown already');
    await announce('Payments are slow', channel);
    await shows(with_, 'Shown already', 'Payments are slow');
    await settle(without);
    await shows(without);
    gate.way = 'socketless';
    gate.cut();
    await statusOf(rowbell).toBe('polling');
    await announce('By request', channel);
    rowbell.connection.connect();
    await shows(with_, 'Shown already', 'Payments are slow', 'By request');
  });

  test('of a channel are subscribed to when the API has said that it watches the channel', async () => {
    const stage = createStage();
    const { surroundings } = stage;
    const rowbell = createClient({ getToken: () => 'a token', surroundings, fetch: () => new Promise(() => {}) });
    look(rowbell, rowbell.announcements({ channels: ['payments'] }));
    await expect.poll(() => stage.peers.length).toBe(1);
    stage.peer.accept();
    const asked = () => stage.peer.sent.filter(({ type }) => type === 'subscribe');
    const queries = () => asked().map(({ payload }) => /\{ (\w+)/.exec((payload as { query: string }).query)?.[1]);
    expect(queries()).toEqual(['channel']);
    const data = { channel: { cursor: '00000000.0000000000000001', reset: false, items: [] } };
    stage.peer.say({ id: asked()[0]?.id, type: 'next', payload: { data } });
    expect(queries()).toEqual(['channel', 'announced']);
  });
});
