import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Announcer, createAnnouncer, english, why } from '../support/announcing.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDevice } from '../support/engine-pack.ts';
import { connectLive, type LiveSocket, type LiveSubscription } from '../support/live.ts';

let db: TestDatabase;
/** Two processes' worth. */
let api: TestApi;
let other: TestApi;
let announce: Announcer['announce'];
let withdraw: Announcer['withdraw'];
let endAll: Announcer['endAll'];
const sockets: LiveSocket[] = [];
beforeAll(async () => {
  db = await createDatabase();
  [api, other] = await Promise.all([startTestApi(db), startTestApi(db)]);
  ({ announce, withdraw, endAll } = await createAnnouncer(db, api));
});
afterAll(async () => {
  await Promise.all([api?.stop(), other?.stop()]);
  await db?.drop();
});
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
  await endAll();
});

const announced = 'subscription { announced { id level title body action { title url } startsAt endsAt } }';
const current = async (token: string, channels?: readonly string[]) =>
  (
    await api.ask('query ($channels: [String!]) { currentAnnouncements(channels: $channels) { id title endsAt } }', {
      token,
      variables: { channels },
    })
  ).data.currentAnnouncements as { id: string; title: string }[];
const titles = (list: readonly { title: string }[]) => list.map(({ title }) => title);

/** Somebody who is connected to one of the processes and watches banners. */
async function watcher(at: TestApi = api, fields: { locale?: string; device?: boolean } = {}) {
  const id = await createUser(db);
  if (fields.locale) await db.owner.query('update notify.users set locale = $2 where id = $1', [id, fields.locale]);
  if (fields.device) await makeDevice(db, id);
  const token = await signToken(id);
  const live = await connectLive(at, token);
  sockets.push(live);
  return { id, token, live, banners: live.subscribe(announced) };
}
const shown = (banners: LiveSubscription, title: string) =>
  banners.frame(`"${title}"`, (frame: { title: string }) => frame.title === title);
/** Whatever was told before has come when this has: everybody gets it. */
async function settle(...all: readonly { banners: LiveSubscription }[]): Promise<void> {
  const title = `To all ${Math.random()}`;
  const { id } = await announce({ texts: english(title) });
  await Promise.all(all.map(({ banners }) => shown(banners, title)));
  await withdraw(id);
}
const seen = ({ banners }: { banners: LiveSubscription }) =>
  titles(banners.frames).filter((title) => !title.startsWith('To all '));

