import { z } from 'zod';
import { escapeHtml } from '../../html.ts';

/** The values that a template is rendered with: texts, and lists of such values. No value can be marked as HTML, so each text is escaped. */
export type Values = { readonly [name: string]: string | boolean | null | undefined | readonly Values[] };
export type Template = (values: Values) => string;

const textsSchema = z.record(
  z.string().regex(/^[a-z]{2,3}$/),
  z.strictObject({ badge: z.string().min(1), figures: z.record(z.string(), z.string().min(1)) }).partial(),
);

/** The texts of a template in one language: a badge above the title, and labels for values of the notification's data. */
export type TemplateTexts = {
  readonly badge?: string | undefined;
  readonly figures?: Readonly<Record<string, string>> | undefined;
};

export type EmailTemplate = {
  readonly render: Template;
  /** By language. */
  readonly texts: Readonly<Record<string, TemplateTexts>>;
};

/**
 * Makes a template of its two files: `<name>.html`, and `<name>.json`, which the caller has parsed.
 *
 * @throws {Error} if one of them is no such file; the message says why
 */
export function createEmailTemplate(html: string, texts: unknown): EmailTemplate {
  const parsed = textsSchema.safeParse(texts);
  if (!parsed.success) throw new Error(`texts by language, each a badge, figures or both: ${parsed.error.message}`);
  return { render: compileTemplate(html), texts: parsed.data };
}

type Part = (values: Values, outer: Values) => string;

const token = /\{\{(?:(lines):)?(\w+)\}\}|<!-- (?:(if|each):(\w+)|(end)) -->/g;

/**
 * Turns the HTML of a template into a function that renders it.
 *
 * - `{{name}}` becomes the escaped value; `{{lines:name}}` also turns its line ends into `<br>`.
 * - `<!-- if:name -->…<!-- end -->` is kept if the value is neither missing nor empty.
 * - `<!-- each:name -->…<!-- end -->` is repeated for each entry of a list. Inside, an entry's values hide those around it.
 *
 * @throws {Error} if a block is not closed, or a block is closed that was not opened
 */
export function compileTemplate(html: string): Template {
  const stack: { readonly parts: Part[]; readonly close: (parts: readonly Part[]) => Part }[] = [];
  let parts: Part[] = [];
  let end = 0;
  for (const match of html.matchAll(token)) {
    const [all, lines, name = '', block, blockName = '', closing] = match;
    const text = html.slice(end, match.index);
    if (text) parts.push(() => text);
    end = match.index + all.length;
    if (block) {
      stack.push({ parts, close: block === 'if' ? onlyIf(blockName) : forEach(blockName) });
      parts = [];
    } else if (closing) {
      const opened = stack.pop();
      if (!opened) throw new Error('a template closes a block that it did not open');
      opened.parts.push(opened.close(parts));
      parts = opened.parts;
    } else {
      parts.push(lines ? (values, outer) => withLines(textOf(name, values, outer)) : showing(name));
    }
  }
  if (stack.length > 0) throw new Error('a template does not close a block');
  const rest = html.slice(end);
  parts.push(() => rest);
  const whole = join(parts);
  return (values) => whole(values, {});
}

const join =
  (parts: readonly Part[]): Part =>
  (values, outer) => {
    let text = '';
    for (const part of parts) text += part(values, outer);
    return text;
  };

/** An entry's own value is used even if it is null: an item without a subtitle must not show the subtitle of the mail. */
const nearest = (name: string, values: Values, outer: Values) => (name in values ? values[name] : outer[name]);

function textOf(name: string, values: Values, outer: Values): string {
  const value = nearest(name, values, outer);
  return typeof value === 'string' ? escapeHtml(printable(value)) : '';
}

const showing =
  (name: string): Part =>
  (values, outer) =>
    textOf(name, values, outer);

const withLines = (escaped: string) => escaped.replace(/\r\n?|\n/g, '<br>');

/** Removes characters that HTML does not allow, and those that change the direction of the text around them. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are removed
  text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g, '');

const onlyIf = (name: string) => (parts: readonly Part[]) => {
  const inside = join(parts);
  return (values: Values, outer: Values) => {
    return nearest(name, values, outer) ? inside(values, outer) : '';
  };
};

const forEach = (name: string) => (parts: readonly Part[]) => {
  const inside = join(parts);
  return (values: Values, outer: Values) => {
    const list = values[name];
    return Array.isArray(list) ? list.map((item: Values) => inside(item, { ...outer, ...values })).join('') : '';
  };
};
