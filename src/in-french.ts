import { type ErrorCode, errorCodes, frenchMessages } from './errors.ts';
import { french } from './french.ts';

/** The names of fields with which a message begins, in SQL's spelling or the API's. */
const field = /^[a-z]\w*(?:\.\w+|\[\d+\])*(?:, [a-z]\w*)*: /i;

const phrases = new Map<string, string>([
  ...Object.entries(french),
  ...Object.entries(frenchMessages).map(([code, told]) => [errorCodes[code as ErrorCode].message, told] as const),
]);
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const patterns = [...phrases]
  .filter(([english]) => english.includes('%'))
  .map(([english, told]) => [new RegExp(`^${english.split('%').map(escaped).join('(.+?)')}$`, 's'), told] as const);

function phraseInFrench(phrase: string): string | null {
  const told = phrases.get(phrase);
  if (told !== undefined) return told;
  for (const [pattern, template] of patterns) {
    const values = pattern.exec(phrase)?.slice(1);
    if (values) return template.replaceAll('%', () => wordInFrench(values.shift() ?? ''));
  }
  return null;
}

const wordInFrench = (value: string) => phrases.get(value) ?? value;

/** What a client is told, in French; the name of a field stays. Null where src/french.ts does not have it. */
export function inFrench(message: string): string | null {
  const whole = phraseInFrench(message);
  if (whole !== null) return whole;
  const name = field.exec(message)?.[0] ?? '';
  const phrase = name && phraseInFrench(message.slice(name.length));
  return phrase ? `${name}${phrase}` : null;
}
