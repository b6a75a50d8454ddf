import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dbFolder } from '../../src/migrate/packs.ts';
import { type EmailContext, type EmailLinks, renderEmail } from '../../src/render/email/index.ts';
import { createEmailTemplate } from '../../src/render/email/template.ts';

const templateOf = async (name: string) =>
  createEmailTemplate(await readFile(join(dbFolder, 'templates/core', `${name}.html`), 'utf8'), {});
const templates = { notification: await templateOf('notification'), daily_digest: await templateOf('daily_digest') };
const links: EmailLinks = {
  unsubscribe: () => 'https://n.example/email/unsubscribe/u',
  preferences: () => 'https://n.example/email/preferences/u',
  verify: () => '',
  open: () => 'https://n.example/email/open/d',
  click: (_, target) => `https://n.example/email/click/${encodeURIComponent(target)}`,
};

const render = (
  template: keyof typeof templates,
  { locale = 'en', title = 'Title', body = 'Body', ...more }: Partial<EmailContext> & { title?: string; body?: string },
) =>
  renderEmail(
    { deliveryId: 'd', typeKey: 't', title, subtitle: null, body, data: {} },
    {
      userId: 'u',
      locale,
      template,
      templateDigest: '',
      label: 'Bookings',
      url: null,
      locked: false,
      tracked: false,
      verificationId: null,
      items: null,
      ...more,
    },
    templates[template],
    links,
    'https://app.example',
  );

const item = (title: string, body: string) => ({ title, subtitle: null, body, url: '/x', data: {} });

/** Language, direction and alignment of the cell that some words stand in. */
function cellOf(html: string, words: string) {
  const before = html.slice(0, html.lastIndexOf(`>${words}`));
  const cell = before.slice(before.lastIndexOf('<td'));
  const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(cell)?.[1];
  return [attribute('lang'), attribute('dir'), attribute('align'), /text-align:(\w+)/.exec(cell)?.[1]].join(' ');
}

describe('W15: the language and direction of the copy', () => {
  test.each([
    ['ar', 'وصل طلبك رقم 1042 (Rowbell).', 'مرحبا Ben!', 'ar rtl right right'],
    ['he', 'ההזמנה הגיעה', 'שלום', 'he rtl right right'],
    ['fa-IR', 'Ben: سفارش رسید', 'سلام', 'fa-IR rtl right right'],
    ['ar', 'Your order has arrived', 'Hello', 'en ltr left left'],
    ['fr', 'Votre commande', 'Bonjour', 'fr ltr left left'],
    ['en', 'وصل طلبك', 'مرحبا', 'und rtl right right'],
    ['de', 'Bestellung', 'Hallo', 'de ltr left left'],
  ])('%s: %s', (locale, title, body, expected) => {
    const { html } = render('notification', { locale, title, body });
    expect(cellOf(html, title)).toBe(expected);
    expect(cellOf(html, body)).toBe(expected);
  });

  test('each item of a digest has its own', () => {
    const { html } = render('daily_digest', {
      locale: 'ar',
      title: 'Résumé',
      items: [item('وصل طلبك', 'مرحبا'), item('Arrived', 'Hello')],
    });
    expect([cellOf(html, 'وصل طلبك'), cellOf(html, 'Arrived')]).toEqual(['ar rtl right right', 'en ltr left left']);
  });

  test('Outlook does not show the preview line', () => {
    for (const template of ['notification', 'daily_digest'] as const)
      expect(render(template, { items: [] }).html).toContain('<div style="display:none;mso-hide:all;');
  });
});

describe('W34: a long digest', () => {
  const links = (html: string) => [...html.matchAll(/<a [^>]*>/g)].map(([link]) => link);

  test.each([
    [150, 10, 60],
    [60, 10, 60],
    [61, 2_000, null],
    [400, 30_000, null],
    [20, 900, null],
  ] as const)('of %i items with %i letters each', (count, length, expected) => {
    const items = Array.from({ length: count }, (_, n) => item(`Item ${n}.`, 'ü&'.repeat(length / 2)));
    const { html, text } = render('daily_digest', { items });
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(90_000);
    expect(html).toContain('https://n.example/email/unsubscribe/u');
    const shown = items.filter(({ title }) => html.includes(`>${title}<`)).length;
    expect(items.filter(({ title }) => text.includes(`${title}\n`)).length).toBe(shown);
    if (expected) expect(shown).toBe(expected);
    expect(shown).toBeGreaterThan(8);
    const more = `and ${count - shown} more in the inbox`;
    expect([html.includes(`<a href="https://app.example"`), html.includes(more), text.includes(more)]).toEqual(
      Array.from({ length: 3 }, () => count > shown),
    );
  });

  test('in French, and tracked where the person agreed', () => {
    const items = Array.from({ length: 61 }, (_, n) => item(`Objet ${n}`, 'x'));
    const { html } = render('daily_digest', { items, locale: 'fr', tracked: true });
    expect(html).toContain('et une autre dans la boîte de réception');
    expect(html).toContain('href="https://n.example/email/click/https%3A%2F%2Fapp.example"');
  });

  test('links are at least 24 pixels high', () => {
    const { html } = render('daily_digest', { items: Array.from({ length: 70 }, () => item('a', 'b')) });
    const plain = links(html).filter((link) => !/padding:13px/.test(link));
    expect(plain.length).toBe(63);
    for (const link of plain) expect(link).toMatch(/display:inline-block;line-height:24px/);
  });
});
