import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeType } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

type Measure = { readonly encoding: string; readonly units: number; readonly segments: number };
const measure = async (text: string) =>
  (await db.owner.query<Measure>('select * from notify_private.measure_sms($1)', [text])).rows[0] as Measure;
const plain = (text: string) => one<string>(db.owner, 'select notify_private.to_gsm7($1)', [text]);

// GSM 03.38 as its tables have it, row by row, written apart from the SQL.
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extension = new Set('\f^{}\\[~]|€');

/** An implementation of its own: lays unit after unit into parts. */
function measured(text: string): Measure {
  const characters = [...text];
  const isGsm7 = characters.every((character) => basic.has(character) || extension.has(character));
  const sizes = characters.map((character) => (isGsm7 ? (extension.has(character) ? 2 : 1) : character.length));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const [single, joined] = isGsm7 ? [160, 153] : [70, 67];
  let segments = 1;
  if (units > single) {
    let room = joined;
    for (const size of sizes) {
      if (size > room) {
        segments++;
        room = joined;
      }
      room -= size;
    }
  }
  return { encoding: isGsm7 ? 'gsm7' : 'ucs2', units, segments };
}

describe('CP-30 segments are counted as the carrier will', () => {
  test('the alphabet has 127 characters and 10 more', () => {
    expect([basic.size, extension.size]).toEqual([127, 10]);
  });

  test.each([
    ['', { encoding: 'gsm7', units: 0, segments: 1 }],
    ['x'.repeat(160), { encoding: 'gsm7', units: 160, segments: 1 }],
    ['x'.repeat(161), { encoding: 'gsm7', units: 161, segments: 2 }],
    ['x'.repeat(306), { encoding: 'gsm7', units: 306, segments: 2 }],
    ['x'.repeat(307), { encoding: 'gsm7', units: 307, segments: 3 }],
    ['€'.repeat(80), { encoding: 'gsm7', units: 160, segments: 1 }],
    // 153 is odd: an escape is not divided, so each part has 76 of them.
    ['€'.repeat(153), { encoding: 'gsm7', units: 306, segments: 3 }],
    ['ç', { encoding: 'ucs2', units: 1, segments: 1 }],
    ['—'.repeat(70), { encoding: 'ucs2', units: 70, segments: 1 }],
    ['—'.repeat(71), { encoding: 'ucs2', units: 71, segments: 2 }],
    ['—'.repeat(134), { encoding: 'ucs2', units: 134, segments: 2 }],
    ['🏆'.repeat(35), { encoding: 'ucs2', units: 70, segments: 1 }],
    ['🏆'.repeat(67), { encoding: 'ucs2', units: 134, segments: 3 }],
    ['⭐', { encoding: 'ucs2', units: 1, segments: 1 }],
  ])('%j', async (text, expected) => {
    expect(await measure(text)).toEqual(expected);
    expect(measured(text)).toEqual(expected);
  });

  test('every character by itself', async () => {
    const { rows } = await db.owner.query<{ c: string; is_gsm7: boolean }>(
      `select chr(n) as c, notify_private.is_gsm7(chr(n)) as is_gsm7
       from generate_series(1, 65535) as n where n not between 55296 and 57343`,
    );
    expect(
      rows
        .filter((row) => row.is_gsm7)
        .map(({ c }) => c)
        .sort(),
    ).toEqual([...basic, ...extension].sort());
  });

  test('any text, against an implementation of its own', async () => {
    const character = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...basic) },
      { weight: 2, arbitrary: fc.constantFrom(...extension) },
      { weight: 1, arbitrary: fc.constantFrom('ç', 'ê', '—', '’', '🏆', '💪', '⭐', '小', '\u202f') },
    );
    const text = fc.oneof(
      fc.array(fc.constantFrom(...basic, ...extension), { maxLength: 700 }),
      fc.array(character, { maxLength: 400 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 20, maxLength: 20 }), async (texts) => {
        const all = texts.map((characters) => characters.join(''));
        const { rows } = await db.owner.query(
          `select m.* from unnest($1::text[]) with ordinality as t (text, n), notify_private.measure_sms(t.text) as m order by t.n`,
          [all],
        );
        expect(rows).toEqual(all.map(measured));
      }),
      { numRuns: 40 },
    );
  });
});

describe('CP-30 the plain form', () => {
  test.each([
    ['Don’t — “really” …', 'Don\'t - "really" ...'],
    ['pesée & bilan', 'pesée & bilan'],
    ['fête du garçon, à Noël, cœur ÊTRE', 'fete du garcon, à Noel, coeur ETRE'],
    ['e\u0301te\u0301', 'été'],
    ['min ! 🔥 Jour 3', 'min ! Jour 3'],
    ['a\u202f!\u00a0b', 'a ! b'],
    ['🏆 Ada ⭐', 'Ada'],
    ['👩‍👩‍👧 ok 🇫🇷', 'ok'],
    ['Łódź Đặng', 'Lódz Dang'.replace('ó', 'o')],
    ['小林', '小林'],
  ])('%s', async (text, expected) => {
    expect(await plain(text)).toBe(expected);
  });

  test('what is in the alphabet stays as it is, two spaces included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...basic, ...extension), { maxLength: 60 }), async (characters) => {
        const text = characters.join('');
        expect(await plain(text)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });
});

