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
    if (Array.isArray(value)) walkList(value);
    else walkFields(value, namesOf(value));
  };
  const walkFields = (value: object, names: readonly string[]): void => {
    for (const name of names) {
      letters += name.length;
      walk((value as Record<string, unknown>)[name]);
    }
  };
  // To list the fields of an object takes longer than all else here. Our schemas have neither unions nor interfaces, so the objects of
  // a list have the same fields; those of a JSON value, which have a prototype, may differ.
  const walkList = (values: readonly unknown[]): void => {
    let names: readonly string[] | null = null;
    for (const value of values) {
      if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== null) walk(value);
      else {
        names ??= namesOf(value);
        letters += otherLetters;
        walkFields(value, names);
      }
    }
  };
  walk(data);
}

function namesOf(value: object): readonly string[] {
  const names: string[] = [];
  // An answer's objects have no prototype of their own to look through.
  for (const name in value) names.push(name);
  return names;
}