describe('NC-43: operators announce', () => {
  test('to all who are connected to any process, in their language, and to who comes later at once', async () => {
    const [ada, ben] = [await watcher(api), await watcher(other, { locale: 'fr-CA' })];
    await settle(ada, ben);
    const { id } = await announce({
      level: 'warning',
      actionUrl: '/status',
      endsAt: new Date(Date.now() + 60_000).toISOString(),
      texts: [
        { language: 'en', title: 'Maintenance tonight', body: 'From ten.', action: 'Status' },
        { language: 'fr', title: 'Maintenance ce soir', body: 'Dès dix heures.', action: 'État' },
      ],
    });
    expect(await shown(ada.banners, 'Maintenance tonight')).toEqual({
      id,
      level: 'warning',
      title: 'Maintenance tonight',
      body: 'From ten.',
      action: { title: 'Status', url: '/status' },
      startsAt: expect.any(String),
      endsAt: expect.any(String),
    });
    expect((await shown(ben.banners, 'Maintenance ce soir')).action).toEqual({ title: 'État', url: '/status' });
    const [cem, dee] = [await watcher(other), await watcher(api, { locale: 'de' })];
    await Promise.all([cem, dee].map(({ banners }) => shown(banners, 'Maintenance tonight')));
    expect(titles(await current(ben.token))).toEqual(['Maintenance ce soir']);
    for (const one of [ada, ben, cem, dee]) expect(new Set(seen(one)).size).toBe(1);
  });

  test('a withdrawn one is taken away everywhere, and nobody who comes later sees it', async () => {
    const [ada, ben] = [await watcher(api), await watcher(other)];
    const { id } = await announce({ texts: english('Soon gone') });
    await Promise.all([ada, ben].map(({ banners }) => shown(banners, 'Soon gone')));
    const { data } = await withdraw(id);
    for (const { banners } of [ada, ben]) {
      const last = await banners.frame(
        'its end',
        (frame: { id: string; endsAt: string | null }) => frame.id === id && frame.endsAt !== null,
      );
      expect(Date.parse(last.endsAt)).toBe(Date.parse(data.withdrawAnnouncement.result.endsAt));
    }
    const cem = await watcher(other);
    await settle(cem);
    expect(seen(cem)).toEqual([]);
    expect(await current(ada.token)).toEqual([]);
    expect((await withdraw(id)).codes).toEqual(['CONFLICT']);
  });

  test('one that begins later is shown then, and one that is withdrawn before never', async () => {
    const [ada, ben] = [await watcher(api), await watcher(other)];
    await settle(ada, ben);
    const startsAt = new Date(Date.now() + 1_500).toISOString();
    const never = await announce({ texts: english('Never'), startsAt });
    await announce({ texts: english('Later'), startsAt });
    await withdraw(never.id);
    expect(await current(ada.token)).toEqual([]);
    for (const { banners } of [ada, ben]) {
      const frame = await shown(banners, 'Later');
      expect(Date.parse(frame.startsAt)).toBeLessThanOrEqual(Date.now());
    }
    await settle(ada, ben);
    for (const one of [ada, ben]) expect(seen(one)).toEqual(['Later']);
  });

  test('to those who watch a channel, and to nobody else', async () => {
    const [ada, ben] = [await watcher(api), await watcher(other)];
    const payments = ada.live.subscribe('subscription { channel(name: payments) { cursor } }');
    await payments.frame('the first frame', () => true);
    await settle(ada, ben);
    const { errors } = await announce({
      texts: english('Payments are slow'),
      audience: 'channel',
      liveChannelName: 'payments',
    });
    expect(errors).toEqual([]);
    await shown(ada.banners, 'Payments are slow');
    await settle(ada, ben);
    expect([seen(ada), seen(ben)]).toEqual([['Payments are slow'], []]);
    expect(await current(ben.token)).toEqual([]);
    expect(titles(await current(ben.token, ['payments']))).toEqual(['Payments are slow']);
  });

  test('to those of a segment who are connected, and to nobody else: over sockets, by the query and in SQL', async () => {
    const [reached, unreached] = [await watcher(api, { device: true }), await watcher(other)];
    await settle(reached, unreached);
    const { id } = await announce({
      texts: english('Switch push on'),
      audience: 'segment',
      segmentKey: 'without_push',
    });
    await shown(unreached.banners, 'Switch push on');
    await settle(reached, unreached);
    expect([seen(reached), seen(unreached)]).toEqual([[], ['Switch push on']]);
    const [late, lateReached] = [await watcher(api), await watcher(api, { device: true })];
    await shown(late.banners, 'Switch push on');
    await settle(late, lateReached);
    expect([seen(late), seen(lateReached)]).toEqual([['Switch push on'], []]);
    expect([titles(await current(unreached.token)), await current(reached.token)]).toEqual([['Switch push on'], []]);

    const rows = (person: string) =>
      db.asUser(person, async (client) =>
        (await client.query('select id from notify.announcements')).rows.map((row) => row.id),
      );
    expect(await rows(unreached.id)).toEqual([id]);
    expect(await rows(reached.id)).toEqual([]);
    // It is there all the same.
    expect((await db.owner.query('select id from notify.announcements where id = $1', [id])).rowCount).toBe(1);
  });

  test('rows that have ended or not begun, and what they do not say, are nobody’s to read', async () => {
    const ada = await createUser(db);
    await announce({ texts: english('Not yet'), startsAt: new Date(Date.now() + 600_000).toISOString() });
    const { id } = await announce({ texts: english('Ended') });
    await withdraw(id);
    const open = await announce({ texts: english('Open') });
    await db.asUser(ada, async (client) => {
      expect((await client.query('select id from notify.announcements')).rows).toEqual([{ id: open.id }]);
      for (const sql of [
        'select created_by from notify.announcements',
        'select * from notify.segments',
        `insert into notify.announcements (texts) values ('{"en": {}}')`,
        'delete from notify.announcements',
      ])
        await db.asUser(ada, (own) => expect(own.query(sql)).rejects.toMatchObject({ code: '42501' }));
    });
  });

  test('people, services and strangers may neither announce nor withdraw', async () => {
    const ada = await signToken(await createUser(db));
    const { id } = await announce({ texts: english('Stays') });
    const tried = await api.ask('mutation { announce(input: { texts: [], note: "x" }) { result { id } } }', {
      token: ada,
    });
    expect(tried.codes).toEqual(['INVALID_INPUT']);
    expect((await withdraw(id, ada)).codes).toContain('INVALID_INPUT');
    for (const as of [db.asUser.bind(db, await createUser(db)), db.asWriter.bind(db), db.asAnonymous.bind(db)] as const)
      await expect(
        as((client) => client.query(`select notify.withdraw_announcement($1, 'because I may not')`, [id])),
      ).rejects.toMatchObject({ code: '42501' });
    expect(titles(await current(ada))).toEqual(['Stays']);
  });

  test('each leaves a row that says who and why, and none without a reason', async () => {
    const { id } = await announce({ texts: english('Noted'), audience: 'segment', segmentKey: 'low_balance' });
    await withdraw(id);
    const { rows } = await db.owner.query(
      'select kind, note, details, operator_id is not null as named from notify.operator_actions where target = $1 order by id',
      [id],
    );
    expect(rows).toEqual([
      {
        kind: 'announce',
        note: why,
        named: true,
        details: expect.objectContaining({ audience: 'low_balance', level: 'info' }),
      },
      { kind: 'withdraw_announcement', note: why, named: true, details: {} },
    ]);
    const before = await db.owner.query('select count(*) from notify.announcements');
    expect((await announce({ texts: english('Why?'), note: 'so' })).codes).toEqual(['INVALID_INPUT']);
    expect((await db.owner.query('select count(*) from notify.announcements')).rows).toEqual(before.rows);
  });

  test.each([
    ['texts', { texts: [] }],
    ['texts', { texts: [{ language: 'fr', title: 'T', body: 'B' }] }],
    ['texts', { texts: [...english('Twice'), ...english('Twice')] }],
    ['texts', { texts: [{ language: 'en', title: ' ', body: 'B' }] }],
    ['texts', { texts: [{ language: 'en', title: 'T', body: 'x'.repeat(1_001) }] }],
    ['texts', { texts: english('Without a title of its link'), actionUrl: '/status' }],
    [
      'actionUrl',
      { texts: [{ language: 'en', title: 'T', body: 'B', action: 'Go' }], actionUrl: 'javascript:alert(1)' },
    ],
    ['liveChannelName', { texts: english('T'), audience: 'channel' }],
    ['liveChannelName', { texts: english('T'), audience: 'channel', liveChannelName: 'gossip' }],
    ['segmentKey', { texts: english('T'), audience: 'segment', segmentKey: 'nobody' }],
    ['segmentKey', { texts: english('T'), segmentKey: 'low_balance' }],
    ['endsAt', { texts: english('T'), endsAt: '2020-01-01T00:00:00Z' }],
    ['startsAt', { texts: english('T'), startsAt: '2999-01-01T00:00:00Z' }],
  ])('what is wrong is said of %s: %j', async (field, input) => {
    const { codes, errors } = await announce(input);
    expect([codes, errors[0]?.extensions.field]).toEqual([['INVALID_INPUT'], field]);
  });

  test('twenty at a time, and room again once one is withdrawn', async () => {
    const all = [];
    for (let n = 0; n < 20; n++) all.push(await announce({ texts: english(`Number ${n}`) }));
    expect((await announce({ texts: english('One more') })).codes).toEqual(['CONFLICT']);
    await withdraw(all[0]?.id as string);
    expect((await announce({ texts: english('One more') })).codes).toEqual([]);
  });
});
