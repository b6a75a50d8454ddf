/** What a digest shows at most: what follows stands in the inbox. */
const maxItems = 60;
/** Gmail shows the first 102 kB of a mail's HTML and hides the rest, the link to unsubscribe with it. */
const maxBytes = 90_000;
/** Of one item's words; more is no summary. */
const maxBody = 1_000;

/** The HTML with as many items as fit, at least one, and how many these are. */
export function fitItems(
  count: number,
  render: (shown: number) => string,
): { readonly html: string; readonly shown: number } {
  let shown = Math.min(count, maxItems);
  let html = render(shown);
  for (let bytes = Buffer.byteLength(html); bytes > maxBytes && shown > 1; bytes = Buffer.byteLength(html)) {
    shown = Math.max(1, Math.min(shown - 1, Math.floor((shown * maxBytes) / bytes)));
    html = render(shown);
  }
  return { html, shown };
}

/** The beginning of an item's words. */
export const summaryOf = (body: string): string =>
  body.length > maxBody ? `${body.slice(0, maxBody - 1).replace(/[\ud800-\udbff]$/, '')}…` : body;
