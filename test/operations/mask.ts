import type { Json } from '../fuzz/case.ts';

const maxItems = 2;
const maxNames = 12;
const maxLetters = 160;

const uuid = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/g;
const instant = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)?/g;
const said = /\b[A-Z][a-z]{2} \d{1,2}, \d{4} at \d{1,2}:\d\d [AP]M/g;
const secret = /\bwhsec_[\w+/=]{20,}/g;
/** Keys that a test makes of a letter and chance. */
const randomKey = /\b([a-z])[0-9a-f]{8}\b/g;
const day = /\b\d{4}-\d\d-\d\d\b/g;
const cursor = /^(cursor|startCursor|endCursor)$/;

/**
 * Puts the same in the place of whatever is another at each run: ids in the order in which they come, one instant, one day,
 * and what is known to be random. Long lists, texts and objects are cut.
 *
 * @param known random texts, each with what is shown instead
 */
export function createMask(known: readonly (readonly [text: string, shown: string])[]) {
  const ids = new Map<string, string>();
  const idOf = (id: string): string => {
    const plain = id.replaceAll('-', '');
    const shown = ids.get(plain) ?? `00000000-0000-7000-8000-${String(ids.size + 1).padStart(12, '0')}`;
    ids.set(plain, shown);
    return shown;
  };
  const maskText = (text: string): string => {
    let shown = text;
    for (const [random, instead] of known) shown = shown.replaceAll(random, instead);
    shown = shown
      .replace(secret, 'whsec_…')
      .replace(uuid, idOf)
      .replace(instant, '2027-01-15T09:00:00+00:00')
      .replace(said, 'Jan 15, 2027 at 9:00 AM')
      .replace(day, '2027-01-15')
      .replace(randomKey, (_, letter) => `${letter}1`);
    return shown.length > maxLetters ? `${shown.slice(0, maxLetters)}…` : shown;
  };
  const mask = (json: Json | undefined, name = ''): Json => {
    if (typeof json === 'string') return cursor.test(name) ? 'WyJuZXdlc3QiLDFd' : maskText(json);
    if (Array.isArray(json)) return json.slice(0, maxItems).map((each) => mask(each));
    if (typeof json !== 'object' || json === null) return json ?? null;
    return Object.fromEntries(
      Object.entries(json)
        .slice(0, maxNames)
        .map(([key, value]) => [maskText(key), mask(value, key)]),
    );
  };
  return mask;
}
