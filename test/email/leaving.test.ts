// Over 300 lines: each way out of mail, on the same three types.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decisionOf, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { linksIn, linkTo, publicUrl, type Received, startWorld, type World } from './world.ts';

let world: World;
let news: string;
let offers: string;
let security: string;
beforeAll(async () => {
  world = await startWorld();
  news = await makeType(world.db, { key: 'news', channels: ['email'], title: 'News' });
  offers = await makeType(world.db, { key: 'offers', channels: ['email'], title: 'Offers' });
  security = await makeType(world.db, { key: 'security_alert', channels: ['email'], title: 'Security' });
  await world.db.owner.query(
    `update notify.notification_types set locked_channels = '{email}' where key = 'security_alert'`,
  );
  await world.db.owner.query(
    `update notify.notification_types set labels = '{"en": "Daily news", "fr": "Nouvelles"}', email_url = '/news' where key = 'news'`,
  );
});
afterAll(() => world.close());

let people = 0;
const somebody = (locale = 'en') =>
  makePerson(world.db, { devices: [], locale, email: `reader${++people}@example.com` });
async function told(type: string, id: string): Promise<Received> {
  await tell(world.db, type, [id]);
  const [received, ...more] = await world.deliver();
  if (!received || more.length > 0) throw new Error('one mail expected');
  return received;
}
/** What becomes of an event for somebody. */
async function fate(type: string, id: string): Promise<string> {
  const event = await tell(world.db, type, [id]);
  await planDue(world.db);
  await world.deliver();
  return decisionOf(world.db, event, 'email');
}
const choices = async (id: string) =>
  (
    await world.db.owner.query(
      'select type_key, enabled, frequency, source from notify.preferences where user_id = $1 order by 1',
      [id],
    )
  ).rows;
const header = (received: Received, name: string) => received.headers[name] ?? '';
const oneClick = (received: Received) => /^<(.+)>$/.exec(header(received, 'list-unsubscribe'))?.[1] ?? '';

