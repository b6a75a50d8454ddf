import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emailTextsOf } from '../../src/email-texts.ts';
import { readEmailTemplates } from '../../src/migrate/email-templates.ts';
import { findPacks } from '../../src/migrate/packs.ts';
import { type EmailContent, type EmailContext, type EmailLinks, renderEmail } from '../../src/render/email/index.ts';
import { compileTemplate, createEmailTemplate } from '../../src/render/email/template.ts';
import fc from '../support/fast-check.ts';
import { hostile } from './hostile.ts';

/** Of every pack. */
const templates = new Map(
  (await readEmailTemplates(await findPacks(null))).map((file) => [
    file.name,
    createEmailTemplate(file.html, JSON.parse(file.texts)),
  ]),
);
const names = [...templates.keys()];
const templateOf = (name: string) => templates.get(name) ?? createEmailTemplate('', {});
const links: EmailLinks = {
  unsubscribe: (user, type) => `https://n.example/email/unsubscribe/${user}-${type}`,
  preferences: (user) => `https://n.example/email/preferences/${user}`,
  verify: (id) => `https://n.example/email/verify/${id}`,
  open: (id) => `https://n.example/email/open/${id}`,
  click: (id, target) => `https://n.example/email/click/${id}.${Buffer.from(target).toString('base64url')}`,
};
const words: EmailContent = {
  deliveryId: 'd1',
  typeKey: 'trip_created',
  title: 'Lisbon in May',
  subtitle: 'Trips',
  body: 'Ada started planning this trip.\nTake a look.',
  data: { tripId: 't1', balance: '€ 4.20', threshold: '€ 10.00' },
};
const contextOf = (template: string, changes: Partial<EmailContext> = {}): EmailContext => ({
  userId: 'u1',
  locale: 'en',
  template,
  templateDigest: '',
  label: 'New trips',
  url: '/trips/{tripId}',
  locked: false,
  tracked: false,
  verificationId: template === 'verification' ? 'v1' : null,
  items: template.endsWith('digest')
    ? [
        { title: 'First', subtitle: null, body: 'One', url: '/trips/{tripId}', data: { tripId: 't1' } },
        { title: 'Second', subtitle: 'Coaching', body: 'Two', url: null, data: {} },
      ]
    : null,
  ...changes,
});
const render = (template: string, changes: Partial<EmailContext> = {}, said: Partial<EmailContent> = {}) =>
  renderEmail({ ...words, ...said }, contextOf(template, changes), templateOf(template), links, 'https://app.example');

