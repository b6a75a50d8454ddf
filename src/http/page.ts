import { createHash } from 'node:crypto';
import { escapeHtml } from '../html.ts';
import { type Response, sendText } from './respond.ts';

const style = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 32px 16px; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f3f4f6, #14161b); color: light-dark(#1f2430, #eceef2); }
main { max-width: 34rem; margin: 0 auto; padding: 24px; border-radius: 12px; background: light-dark(#fff, #1e2128); }
h1 { margin: 0 0 8px; font-size: 1.4rem; overflow-wrap: anywhere; }
form { margin: 16px 0 0; }
label { display: flex; gap: 12px; justify-content: space-between; align-items: center; padding: 8px 0; }
label.check { justify-content: flex-start; }
select, button { font: inherit; padding: 8px 14px; border-radius: 8px; border: 1px solid light-dark(#c6cad2, #4a505c); }
button { background: #b4570f; color: #fff; border-color: #b4570f; cursor: pointer; }
button.second { background: transparent; color: inherit; border-color: light-dark(#c6cad2, #4a505c); }
a { color: light-dark(#96480c, #f2a561); }
`;
const styleHash = createHash('sha256').update(style).digest('base64');

/** HTML that was made of escaped texts. Only `html` makes it. */
export type Html = { readonly html: string };

/** A piece of a page: every value is escaped, except pieces themselves and lists of them; null and false are nothing. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[] | null | false)[]
): Html {
  const shown = (value: (typeof values)[number]): string => {
    if (value === null || value === false) return '';
    if (typeof value === 'string') return escapeHtml(value);
    return 'html' in value ? value.html : value.map((piece) => piece.html).join('');
  };
  return { html: String.raw({ raw: strings }, ...values.map(shown)) };
}

/** A whole page: no script, no file, nothing of others; its forms post to us alone. */
export function sendPage(response: Response, status: number, language: string, title: string, body: Html): void {
  response.setHeader(
    'content-security-policy',
    `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
  const page = html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title><style>${{ html: style }}</style></head>
<body><main><h1>${title}</h1>${body}</main></body></html>`;
  sendText(response, status, 'text/html; charset=utf-8', page.html);
}
