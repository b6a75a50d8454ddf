import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePerson, makeType, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { hostile } from './hostile.ts';
import { linksIn, type Received, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

let people = 0;
const somebody = () => makePerson(world.db, { devices: [], email: `box${++people}@example.com` });
/** Headers as they came over the wire, without their values. */
const headerNames = ({ raw }: Received) =>
  [...((raw as { source: string }).source.split('\r\n\r\n', 1)[0] ?? '').matchAll(/^([\w-]+):/gm)]
    .map(([, name]) => name?.toLowerCase())
    .sort();
const tagsOf = ({ mail }: Received) =>
  (mail.html ?? '')
    .replace(/="[^"]*"/g, '')
    .replace(/<br>/g, '')
    .replace(/>[^<]*</g, '><');

async function receive(type: string, data: object): Promise<Received> {
  await tell(world.db, type, [await somebody()], data as Record<string, unknown>);
  const [received, ...more] = await world.deliver();
  if (!received || more.length > 0) throw new Error(`one mail expected, not ${more.length + (received ? 1 : 0)}`);
  return received;
}

test('NC-30: what arrives is one mail in two parts, text first, with a Message-ID of the delivery', async () => {
  const type = await makeType(world.db, { channels: ['email'], title: 'News', body: 'Hello\nworld' });
  const received = await receive(type, {});
  const source = (received.raw as { source: string }).source;
  expect(source).toMatch(/^Content-Type: multipart\/alternative;/m);
  expect(source.indexOf('text/plain')).toBeLessThan(source.indexOf('text/html'));
  expect(received.mail.text).toContain('News\n\nHello\nworld\n');
  expect(received.mail.messageId).toBe(`<${received.deliveryId}@rowbell.example>`);
  expect(received.headers['auto-submitted']).toBe('auto-generated');
  // A link in a header stands on one line, whole.
  expect(source).toMatch(/^List-Unsubscribe: <https:\/\/rowbell\.example\/email\/unsubscribe\/[\w.-]+>\r$/m);
});

describe('OP-19: a template is a row of its pack', () => {
  const html =
    '<html lang="{{locale}}"><b>{{badge}}</b> {{title}}<!-- each:figures --> {{name}}={{value}}<!-- end --></html>';
  const save = (name: string, look: string, texts: object) =>
    world.db.owner.query(
      `insert into notify_private.email_templates (name, pack, html, texts, digest) values ($1, 'shop', $2, $3::text::json, md5($2 || $3::text))
       on conflict (name) do update set html = excluded.html, texts = excluded.texts, digest = excluded.digest`,
      [name, look, JSON.stringify(texts)],
    );
  const looks = async (type: string, locale: string) => {
    const person = await makePerson(world.db, { devices: [], email: `box${++people}@example.com`, locale });
    await tell(world.db, type, [person], { variables: { Total: '€ 12.00' } });
    const [received] = await world.deliver();
    return { html: received?.mail.html?.trim(), text: received?.mail.text };
  };

  test('with its own texts by language, in both parts; a change of it needs no new worker', async () => {
    await save('receipt', html, {
      en: { badge: 'Paid', figures: { total: 'Total', none: 'Nothing' } },
      fr: { badge: 'Payé', figures: { total: 'Somme' } },
    });
    const type = await makeType(world.db, { channels: ['email'], title: 'Order' });
    await world.db.owner.query(
      `update notify.notification_types set email_template = 'receipt', data_template = '{"total": "{Total}"}' where key = $1`,
      [type],
    );
    const english = await looks(type, 'en-GB');
    expect(english.html).toBe('<html lang="en"><b>Paid</b> Order Total=€ 12.00</html>');
    expect(english.text).toMatch(/^Paid\nOrder\n\nTotal: € 12\.00\n/);
    expect((await looks(type, 'fr')).html).toBe('<html lang="fr"><b>Payé</b> Order Somme=€ 12.00</html>');
    // Where it has nothing in the person's language.
    expect((await looks(type, 'de')).html).toContain('<b>Paid</b>');
    await save('receipt', '<p>{{title}}</p>', {});
    expect((await looks(type, 'fr')).html).toBe('<p>Order</p>');
  });

  test('and a type names one that there is', async () => {
    const type = await makeType(world.db, { channels: ['email'] });
    await expect(
      world.db.owner.query(`update notify.notification_types set email_template = 'nowhere' where key = $1`, [type]),
    ).rejects.toMatchObject({ code: '23503' });
  });
});

describe('NC-35: hostile values down to the mailbox', () => {
  let type: string;
  let plain: Received;
  beforeAll(async () => {
    type = await makeType(world.db, { channels: ['email'], title: 'About {Name}', body: '{Name} says {Name}' });
    await world.db.owner.query(
      `update notify.notification_types set email_url = '/x/{name}', data_template = '{"name": "{Name}"}', labels = '{"en": "Things"}' where key = $1`,
      [type],
    );
    plain = await receive(type, { variables: { Name: 'Ada' } });
  });

  test.each(Object.entries(hostile).filter(([, evil]) => !evil.includes('\0')))('%s', async (_what, evil) => {
    await world.db.owner.query(
      `update notify.notification_types set labels = jsonb_build_object('en', $2::text) where key = $1`,
      [type, evil],
    );
    const received = await receive(type, { variables: { Name: evil } });
    expect(headerNames(received)).toEqual(headerNames(plain));
    expect(received.address).toBe(`box${people}@example.com`);
    expect(received.mail.to).toEqual([{ address: received.address, name: '' }]);
    expect(received.mail.subject).toMatch(/^About \S/);
    expect(received.mail.subject).not.toMatch(/[\r\n\u2028\u2029\u0085\u202e]/);
    expect(received.mail.text).not.toContain('\u202e');
    expect(tagsOf(received)).toBe(tagsOf(plain));
    for (const link of linksIn(received))
      expect(link).toMatch(/^https:\/\/(rowbell|app)\.example\/(email\/|x\/[^/?#]+$)/);
  });

  test('a zero byte does not get into the database at all', async () => {
    await expect(receive(type, { variables: { Name: 'a\0b' } })).rejects.toMatchObject({ code: '22P05' });
  });
});

test('NC-30: a digest lists what it gathers, each with its link', async () => {
  const type = await makeType(world.db, { channels: ['email'], title: 'Trip {Name}', body: 'By <{Name}>' });
  await world.db.owner.query(
    `update notify.notification_types set email_url = '/trips/{trip}', data_template = '{"trip": "{Name}"}' where key = $1`,
    [type],
  );
  const id = await somebody();
  await world.db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, frequency) values ($1, $2, 'email', 'daily')`,
    [id, type],
  );
  await tell(world.db, type, [id], { variables: { Name: 'One' } });
  await tell(world.db, type, [id], { variables: { Name: 'Two' } });
  expect(await world.deliver()).toEqual([]);
  await world.db.owner.query(`update notify.digests set due_at = now() where user_id = $1`, [id]);
  await closeDigests();
  const [received] = await world.deliver();
  expect(received?.title).toBe('Your day: 2 updates');
  expect(received?.mail.html).toMatch(/Trip One[\s\S]*By &lt;One&gt;[\s\S]*Trip Two/);
  expect(received?.mail.text).toMatch(/Trip One\nBy <One>\nhttps:\/\/app\.example\/trips\/One\n\nTrip Two/);
  if (!received) throw new Error('no digest');
  expect(linksIn(received).filter((link) => link.includes('/trips/'))).toEqual([
    'https://app.example/trips/One',
    'https://app.example/trips/Two',
  ]);
  // Leaving a digest leaves what it gathers.
  const leave = /^<(.+)>$/.exec(received.headers['list-unsubscribe'] ?? '')?.[1] ?? '';
  expect((await world.post(leave, { 'List-Unsubscribe': 'One-Click' })).status).toBe(200);
  const { rows } = await world.db.owner.query('select enabled, source from notify.preferences where user_id = $1', [
    id,
  ]);
  expect(rows).toEqual([{ enabled: false, source: 'unsubscribe' }]);
});

test('NC-30: a mail that cannot be rendered is tried again later and keeps no other of its chunk back', async () => {
  const type = await makeType(world.db, { channels: ['email'], title: 'Odd', body: 'As it is' });
  const [fine, odd, last] = [await somebody(), await somebody(), await somebody()];
  await tell(world.db, type, [fine, odd, last]);
  const mailbox = await one<string>(world.db.owner, 'select email from notify.users where id = $1', [odd]);
  const received = await world.deliver(({ address }) => {
    if (address === mailbox) throw new Error('a template that stumbles');
  });
  expect(received.map(({ address }) => address)).not.toContain(mailbox);
  expect(received).toHaveLength(2);
  const { rows } = await world.db.owner.query(
    'select status, reason, attempt from notify.deliveries where recipient_id = $1',
    [odd],
  );
  expect(rows).toEqual([{ status: 'queued', reason: 'not_rendered', attempt: 1 }]);
  await world.db.owner.query('update notify.deliveries set due_at = now() where recipient_id = $1', [odd]);
  expect((await world.deliver()).map(({ address }) => address)).toEqual([mailbox]);
});

test('NC-30: data that looks like a digest’s and is none stops nobody’s mail', async () => {
  const type = await makeType(world.db, { channels: ['email'], title: 'Odd', body: 'As it is' });
  const data = (value: string) =>
    world.db.owner.query(
      `update notify.notification_types set email_template = 'daily_digest', data_template = jsonb_build_object('digestId', $2::text) where key = $1`,
      [type, value],
    );
  for (const value of ['abc', '00000000-0000-7000-8000-000000000000']) {
    await data(value);
    expect((await receive(type, {})).mail.html).toContain('As it is');
  }
});

async function closeDigests(): Promise<void> {
  await world.db.worker.query('select notify_private.close_digests()');
}