/** What somebody reads of HTML, roughly: no tags, no style, entities as what they stand for. */
const readable = (html: string) =>
  html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/<br>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replace(
      /&(amp|lt|gt|quot|#39|nbsp);/g,
      (_all, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' })[name] ?? '',
    );
const hrefs = (html: string) =>
  [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => url?.replaceAll('&amp;', '&'));
/** Tags and attributes alone: what no value may change. */
const skeleton = (html: string) =>
  html
    .replace(/="[^"]*"/g, '')
    .replace(/<br>/g, '')
    .replace(/>[^<]*</g, '><');

describe.each(names)('NC-30: %s', (name) => {
  test.each(['en', 'fr', 'fr-CA', 'ja'])('in %s says the same as HTML and as text', (locale) => {
    const { html, text } = render(name, { locale });
    const { language, mail } = emailTextsOf(locale);
    expect(html).toContain(`<html lang="${language}"`);
    for (const said of [words.title, name === 'verification' ? mail.asked : mail.because('New trips')]) {
      expect(readable(html)).toContain(said);
      expect(text).toContain(said);
    }
    const isDigest = name.endsWith('digest');
    for (const said of isDigest ? ['First', 'One', 'Second', 'Coaching', 'Two'] : words.body.split('\n')) {
      expect(readable(html)).toContain(said);
      expect(text).toContain(said);
    }
    if (name === 'low_balance') expect([readable(html), text].every((each) => each.includes('€ 4.20'))).toBe(true);
    expect(html).not.toMatch(/\{\{|<!-- (if|each|end)/);
  });

  test('is made for phones, dark screens and clients without style sheets', () => {
    const { html } = render(name);
    expect(html).toContain('width=device-width');
    expect(html).toContain('@media (prefers-color-scheme: dark)');
    // Every surface that is light by an inline style is dark there.
    expect(html).toContain('div[role="article"] { background-color: #14161b !important; }');
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toMatch(/<h?div[^>]*style="font-family/);
    // Gmail cuts a mail beyond 102 kB.
    expect(Buffer.byteLength(html)).toBeLessThan(30_000);
    // Nothing is fetched: no picture, no font, no style of others.
    expect(html).not.toMatch(/<img|@import|<link|url\(/);
  });

  test.each(Object.entries(hostile))('NC-35: %s in any variable is text', (_what, evil) => {
    const { html, text } = render(
      name,
      {
        label: evil,
        locale: 'en',
        tracked: false,
        items:
          contextOf(name).items?.map((item) => ({
            ...item,
            title: evil,
            subtitle: item.subtitle && evil,
            body: evil,
            data: { tripId: evil },
          })) ?? null,
      },
      { title: evil, subtitle: evil, body: evil, data: { tripId: evil, balance: evil, threshold: evil } },
    );
    expect(skeleton(html)).toBe(skeleton(render(name).html));
    for (const url of hrefs(html)) expect(url).toMatch(/^https:\/\/(n|app)\.example\//);
    // Everything a person typed is there to be read, but for what is no character.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    const shown = evil.replace(/[\u0000-\u0008\u001b\u007f\u202e]/g, '').replace(/\r\n?/g, '\n');
    expect(readable(html)).toContain(shown.split('\n')[0]);
    expect(text).toContain(shown.split('\n')[0]);
    expect(text).not.toContain('\u202e');
  });
});

test('NC-35: no text whatever changes the tags around it', () => {
  const expected = skeleton(render('notification').html);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (any) => {
      expect(
        skeleton(render('notification', { label: any }, { title: any, subtitle: `${any}.`, body: any }).html),
      ).toBe(expected);
    }),
    { numRuns: 300 },
  );
});

describe('NC-32: leaving', () => {
  test('a link that everybody sees, in both parts, and the headers', () => {
    const { html, text, headers } = render('notification');
    const url = 'https://n.example/email/unsubscribe/u1-trip_created';
    expect(hrefs(html)).toContain(url);
    expect(text).toContain(url);
    expect(text).toContain('https://n.example/email/preferences/u1');
    expect(headers).toEqual({ 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' });
  });

  test('not of what cannot be left, nor before the address is verified', () => {
    const locked = render('notification', { locked: true });
    expect([locked.headers, locked.html.includes('unsubscribe/'), locked.text.includes('unsubscribe/')]).toEqual([
      {},
      false,
      false,
    ]);
    expect(locked.text).toContain('/email/preferences/');
    const asking = render('verification');
    expect([asking.headers, asking.text.includes('unsubscribe/'), asking.text.includes('preferences/')]).toEqual([
      {},
      false,
      false,
    ]);
    expect(hrefs(asking.html)).toEqual(['https://n.example/email/verify/v1']);
    expect(readable(asking.html)).toContain('https://n.example/email/verify/v1');
  });

  test('one click needs https (RFC 8058)', () => {
    const local = { ...links, unsubscribe: () => 'http://127.0.0.1/x' };
    expect(
      renderEmail(words, contextOf('notification'), templateOf('notification'), local, 'https://app.example').headers,
    ).toEqual({
      'List-Unsubscribe': '<http://127.0.0.1/x>',
    });
  });
});

describe('NC-53: tracking', () => {
  test('without consent every link is bare and nothing is fetched', () => {
    const { html } = render('daily_digest');
    expect(hrefs(html).filter((url) => url?.includes('/trips/'))).toEqual([
      'https://app.example/trips/t1',
      'https://app.example/trips/t1',
    ]);
    expect(html).not.toMatch(/email\/(open|click)/);
  });

  test('with it buttons go by a signed link and a picture says it was opened; text stays bare', () => {
    const { html, text } = render('daily_digest', { tracked: true });
    expect(hrefs(html).filter((url) => url?.includes('/email/click/d1.'))).toHaveLength(2);
    expect(hrefs(html)).toContain('https://n.example/email/open/d1');
    expect(text).not.toMatch(/email\/(open|click)/);
    expect(text).toContain('https://app.example/trips/t1');
  });
});

describe('where the button leads', () => {
  const buttons = (url: string | null, data: Record<string, string> = {}) =>
    hrefs(render('notification', { url }, { data }).html).filter((href) => !href?.includes('/email/'));

  test.each([
    ['/trips/{tripId}', { tripId: 'a b/c?d' }, 'https://app.example/trips/a%20b%2Fc%3Fd'],
    ['trips/{tripId}', { tripId: '1' }, 'https://app.example/trips/1'],
    ['https://other.example/{tripId}', { tripId: '1' }, 'https://other.example/1'],
    ['//evil.example/{tripId}', { tripId: '1' }, 'https://app.example/evil.example/1'],
    ['{tripId}', { tripId: 'https://evil.example' }, 'https://app.example/https%3A%2F%2Fevil.example'],
  ])('%s', (template, data, expected) => {
    expect(buttons(template, data)).toEqual([expected]);
  });

  test.each([
    [null, {}],
    ['/trips/{tripId}', {}],
    ['/trips/{tripId}', { tripId: '' }],
    ['/trips/{tripId}', { tripId: '..' }],
    ['/trips/{constructor}', {}],
  ])('%s with %j: nowhere, so there is none', (template, data) => {
    expect(buttons(template, data)).toEqual([]);
  });
});

describe('templates', () => {
  test('blocks and nearest values', () => {
    const say = compileTemplate('{{a}}<!-- each:list -->[{{a}}{{b}}<!-- if:c -->!<!-- end -->]<!-- end -->{{lines:a}}');
    expect(say({ a: '<\n>', b: '1', c: 'outer', list: [{ a: 'x' }, { c: null }, { b: null }] })).toBe(
      '&lt;\n&gt;[x1!][&lt;\n&gt;1][&lt;\n&gt;!]&lt;<br>&gt;',
    );
  });

  test.each(['<!-- if:a -->', '<!-- end -->'])('%s alone is a mistake', (text) => {
    expect(() => compileTemplate(text)).toThrow('block');
  });
});

test('OP-19: a template may have no texts, but texts that cannot be read stop the migration', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowbell-templates-'));
  const pack = { name: 'shop', migrations: folder, functions: folder, templates: folder };
  try {
    await writeFile(join(folder, 'plain.html'), '<p>{{title}}</p>');
    expect(await readEmailTemplates([pack])).toMatchObject([{ name: 'plain', texts: '{}' }]);
    expect(await readEmailTemplates([{ ...pack, templates: join(folder, 'absent') }])).toEqual([]);
    await mkdir(join(folder, 'plain.json'));
    await expect(readEmailTemplates([pack])).rejects.toMatchObject({ code: 'EISDIR' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
