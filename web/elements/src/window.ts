/** Rows that are in the document: those from `start`, and before `end`. */
export type Window = { readonly start: number; readonly end: number };

/** Windows begin at multiples of it, so that not every pixel is another one. */
const step = 8;
const margin = 16;
const atMost = 60;

/** What is rendered of `count` rows of one height: what is seen, some before it, and more after it. */
export function windowOf(count: number, rowHeight: number, top: number, height: number): Window {
  const rows = rowHeight > 0 ? rowHeight : 1;
  const first = Math.floor(Math.max(0, top) / rows / step) * step;
  const start = Math.max(0, Math.min(first - step, count - 1));
  const seen = rowHeight > 0 ? Math.ceil(height / rows) : step;
  return { start, end: Math.min(count, start + Math.min(atMost, seen + 2 * margin)) };
}
