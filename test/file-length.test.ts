import { expect, test } from 'vitest';
import { lengthProblem } from '../scripts/file-length.ts';

const lines = (count: number) => 'a line\n'.repeat(count);
const why = '// Over 300 lines: one table, a row a case.\n';

test('a file of 300 lines is fine, a longer one says why in its first line', () => {
  expect(lengthProblem(lines(300))).toBeNull();
  expect(lengthProblem(lines(301))).toMatch(/^has 301 lines, more than 300: split it/);
  expect(lengthProblem(why + lines(300))).toBeNull();
  expect(lengthProblem(why.replace('//', '--') + lines(300))).toBeNull();
  expect(lengthProblem(lines(300) + why)).toMatch(/^has 301 lines/);
});

test('the reason is one, and goes when it is not needed any more', () => {
  expect(lengthProblem(`// Over 300 lines: yes.\n${lines(300)}`)).toMatch(/^has 301 lines/);
  expect(lengthProblem(why + lines(299))).toMatch(/^has 300 lines and need not say why/);
});
