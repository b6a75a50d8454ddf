import { emailTextsOf, languageOf, type MailTexts } from '../../email-texts.ts';
import { ownWords } from './direction.ts';
import { fitItems, summaryOf } from './fit.ts';
import { type EmailTemplate, printable, type TemplateTexts, type Values } from './template.ts';
import { actionUrl } from './url.ts';

/** What the database says of an email beyond its words: `notify_private.email_context()`. */
export type EmailContext = {
  readonly userId: string;
  readonly locale: string;
  readonly template: string;
  /** Of that template as it was when the email was claimed. */
  readonly templateDigest: string;
  /** What people call its type. */
  readonly label: string;
  readonly url: string | null;
  /** Whether its type cannot be left. */
  readonly locked: boolean;
  /** Whether the person agrees that opens and clicks are noted. */
  readonly tracked: boolean;
  /** Of a verification mail: what its link confirms. */
  readonly verificationId: string | null;
  /** Of a digest: what it gathers. */
  readonly items: readonly EmailItem[] | null;
};

export type EmailItem = {
  readonly title: string;
  readonly subtitle: string | null;
  readonly body: string;
  readonly url: string | null;
  readonly data: Readonly<Record<string, string>>;
};

/** A notification's own copy, rendered, and what names it. */
export type EmailContent = {
  readonly deliveryId: string;
  readonly typeKey: string;
  readonly title: string;
  readonly subtitle: string | null;
  readonly body: string;
  readonly data: Readonly<Record<string, string>>;
};

/** Makes the links; each is a whole URL. */
export type EmailLinks = {
  /** Names the mail as well, so that leaving by it is known to be by it. */
  unsubscribe(userId: string, typeKey: string, deliveryId: string): string;
  preferences(userId: string): string;
  verify(verificationId: string): string;
  open(deliveryId: string): string;
  click(deliveryId: string, target: string): string;
};

export type Email = {
  readonly html: string;
  readonly text: string;
  /** List-Unsubscribe and its kin; values are one line each. */
  readonly headers: Readonly<Record<string, string>>;
};

/** A line or so, which mail clients show beside the subject. */
const preheaderLength = 110;

/**
 * An email in HTML and as plain text, of the same data. Pure: no I/O, and of the outside only the links' signatures.
 * Whatever stands in the content and data comes out as text: docs/email.md says how.
 *
 * @param template the one that the context name
 * @param appUrl where the application's own pages are, no slash at the end
 */
