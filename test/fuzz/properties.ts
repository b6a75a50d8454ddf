import { errorCodes } from '../../src/errors.ts';
import { marksIn } from '../security/world.ts';
import type { Case } from './case.ts';
import type { Answer } from './world.ts';

/** What no answer may have in it, whatever was asked. */
export type Forbidden = {
  /** Names of constraints, indexes and triggers, which only the database's own words have. */
  readonly names: readonly string[];
  /** Whatever only another person's rows have. */
  readonly marks: ReadonlySet<string>;
};

const internals =
  /\b(?:notify|trips|juke|coaching|accounts)_private\b|\bpg_(?:catalog|temp|class|proc)\b|\b(?:relation|column|constraint) \\?"|violates |duplicate key|syntax error at or near|invalid input syntax for type|out of range for type|plpgsql|SQLSTATE|\bat \S+ \(?(?:file:|\/|node:)|node_modules|\.ts:\d+|ECONNREFUSED|TypeError|RangeError|Cannot read propert|Cannot return null for/;
const codes = new Map(Object.values(errorCodes).map(({ name, status }) => [name as string, status]));

/** What is wrong with an answer; nothing where all is well. */
export function faultsOf(call: Case, answer: Answer, forbidden: Forbidden): string[] {
  const said = JSON.stringify(call);
  return [
    ...(call.kind === 'sql' ? faultsOfSql(answer) : faultsOfHttp(call, answer)),
    ...tellings(call, said, answer, forbidden),
  ];
}

function faultsOfHttp(call: Exclude<Case, { kind: 'sql' }>, { status, text }: Answer): string[] {
  // An answer to HEAD has no body to say anything in.
  if (call.kind === 'http' && call.method === 'HEAD') return status >= 500 ? [`answered ${status}`] : [];
  const [, body = ''] = text.split(/\n\n(.*)/s);
  const isJson = /^content-type: application\/(problem\+|graphql-response\+)?json/m.test(text);
  const faults = status >= 500 ? [`answered ${status}: ${body.slice(0, 300)}`] : [];
  if (status >= 400 && !isJson && !/^content-type: text\/html/m.test(text)) faults.push(`${status} without a code`);
  if (!isJson) return faults;
  let answered: { errors?: readonly { extensions?: { code?: string } }[]; code?: string };
  try {
    answered = JSON.parse(body || '{}') as typeof answered;
  } catch {
    // A list that is cut off was begun before it failed.
    return call.kind === 'graphql' ? [...faults, 'no JSON'] : faults;
  }
  const said = [
    ...(answered.errors ?? []).map((error) => error.extensions?.code),
    ...('code' in answered ? [answered.code] : []),
  ];
  if (status >= 400 && said.length === 0) faults.push(`${status} without a code`);
  for (const code of said) {
    const known = codes.get(code ?? '');
    if (known === undefined) faults.push(`an error without a code of ours: ${code}`);
    // What takes too long on a busy machine says nothing of the input.
    else if (known >= 500 && code !== 'TIMEOUT' && status < 500)
      faults.push(`the error ${code}: ${body.slice(0, 300)}`);
  }
  return faults;
}

/** What a login of a service may be told by PostgreSQL itself: that a value, a row or a right is not as it should be. */
const theirs = /^(?:RB\w{3}|22\w{3}|23\w{3}|42501|54000|57014|55P03|40P01|40001|0A000|none)$/;

function faultsOfSql({ status, text, sqlState = '' }: Answer): string[] {
  return status === 200 || theirs.test(sqlState) ? [] : [`raised ${sqlState}: ${text.slice(0, 300)}`];
}

function tellings(call: Case, said: string, { text }: Answer, { names, marks }: Forbidden): string[] {
  const faults: string[] = [];
  if (call.kind !== 'sql') {
    // Operators are shown by which functions the engine works; in what is wrong they are told no more than others.
    const shown = call.as === 'operator' ? errorsIn(text) : text;
    const internal = internals.exec(shown)?.[0] ?? names.find((name) => shown.includes(name));
    if (internal !== undefined && !said.includes(internal)) faults.push(`tells of our insides: ${internal}`);
  }
  if (call.kind !== 'sql' && call.as !== 'operator') {
    const own = said.toLowerCase();
    const told = marksIn(text, marks).filter((mark) => !own.includes(mark.toLowerCase()));
    if (told.length > 0) faults.push(`tells of another person: ${told.slice(0, 3)}`);
  }
  return faults;
}

/** What an answer says is wrong, without what it answers. */
function errorsIn(text: string): string {
  const [, body = ''] = text.split(/\n\n(.*)/s);
  try {
    const { errors, error } = JSON.parse(body) as { errors?: unknown; error?: unknown };
    return JSON.stringify([errors, error]);
  } catch {
    return '';
  }
}
