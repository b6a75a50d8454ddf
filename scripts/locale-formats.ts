// Prints the rows of notify_private.locale_formats as Node's CLDR has them: `node scripts/locale-formats.ts de fi …`, or
// all that are there. A locale that says nothing else than the one it falls back to has no row.

const shipped =
  'en en-AU en-CA en-GB en-IE en-IN en-NZ en-ZA bg ca cs da de de-AT de-CH el es es-419 es-MX es-US et fi fr fr-CA fr-CH ' +
  'hr hu id it it-CH ja ko lt lv ms nb nl nl-BE nn no pl pt pt-PT ro ru sk sl sv tr uk vi zh zh-HK zh-Hant zh-TW';

const noYear = { month: 'short', day: 'numeric', timeZone: 'UTC' } as const;
const withYear = { ...noYear, year: 'numeric' } as const;

/** A range's first and last day that differ in every part, so that each part of the output is one of theirs. */
const samples = {
  day: [noYear, '2026-07-03', '2026-07-03'],
  day_with_year: [withYear, '2026-07-03', '2026-07-03'],
  in_month: [noYear, '2026-07-03', '2026-07-08'],
  in_month_with_year: [withYear, '2026-07-03', '2026-07-08'],
  in_year: [noYear, '2026-07-03', '2026-09-08'],
  in_year_with_year: [withYear, '2026-07-03', '2026-09-08'],
  over_years: [withYear, '2026-07-03', '2027-09-08'],
} as const;

function months(locale: string): string[] {
  const format = new Intl.DateTimeFormat(locale, noYear);
  return Array.from({ length: 12 }, (_, month) => {
    const parts = format.formatToParts(new Date(Date.UTC(2026, month, 3)));
    return parts.find(({ type }) => type === 'month')?.value ?? '';
  });
}

/** The pattern behind one sample: `{M1} {d1} – {d2}`; M a name, m and d numbers, doubled with a leading zero. */
function pattern(locale: string, [options, first, last]: (typeof samples)[keyof typeof samples]): string {
  const names = months(locale);
  const parts = new Intl.DateTimeFormat(locale, options).formatRangeToParts(new Date(first), new Date(last));
  let seen = '';
  return parts
    .map(({ type, value, source }) => {
      // formatRange() writes CLDR's narrow no-break space as a space where both days are one; its parts keep it.
      if (type === 'literal') return first === last ? value.replaceAll('\u202f', ' ') : value;
      // What both share is shown once; the first is as good as the last.
      const which = source === 'endRange' ? 2 : 1;
      const [year = '', month = '', day = ''] = (which === 1 ? first : last).split('-');
      seen += type;
      if (type === 'year' && value === year) return `{y${which}}`;
      if (type === 'day' && Number(value) === Number(day)) return `{${value.length === 1 ? 'd' : 'dd'}${which}}`;
      if (type === 'month' && value === names[Number(month) - 1] && !/^\d/.test(value)) return `{M${which}}`;
      if (type === 'month' && Number(value) === Number(month)) return `{${value.length === 1 ? 'm' : 'mm'}${which}}`;
      // A name within text ("7月"): the digits are the month, the rest is literal.
      if (type === 'month' && value === names[Number(month) - 1] && Number.parseInt(value, 10) === Number(month))
        return `{m${which}}${value.replace(/^\d+/, '')}`;
      throw new Error(`${locale}: ${type} "${value}" is neither name nor number (${seen})`);
    })
    .join('');
}

/**
 * How an instant is said: the day's place and the clock, of twelve hours with the words of its halves, or of 24. Where a language
 * has more than two words for the time of day, it is the clock of 24 hours.
 */
function instant(locale: string): [pattern: string, halves: string] {
  const early = Date.UTC(2026, 6, 3, 9, 5);
  const style = { timeZone: 'UTC', timeStyle: 'short' } as const;
  const usual = new Intl.DateTimeFormat(locale, style);
  const half = (hour: number) =>
    usual.formatToParts(Date.UTC(2026, 6, 3, hour, 5)).find(({ type }) => type === 'dayPeriod')?.value;
  const hasMore = new Set(Array.from({ length: 24 }, (_, hour) => half(hour))).size > 2;
  const clock = hasMore ? new Intl.DateTimeFormat(locale, { ...style, hourCycle: 'h23' }) : usual;
  const is12 = clock.resolvedOptions().hour12 === true;
  const hour = clock.formatToParts(early).find(({ type }) => type === 'hour')?.value ?? '';
  // What format() writes, and not its parts: these have CLDR's narrow no-break space.
  const time = clock
    .format(early)
    .replace(hour, `{${(is12 ? 'h' : 'H').repeat(hour.length)}}`)
    .replace('05', '{min}')
    .replace((is12 && half(9)) || '{half}', '{half}');
  const pattern = new Intl.DateTimeFormat(locale, { ...style, dateStyle: 'long' })
    .format(early)
    .replace(new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(early), '{date}')
    .replace(usual.format(early), time);
  return [pattern, is12 ? `{${half(9)},${half(21)}}` : '{}'];
}

function row(locale: string): string[] {
  const days = Object.values(samples).map((sample) => pattern(locale, sample));
  return [`{${months(locale).join(',')}}`, ...days, ...instant(locale)];
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : shipped.split(' ');
const rows = new Map(wanted.map((locale) => [locale, row(locale)]));
for (const [locale, values] of rows) {
  const parent = rows.get(locale.split('-').slice(0, -1).join('-'));
  if (parent?.join() === values.join()) rows.delete(locale);
}
const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
process.stdout.write(
  `${[...rows].map(([locale, values]) => `  (${[locale, ...values].map(quote).join(', ')})`).join(',\n')};\n`,
);
