import { RowbellError } from '../errors.ts';

/** Letters of an answer, names and values together. */
const maxLetters = 10_000_000;
/** What a number, a truth or nothing takes, about. */
const otherLetters = 8;

/**
 * Bounds how long an answer is before it is written out: a text that was read once and has a hundred names takes a
 * hundred times the memory from then on.
 *
 * @throws {RowbellError} RBINV above `maxLetters`
 */
export function checkAnswer(data: unknown): void {
  let letters = 0;
  const walk = (value: unknown): void => {
    letters += typeof value === 'string' ? value.length : otherLetters;
    if (letters > maxLetters) {
      throw new RowbellError('RBINV', `The answer has more than ${maxLetters} letters: ask for fewer fields, or rows.`);
    }
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const each of value) walk(each);
      return;
    }
    // An answer's objects have no prototype of their own, and a list of all their fields would be made for nothing.
    for (const name in value) {
      letters += name.length;
      walk((value as Record<string, unknown>)[name]);
    }
  };
  walk(data);
}
