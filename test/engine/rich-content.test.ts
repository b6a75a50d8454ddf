// Over 300 lines: what a type and a copy may say, and each way to say it wrongly.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/database/engine.ts';
import { migrate } from '../../src/migrate/index.ts';
import type { Message } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { engineOf } from '../support/worker-context.ts';

let db: TestDatabase;
let engine: Engine;
let worker: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  engine = engineOf(db);
  worker = await engine.register('bulk', 'host', 1, [senders.apns, senders.webhook]);
  await db.owner.query('update notify.settings set daily_cap = 1000000');
});
afterAll(() => db.drop());

const actions = [{ key: 'track', url: '/orders/{OrderId}/track' }, { key: 'help' }];
/** A type with everything, and its copy in two languages. */
async function makeRichType(changes: Readonly<Record<string, unknown>> = {}, channels = ['push']): Promise<string> {
  const key = await makeType(db, { channels, withoutCopy: true });
  const values = {
    image_url: 'https://cdn.example/parcels/{OrderId}.jpg',
    icon_url: 'https://cdn.example/icon.png',
    actions,
    android_channel_id: 'orders',
    apns_category: 'ORDER',
    apns_mutable_content: false,
    ...changes,
  };
  await db.owner.query(
    `update notify.notification_types as t
     set (image_url, icon_url, actions, android_channel_id, apns_category, apns_mutable_content) =
       (select r.image_url, r.icon_url, r.actions, r.android_channel_id, r.apns_category, r.apns_mutable_content
        from jsonb_populate_record(null::notify.notification_types, $2) as r)
     where key = $1`,
    [key, JSON.stringify(values)],
  );
  await addCopy(key, 'en', { track: 'Track {Name}', help: 'Get help' });
  await addCopy(key, 'fr', { track: 'Suivre {Name}', help: 'Aide' }, 'https://cdn.example/fr.jpg');
  return key;
}
const addCopy = (key: string, locale: string, titles: object | null, imageUrl: string | null = null) =>
  db.owner.query(
    `insert into notify.notification_copies (type_key, locale, title, body, action_titles, image_url) values ($1, $2, 'T', 'B', $3, $4)`,
    [key, locale, titles, imageUrl],
  );
async function told(key: string, variables: object, locale = 'en'): Promise<Message['rich']> {
  await forget(db);
  await tell(db, key, [await makePerson(db, { locale })], { variables });
  await planDue(db);
  const messages = await engine.claim(randomUUID(), worker, senders.apns, 'bulk');
  expect(messages).toHaveLength(1);
  return messages[0]?.rich ?? null;
}