export function renderEmail(
  content: EmailContent,
  context: EmailContext,
  template: EmailTemplate,
  links: EmailLinks,
  appUrl: string,
): Email {
  const { language, mail } = emailTextsOf(context.locale);
  const { deliveryId, title, subtitle, body, data } = content;
  const tracked = (target: string) => (context.tracked ? links.click(deliveryId, target) : target);
  const items =
    context.items?.map((item) => ({
      ...item,
      body: summaryOf(item.body),
      url: actionUrl(item.url, item.data, appUrl),
    })) ?? [];
  const wordsOf = (...words: readonly (string | null)[]) => ownWords(words.join(' '), context.locale, language);
  const target = context.verificationId ? links.verify(context.verificationId) : actionUrl(context.url, data, appUrl);
  const foot = footOf(content, context, links, mail);
  const own = ownTexts(template, context.locale);
  const badge = own.badge ?? null;
  const figures = figuresOf(own, data);
  const action = target === null ? null : { url: target, label: context.verificationId ? mail.confirm : mail.open };

  const inbox = action?.url ?? appUrl;
  const moreAfter = (shown: number) => (shown < items.length ? mail.more(items.length - shown) : null);
  const valuesOf = (shown: number): Values => ({
    locale: language,
    ...wordsOf(title, subtitle, body),
    title,
    subtitle,
    // A digest shows its items; its body repeats them for those who read text.
    body: items.length > 0 ? null : body,
    preheader: preheaderOf(items.length > 0 ? items.map((item) => item.title).join(' · ') : body),
    action: action !== null,
    actionUrl: action && (context.verificationId ? action.url : tracked(action.url)),
    actionLabel: action?.label,
    badge,
    figures,
    items: items.slice(0, shown).map((item) => ({
      ...wordsOf(item.title, item.subtitle, item.body),
      title: item.title,
      subtitle: item.subtitle,
      body: item.body,
      url: item.url === null ? null : tracked(item.url),
    })),
    more: moreAfter(shown),
    moreUrl: tracked(inbox),
    openLabel: mail.open,
    expiry: mail.expiry,
    pasteLabel: mail.paste,
    why: foot.why,
    unsubscribe: foot.unsubscribe !== null,
    unsubscribeUrl: foot.unsubscribe,
    unsubscribeLabel: mail.unsubscribe,
    preferences: foot.preferences !== null,
    preferencesUrl: foot.preferences,
    preferencesLabel: mail.preferences,
    pixel: context.tracked,
    pixelUrl: context.tracked ? links.open(deliveryId) : null,
  });
  const { html, shown } = fitItems(items.length, (count) => template.render(valuesOf(count)));
  const more = moreAfter(shown);

  const text = [
    badge,
    subtitle,
    title,
    '',
    ...figures.map(({ name, value }) => `${name}: ${value}`),
    ...(figures.length > 0 ? [''] : []),
    ...(items.length > 0 ? itemsAsText(items.slice(0, shown)) : [body]),
    ...(more ? ['', `${more}: ${inbox}`] : []),
    ...(action ? ['', `${action.label}: ${action.url}`] : []),
    ...(context.verificationId ? [mail.expiry] : []),
    '',
    '-- ',
    foot.why,
    foot.unsubscribe && `${mail.unsubscribe}: ${foot.unsubscribe}`,
    foot.preferences && `${mail.preferences}: ${foot.preferences}`,
  ].filter((line) => line !== null && line !== undefined);

  return {
    html,
    text: printable(text.join('\n')),
    headers: listHeaders(foot.unsubscribe),
  };
}

function footOf(content: EmailContent, context: EmailContext, links: EmailLinks, mail: MailTexts) {
  if (context.verificationId) return { why: mail.asked, unsubscribe: null, preferences: null };
  const preferences = links.preferences(context.userId);
  if (context.locked) return { why: mail.locked, unsubscribe: null, preferences };
  const unsubscribe = links.unsubscribe(context.userId, content.typeKey, content.deliveryId);
  return { why: mail.because(context.label), unsubscribe, preferences };
}

/** RFC 8058 wants https; over http there is the link alone, which shows a page. */
function listHeaders(unsubscribe: string | null): Record<string, string> {
  if (unsubscribe === null) return {};
  return {
    'List-Unsubscribe': `<${unsubscribe}>`,
    ...(unsubscribe.startsWith('https:') && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
  };
}

/** What the template itself says, in the person's language where it has that, else in English. */
const ownTexts = ({ texts }: EmailTemplate, locale: string): TemplateTexts =>
  texts[languageOf(locale)] ?? texts.en ?? Object.values(texts)[0] ?? {};

const figuresOf = ({ figures = {} }: TemplateTexts, data: Readonly<Record<string, string>>) =>
  Object.entries(figures).flatMap(([key, name]) => {
    const value = Object.hasOwn(data, key) ? data[key] : undefined;
    return value ? [{ name, value }] : [];
  });

const itemsAsText = (items: readonly { title: string; subtitle: string | null; body: string; url: string | null }[]) =>
  items.flatMap(({ title, subtitle, body, url }, index) => [
    ...(index > 0 ? [''] : []),
    [title, subtitle, body, url].filter(Boolean).join('\n'),
  ]);

function preheaderOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > preheaderLength
    ? `${line.slice(0, preheaderLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
    : line;
}
