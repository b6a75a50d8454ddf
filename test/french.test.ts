import { readFileSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findCalls, readSources, type Source } from '../scripts/rooms.ts';
import { errorCodes } from '../src/errors.ts';
import { french } from '../src/french.ts';
import { inFrench } from '../src/in-french.ts';

const root = join(import.meta.dirname, '..');

/** The functions that a person's request may reach: those they may call, triggers, and whatever these call. */
let reachable: readonly Source[];
beforeAll(async () => {
  const sources = await readSources();
  const calls = await findCalls(sources);
  const grants = readFileSync(join(root, 'db/grants.txt'), 'utf8');
  const granted = new Set(
    [...grants.matchAll(/^(\w+\.\w+)\(.*\): (.*)$/gm)]
      .filter(([, , roles]) => /rowbell_(user|anonymous|http)/.test(roles ?? ''))
      .map(([, name]) => name),
  );
  // Types and their copy are written by packs and operators.
  const isEntry = (path: string) =>
    granted.has(`${basename(dirname(path))}.${basename(path, '.sql')}`) ||
    /^tg_(?!notification_types|notification_copies|channel_copies)/.test(basename(path));
  const found = new Set(sources.map(({ path }) => path).filter(isEntry));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { from, to } of calls) if (found.has(from)) found.add(to);
  }
  reachable = sources.filter(({ path }) => found.has(path));
});

/** An English phrase, with a value in the place of each %, and where it goes on. */
const filled = (phrase: string) => phrase.replaceAll('%', '7').replace(/ $/, ' 7');
const withoutField = (message: string) => message.replace(/^(?:%|[a-z]\w*(?:, [a-z]\w*)*): /, '');

/** What only services or operators meet, or nobody, because it is our own mistake. */
const notForPeople: readonly RegExp[] = [
  /^copy (knows no value like|needs a value for) /,
  // Its last word follows from the limit; the phrases with each are in the catalog.
  /^at most % % %$/,
  /^(a day|an hour|a minute|at a time)$/,
];
const missing = (phrases: Iterable<readonly [string, string]>) =>
  [...phrases]
    .map(([path, phrase]) => [path, withoutField(phrase)] as const)
    .filter(([, phrase]) => /[a-z]/i.test(phrase) && !notForPeople.some((pattern) => pattern.test(phrase)))
    .filter(([, phrase]) => inFrench(filled(phrase)) === null)
    .map((pair) => pair.join(': '));

const literal = /'((?:[^']|'')*)'/g;
const unquoted = (text = '') => text.replaceAll("''", "'");
/** The body of a function, without comments. */
const bodyOf = (text: string) => text.replace(/--.*$/gm, '').replace(/^comment on [\s\S]*?;$/gm, '');

describe('issue 12, 5: whatever a person can be refused with is told in French as well', () => {
  test('what SQL raises', () => {
    const raised = reachable.flatMap(({ path, text }) =>
      [...bodyOf(text).matchAll(/raise exception '((?:[^']|'')*)'/g)].map(
        ([, message]) => [path, unquoted(message)] as const,
      ),
    );
    expect(raised.length).toBeGreaterThan(150);
    expect(missing(raised)).toEqual([]);
  });

  test('the phrases of which SQL makes its messages', () => {
    // How a phrase about a value begins; all else in quotes are names and parts of statements.
    const begins =
      /^(must|is|are|has|have|there|only|at most|an?|the|cannot|no|not|nothing|you|your|give|it|either|come|does|did|was|left|this|too|one of) /;
    const phrases = reachable
      .filter(({ text }) => /raise exception '[^']*%/.test(text) || /returns (text\[\]|text|record)\b/.test(text))
      .flatMap(({ path, text }) =>
        [...bodyOf(text).matchAll(literal)]
          .map(([, phrase]) => [path, unquoted(phrase)] as const)
          .filter(([, phrase]) => begins.test(phrase) && !/[=<>;]/.test(phrase)),
      );
    expect(phrases.length).toBeGreaterThan(50);
    expect(missing(phrases)).toEqual([]);
  });

  test('the nouns of limits', async () => {
    const nouns: [string, string][] = [];
    for await (const path of glob('db/migrations/*/*.sql', { cwd: root })) {
      const text = await readFile(join(root, path), 'utf8');
      for (const [, rows = ''] of text.matchAll(
        /insert into notify\.limits \(key, at_most(?:, per)?, noun, reason\) values\n([\s\S]*?);\n/g,
      ))
        for (const [, noun = ''] of rows.matchAll(/^ {2}\('\w+', \d+, (?:null, |'[^']*', )?'((?:[^']|'')*)', '/gm))
          nouns.push([path, unquoted(noun)]);
    }
    expect(nouns.length).toBeGreaterThan(45);
    expect(missing(nouns)).toEqual([]);
  });

  test('what the API itself says', async () => {
    const said: [string, string][] = [];
    for await (const path of glob('src/{graphql,http}/*.ts', { cwd: root })) {
      // Providers and mail servers call these, and an operator starts with that one.
      if (/(twilio|email-feedback|refusal|trusted-documents)\.ts$/.test(path)) continue;
      const text = await readFile(join(root, path), 'utf8');
      for (const [, rest = ''] of text.matchAll(/new RowbellError\(\s*'RB\w+',([\s\S]{0,400}?)\);?\n/g)) {
        for (const [, single, template] of rest.matchAll(/'([A-Za-z][^']* [^']*)'|`([^`]+)`/g))
          said.push([path, single ?? (template ?? '').replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, '%')]);
      }
    }
    expect(said.length).toBeGreaterThan(25);
    expect(missing(said)).toEqual([]);
  });
});

test('a phrase that nobody has put into French is found', () => {
  expect(missing([['f.sql', 'user_id: must be a poem of % lines']])).toEqual(['f.sql: must be a poem of % lines']);
});

test.each([
  ['leadMinutes: must be from 1 to 60', 'leadMinutes: doit aller de 1 à 60'],
  ['quietHours[0].startsAt: must be given', 'quietHours[0].startsAt: doit être indiqué'],
  ['startOn, endOn: must be days', 'startOn, endOn: doivent être des jours'],
  ['at most 3 verification mails an hour', '3 e-mails de vérification par heure au plus'],
  ['callId: the call is completed and cannot be moved', "callId: l'appel est terminé et ne peut pas être déplacé"],
  // A value is told as it is, whatever it says.
  ['types: there is no type "50%: must be given"', "types: il n'y a pas de type « 50%: must be given »"],
  [errorCodes.RBFBD.message, "Vous n'avez pas le droit de faire cela."],
  ['constructor', null],
  ['Cannot query field "x" on type "Query".', null],
])('%s', (english, told) => {
  expect(inFrench(english)).toBe(told);
});

test('the French of a phrase has the values of the English one', () => {
  const count = (text: string) => text.split('%').length;
  expect(Object.entries(french).filter(([english, told]) => count(english) !== count(told))).toEqual([]);
});
