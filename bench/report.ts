import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';

const file = 'docs/performance.md';
const loadBefore = loadavg()[0] as number;

/**
 * Prints what a bench found and puts it into docs/performance.md, between the two comments that have the bench's name; with what
 * it was measured on. `dry`: only prints.
 */
export async function report(
  bench: string,
  body: readonly string[],
  { dry }: { readonly dry: boolean },
): Promise<void> {
  const text = body.join('\n');
  console.log(text);
  if (dry) return;
  const measured =
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores (${cpus()[0]?.model.trim()}), ` +
    `Node ${process.version}, load ${loadBefore.toFixed(1)} before it began.`;
  const page = await readFile(file, 'utf8');
  const [begin, end] = [`<!-- npm run bench -- ${bench} -->`, `<!-- end of ${bench} -->`];
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${file} has no place for ${bench}`);
  await writeFile(file, `${before}${begin}\n${measured}\n\n${text}\n${end}${after}`);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Rows are the parts that any of the columns names. */
export function processorTable(columns: Readonly<Record<string, readonly [string, number][]>>, digits = 1): string {
  const figures = Object.values(columns).map((column) => new Map(column));
  const parts = [...new Set(figures.flatMap((column) => [...column.keys()]))];
  const sum = figures.map((column) => [...column.values()].reduce((total, us) => total + us, 0).toFixed(digits));
  return table(
    ['processor time in µs', ...Object.keys(columns)],
    [...parts.map((part) => [part, ...figures.map((c) => c.get(part)?.toFixed(digits) ?? '–')]), ['all', ...sum]],
  );
}
