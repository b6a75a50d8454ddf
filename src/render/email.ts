/** What an email shows; texts are plain, never markup. */
export type EmailContent = { readonly title: string; readonly subtitle: string | null; readonly body: string };

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}

/**
 * The HTML alternative of a notification's email: one column that fits phone and desktop, readable in light and dark
 * without a style sheet, since many mail clients drop it.
 */
export function renderEmail({ title, subtitle, body }: EmailContent): string {
  const small =
    subtitle === null ? '' : `<p style="margin:0 0 4px;font-size:13px;opacity:.7">${escapeHtml(subtitle)}</p>`;
  return `<!doctype html>
<html lang="und"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title></head>
<body style="margin:0;padding:24px;font-family:system-ui,sans-serif;line-height:1.5">
<div style="max-width:560px;margin:0 auto">${small}<h1 style="margin:0 0 16px;font-size:20px">${escapeHtml(title)}</h1>
<p style="margin:0;font-size:16px;white-space:pre-line">${escapeHtml(body)}</p></div>
</body></html>`;
}
