import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

/** Both ends of a month, one and two digits, every month, a turn of the year, and the same day twice. */
const ranges = (() => {
  const list: [string, string][] = [];
  for (let month = 0; month < 12; month++) {
    for (const [day, days] of [
      [3, 0],
      [3, 4],
      [8, 5],
      [12, 9],
      [27, 12],
      [2, 70],
      [14, 300],
      [1, 365],
    ] as const) {
      const at = (offset: number) => new Date(Date.UTC(2026, month, day + offset)).toISOString().slice(0, 10);
      list.push([at(0), at(days)]);
    }
  }
  return list;
})();

test('date ranges read in every locale as Intl.DateTimeFormat says them', async () => {
  const { rows: locales } = await db.owner.query<{ locale: string }>(
    'select locale from notify_private.locale_formats',
  );
  expect(locales.length).toBeGreaterThan(40);
  const { rows } = await db.owner.query<{ locale: string; first: string; last: string; plain: string; full: string }>(
    `select f.locale, r.first::text, r.last::text,
       notify_private.format_dates(r.first, r.last, false, f.locale) as plain,
       notify_private.format_dates(r.first, r.last, true, f.locale) as full
     from notify_private.locale_formats as f cross join unnest($1::date[], $2::date[]) as r (first, last)`,
    [ranges.map(([first]) => first), ranges.map(([, last]) => last)],
  );
  expect(rows).toHaveLength(locales.length * ranges.length);
  const formats = new Map<string, Intl.DateTimeFormat>();
  const format = (locale: string, year: boolean) => {
    const key = `${locale} ${year}`;
    const known = formats.get(key);
    const made =
      known ??
      new Intl.DateTimeFormat(locale, {
        month: 'short',
        day: 'numeric',
        timeZone: 'UTC',
        ...(year && { year: 'numeric' }),
      });
    formats.set(key, made);
    return made;
  };
  const wrong = rows.flatMap(({ locale, first, last, plain, full }) => {
    const said = (year: boolean) => format(locale, year).formatRange(new Date(first), new Date(last));
    // Over a turn of the year the years are always said.
    const expected = { plain: said(first.slice(0, 4) !== last.slice(0, 4)), full: said(true) };
    return expected.plain === plain && expected.full === full ? [] : [{ locale, first, last, plain, full, expected }];
  });
  expect(wrong).toEqual([]);
});

test.each([
  ['en-US', 'Jul 3 – 7'],
  ['en-GB', '3 – 7 Jul'],
  ['fr', '3–7 juil.'],
  ['fr-BE', '3–7 juil.'],
  ['de-LU-1996', '3.–7. Juli'],
  ['ja-JP', '07/03～07/07'],
  ['tlh', 'Jul 3 – 7'],
])('%s, or what it falls back to', async (locale, said) => {
  expect(
    (
      await one<string>(db.owner, `select notify_private.format_dates('2026-07-03', '2026-07-07', false, $1)`, [locale])
    ).replaceAll('\u2009', ' '),
  ).toBe(said);
});

test('a variable may be a value with a type: said in the locale, written as ISO 8601 where machines read it', async () => {
  const variables = JSON.stringify({ Name: '{Dates}', Dates: { dates: ['2026-07-30', '2026-08-02'], year: true } });
  const render = async (locale: string | null) =>
    (
      await one<string>(db.owner, `select notify_private.render('{Name}: {Dates}.', $1, $2)`, [variables, locale])
    ).replaceAll('\u2009', ' ');
  expect(await render('fr')).toBe('{Dates}: 30 juil. – 2 août 2026.');
  expect(await render(null)).toBe('{Dates}: 2026-07-30/2026-08-02.');
  await expect(
    one(db.owner, `select notify_private.render('{Dates}', '{"Dates": {"date": "2026-07-30"}}', 'en')`),
  ).rejects.toMatchObject({ code: 'RBVAR' });
});