describe('CP-30 the first form that fits', () => {
  type Texts = { sms: { body: string; form: string; title?: string } } | null;
  const textsOf = (type: string, locale: string, variables: object, variant = 'default') =>
    one<Texts>(db.owner, 'select notify_private.channel_texts($1, $2, $3, $4)', [type, locale, variant, variables]);
  let type: string;
  beforeAll(async () => {
    type = await makeType(db, { channels: ['push', 'sms'] });
    await db.owner.query('update notify.notification_types set max_segments = 1 where key = $1', [type]);
    await db.owner.query(
      `insert into notify.channel_copies (type_key, locale, variant, channel, place, form, body, is_plain, shorten) values
         ($1, 'en', 'default', 'sms', 1, 'full', '{A} — {B}', false, '{}'),
         ($1, 'en', 'default', 'sms', 2, 'plain', '{A} - {B}', true, '{}'),
         ($1, 'en', 'default', 'sms', 3, 'short', '{A} - {B}', true, '{B,A}'),
         ($1, 'fr', 'default', 'sms', 1, 'full', 'fr {A}', false, '{}'),
         ($1, 'en', 'second', 'sms', 1, 'full', 'second {A}', false, '{}')`,
      [type],
    );
  });

  test.each([
    [{ A: 'x'.repeat(30), B: 'y'.repeat(37) }, 'full', `${'x'.repeat(30)} — ${'y'.repeat(37)}`],
    [{ A: 'x'.repeat(30), B: 'y'.repeat(38) }, 'plain', `${'x'.repeat(30)} - ${'y'.repeat(38)}`],
    [{ A: 'x'.repeat(30), B: 'ê'.repeat(127) }, 'plain', `${'x'.repeat(30)} - ${'e'.repeat(127)}`],
    [{ A: 'x'.repeat(30), B: 'y'.repeat(128) }, 'short', `${'x'.repeat(30)} - ${'y'.repeat(127)}`],
    [{ A: 'x', B: `${'word '.repeat(31)}last & final` }, 'short', `x - ${'word '.repeat(31).trim()}`],
    [{ A: '小'.repeat(60), B: 'y'.repeat(40) }, 'short', `${'小'.repeat(60)} - ${'y'.repeat(7)}`],
    [{ A: '小'.repeat(80), B: 'y'.repeat(40) }, 'short', `${'小'.repeat(67)} - `],
  ])('%j', async (variables, form, body) => {
    expect(await textsOf(type, 'en', variables)).toEqual({ sms: { form, body } });
    expect((await measure(body)).segments).toBe(1);
  });

  test('any values cost one segment', async () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(value, value, async (A, B) => {
        const texts = await textsOf(type, 'en', { A, B });
        expect(measured(texts?.sms.body ?? 'x'.repeat(999)).segments).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  test('locale before variant, both with what they fall back to', async () => {
    const said = async (locale: string, variant: string) =>
      (await textsOf(type, locale, { A: 'a', B: 'b' }, variant))?.sms.body;
    expect(await said('fr-CA', 'default')).toBe('fr a');
    expect(await said('de', 'default')).toBe('a — b');
    expect(await said('de', 'second')).toBe('second a');
    expect(await said('fr', 'second')).toBe('fr a');
    expect(await said('en', 'third')).toBe('a — b');
  });

  test('a type without such copy has none, and without a limit the first form is taken', async () => {
    expect(await textsOf(await makeType(db), 'en', {})).toBeNull();
    await db.owner.query('update notify.notification_types set max_segments = null where key = $1', [type]);
    expect((await textsOf(type, 'en', { A: 'x', B: 'y'.repeat(300) }))?.sms.form).toBe('full');
    await db.owner.query('update notify.notification_types set max_segments = 1 where key = $1', [type]);
  });
});

test.each([
  ['+14155550100', 'US'],
  ['+16475550100', 'CA'],
  ['+18095550100', 'DO'],
  ['+33612345678', 'FR'],
  ['+262692123456', 'RE'],
  ['+262639123456', 'YT'],
  ['+77011234567', 'KZ'],
  ['+79161234567', 'RU'],
  ['+447911123456', 'GB'],
  ['+9991234567', null],
])('the country of %s is %s', async (phone, country) => {
  expect(await one(db.owner, 'select notify_private.country_of_phone($1)', [phone])).toBe(country);
});
