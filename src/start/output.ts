/** Writes a sentence of our own. */
export type Say = (sentence: string) => void;

export const say: Say = (sentence) => {
  process.stdout.write(`rowbell  │ ${sentence}\n`);
};

/**
 * A line of a child's output, short enough to read along: a log line in JSON becomes `event key=value …`, with its level
 * when that is not `info`; anything else stays as it is.
 */
export function formatLine(name: string, line: string): string {
  return `${name.padEnd(8)} │ ${shorten(line)}\n`;
}

function shorten(line: string): string {
  const entry = parse(line);
  if (!entry || typeof entry.event !== 'string') return line;
  const { level, time: _time, component: _component, event, error, ...fields } = entry;
  const parts = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  if (typeof error === 'object' && error !== null && 'message' in error)
    parts.push(`error=${JSON.stringify(error.message)}`);
  return [...(level === 'info' ? [] : [String(level).toUpperCase()]), event, ...parts].join(' ');
}

function parse(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
