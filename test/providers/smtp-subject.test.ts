import { expect, test } from 'vitest';
import { messageTo } from '../support/message.ts';
import { ada, received, sendOne } from './smtp-world.ts';

const family = '👩‍👩‍👧‍👦';

test.each([
  ['x'.repeat(1_500), `${'x'.repeat(149)}…`],
  ['word '.repeat(300), `${'word '.repeat(28)}word…`],
  ['é'.repeat(1_500), `${'é'.repeat(149)}…`],
  [`${family}é漢`.repeat(60), null],
  ['e\u0301'.repeat(400), null],
  ['A subject as people write them', 'A subject as people write them'],
  ['y'.repeat(150), 'y'.repeat(150)],
])(
  'W15: a subject is shortened, whole signs at a time, and its header has lines of RFC 5322: %s',
  async (title, shown) => {
    expect(await sendOne(messageTo(ada, { title }))).toMatchObject({ outcome: 'accepted' });
    const [entry] = received();
    if (!entry) throw new Error('no mail');
    const subject = entry.title ?? '';
    if (shown !== null) expect(subject).toBe(shown);
    else {
      expect(subject.length).toBeLessThanOrEqual(150);
      expect(subject).toMatch(/…$/);
      // What is left is whole: its signs are those of the beginning.
      const signs = (text: string) => [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
      expect(signs(subject.slice(0, -1))).toEqual(signs(title).slice(0, signs(subject).length - 1));
    }
    const { source } = entry.raw as { source: string };
    const head = source.split(/\r?\n\r?\n/, 1)[0] ?? '';
    for (const line of head.split(/\r?\n/)) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
    for (const line of source.split('\r\n')) expect(Buffer.byteLength(line, 'latin1')).toBeLessThanOrEqual(998);
  },
);
