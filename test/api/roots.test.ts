import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
} from 'postgraphile/graphql';
import { expect, test } from 'vitest';
import { checkCost } from '../../src/graphql/document-cost.ts';
import { roles } from '../../src/graphql/identity.ts';

/** Fields through which one comes to a root type again. */
function waysToRoots(schema: GraphQLSchema): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const leads = (type: unknown): boolean =>
    roots.some((root) => root && root === type) || (isUnionType(type) && type.getTypes().some(leads));
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.values(type.getFields())
          .filter((field) => leads(getNamedType(field.type)))
          .map((field) => `${type.name}.${field.name}`)
      : [],
  );
}

test('SE-8: no field leads to a root type', async () => {
  for (const role of roles) {
    const sdl = await readFile(join(import.meta.dirname, `../../src/generated/${role}.graphql`), 'utf8');
    expect(waysToRoots(buildSchema(sdl))).toEqual([]);
  }
  const broken = buildSchema('type Query { a: A } type A { query: [Query!]! any: B } union B = Query');
  expect(waysToRoots(broken)).toEqual(['A.query', 'A.any']);
});

test('SE-8: and should one do so, its fields count as those of the root', () => {
  const schema = buildSchema('type Query { a: A n: Int } type A { query: Query n: Int } type Mutation { do: A }');
  const cost = (text: string) => {
    const ast = parse(text);
    const operation = getOperationAST(ast);
    if (operation) checkCost(schema, { ast, operation, sizes: {}, passed: new Set() }, {});
  };
  const many = (count: number) => Array.from({ length: count }, (_, n) => `n${n}: n`).join(' ');
  cost(`{ a { query { ${many(9)} } } }`);
  cost(`{ a { ${many(100)} } }`);
  for (const text of [
    `{ a { query { ${many(10)} } } }`,
    `{ a { query { a { query { ${many(9)} } } } } }`,
    `mutation { do { query { ${many(10)} } } }`,
    `{ a { query { ...F ...F } } } fragment F on Query { ${many(5)} }`,
    `{ a { query { ... on Query { ${many(5)} } ... { ${many(5)} } } } }`,
  ]) {
    expect(() => cost(text)).toThrow('At most 10 fields');
  }
});