describe('rich pushes: from the type to the message', () => {
  test('picture, icon, buttons in the language of the copy, channel and category', async () => {
    const key = await makeRichType();
    const variables = { OrderId: 'a b/é?', Name: 'it' };
    expect(await told(key, variables)).toEqual({
      imageUrl: 'https://cdn.example/parcels/a%20b%2F%C3%A9%3F.jpg',
      iconUrl: 'https://cdn.example/icon.png',
      actions: [
        { key: 'track', title: 'Track it', url: '/orders/a%20b%2F%C3%A9%3F/track' },
        { key: 'help', title: 'Get help' },
      ],
      androidChannelId: 'orders',
      apnsCategory: 'ORDER',
      apnsMutableContent: false,
    });
    expect(await told(key, variables, 'fr-CA')).toMatchObject({
      imageUrl: 'https://cdn.example/fr.jpg',
      actions: [{ title: 'Suivre it' }, { title: 'Aide' }],
    });
    // A language without copy of its own says all of it in English.
    expect(await told(key, variables, 'de')).toMatchObject({ actions: [{ title: 'Track it' }, { title: 'Get help' }] });
  });

  test('a type without any has none, and a type with a channel alone has that alone', async () => {
    expect(await told(await makeType(db), {})).toBeNull();
    const nothing = { image_url: null, icon_url: null, actions: null, android_channel_id: null, apns_category: null };
    const key = await makeType(db);
    await db.owner.query(`update notify.notification_types set android_channel_id = 'news' where key = $1`, [key]);
    expect(await told(key, {})).toEqual({
      imageUrl: null,
      iconUrl: null,
      actions: [],
      androidChannelId: 'news',
      apnsCategory: null,
      apnsMutableContent: false,
    });
    expect(await told(await makeRichType({ ...nothing, apns_mutable_content: true }), {})).toMatchObject({
      apnsMutableContent: true,
      imageUrl: null,
    });
  });

  test('only pushes have it', async () => {
    await forget(db);
    const person = await makePerson(db, { devices: [] });
    await db.owner.query(
      `insert into notify.webhook_endpoints (user_id, url, secret) values ($1, 'https://hooks.example/x', $2)`,
      [person, `whsec_${Buffer.alloc(32).toString('base64')}`],
    );
    await tell(db, await makeRichType({}, ['push', 'webhook']), [person], { variables: { OrderId: '1', Name: 'it' } });
    await planDue(db);
    expect(await engine.claim(randomUUID(), worker, senders.webhook, 'bulk')).toMatchObject([{ rich: null }]);
  });

  test('a value may be the whole picture: https or none; JSON null is none; what is not given fails the event', async () => {
    const key = await makeRichType({ image_url: '{Photo}', actions: null, icon_url: null });
    const picture = async (Photo: unknown) => (await told(key, { Photo }))?.imageUrl;
    expect(await picture('https://cdn.example/p.png?w=1#x')).toBe('https://cdn.example/p.png?w=1#x');
    for (const bad of [
      'http://cdn.example/p.png',
      'javascript:alert(1)',
      '//cdn.example/p',
      'https://u@cdn.example/p',
      '',
      null,
    ]) {
      expect(await picture(bad)).toBeNull();
    }
    expect(await picture(`https://cdn.example/${'x'.repeat(2_000)}`)).toBeNull();
    const event = await tell(db, key, [await makePerson(db)], { variables: {} });
    await expect(planDue(db)).rejects.toMatchObject({ code: 'RBVAR', message: expect.stringContaining('{Photo}') });
    await db.owner.query('update notify.events set canceled_at = now() where id = $1', [event]);
  });

  test('a button whose value is no link opens the app; a title is cut between words', async () => {
    const key = await makeRichType({ image_url: null, actions: [{ key: 'track', url: '{Link}' }] });
    const go = async (Link: string) => (await told(key, { Link, Name: `so ${'very '.repeat(20)}` }))?.actions;
    expect(await go('shop://orders/42')).toEqual([
      { key: 'track', title: `Track so ${'very '.repeat(6)}very`.slice(0, 38).trimEnd(), url: 'shop://orders/42' },
    ]);
    for (const bad of ['javascript://%0aalert(1)', 'data://x', 'http://x.example', '//evil.example', 'x y'])
      expect((await go(bad))?.[0]).not.toHaveProperty('url');
  });

  test('whatever stands in a value, the host stays, and what is given to a phone is a URL', async () => {
    const { rows } = await db.owner.query<{ id: string }>('select gen_random_uuid() as id');
    expect(rows).toHaveLength(1);
    const property = fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (value) => {
      const clean = value.replaceAll('\u0000', '');
      const link = await one<string | null>(
        db.owner,
        `select notify_private.render_link('https://cdn.example/a/{V}/b?x={V}', jsonb_build_object('V', $1::text), true)`,
        [clean],
      );
      if (clean === '') return;
      const url = new URL(link ?? '');
      expect([url.protocol, url.host, url.hash]).toEqual(['https:', 'cdn.example', '']);
      expect(url.searchParams.get('x')).toBe(clean);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

describe('rich pushes: what is refused where it is defined', () => {
  const define = (column: string, value: unknown) => {
    const one = { [column]: value };
    return makeRichType({ image_url: null, icon_url: null, actions: null, ...one });
  };
  const url = (length: number) => `https://cdn.example/${'x'.repeat(length - 20)}`;

  test.each([
    ['http', 'image_url', 'http://cdn.example/x.jpg'],
    ['no host', 'image_url', 'https:///x.jpg'],
    ['a host by a value', 'image_url', 'https://{Host}/x.jpg'],
    ['a part of the host by a value', 'image_url', 'https://cdn.{Host}/x.jpg'],
    ['a name and password', 'image_url', 'https://me:secret@cdn.example/x.jpg'],
    ['a path', 'image_url', '/x.jpg'],
    ['an empty part of a path', 'image_url', 'https://cdn.example//x.jpg'],
    ['an ampersand in a path', 'image_url', 'https://cdn.example/a&b.jpg'],
    ['a host by its number', 'image_url', 'https://10.0.0.1/x.jpg'],
    ['a blank', 'image_url', 'https://cdn.example/x y.jpg'],
    ['too long', 'image_url', url(2_001)],
    ['http', 'icon_url', 'http://cdn.example/x.png'],
    ['a script', 'icon_url', 'javascript:alert(1)'],
    ['no list', 'actions', { key: 'a' }],
    ['none', 'actions', []],
    ['too many', 'actions', ['a', 'b', 'c', 'd', 'e'].map((key) => ({ key }))],
    ['no object', 'actions', ['track']],
    ['no key', 'actions', [{ url: '/x' }]],
    ['a key with blanks', 'actions', [{ key: 'Track it' }]],
    ['a key that is too long', 'actions', [{ key: 'k'.repeat(32) }]],
    ['a key twice', 'actions', [{ key: 'track' }, { key: 'track' }]],
    ['a title, which belongs to the copy', 'actions', [{ key: 'track', title: 'Track' }]],
    ['a script', 'actions', [{ key: 'track', url: 'javascript://x/%0aalert(1)' }]],
    ['http', 'actions', [{ key: 'track', url: 'http://x.example' }]],
    ['another host by two slashes', 'actions', [{ key: 'track', url: '//evil.example' }]],
    ['a number', 'actions', [{ key: 'track', url: 4 }]],
  ])('%s: %s', async (_what, column, value) => {
    await expect(define(column, value)).rejects.toMatchObject({
      code: 'RBINV',
      column,
      message: expect.stringMatching(new RegExp(`^${column}: `)),
    });
  });

  test.each([
    ['image_url', url(2_000)],
    ['image_url', 'https://cdn.example'],
    ['image_url', "https://xn--a.cdn.example:8443/~!$'()*+,;=:@/../{A}?b={B}&c=//#x"],
    ['icon_url', '{Icon}'],
    [
      'actions',
      [
        { key: 'track', url: '/' },
        { key: 'help', url: 'shop://{A}/b' },
        { key: 'a', url: 'https://x.example/{A}' },
      ],
    ],
  ])('%s: %s is taken', async (column, value) => {
    const titles = { track: 'T', help: 'H', a: 'A' };
    const key = await makeType(db, { withoutCopy: true });
    await addCopy(key, 'en', titles);
    await db.owner.query(
      `update notify.notification_types as t set (image_url, icon_url, actions) =
         (select r.image_url, r.icon_url, r.actions from jsonb_populate_record(null::notify.notification_types, $2) as r) where key = $1`,
      [key, JSON.stringify({ [column]: value })],
    );
  });

  test('a name that is ours in the data', async () => {
    const key = await makeType(db);
    for (const name of ['actions', 'imageUrl', 'deliveryId'])
      await expect(
        db.owner.query('update notify.notification_types set data_template = $2 where key = $1', [
          key,
          { [name]: 'x' },
        ]),
      ).rejects.toMatchObject({ code: 'RBINV', column: 'data_template' });
  });

  test('a translation that is missing, in new copy and for a new button; titles first is the way', async () => {
    const key = await makeRichType();
    const missing = { code: 'RBINV', column: 'action_titles' };
    await expect(addCopy(key, 'de', { track: 'Verfolgen' })).rejects.toMatchObject({
      ...missing,
      message: `action_titles: there is no title for "help" (${key} in de, variant default)`,
    });
    await expect(addCopy(key, 'de', null)).rejects.toMatchObject(missing);
    await addCopy(key, 'de', { track: 'Verfolgen', help: 'Hilfe' });
    const withReturn = JSON.stringify([...actions, { key: 'send_back', url: '/returns' }]);
    const change = () =>
      db.owner.query('update notify.notification_types set actions = $2 where key = $1', [key, withReturn]);
    await expect(change()).rejects.toMatchObject(missing);
    await db.owner.query(
      `update notify.notification_copies set action_titles = action_titles || '{"send_back": "Return"}' where type_key = $1 and locale <> 'fr'`,
      [key],
    );
    await expect(change()).rejects.toMatchObject({ message: expect.stringContaining(`${key} in fr, variant default`) });
    await db.owner.query(
      `update notify.notification_copies set action_titles = action_titles || '{"send_back": "Renvoyer"}' where type_key = $1 and locale = 'fr'`,
      [key],
    );
    await change();
  });

  test.each([
    ['no object', ['x']],
    ['a title that is too long', { track: 'x'.repeat(41), help: 'h' }],
    ['a title that is empty', { track: ' ', help: 'h' }],
    ['a title that is no text', { track: 1, help: 'h' }],
  ])('%s', async (_what, titles) => {
    const key = await makeRichType();
    await expect(
      db.owner.query(`update notify.notification_copies set action_titles = $2 where type_key = $1 and locale = 'en'`, [
        key,
        JSON.stringify(titles),
      ]),
    ).rejects.toMatchObject({ code: 'RBINV', column: 'action_titles' });
  });

  test('what a pack defined before the triggers were there is refused by migrate', async () => {
    const other = await createDatabase();
    try {
      const { ownerUrl: databaseUrl, apiUrl: apiDatabaseUrl, workerUrl: workerDatabaseUrl } = other;
      const again = () => migrate({ databaseUrl, apiDatabaseUrl, workerDatabaseUrl });
      const define = (imageUrl: string | null) =>
        other.owner.query(
          `begin; alter table notify.notification_types disable trigger user;
           update notify.notification_types set image_url = ${imageUrl} where key = 'test_push';
           alter table notify.notification_types enable trigger user; commit`,
        );
      await define(`'http://cdn.example/x.jpg'`);
      await expect(again()).rejects.toThrow('image_url: must be an https URL');
      await define(null);
      await again();
    } finally {
      await other.drop();
    }
  });

  test('an operator who changes a type is told as well', async () => {
    const key = await makeRichType();
    const asOperator = (sql: string) => db.asOperator((client) => client.query(sql, [key]));
    await asOperator(`update notify.notification_types set email_url = '/x' where key = $1`);
    await expect(asOperator(`select notify_private.check_rich_content(array[$1])`)).rejects.toMatchObject({
      code: '42501',
    });
  });
});
