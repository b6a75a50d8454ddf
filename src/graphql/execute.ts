import { depthLimit } from '@graphile/depth-limit';
import { execute, getGrafastMiddleware, hookArgs, isAsyncIterable } from 'postgraphile/grafast';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'postgraphile/graphql';
import { z } from 'zod';
import { RowbellError } from '../errors.ts';
import type { Origin } from '../http/origin.ts';
import type { Logger } from '../logger.ts';
import { concealedFields } from './concealed.ts';
import { checkCost } from './cost.ts';
import type { Identity } from './identity.ts';
import { named, type PublicError, publicError, withCode } from './mask.ts';

/** Words and signs of a request; validation costs the square of some of them. */
const mostTokens = 2_000;
const mostRemembered = 500;

const requestSchema = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

export type Answer = {
  /** 200 when the request was executed, be it with errors; the status of the error that kept it from being. */
  readonly status: number;
  readonly body: { readonly data?: unknown; readonly errors?: readonly PublicError[] };
};

export type ExecutorOptions = {
  readonly schema: GraphQLSchema;
  readonly resolvedPreset: GraphileConfig.ResolvedPreset;
  /** Whether clients may ask for the schema. */
  readonly introspection: boolean;
  readonly logger: Logger;
};

/**
 * Answers GraphQL requests within the limits: tokens, depth, fields at the root, estimated objects. Documents that
 * passed are kept, and with them their plans. Never rejects.
 *
 * @returns a function of a request's JSON, of who asks and from where
 */
export function createExecutor(options: ExecutorOptions) {
  const { schema, resolvedPreset, logger } = options;
  const documents = new Map<string, DocumentNode>();
  const middleware = getGrafastMiddleware(resolvedPreset);
  const rules = [
    ...specifiedRules,
    depthLimit({ maxDepth: 14, maxListDepth: 6, maxSelfReferentialDepth: 3 }),
    ...(options.introspection ? [] : [NoSchemaIntrospectionCustomRule]),
  ];

  const documentOf = (query: string, { role }: Identity): DocumentNode => {
    const known = documents.get(query);
    const document = known ?? parse(query, { maxTokens: mostTokens });
    if (role !== 'operator') {
      // Before the other rules, which would speak of its arguments.
      const concealed = validate(schema, document, [concealedFields], { maxErrors: 5 });
      if (concealed.length > 0) throw new AggregateError(concealed);
    }
    if (known) return known;
    // Who may not ask for the schema is not told what else it has, either ("Did you mean …?").
    const errors = validate(schema, document, rules, { maxErrors: 5, hideSuggestions: !options.introspection });
    if (errors.length > 0) throw new AggregateError(errors.map((error) => named(error, document)));
    if (documents.size >= mostRemembered) documents.delete(documents.keys().next().value ?? '');
    documents.set(query, document);
    return document;
  };

  const run = async (json: unknown, identity: Identity, origin: Origin): Promise<Answer> => {
    const request = requestSchema.safeParse(json);
    if (!request.success) throw new RowbellError('RBINV', 'Send an object with query, variables and operationName.');
    const { query, operationName = null, variables } = request.data;
    const document = documentOf(query, identity);
    const kind = getOperationAST(document, operationName)?.operation;
    // Validation leaves what is below a root that the schema has not alone.
    if (kind && !schema.getRootType(kind)) throw new RowbellError('RBINV', `There is no ${kind} here.`);
    checkCost(schema, document, operationName, variables ?? {});
    const args = await hookArgs({
      schema,
      document,
      variableValues: variables,
      operationName,
      contextValue: {},
      resolvedPreset,
      // Nothing is recorded of what only reads.
      requestContext: { identity, ...(kind === 'mutation' && { origin }) },
      middleware,
    });
    const result = await execute(args);
    if (isAsyncIterable(result)) throw new RowbellError('RBINV', 'Incremental delivery is not offered.');
    return answerOf(result as ExecutionResult, logger);
  };

  return (json: unknown, identity: Identity, origin: Origin): Promise<Answer> =>
    run(json, identity, origin).catch((error: unknown) => refusal(error, logger));
}

function answerOf({ data, errors }: ExecutionResult, logger: Logger): Answer {
  const masked = errors?.map((error) => publicError(error, logger));
  // Without data nothing was executed: variables of the wrong type, an unknown operation.
  return {
    status: data === undefined ? 400 : 200,
    body: { ...(masked && { errors: masked }), ...(data !== undefined && { data }) },
  };
}

function refusal(error: unknown, logger: Logger): Answer {
  if (error instanceof RowbellError) return { status: error.status, body: { errors: [withCode(error)] } };
  const errors = error instanceof AggregateError ? error.errors : [error];
  const isTheirs = errors.every((one) => one instanceof GraphQLError);
  return { status: isTheirs ? 400 : 500, body: { errors: errors.map((one) => publicError(one, logger)) } };
}