describe('NC-32: one click (RFC 8058)', () => {
  test('a mail says how, in headers that DKIM signs; a POST as mail services send it is enough, as often as they like', async () => {
    const id = await somebody();
    const mail = await told(news, id);
    expect(oneClick(mail)).toMatch(/^https:\/\/rowbell\.example\/email\/unsubscribe\/[\w.-]+$/);
    expect(header(mail, 'list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    for (let n = 0; n < 3; n++) {
      // No cookie, no token, nothing but the body.
      expect((await world.post(oneClick(mail), { 'List-Unsubscribe': 'One-Click' })).status).toBe(200);
      expect(await choices(id)).toEqual([{ type_key: news, enabled: false, frequency: null, source: 'unsubscribe' }]);
    }
    expect(await fate(news, id)).toBe('preference: turned_off');
    expect(await fate(offers, id)).toBe('send');
    const { rows } = await world.db.owner.query(
      'select source, new from notify.preference_changes where user_id = $1 order by changed_at',
      [id],
    );
    expect(rows).toMatchObject([{ source: 'unsubscribe', new: { enabled: false } }]);
    const activity = await world.db.owner.query(
      `select type, resource_id, host(ip_address) as ip, user_agent is not null as agent from notify.activities where user_id = $1`,
      [id],
    );
    expect(activity.rows).toEqual([{ type: 'settings', resource_id: news, ip: '127.0.0.1', agent: true }]);
  });

  test('NC-51: the mail whose link was used is told apart, once; a link that names another person’s mail, or none, leaves all the same', async () => {
    const [mine, theirs] = [await somebody(), await somebody()];
    const mail = await told(news, mine);
    await told(news, theirs);
    const left = async (userId: string) =>
      (
        await world.db.owner.query(
          `select count(unsubscribed_at)::integer as left, min(status) as status from notify.delivery_timelines where recipient_id = $1`,
          [userId],
        )
      ).rows[0];
    for (let n = 0; n < 2; n++) await world.post(oneClick(mail), { 'List-Unsubscribe': 'One-Click' });
    expect(await left(mine)).toEqual({ left: 1, status: 'delivered' });

    const { rows } = await world.db.owner.query('select id from notify.deliveries where recipient_id = $1', [mine]);
    const later = new Date(Date.now() + 60_000);
    for (const text of [`${offers} ${rows[0].id}`, news]) {
      const link = `${publicUrl}/email/unsubscribe/${world.links.sign('unsubscribe', { id: theirs, text }, later)}`;
      expect((await world.post(link, { 'List-Unsubscribe': 'One-Click' })).status).toBe(200);
    }
    expect((await choices(theirs)).map(({ enabled }) => enabled)).toEqual([false, false]);
    expect(await left(theirs)).toEqual({ left: 0, status: 'sent' });
  });

  test('as multipart/form-data too', async () => {
    const id = await somebody();
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    expect((await world.open(oneClick(await told(news, id)), { method: 'POST', body: form })).status).toBe(200);
    expect(await fate(news, id)).toBe('preference: turned_off');
  });

  test('a POST that does not say so, or GET, HEAD and OPTIONS, change nothing', async () => {
    const id = await somebody();
    const link = oneClick(await told(news, id));
    const answers = [
      await world.post(link),
      await world.post(link, { 'List-Unsubscribe': 'no' }),
      await world.open(link, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
      await world.open(link, { method: 'OPTIONS' }),
      await world.open(link, { method: 'HEAD' }),
      await world.open(link),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 405, 200, 200]);
    expect(await choices(id)).toEqual([]);
  });

  test('what cannot be left has no such header, and a link made for it changes nothing', async () => {
    const id = await somebody();
    const mail = await told(security, id);
    expect(Object.keys(mail.headers)).not.toContain('list-unsubscribe');
    const made = world.links.sign('unsubscribe', { id, text: security }, new Date(Date.now() + 60_000));
    expect(
      (await world.post(`${publicUrl}/email/unsubscribe/${made}`, { 'List-Unsubscribe': 'One-Click' })).status,
    ).toBe(403);
    expect(await fate(security, id)).toBe('send');
  });
});

describe('NC-32: links', () => {
  test('forged, expired, for another person or purpose, for nobody: refused, and nobody loses anything', async () => {
    const [id, other] = [await somebody(), await somebody()];
    const [token, others] = [oneClick(await told(news, id)), oneClick(await told(news, other))].map(
      (link) => link.split('/').at(-1) ?? '',
    );
    const soon = new Date(Date.now() + 60_000);
    const bytes = (text = '') => Buffer.from(text.split('.')[1] ?? '', 'base64url');
    const swapped = Buffer.concat([
      bytes(token).subarray(0, 5),
      bytes(others).subarray(5, 21),
      bytes(token).subarray(21),
    ]);
    const forged = {
      'another signature': `${token?.slice(0, -4)}AAAA`,
      'the person of another link put into it': `t1.${swapped.toString('base64url')}`,
      'its time is over': world.links.sign('unsubscribe', { id, text: news }, new Date(Date.now() - 1)),
      'made for the settings': world.links.sign('preferences', { id, text: '' }, soon),
      'made for a click': world.links.sign('click', { id, text: 'https://app.example' }, soon),
      'of somebody who does not exist': world.links.sign('unsubscribe', { id: randomUUID(), text: news }, soon),
      'of a type that does not exist': world.links.sign('unsubscribe', { id, text: 'nothing' }, soon),
      nothing: 'x',
    };
    for (const [what, link] of Object.entries(forged)) {
      const answer = await world.post(`${publicUrl}/email/unsubscribe/${link}`, { 'List-Unsubscribe': 'One-Click' });
      expect([what, answer.status]).toEqual([what, 403]);
      expect(await answer.text()).toContain('This link does not work');
    }
    expect([await choices(id), await choices(other)]).toEqual([[], []]);
  });

  test('no address, name or text stands in one', async () => {
    const id = await somebody();
    const mail = await told(news, id);
    for (const link of [...linksIn(mail), oneClick(mail)]) {
      const [, encoded = ''] = link.split('/email/')[1]?.split('/')[1]?.split('.') ?? [];
      expect(`${link} ${Buffer.from(encoded, 'base64url').toString('latin1')}`).not.toMatch(/reader\d|@example/);
    }
  });
});

describe('NC-32: the page', () => {
  test('asks in the language of its person, and leaves one type or all, those still to come included', async () => {
    const id = await somebody('fr');
    const link = linkTo(await told(news, id), '/email/unsubscribe/');
    const page = await world.open(link);
    const text = await page.text();
    expect(text).toContain('<html lang="fr">');
    expect(text).toContain('Arrêter les emails «\u00a0Nouvelles\u00a0»');
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/,
    );
    expect([
      page.headers.get('set-cookie'),
      page.headers.get('referrer-policy'),
      page.headers.get('cache-control'),
    ]).toEqual([null, 'no-referrer', 'no-store']);
    await world.db.owner.query(
      `insert into notify.preferences (user_id, type_key, channel, enabled) values ($1, 'offers', 'email', true)`,
      [id],
    );
    expect((await world.post(link, { scope: 'all' })).status).toBe(200);
    const later = await makeType(world.db, { channels: ['email'] });
    await world.db.owner.query(`update notify.notification_types set category = 'brand_new' where key = $1`, [later]);
    expect([await fate(news, id), await fate(offers, id), await fate(later, id)]).toEqual(
      Array(3).fill('preference: turned_off'),
    );
    expect(await fate(security, id)).toBe('send');
    // Push is not email.
    const both = await makeType(world.db, { channels: ['push', 'email'] });
    await world.db.owner.query(
      `insert into notify.devices (user_id, provider, token) values ($1, 'apns', repeat('ab', 32))`,
      [id],
    );
    const event = await tell(world.db, both, [id]);
    await planDue(world.db);
    expect([await decisionOf(world.db, event, 'push'), await decisionOf(world.db, event, 'email')]).toEqual([
      'send',
      'preference: turned_off',
    ]);
  });
});

