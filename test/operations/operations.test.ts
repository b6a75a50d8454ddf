import { readFile } from 'node:fs/promises';
import { buildSchema, type GraphQLField, type GraphQLSchema, getNamedType } from 'postgraphile/graphql';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type Role, roles } from '../../src/graphql/identity.ts';
import { type Case, type Json, make, resolve } from '../fuzz/case.ts';
import { graphqlTargets } from '../fuzz/graphql.ts';
import type { Target } from '../fuzz/target.ts';
import { type FuzzWorld, type Player, startFuzzWorld } from '../fuzz/world.ts';
import { inTwelveHours, type Side } from '../support/side.ts';
import { documentOf } from './document.ts';
import { createMask } from './mask.ts';
import { type Example, pageOf } from './page.ts';
import { picked } from './picked.ts';

/** `npm test -- test/operations -u` writes these pages anew. */
const pages: Readonly<Record<Role, { readonly file: string; readonly title: string }>> = {
  user: { file: '../../docs/operations/people.md', title: 'What people may ask' },
  operator: { file: '../../docs/operations/operators.md', title: 'What operators may ask' },
};
const intro = [
  'Every query and mutation of this schema, with its variables, if it has any, and the answer. A test asks each of them and compares the answers with this page;',
  '`npm test -- test/operations -u` writes the page anew. Ids, instants, days and cursors are shown as if they were always the same; lists are cut after two rows and',
  'texts after 160 letters. A client asks for the fields that it needs: the schema has all of them.',
].join('\n');

/** Changes nothing, and says so, where an operation before it has done the same. */
const unchanged = new Set(['changeNotifications']);

type Asked = { readonly role: Role; readonly field: Field; readonly target: Target; readonly schema: GraphQLSchema };
type Field = GraphQLField<unknown, unknown>;
type Answer = Readonly<Record<string, Json>>;
type GraphqlCase = Extract<Case, { kind: 'graphql' }>;

const asked: Asked[] = [];
const examples: Record<Role, Example[]> = { user: [], operator: [] };
const refused: string[] = [];
/** Ids of rows that a list has shown, by role and type: what is looked up by its id is to be there. */
const shownIds = new Map<string, string>();

beforeAll(async () => {
  const world = await startFuzzWorld({ cluster: inject('cluster'), withWorkers: false });
  try {
    let me = await world.newPlayer();
    for (const role of roles) asked.push(...(await operationsOf(role, me)));
    for (const each of [...asked].sort((a, b) => turnOf(a) - turnOf(b))) {
      if (unchanged.has(each.field.name)) me = await world.newPlayer();
      let said = await ask(world, each, me);
      if (said.answer.errors !== undefined) {
        // A change may leave nothing for the next.
        me = await world.newPlayer();
        said = await ask(world, each, me);
      }
      note(each, said, world, me);
    }
  } finally {
    await world.close();
  }
}, 900_000);

async function operationsOf(role: Role, { side }: Player): Promise<Asked[]> {
  const file = new URL(`../../src/generated/${role}.graphql`, import.meta.url);
  const schema = buildSchema(await readFile(file, 'utf8'));
  return graphqlTargets(role, schema, side.ids).map((target) => {
    const [, operation, name = ''] = target.name.split(' ');
    const root = operation === 'query' ? schema.getQueryType() : schema.getMutationType();
    return { role, schema, target, field: root?.getFields()[name] as Field };
  });
}

/** Lists first, then what is looked up; what only reads finds a world in which nothing was changed yet. */
function turnOf({ target, field }: Asked): number {
  if (target.changes) return 2;
  return field.args.some(({ name }) => name === 'first') ? 0 : 1;
}

const typeOf = ({ role, field }: Asked) => `${role} ${getNamedType(field.type).name.replace(/Connection$/, '')}`;

async function ask(world: FuzzWorld, each: Asked, me: Player): Promise<{ call: GraphqlCase; answer: Answer }> {
  const [plain] = each.target.plain as readonly GraphqlCase[];
  if (!plain) throw new Error(`${each.target.name} has no call with known values`);
  const id = shownIds.get(typeOf(each));
  const isLookUp = !each.target.changes && each.field.args.length === 1 && each.field.args[0]?.name === 'id';
  const query = documentOf(each.schema, plain.query, picked[each.field.name]);
  const call = { ...plain, query, ...(isLookUp && id !== undefined && { variables: { id } }) };
  const resolved = resolve(call, world, me) as GraphqlCase;
  const { text } = await make(resolved, world, me);
  return { call: resolved, answer: JSON.parse(text.split('\n\n').at(-1) ?? '') as Answer };
}

function note(
  each: Asked,
  { call, answer }: { call: GraphqlCase; answer: Answer },
  world: FuzzWorld,
  me: Player,
): void {
  const { role, field, target } = each;
  if (answer.errors !== undefined) refused.push(`${target.name}: ${JSON.stringify(answer.errors)}`);
  const [row] = rowsOf((answer.data as Answer | null)?.[field.name]);
  if (row?.id !== undefined) shownIds.set(typeOf(each), row.id);
  const mask = createMask([...randomOf(me.side), ...randomOf(world.victim)]);
  examples[role].push({
    operation: target.changes ? 'mutation' : 'query',
    name: field.name,
    description: (field.description ?? '').trim().replaceAll(/\s+/g, ' '),
    document: call.query,
    variables: mask(call.variables),
    answer: mask(answer),
  });
}

function rowsOf(answer: Json | undefined): readonly { readonly id?: string }[] {
  const rows = Array.isArray(answer) ? answer : (answer as { nodes?: Json } | null | undefined)?.nodes;
  return (rows ?? []) as readonly { readonly id?: string }[];
}

const randomOf = ({ person, sessionId, ids }: Side): (readonly [string, string])[] => [
  [person.name, 'Ada'],
  [person.email, 'ada@example.org'],
  [person.email.toLowerCase(), 'ada@example.org'],
  [person.phone, '+491701234567'],
  [person.token, 'the-token-of-a-phone'],
  [person.externalId, 'customer-1'],
  [sessionId, 'a-session'],
  [inTwelveHours, '09:00'],
  [ids.token ?? '', 'the-token-of-another-phone'],
  [ids.type_key ?? '', 'payment_failed'],
  // What it is called where it has no label.
  [(ids.type_key ?? '').replace('type_', 'Type '), 'Payment failed'],
  [ids.topic_key ?? '', 'negotiation'],
  [ids.step_key ?? '', 'profile'],
  // What else of theirs is told apart by it.
  [person.externalId.replace('customer-', ''), '1'],
];

describe('API: docs list every operation with an example request and answer made by a test', () => {
  test('each operation is answered as it is meant', () => {
    expect(refused).toEqual([]);
  });

  test.each(roles)('the page of the role %s has what was asked and answered', async (role) => {
    const { file, title } = pages[role];
    const inOrder = [...examples[role]].sort((a, b) => (a.name < b.name ? -1 : 1));
    await expect(pageOf(title, intro, inOrder)).toMatchFileSnapshot(file);
  });
});
