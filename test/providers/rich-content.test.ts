import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createApns } from '../../src/providers/apns/index.ts';
import { createFcm } from '../../src/providers/fcm/index.ts';
import type { Message, Provider, RichContent } from '../../src/providers/types.ts';
import { createWebPush } from '../../src/providers/web-push/index.ts';
import { subscriptionOf } from '../../src/sandbox/browser.ts';
import type { Entry } from '../../src/sandbox/journal.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import fc from '../support/fast-check.ts';
import { messageTo, unaborted } from '../support/message.ts';

let sandbox: Sandbox;
type Name = 'apns' | 'fcm' | 'web_push';
let providers: Readonly<Record<Name, Provider>>;
/** A message to a phone or browser of each. */
let to: Readonly<Record<Name, (changes?: Partial<Message>) => Message>>;

beforeAll(async () => {
  sandbox = await startSandbox();
  const { settings, ports } = sandbox;
  const account = JSON.parse(settings.FCM_SERVICE_ACCOUNT ?? '{}');
  const origin = `https://127.0.0.1:${ports.web_push}`;
  providers = {
    apns: createApns({
      key: settings.APNS_KEY ?? '',
      keyId: settings.APNS_KEY_ID ?? '',
      teamId: settings.APNS_TEAM_ID ?? '',
      topic: settings.APNS_TOPIC ?? '',
      host: settings.APNS_HOST,
      port: Number(settings.APNS_PORT),
      ca: settings.APNS_CA,
      timeoutMs: 60_000,
    }),
    fcm: createFcm({
      projectId: account.project_id,
      clientEmail: account.client_email,
      privateKey: account.private_key,
      tokenUri: account.token_uri,
      host: settings.FCM_HOST,
      port: Number(settings.FCM_PORT),
      ca: settings.FCM_CA,
      deadlineMs: 60_000,
    }),
    web_push: createWebPush({
      publicKey: settings.VAPID_PUBLIC_KEY ?? '',
      privateKey: settings.VAPID_PRIVATE_KEY ?? '',
      subject: settings.VAPID_SUBJECT ?? '',
      ca: settings.WEB_PUSH_CA ?? null,
      sandboxOrigins: [origin],
      timeoutMs: 60_000,
    }),
  };
  const browser = subscriptionOf(origin, 'ada');
  to = {
    apns: (changes) => messageTo('0a'.repeat(32), changes),
    fcm: (changes) => messageTo(`token-of-ada:${'a'.repeat(60)}`, changes),
    web_push: (changes) => messageTo(browser.endpoint, { webPushKeys: browser.keys, ...changes }),
  };
});
afterAll(async () => {
  await Promise.all(Object.values(providers ?? {}).map((provider) => provider.close()));
  await sandbox?.close();
});
afterEach(() => sandbox.journal.clear());

const rich = (changes: Partial<RichContent> = {}): RichContent => ({
  imageUrl: null,
  iconUrl: null,
  actions: [],
  androidChannelId: null,
  apnsCategory: null,
  apnsMutableContent: false,
  ...changes,
});
const whole = rich({
  imageUrl: 'https://cdn.example/parcels/42.jpg?w=600',
  iconUrl: 'https://cdn.example/icon.png',
  actions: [
    { key: 'track', title: 'Suivre', url: '/orders/42/track' },
    { key: 'later', title: 'Plus tard' },
  ],
  androidChannelId: 'orders',
  apnsCategory: 'ORDER',
});
const actionsDrawn = [
  { key: 'track', title: 'Suivre', url: '/orders/42/track' },
  { key: 'later', title: 'Plus tard', url: null },
];

/** What arrived of one message; what was refused, by its reason. */
async function sendTo(name: Name, changes: Partial<Message>): Promise<Entry | string> {
  sandbox.journal.clear();
  const [result] = await providers[name].send([to[name](changes)], unaborted);
  if (result?.outcome === 'rejected') return result.reason;
  const [entry, ...more] = sandbox.journal.list({ provider: name });
  if (!entry || more.length > 0) throw new Error(`${more.length + (entry ? 1 : 0)} messages arrived`);
  return entry;
}

