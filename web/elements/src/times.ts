const steps = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
const relativeDays = 7;

/** An instant as it is said beside a row: "2 min. ago"; the day once a week has passed. */
export function shortTime(instant: string, now: number, language: string): string {
  const seconds = (Date.parse(instant) - now) / 1_000;
  if (Math.abs(seconds) > relativeDays * 86_400)
    return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(Date.parse(instant));
  const relative = new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'auto' });
  const [unit, length] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 60] as const);
  return relative.format(unit === 'second' ? 0 : Math.trunc(seconds / length), unit);
}

export const fullTime = (instant: string, language: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' }).format(Date.parse(instant));
