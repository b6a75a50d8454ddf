/**
 * Where a spreadsheet would run what follows instead of showing it: at the beginning of a cell, and where one begins for
 * programs of countries that part cells by semicolons. Full-width forms count, some programs unfold them.
 */
const formula = /(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])|^(?=[\t\r\n])/g;

/**
 * A line of CSV, CRLF at its end (RFC 4180). Objects are written as JSON, instants as ISO 8601, null as nothing. What a
 * spreadsheet would take for a formula gets an apostrophe before it; numbers are left as they are.
 */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : JSON.stringify(value);
  const harmless = text.replace(formula, "$1'");
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
