import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIsProxy, createOriginOf } from '../../src/http/client-address.ts';
import type { Request } from '../../src/http/respond.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makeType } from '../support/engine-pack.ts';

const addressOf = (trusted: readonly string[], remoteAddress: string | undefined, forwarded?: string) =>
  createOriginOf(createIsProxy(trusted))({
    socket: { remoteAddress },
    headers: { 'x-forwarded-for': forwarded },
  } as unknown as Request).ipAddress;

describe('NC-20: where a request came from', () => {
  const proxies = ['10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48'];
  test.each([
    ['no proxy is trusted', [], '203.0.113.5', '6.6.6.6', '203.0.113.5'],
    ['the connection is none of a trusted proxy', proxies, '203.0.113.5', '6.6.6.6', '203.0.113.5'],
    ['one proxy', proxies, '10.1.2.3', '203.0.113.5', '203.0.113.5'],
    ['one proxy, and what the client made up', proxies, '10.1.2.3', '6.6.6.6, 10.0.0.1, 203.0.113.5', '203.0.113.5'],
    ['two proxies', proxies, '10.1.2.3', '6.6.6.6, 203.0.113.5, 192.0.2.7', '203.0.113.5'],
    ['all of ours', proxies, '10.1.2.3', '10.9.9.9', '10.9.9.9'],
    ['a proxy that says nothing', proxies, '10.1.2.3', undefined, '10.1.2.3'],
    ['a proxy that does not know', proxies, '10.1.2.3', '6.6.6.6, unknown', ''],
    ['nonsense of a proxy', proxies, '10.1.2.3', "6.6.6.6, '; drop table", ''],
    ['nonsense of the client behind a proxy', proxies, '10.1.2.3', 'x, ,,203.0.113.5', '203.0.113.5'],
    ['IPv4 in IPv6', proxies, '::ffff:10.1.2.3', '::ffff:203.0.113.5', '203.0.113.5'],
    ['IPv6', proxies, '2001:db8:1::5', '6.6.6.6, 2001:db8:2::9', '2001:db8:2::9'],
    ['IPv6 that is not trusted', proxies, '2001:db8:2::5', '6.6.6.6', '2001:db8:2::5'],
    ['with ports', proxies, '10.1.2.3', '203.0.113.5:4711', '203.0.113.5'],
    ['with ports, IPv6', proxies, '10.1.2.3', '[2001:db8:2::9]:4711', '2001:db8:2::9'],
    ['with a zone', [], 'fe80::1%eth0', undefined, 'fe80::1'],
    ['a connection that is gone', [], undefined, '6.6.6.6', ''],
  ] as const)('%s', (_what, trusted, connection, forwarded, expected) => {
    expect(addressOf(trusted, connection, forwarded)).toBe(expected);
  });
});

describe('NC-20 NC-21: what people change of their preferences is in their activity, with where they did', () => {
  let db: TestDatabase;
  let open: TestApi;
  let proxied: TestApi;
  beforeAll(async () => {
    db = await createDatabase();
    await installPack(db);
    await makeType(db, { key: 'news', channels: ['push', 'email', 'in_app'], defaultChannels: ['email', 'in_app'] });
    await db.owner.query(
      `update notify.notification_types set category = 'news', labels = '{"en": "News of friends"}' where key = 'news'`,
    );
    [open, proxied] = await Promise.all([startTestApi(db), startTestApi(db, { TRUSTED_PROXIES: '127.0.0.0/8, ::1' })]);
  });
  afterAll(async () => {
    await Promise.all([open?.stop(), proxied?.stop()]);
    await db?.drop();
  });

  const ask = async (api: TestApi, userId: string, query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await signToken(userId)}`, ...headers },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as {
      data: Record<string, { nodes: unknown[] }>;
      errors?: unknown;
    };
    expect(errors).toBeUndefined();
    return data;
  };
  const feed = async (userId: string) =>
    (
      await ask(
        open,
        userId,
        '{ activityFeed(first: 20) { nodes { title description resourceType resourceId metadata ipAddress userAgent } } }',
      )
    ).activityFeed?.nodes;
  const off =
    'mutation { setPreference(input: { typeKey: "news", channel: email, enabled: false }) { clientMutationId } }';

  test('one type, all of its channels at once, a category, settings, and all taken back', async () => {
    const ada = await createUser(db);
    for (const mutation of [
      off,
      'setTypePreferences(input: { typeKey: "news", enabled: true })',
      'setCategoryPreference(input: { category: "news", channel: email, frequency: daily })',
      'updatePersonalSettings(input: { dailyCap: 2, digestTime: "18:00", timeZone: "Europe/Lisbon" })',
      'resetPreferences(input: {})',
    ])
      await ask(
        open,
        ada,
        mutation.startsWith('mutation') ? mutation : `mutation { ${mutation} { clientMutationId } }`,
      );
    // The same again is no news.
    await ask(
      open,
      ada,
      'mutation { updatePersonalSettings(input: { timeZone: "Europe/Lisbon" }) { clientMutationId } }',
    );
    const entries = (await feed(ada)) as { description: string; metadata: object }[];
    expect(entries.map(({ description, metadata }) => [description, metadata]).reverse()).toEqual([
      ['News of friends', { scope: 'type', channels: ['email'] }],
      // What was chosen before and what was not are two changes.
      ['News of friends', { scope: 'type', channels: ['email'] }],
      ['News of friends', { scope: 'type', channels: ['in_app', 'push'] }],
      ['news', { scope: 'category', channels: ['email'] }],
      [null, { scope: 'personal', settings: ['daily_cap', 'digest_time'] }],
      [null, { scope: 'user', settings: ['time_zone'] }],
      expect.anything(),
      expect.anything(),
    ]);
    expect(entries.at(-1)).toMatchObject({
      title: 'Notification preferences changed',
      resourceType: 'type',
      resourceId: 'news',
      ipAddress: '127.0.0.1',
    });
    expect(await feed(await createUser(db))).toEqual([]);
  });

  test('what a service writes for somebody is none of their doing', async () => {
    const ada = await createUser(db);
    await db.owner.query(
      `insert into notify.preferences (user_id, type_key, channel, enabled, source) values ($1, 'news', 'email', false, 'service')`,
      [ada],
    );
    expect(await feed(ada)).toEqual([]);
  });

  test('nobody makes up an address, unless a trusted proxy wrote it', async () => {
    const [ada, bob] = [await createUser(db), await createUser(db)];
    const forged = { 'x-forwarded-for': '6.6.6.6, 2001:db8::9', forwarded: 'for=6.6.6.6', 'x-real-ip': '6.6.6.6' };
    await ask(open, ada, off, { ...forged, 'user-agent': "curl/8 '); drop table --" });
    await ask(proxied, bob, off, { ...forged, 'user-agent': 'x'.repeat(3_000) });
    expect(await feed(ada)).toMatchObject([{ ipAddress: '127.0.0.1', userAgent: "curl/8 '); drop table --" }]);
    expect(await feed(bob)).toMatchObject([{ ipAddress: '2001:db8::9', userAgent: 'x'.repeat(1_000) }]);
  });
});
