// Over 300 lines: one history is played, and all figures are read of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken } from '../support/api.ts';
import { installPack, makeType, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { done, type Listener, mailTo, makeListener, startWorld, untilSettled, type World } from './world.ts';

let world: World;
let ada: Listener;
let ben: Listener;
let cleo: Listener;
let operator: string;
let news: string;
let offers: string;

/** The deliveries of somebody, by channel. */
const deliveryOf = ({ id }: Listener, channel: string) =>
  one<string>(
    world.db.owner,
    'select delivery_id from notify.delivery_timelines where recipient_id = $1 and channel = $2 and not is_test',
    [id, channel],
  );

/** Where a link of a mail leads, at the API. */
async function open(person: Listener, path: string, request?: RequestInit): Promise<Response> {
  const [mail] = mailTo(world, person.email);
  const { source = '' } = (mail?.raw ?? {}) as { source?: string };
  const text = source.replaceAll(/=\r\n/g, '').replaceAll('=3D', '=');
  const link = new RegExp(`/email/${path}/[\\w.-]+`).exec(text)?.[0];
  if (!link) throw new Error(`no link to ${path}`);
  return fetch(`${world.api.url}${link}`, { redirect: 'manual', ...request });
}

beforeAll(async () => {
  world = await startWorld();
  await installPack(world.db);
  const people = { region: 'US' };
  [ada, ben, cleo] = [
    await makeListener(world.db, people),
    await makeListener(world.db, people),
    await makeListener(world.db, people),
  ];
  operator = await signToken(await one<string>(world.db.owner, 'select uuidv7()'), { role: 'operator' });
  news = await makeType(world.db, { channels: ['push', 'email', 'in_app'], maxAttempts: 2 });
  offers = await makeType(world.db, { channels: ['push'] });
  await world.db.owner.query(`update notify.notification_types set email_url = '/news' where key = $1`, [news]);

  // Ada lets her mail be tracked; Ben does not. Ben's phone is never reached, Cleo's at the second try; her mailbox is gone.
  await done(world, ada.jwt, 'mutation { setEmailTracking(input: { granted: true }) { result } }');
  await done(
    world,
    cleo.jwt,
    'mutation ($type: String!) { setPreference(input: { typeKey: $type, channel: push, enabled: false }) { result { source } } }',
    { type: offers },
  );
  world.sandbox.faults.add({ provider: 'fcm', address: ben.token, kind: 'server_error' });
  world.sandbox.faults.add({ provider: 'fcm', address: cleo.token, kind: 'server_error', times: 1 });
  world.sandbox.faults.add({ provider: 'smtp', address: cleo.email, kind: 'hard_bounce' });
  await world.work('bulk');
  await tell(world.db, news, [ada.id, ben.id, cleo.id]);
  await tell(world.db, offers, [cleo.id]);
  await untilSettled(world);
  await until('nothing is to be tried again', () =>
    one<boolean>(
      world.db.owner,
      `select count(*) = 9 and bool_and(status not in ('queued', 'sending')) from notify.deliveries`,
    ),
  );

  // Ada's phone shows it and she opens it; she opens the mail and follows its link; she reads it in the inbox.
  const report = (person: Listener, delivery: string, kind: string) =>
    done(
      world,
      person.jwt,
      'mutation ($id: UUID!, $kind: ReportedReceiptKind!) { reportReceipt(input: { deliveryId: $id, kind: $kind }) { result } }',
      { id: delivery, kind },
    );
  const push = await deliveryOf(ada, 'push');
  await report(ada, push, 'delivered');
  await report(ada, push, 'opened');
  expect((await open(ada, 'open')).status).toBe(200);
  expect((await open(ada, 'click')).status).toBe(302);
  const { inbox } = await done(world, ada.jwt, '{ inbox { nodes { id } } }');
  await done(world, ada.jwt, 'mutation ($ids: [UUID!]!) { markRead(input: { notificationIds: $ids }) { result } }', {
    ids: inbox.nodes.map(({ id }: { id: string }) => id),
  });
  // Nobody sees Ben's mail being opened, not even where his own app says so; that he leaves is his word.
  await expect(open(ben, 'open')).rejects.toThrow('no link to open');
  await report(ben, await deliveryOf(ben, 'email'), 'opened');
  const left = await open(ben, 'unsubscribe', {
    method: 'POST',
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
  });
  expect(left.status).toBe(200);
  await refresh();
});
afterAll(() => world?.stop());

/** Counts what the worker would within the minute. */
const refresh = () => world.db.worker.query('call notify_private.refresh_rollups(null, true)');

const counts = `heldBack deliveries waiting sent delivered failed expired canceled suppressed unknown tracked read clicked leavable
  unsubscribed retried retries recovered givenUp pushes appOpens`;
const rates = 'deliveryRate failureRate readRate clickRate unsubscribeRate retrySuccessRate appOpenRate';
const figures = `typeKey channel ${counts} ${rates}
  timeToDeliver { known averageSeconds p50Seconds p90Seconds p95Seconds p99Seconds } timeToRead { known } timeToClick { known p99Seconds }`;
type Figures = Record<string, unknown>;

/** The counts that are not 0, as numbers. */
const some = (row: Figures): Record<string, number> =>
  Object.fromEntries(
    counts
      .split(/\s+/)
      .map((name) => [name, Number(row[name])] as const)
      .filter(([, count]) => count !== 0),
  );
const ask = async (jwt: string, query: string) => done(world, jwt, query);

const everybody = {
  heldBack: 1,
  deliveries: 9,
  sent: 7,
  delivered: 6,
  failed: 2,
  tracked: 6,
  read: 3,
  clicked: 1,
  leavable: 2,
  unsubscribed: 1,
  retried: 2,
  retries: 2,
  recovered: 1,
  givenUp: 1,
  pushes: 2,
  appOpens: 1,
};

describe('NC-51: what was sent, through the worker and the sandbox, is what the figures say', () => {
  test('the summary, exactly', async () => {
    const { analyticsSummary: row } = await ask(
      operator,
      `{ analyticsSummary { ${figures} computedAt startsAt endsAt } }`,
    );
    expect(some(row)).toEqual(everybody);
    expect(row).toMatchObject({
      typeKey: null,
      channel: null,
      deliveryRate: 0.8571,
      failureRate: 0.2222,
      readRate: 0.5,
      clickRate: 0.1667,
      unsubscribeRate: 0.5,
      retrySuccessRate: 0.5,
      appOpenRate: 0.5,
      // Three in the inbox and one that a phone reported; mails told by nothing but their opening are not timed.
      timeToDeliver: { known: '4' },
      timeToRead: { known: '3' },
      timeToClick: { known: '1' },
    });
    const { averageSeconds, p50Seconds, p99Seconds } = row.timeToDeliver;
    expect([p50Seconds, p99Seconds >= p50Seconds, averageSeconds >= 0]).toEqual([0, true, true]);
  });

  test('by channel', async () => {
    const { analyticsByChannel: rows } = await ask(operator, `{ analyticsByChannel { ${figures} } }`);
    expect(rows.map((row: Figures) => [row.channel, some(row)])).toEqual([
      [
        'email',
        {
          deliveries: 3,
          sent: 2,
          delivered: 2,
          failed: 1,
          tracked: 1,
          read: 1,
          clicked: 1,
          leavable: 2,
          unsubscribed: 1,
        },
      ],
      ['in_app', { deliveries: 3, sent: 3, delivered: 3, tracked: 3, read: 1 }],
      [
        'push',
        {
          heldBack: 1,
          deliveries: 3,
          sent: 2,
          delivered: 1,
          failed: 1,
          tracked: 2,
          read: 1,
          retried: 2,
          retries: 2,
          recovered: 1,
          givenUp: 1,
          pushes: 2,
          appOpens: 1,
        },
      ],
    ]);
    // Only mails can be left: elsewhere there is nothing to be a share of.
    expect(rows.map((row: Figures) => [row.unsubscribeRate, row.retrySuccessRate])).toEqual([
      [0.5, null],
      [null, null],
      [null, 0.5],
    ]);
  });

  test('by type, where rates without a denominator are null', async () => {
    const { analyticsByType: rows } = await ask(
      operator,
      `{ analyticsByType(types: ["${news}", "${offers}"]) { ${figures} } }`,
    );
    const byType = new Map<unknown, Figures>(rows.map((row: Figures) => [row.typeKey, row]));
    expect(some(byType.get(news) as Figures)).toEqual({ ...everybody, heldBack: undefined });
    expect(byType.get(offers)).toMatchObject({ heldBack: '1', deliveries: '0' });
    for (const rate of rates.split(' ')) expect(byType.get(offers)?.[rate], rate).toBeNull();
  });

  test.each(['hour', 'day'])(
    'over time, by %s: one row each, also of nothing, and together the summary',
    async (step) => {
      const { analyticsOverTime: rows } = await ask(
        operator,
        `{ analyticsOverTime(step: ${step}) { startsAt endsAt ${figures} } }`,
      );
      const length = step === 'hour' ? 3_600_000 : 86_400_000;
      for (const [n, row] of rows.entries()) {
        expect(Date.parse(row.endsAt) - Date.parse(row.startsAt)).toBe(length);
        if (n > 0) expect(row.startsAt).toBe(rows[n - 1].endsAt);
      }
      const sum = (name: string) => rows.reduce((total: number, row: Figures) => total + Number(row[name]), 0);
      expect(Object.fromEntries(Object.keys(everybody).map((name) => [name, sum(name)]))).toEqual(everybody);
      expect(rows.filter((row: Figures) => Number(row.deliveries) === 0).length).toBeGreaterThan(
        step === 'hour' ? 100 : 5,
      );
    },
  );

  test('filters by type, channel and time', async () => {
    const summary = async (filter: string) =>
      some((await ask(operator, `{ analyticsSummary(${filter}) { ${counts} } }`)).analyticsSummary);
    expect(await summary('channels: [email]')).toMatchObject({ deliveries: 3, clicked: 1 });
    expect(await summary('channels: [email, in_app]')).toMatchObject({ deliveries: 6, read: 2 });
    expect(await summary(`types: ["${offers}"]`)).toEqual({ heldBack: 1 });
    expect(await summary(`types: ["${news}"], channels: [push]`)).toMatchObject({ deliveries: 3, recovered: 1 });
    expect(await summary('since: "2020-01-01T00:00:00Z", until: "2020-02-01T00:00:00Z"')).toEqual({});
    expect(await summary('since: "2020-01-01T00:00:00Z"')).toEqual(everybody);
  });

  test('why things did not arrive', async () => {
    const { analyticsReasons: rows } = await ask(
      operator,
      '{ analyticsReasons { channel status reason candidates share } }',
    );
    expect(rows).toEqual([
      { channel: 'email', status: 'failed', reason: expect.any(String), candidates: '1', share: 0.3333 },
      { channel: 'push', status: 'failed', reason: expect.any(String), candidates: '1', share: 0.25 },
      { channel: 'push', status: 'held_back', reason: 'turned_off', candidates: '1', share: 0.25 },
    ]);
  });

  test('test sends are in no figure', async () => {
    await world.work('urgent');
    await done(world, ada.jwt, 'mutation { testPush(input: {}) { results { status } } }');
    await refresh();
    expect(some((await ask(operator, `{ analyticsSummary { ${counts} } }`)).analyticsSummary)).toEqual(everybody);
    expect(await world.db.owner.query(`select from notify.delivery_timelines where is_test`)).toHaveProperty(
      'rowCount',
      1,
    );
  });
});

const timeline = `channel provider status reason sentAt deliveredAt readAt clickedAt unsubscribedAt failedAt retries isRecovered isTracked isLeavable
  timeToDeliver { seconds } timeToRead { seconds } timeToClick { seconds }`;
type Timeline = Record<string, unknown>;
/** Which of the columns that may be null are not. */
const known = (row: Timeline) => Object.keys(row).filter((key) => /At$|^time/.test(key) && row[key] !== null);

describe('NC-50: per delivery', () => {
  const mine = async (person: Listener): Promise<Record<string, Timeline>> => {
    const { analyticsDeliveries } = await done(
      world,
      person.jwt,
      `{ analyticsDeliveries(types: ["${news}"]) { nodes { ${timeline} } } }`,
    );
    return Object.fromEntries(analyticsDeliveries.nodes.map((row: Timeline) => [row.channel, row]));
  };

  test('sent, delivered, read and clicked with their times, retries, and why it failed', async () => {
    const [adas, bens, cleos] = [await mine(ada), await mine(ben), await mine(cleo)];
    const read = ['sentAt', 'deliveredAt', 'readAt', 'timeToRead'];
    expect(known(adas.push as Timeline).sort()).toEqual([...read, 'timeToDeliver'].sort());
    // A click that comes after the opening; that it arrived is known by its opening alone.
    expect(known(adas.email as Timeline).sort()).toEqual([...read, 'clickedAt', 'timeToClick'].sort());
    expect(known(adas.in_app as Timeline).sort()).toEqual([...read, 'timeToDeliver'].sort());
    expect(known(bens.push as Timeline)).toEqual(['failedAt']);
    expect(bens.push).toMatchObject({ status: 'failed', reason: expect.any(String), retries: 1, isRecovered: false });
    expect(known(bens.email as Timeline).sort()).toEqual(['deliveredAt', 'sentAt', 'unsubscribedAt']);
    expect(bens.email).toMatchObject({ isTracked: false, isLeavable: true, readAt: null });
    expect(cleos.push).toMatchObject({ provider: 'fcm', status: 'sent', reason: null, retries: 1, isRecovered: true });
    expect(cleos.email).toMatchObject({ status: 'failed', isLeavable: false, isRecovered: null });
  });

  test('from a notification and from a delivery as well, and one by its id', async () => {
    const id = await deliveryOf(ada, 'push');
    const data = await done(
      world,
      ada.jwt,
      `{ deliveryTimeline(deliveryId: "${id}") { status delivery { timeline { deliveryId } } notification { timelines { channel } } } }`,
    );
    expect(data.deliveryTimeline).toMatchObject({ status: 'delivered', delivery: { timeline: { deliveryId: id } } });
    expect(data.deliveryTimeline.notification.timelines).toHaveLength(3);
  });

  test('filters, newest notification first; nothing of an address', async () => {
    const { analyticsDeliveries } = await done(
      world,
      operator,
      `{ analyticsDeliveries(types: ["${news}"], channels: [push, email], statuses: [failed], since: "2026-01-01T00:00:00Z") {
           nodes { channel recipientId } } }`,
    );
    expect(analyticsDeliveries.nodes).toHaveLength(2);
    const { columns } = (
      await world.db.owner.query(
        `select array_agg(attname::text) as columns from pg_attribute where attrelid = 'notify.delivery_timelines'::regclass`,
      )
    ).rows[0];
    for (const secret of ['address', 'claim_id', 'device_id', 'provider_message_id'])
      expect(columns).not.toContain(secret);
  });
});

describe('NC-52: users see their own, operators all, nobody else anything', () => {
  const fields = [
    'analyticsSummary(ASKED) { deliveries }',
    'analyticsByType(ASKED) { deliveries }',
    'analyticsByChannel(ASKED) { deliveries }',
    'analyticsOverTime(ASKED) { deliveries }',
    'analyticsReasons(ASKED) { candidates }',
  ];
  const asked = (field: string, filter: string) => `{ ${field.replace('(ASKED)', filter)} }`;

  test("a person's own figures, by the same definitions", async () => {
    const own = async (person: Listener) =>
      some((await ask(person.jwt, `{ analyticsSummary { ${counts} } }`)).analyticsSummary);
    const [adas, bens, cleos] = [await own(ada), await own(ben), await own(cleo)];
    expect(adas).toEqual({
      deliveries: 3,
      sent: 3,
      delivered: 3,
      tracked: 3,
      read: 3,
      clicked: 1,
      leavable: 1,
      pushes: 1,
      appOpens: 1,
    });
    expect(bens).toMatchObject({
      deliveries: 3,
      sent: 2,
      failed: 1,
      tracked: 1,
      unsubscribed: 1,
      retried: 1,
      givenUp: 1,
    });
    const together = Object.keys(everybody).map((name) => [
      name,
      (adas[name] ?? 0) + (bens[name] ?? 0) + (cleos[name] ?? 0),
    ]);
    expect(Object.fromEntries(together)).toEqual(everybody);
    // Operators get the same of one person, of the same hours.
    const time = `since: "${new Date(Date.now() - 86_400_000).toISOString()}", until: "${new Date().toISOString()}"`;
    const query = (of: string) => `{
      analyticsByChannel(${of}${time}) { ${figures} }
      analyticsOverTime(step: hour, ${of}${time}) { ${figures} }
      analyticsReasons(${of}${time}) { channel status reason candidates share }
    }`;
    for (const person of [ada, ben, cleo]) {
      expect(await ask(operator, query(`userId: "${person.id}", `))).toEqual(await ask(person.jwt, query('')));
    }
  });

  test("one person's figures from their deliveries are what the rollups say of them alone", async () => {
    const solo = await makeListener(world.db, { region: 'US' });
    const type = await makeType(world.db, { channels: ['push', 'in_app'] });
    await tell(world.db, type, [solo.id]);
    await untilSettled(world);
    await refresh();
    const query = `{ analyticsSummary(types: ["${type}"]) { ${figures} } analyticsByChannel(types: ["${type}"]) { ${figures} } }`;
    expect(await ask(solo.jwt, query)).toEqual(await ask(operator, query));
  });

  test.each(fields)("somebody else's are refused: %s", async (field) => {
    const of = (id: string) => asked(field, `(userId: "${id}")`);
    expect((await world.api.ask(of(ben.id), { token: ada.jwt })).codes).toEqual(['FORBIDDEN']);
    expect((await world.api.ask(of(ben.id), { token: operator })).codes).toEqual([]);
    expect((await world.api.ask(of(ada.id), { token: ada.jwt })).codes).toEqual([]);
    expect((await world.api.ask(asked(field, ''))).codes).not.toEqual([]);
  });

  test('nor are their deliveries shown', async () => {
    const id = await deliveryOf(ben, 'push');
    const query = `{ deliveryTimeline(deliveryId: "${id}") { status } analyticsDeliveries(userId: "${ben.id}") { nodes { status } } }`;
    expect(await ask(ada.jwt, query)).toEqual({ deliveryTimeline: null, analyticsDeliveries: { nodes: [] } });
    const seen = await ask(operator, query);
    expect(seen.deliveryTimeline).toEqual({ status: 'failed' });
    expect(seen.analyticsDeliveries.nodes).toHaveLength(3);
    expect((await world.api.ask(query)).codes).not.toEqual([]);
    const rows = (work: typeof world.db.asOwner) =>
      work((client) => client.query('select from notify.delivery_timelines'));
    await expect(rows(world.db.asAnonymous)).rejects.toThrow(/permission denied/);
    await expect(rows(world.db.asAnalyst)).rejects.toThrow(/permission denied/);
    await expect(rows(world.db.asWriter)).rejects.toThrow(/permission denied/);
  });
});

test.each([
  ['since', 'since: "2026-01-02T00:00:00Z", until: "2026-01-02T00:00:00Z"'],
  ['types', 'types: ["no_such_type"]'],
  ['types', 'types: []'],
  ['String!', 'types: [null]'],
  ['Channel', 'channels: [pigeon]'],
  ['channels', 'channels: []'],
  ['TimeStep', 'step: week'],
  ['step', 'step: null'],
  ['timeZone', 'timeZone: "Mars/Olympus"'],
  ['timeZone', 'timeZone: null'],
  ['since', 'step: hour, since: "2020-01-01T00:00:00Z"'],
])('bad input is refused by the name of its field: %s in %s', async (name, input) => {
  const { codes, errors } = await world.api.ask(`{ analyticsOverTime(${input}) { deliveries } }`, { token: operator });
  expect(codes).toEqual(['INVALID_INPUT']);
  expect(errors[0]?.message).toContain(name);
});