describe('rich pushes: what arrives', () => {
  test('an iPhone gets category and mutable-content, and its extension picture and buttons beside the data', async () => {
    const entry = await sendTo('apns', { rich: whole, data: { orderId: '42' } });
    expect(entry).toMatchObject({
      status: 200,
      data: { orderId: '42' },
      raw: { aps: { category: 'ORDER', 'mutable-content': 1 }, imageUrl: whole.imageUrl, actions: whole.actions },
      drawn: { image: whole.imageUrl, icon: null, actions: actionsDrawn, channel: 'ORDER' },
    });
  });

  test('an Android phone gets picture and channel, and buttons as data; an iPhone by FCM what its extension needs', async () => {
    const entry = await sendTo('fcm', { rich: whole, data: { orderId: '42' }, sound: 'default' });
    expect(entry).toMatchObject({
      status: 200,
      data: { orderId: '42' },
      raw: {
        notification: { title: 'Lisbon', image: whole.imageUrl },
        data: { orderId: '42', actions: JSON.stringify(whole.actions) },
        android: { notification: { sound: 'default', channel_id: 'orders' } },
        apns: { payload: { aps: { category: 'ORDER', 'mutable-content': 1 } } },
      },
      drawn: { image: whole.imageUrl, icon: null, actions: actionsDrawn, channel: 'orders' },
    });
  });

  test('a browser gets the options of showNotification(), and no button that it would follow by itself', async () => {
    const entry = await sendTo('web_push', { rich: whole, data: { orderId: '42' } });
    expect(entry).toMatchObject({
      status: 201,
      data: { orderId: '42' },
      raw: {
        image: whole.imageUrl,
        icon: whole.iconUrl,
        actions: [
          { action: 'track', title: 'Suivre', url: '/orders/42/track' },
          { action: 'later', title: 'Plus tard' },
        ],
      },
      drawn: { image: whole.imageUrl, icon: whole.iconUrl, actions: actionsDrawn, channel: null },
    });
    expect(JSON.stringify((entry as Entry).raw)).not.toContain('navigate');
  });

  test.each(['apns', 'fcm', 'web_push'] as const)('%s: a message without rich content is what it was', async (name) => {
    const [plain, empty] = [await sendTo(name, {}), await sendTo(name, { rich: rich() })] as [Entry, Entry];
    expect(plain.drawn).toBeNull();
    expect(JSON.stringify(plain.raw)).not.toMatch(/image|actions|category|mutable|channel_id|"apns"|icon/);
    const bare = (entry: Entry) =>
      JSON.stringify(entry.raw)
        .replaceAll(/[0-9a-f-]{36}/g, 'ID')
        .replace(/"\d+s"/, 'TTL');
    expect(bare(empty)).toBe(bare(plain));
  });

  test('the extension is asked where the type says so, and no category is made up', async () => {
    const entry = await sendTo('apns', { rich: rich({ apnsMutableContent: true }) });
    expect(entry).toMatchObject({ raw: { aps: { 'mutable-content': 1 } }, drawn: null });
    expect((entry as Entry).raw).not.toHaveProperty('aps.category');
  });

  // firebase-admin refuses the whole message for a URL that it does not like, so is_link() must be as strict.
  test.each(['', ':8443/x', '/%', '/a/../b', "/~!$'()*+,;=:@", '?a=/b//c?d', '#x', '/x/?'])(
    'a picture at the edge of what may be defined is taken by firebase-admin: https://xn--a.cdn.example%s',
    async (rest) => {
      const imageUrl = `https://xn--a.cdn.example${rest}`;
      expect(await sendTo('fcm', { rich: rich({ imageUrl }) })).toMatchObject({
        status: 200,
        drawn: { image: imageUrl },
      });
    },
  );

  test('and one that may not be defined would cost the message', async () => {
    expect(await sendTo('fcm', { rich: rich({ imageUrl: 'https://cdn.example//x.jpg' }) })).toBe('invalid_message');
  });
});

