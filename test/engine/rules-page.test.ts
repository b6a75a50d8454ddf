import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const words = (text: string | undefined) => [...(text ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word as string);
const quoted = (text: string) => [...text.matchAll(/'(\w+)'/g)].map(([, word]) => word as string);
const page = read('docs/rules.md');
const rows = (part: string, pattern: RegExp) =>
  part
    .split('\n')
    .filter((line) => pattern.test(line))
    .map((line) => line.split('|').slice(1, -1));
const rules = rows(page, /^\| \d/).map(([, rule, , , reasons, inputs]) => ({
  rule: words(rule)[0] as string,
  reasons: words(reasons),
  inputs: words(inputs),
}));

const source = read('db/functions/core/rules/notify_private/evaluate_rules.sql').replaceAll(/--.*/g, '');
const between = (from: string, to: string) => {
  const start = source.indexOf(from);
  return source.slice(start + from.length, source.indexOf(to, start));
};
/** `when 'rule' then …` of one of evaluate_rules()'s cases, by rule. */
const branches = (text: string) =>
  new Map(
    [...text.matchAll(/when '(\w+)' then([\s\S]*?)(?=\n\s+when '|$)/g)].map(([, rule, answer]) => [rule, answer ?? '']),
  );
const answers = branches(between('case r.final_rule\n        when', ' end as reason,').replace(/^/, 'when'));
const inputs = branches(between('case s.final_rule\n      when', '\n    end as inputs,').replace(/^/, 'when'));

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

test('docs/rules.md has the rules of evaluate_rules(), in its order', async () => {
  const comment = await one<string>(
    db.owner,
    `select obj_description('notify_private.evaluate_rules(notify_private.rule_inputs[])'::regprocedure)`,
  );
  const order = /Order: ([^.]+)\./
    .exec(comment)?.[1]
    ?.split(', ')
    .map((rule) => rule.replaceAll(' ', '_'));
  expect(rules.map(({ rule }) => rule)).toEqual(order);
  // And evaluate_rules() asks in the order that its comment says: the candidate's own rules, then those over several.
  const asked = [
    between('case\n        when not', 'end as rule'),
    between('case\n        when c.rule', 'end as final_rule'),
  ]
    .flatMap((part) => [...part.matchAll(/then '(\w+)'/g)].map(([, rule]) => rule as string))
    .filter((rule, index, all) => all.indexOf(rule) === index);
  expect(asked).toEqual(order);
});

test('with every reason that it can give', async () => {
  const listed = await one<string>(
    db.owner,
    `select pg_get_constraintdef(oid) from pg_constraint where conname = 'suppressions_reason_is_known'`,
  );
  const said = (rule: string): string[] => {
    const answer = answers.get(rule) ?? '';
    if (answer.includes('suppression_reason'))
      return [...listed.matchAll(/'(\w+)'::text/g)].map(([, reason]) => reason as string);
    if (answer.includes('quiet_reason')) return ['paused', 'quiet_hours'];
    if (answer.includes('spending'))
      return quoted(read('db/functions/core/spending/notify_private/quote_charge.sql')).filter((word) =>
        word.endsWith('_cap'),
      );
    // Held: what reevaluate_holds() gathers.
    if (answer.includes('frequency')) return ['daily', 'held', 'weekly'];
    if (answer.includes('inbox'))
      return ['deleted', 'seen'].filter((word) =>
        quoted(read('db/functions/core/rules/notify_private/rule_inputs.sql')).includes(word),
      );
    if (rule === 'fallback') return [...quoted(answer), 'not_needed'];
    return [...answer.matchAll(/(?:then|else|^) '(\w+)'/g)].map(([, reason]) => reason as string);
  };
  expect(rules.map(({ rule, reasons }) => [rule, [...reasons].sort()])).toEqual(
    rules.map(({ rule }) => [rule, said(rule).sort()]),
  );
});

test('the inputs that it records', () => {
  expect(rules.map(({ rule, inputs: documented }) => [rule, documented])).toEqual(
    rules.map(({ rule }) => [rule, [...(inputs.get(rule) ?? '').matchAll(/'(\w+)',/g)].map(([, name]) => name)]),
  );
});

test('and the inputs that it keeps', () => {
  const kept = [...between('json_object(', 'absent on null').matchAll(/\n\s+'(\w+)':/g)].map(([, key]) => key);
  const documented = rows(page.slice(page.indexOf('decisions.rule_inputs')), /^\| `/).flatMap(([keys]) => words(keys));
  expect(documented).toEqual(kept);
});