describe('NC-32, NC-34: settings', () => {
  test('the page shows what holds; saving changes what was changed and nothing else', async () => {
    const id = await somebody();
    const link = linkTo(await told(security, id), '/email/preferences/');
    const page = await (await world.open(link)).text();
    expect(page).toContain('<span>Daily news</span><select name="choice.news"><option value="instant" selected>');
    expect(page).toContain('<span>Security alert</span><em>cannot be switched off</em>');
    expect(page).not.toContain('email_verification');
    const saved = await world.post(link, {
      'choice.news': 'daily',
      'choice.offers': 'instant',
      'choice.security_alert': 'never',
      'choice.nothing': 'never',
    });
    expect([saved.status, await saved.text()]).toEqual([
      200,
      expect.stringContaining('<option value="daily" selected>'),
    ]);
    expect(await choices(id)).toEqual([{ type_key: news, enabled: true, frequency: 'daily', source: 'unsubscribe' }]);
    expect(await fate(news, id)).toBe('digest: daily');
    expect(await fate(security, id)).toBe('send');
    await world.post(link, { 'choice.news': 'never' });
    expect(await fate(news, id)).toBe('preference: turned_off');
  });

  test('a choice that is none is refused, and so is a link that is none', async () => {
    const id = await somebody();
    const link = linkTo(await told(security, id), '/email/preferences/');
    expect((await world.post(link, { 'choice.news': 'hourly' })).status).toBe(400);
    expect((await world.post(`${link}x`, { 'choice.news': 'never' })).status).toBe(403);
    expect(await choices(id)).toEqual([]);
  });
});

describe('NC-53: opens and clicks', () => {
  const receipts = async (id: string) =>
    (
      await world.db.owner.query<{ kind: string }>(
        'select r.kind from notify.receipts as r join notify.deliveries as d on d.id = r.delivery_id where d.recipient_id = $1 order by 1',
        [id],
      )
    ).rows.map(({ kind }) => kind);
  const agree = async (id: string, granted: boolean) => {
    await world.db.asUser(id, (client) => client.query('select notify.set_email_tracking($1)', [granted]), {
      commit: true,
    });
  };

  test('nobody is tracked who did not agree: links are bare, nothing is fetched', async () => {
    const mail = await told(news, await somebody());
    expect(linksIn(mail)).toContain('https://app.example/news');
    expect(mail.mail.html).not.toMatch(/<img|email\/(open|click)/);
  });

  test('who agreed is, once each, by signed links', async () => {
    const id = await somebody();
    await agree(id, true);
    const mail = await told(news, id);
    const picture = await world.open(linkTo(mail, '/email/open/'));
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/gif']);
    expect(await receipts(id)).toEqual(['opened']);
    const click = linkTo(mail, '/email/click/');
    expect((await world.open(click, { method: 'HEAD' })).status).toBe(302);
    expect(await receipts(id)).toEqual(['opened']);
    for (const method of ['GET', 'GET']) {
      const answer = await world.open(click, { method });
      expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://app.example/news']);
    }
    expect(await receipts(id)).toEqual(['clicked', 'opened']);
    const { rows } = await world.db.owner.query(
      'select clicked_at is not null as clicked from notify.notifications where recipient_id = $1',
      [id],
    );
    expect(rows).toEqual([{ clicked: true }]);
  });

  test('a withdrawal holds for what was sent before: the link leads on and notes nothing', async () => {
    const id = await somebody();
    await agree(id, true);
    const mail = await told(news, id);
    await agree(id, false);
    expect((await world.open(linkTo(mail, '/email/click/'))).status).toBe(302);
    expect((await world.open(linkTo(mail, '/email/open/'))).status).toBe(200);
    expect(await receipts(id)).toEqual([]);
    expect(linksIn(await told(news, id))).toContain('https://app.example/news');
  });

  test('the settings page is another way to agree', async () => {
    const id = await somebody();
    const link = linkTo(await told(security, id), '/email/preferences/');
    await world.post(link, { tracked: 'yes' });
    expect((await told(security, id)).mail.html).toContain('/email/open/');
    await world.post(link, {});
    expect((await told(security, id)).mail.html).not.toContain('/email/open/');
    const { rows } = await world.db.owner.query(
      'select granted, source from notify.tracking_consents where user_id = $1 order by id',
      [id],
    );
    expect(rows).toEqual([
      { granted: true, source: 'unsubscribe' },
      { granted: false, source: 'unsubscribe' },
    ]);
  });

  test('is no open redirect: only what was signed into the link', async () => {
    const id = await somebody();
    await agree(id, true);
    const token =
      linkTo(await told(news, id), '/email/click/')
        .split('/')
        .at(-1) ?? '';
    const target = Buffer.from('https://evil.example').toString('base64url');
    const open = world.links.sign('open', { id, text: 'https://evil.example' }, new Date(Date.now() + 60_000));
    for (const forged of [
      `t1.${target}`,
      `${token}?url=https://evil.example`.replace('?', 'x?'),
      open,
      `${token.slice(0, -1)}`,
    ]) {
      const answer = await world.open(`${publicUrl}/email/click/${forged}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
    }
    const stale = world.links.sign('click', { id, text: 'https://app.example' }, new Date(Date.now() - 1));
    expect((await world.open(`${publicUrl}/email/click/${stale}`)).status).toBe(403);
  });
});
