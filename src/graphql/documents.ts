import { depthLimit } from '@graphile/depth-limit';
import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'postgraphile/graphql';
import { RowbellError } from '../errors.ts';
import { type Costed, sizesOf } from './document-cost.ts';
import { checkSize, type Size } from './document-size.ts';
import { named } from './public-error.ts';
import type { GraphqlRequest } from './request.ts';

/** Words and signs of a request; validation costs the square of some of them. */
const maxTokens = 2_000;

/** A document that passed, for one of its operations. */
export type Document = Costed & {
  /** What it takes in memory, and what each of its plans does. */
  readonly bytes: number;
  readonly planBytes: number;
  /** How many of its plans are kept. */
  plans: number;
};

/** Under which key it is kept what a reader made of a request: its whole text, which costs less to look up than to digest. */
export const documentKey = (role: string, { query, operationName }: GraphqlRequest): string =>
  `${role} ${JSON.stringify(operationName)} ${query}`;

/**
 * Reads and checks documents, the cheapest check first: words, the operation, the size with fragments spread out,
 * GraphQL's rules, depth.
 *
 * @param introspection whether clients may ask for the schema
 */
export function createReader(schema: GraphQLSchema, introspection: boolean) {
  const rules = [
    ...specifiedRules,
    depthLimit({
      maxDepth: 14,
      maxListDepth: 6,
      maxSelfReferentialDepth: 3,
      // What GraphQL's own query for the schema has, which the explorer asks.
      maxIntrospectionDepth: 14,
      maxDepthByFieldCoordinates: { '__Type.ofType': 9 },
    }),
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
  ];

  /**
   * @throws {RowbellError} RBINV beyond our limits
   * @throws {AggregateError} of GraphQL's own complaints
   */
  return (query: string, operationName: string | null): Document => {
    const ast = parse(query, { maxTokens });
    const operation = getOperationAST(ast, operationName);
    if (!operation) {
      throw new RowbellError(
        'RBINV',
        operationName === null
          ? 'Say which of the operations is meant: operationName.'
          : `There is no operation "${operationName}" in this document.`,
      );
    }
    // Validation leaves what is below a root that the schema has not alone.
    if (!schema.getRootType(operation.operation))
      throw new RowbellError('RBINV', `There is no ${operation.operation} here.`);
    const size = checkSize(ast);
    // Who may not ask for the schema is not told what else it has, either ("Did you mean …?").
    const errors = validate(schema, ast, rules, { maxErrors: 5, hideSuggestions: !introspection });
    if (errors.length > 0) throw new AggregateError(errors.map((error) => named(error, ast)));
    return {
      ast,
      operation,
      sizes: sizesOf(ast, operation),
      passed: new Set(),
      plans: 0,
      ...bytesOf(query, ast, size),
    };
  };
}

/**
 * Heap that a document and its plans were measured to take at most; docs/decisions/0007 has the figures. A word or sign
 * is some 300 bytes in the tree; a plan's share of a leaf 1 kB, of an object 4 to 30, by how it is fetched.
 */
function bytesOf(query: string, { tokenCount = maxTokens }: DocumentNode, { fields, objects }: Size) {
  return {
    // The text, and the key that has it once more.
    bytes: 4 * query.length + 400 * tokenCount,
    planBytes: 100_000 + 30_000 * objects + 1_500 * fields,
  };
}