/** The greatest number for which that holds, of those below 4 200. */
async function greatest(holds: (n: number) => Promise<boolean>): Promise<number> {
  let [low, high] = [1, 4_200];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

describe('rich pushes: what is too large', () => {
  const url = (length: number) => `https://cdn.example/${'x'.repeat(length - 20)}`;
  const buttons = [{ key: 'go', title: 'Go', url: `/${'y'.repeat(300)}` }];

  test.each(['apns', 'fcm', 'web_push'] as const)(
    '%s: the picture goes first, then the icon, then the buttons',
    async (name) => {
      const drawn = async (bodyLength: number) => {
        const all = rich({
          imageUrl: url(900),
          iconUrl: url(500),
          actions: buttons,
          androidChannelId: 'c',
          apnsCategory: 'c',
        });
        const entry = await sendTo(name, { body: 'b'.repeat(bodyLength), rich: all });
        if (typeof entry === 'string') return entry;
        expect(entry.body).toHaveLength(bodyLength);
        const { image = null, icon = null, actions = [] } = entry.drawn ?? {};
        return [image && 'image', icon && 'icon', actions.length > 0 && 'actions'].filter(Boolean).join(' ');
      };
      const seen: string[] = [];
      for (let length = 2_000; length <= 4_200; length += 20) {
        const next = await drawn(length);
        if (seen.at(-1) !== next) seen.push(next);
      }
      // Only browsers show the icon.
      const steps =
        name === 'web_push' ? ['image icon actions', 'icon actions', 'actions'] : ['image actions', 'actions'];
      expect(seen).toEqual([...steps, '', 'too_large']);
    },
  );

  test.each(['apns', 'fcm', 'web_push'] as const)('%s: to the last byte', async (name) => {
    const arrived = (length: number, content: RichContent | null) =>
      sendTo(name, { body: 'b'.repeat(length), rich: content });
    const words = await greatest(async (length) => typeof (await arrived(length, null)) !== 'string');
    const settings = rich({
      androidChannelId: 'c'.repeat(100),
      apnsCategory: 'c'.repeat(100),
      apnsMutableContent: true,
    });
    expect(await arrived(words, settings)).toMatchObject({ drawn: null });
    expect(await arrived(words + 1, settings)).toBe('too_large');

    const drawn = async (length: number) => {
      const entry = await arrived(length, rich({ actions: buttons }));
      return typeof entry !== 'string' && entry.drawn !== null;
    };
    const withButtons = await greatest(drawn);
    expect(await arrived(withButtons + 1, rich({ actions: buttons }))).toMatchObject({ drawn: null });
    const { raw } = (await arrived(withButtons, rich({ actions: buttons }))) as Entry;
    // What FCM counts is not known so exactly.
    if (name !== 'fcm') expect(Buffer.byteLength(JSON.stringify(raw))).toBe(name === 'apns' ? 4_096 : 3_993);
  });

  test.each(['apns', 'fcm', 'web_push'] as const)(
    '%s: rich content never makes a message too large that could go without it, and never changes its words',
    async (name) => {
      const piece = fc.string({ unit: fc.constantFrom('a', 'é', '€', '💪', '"', '\\', '\n', ' '), maxLength: 400 });
      const link = fc.integer({ min: 20, max: 2_000 }).map(url);
      const content = fc.record({
        imageUrl: fc.option(link),
        iconUrl: fc.option(link),
        actions: fc.uniqueArray(
          fc.record({ key: fc.stringMatching(/^[a-z]{1,31}$/), title: fc.string({ maxLength: 40 }), url: link }),
          {
            maxLength: 4,
            selector: ({ key }) => key,
          },
        ),
        androidChannelId: fc.option(fc.constant('orders')),
        apnsCategory: fc.option(fc.constant('ORDER')),
        apnsMutableContent: fc.boolean(),
      });
      const property = fc.asyncProperty(
        fc.record({
          title: piece,
          body: fc.array(piece, { maxLength: 10 }).map((parts) => parts.join('')),
          rich: content,
        }),
        async (changes) => {
          const plain = await sendTo(name, { ...changes, rich: null });
          const entry = await sendTo(name, changes);
          if (typeof plain === 'string') return expect(entry).toBe(plain);
          expect(entry).toMatchObject({ title: plain.title, body: plain.body });
        },
      );
      await fc.assert(property, { numRuns: 150 });
    },
  );
});
