import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const words = (cell: string | undefined) => [...(cell ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word as string);
const rules = read('docs/rules.md')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split('|').slice(1, -1))
  .map(([, rule, , reasons, inputs]) => ({
    rule: words(rule)[0] as string,
    reasons: words(reasons),
    inputs: words(inputs),
  }));

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

test('docs/rules.md has the rules and reasons that evaluate() can say, in its order', async () => {
  const source = read('db/functions/core/notify_private/evaluate.sql');
  const body = source.slice(source.indexOf('as $$'), source.lastIndexOf('$$;'));
  // Texts that are answers follow "then", "else" or another answer; those within jsonb_build_object are names of inputs.
  const plain = body.replaceAll(/jsonb_build_object\([^()]*\)/g, '').replaceAll(/--.*/g, '');
  const said = [...plain.matchAll(/(?<=(?:then|else|'suppress',|'dedupe',) )'(\w+)'/g)].map(
    ([, word]) => word as string,
  );
  const listed = await one<string>(
    db.owner,
    `select pg_get_constraintdef(oid) from pg_constraint where conname = 'suppressions_reason_is_known'`,
  );
  const suppressions = [...listed.matchAll(/'(\w+)'::text/g)].map(([, reason]) => reason as string);
  const known = new Set([...said, ...suppressions, 'suppression_list']);
  known.delete('send');
  known.delete('suppress');
  expect(rules.flatMap(({ rule, reasons }) => [rule, ...reasons]).sort()).toEqual([...known].sort());

  const comment = await one<string>(
    db.owner,
    `select obj_description('notify_private.evaluate(notify_private.candidate[], timestamptz)'::regprocedure)`,
  );
  const order = /Order: ([^.]+)\./
    .exec(comment)?.[1]
    ?.split(', ')
    .map((rule) => rule.replaceAll(' ', '_'));
  expect(rules.map(({ rule }) => rule)).toEqual(order);
});

test('and the inputs that it records', () => {
  const source = read('db/functions/core/notify_private/evaluate.sql');
  const recorded = [...source.matchAll(/jsonb_build_object\(([^()]*)\)/g)].map(([, list]) =>
    [...(list ?? '').matchAll(/'(\w+)',/g)].map(([, name]) => name),
  );
  expect(rules.map(({ inputs }) => inputs).filter((inputs) => inputs.length > 0)).toEqual(recorded);
});
