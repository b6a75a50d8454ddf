import { setImmediate } from 'node:timers/promises';
import { execute, getGrafastMiddleware, hookArgs, isAsyncIterable, subscribe } from 'postgraphile/grafast';
import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'postgraphile/graphql';
import { describeDatabaseError } from '../database/errors.ts';
import { RowbellError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { checkAnswer } from './answer-size.ts';
import { checkCost } from './document-cost.ts';
import { createReader, type Document, documentKey } from './documents.ts';
import type { Shares } from './fair-shares.ts';
import { type Identity, type Role, roles } from './identity.ts';
import type { LiveSource } from './live-source.ts';
import { maxPlans } from './plan-cache.ts';
import { workedMs } from './planning-budget.ts';
import { type PublicError, publicError, withCode } from './public-error.ts';
import { type GraphqlRequest, readRequest } from './request.ts';
import type { Origin } from './request-origin.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import type { Settings, WithClient } from './with-client.ts';

/** New documents have the process to themselves for a quarter of the time, whoever sends them and however many. */
const restFactor = 3;

export type Answer = {
  /** 200 when the request was executed, be it with errors; the status of the error that kept it from being. */
  readonly status: number;
  readonly body: {
    readonly data?: unknown;
    readonly errors?: readonly PublicError[];
    /** `truncated`: fields whose lists have more rows than these, as `Query.devices`. */
    readonly extensions?: { readonly truncated: readonly string[] };
  };
};

/** Who asks, from where, and until when somebody waits for the answer. */
export type Caller = {
  readonly identity: Identity;
  readonly origin: () => Origin;
  readonly signal: AbortSignal;
  /** Came in a way that must change nothing: whoever stands between may ask it again. */
  readonly readsOnly: boolean;
};

/** Who asks on a socket, which ends with the signal. */
export type LiveCaller = Pick<Caller, 'identity' | 'signal'> & { readonly live: LiveSource };

type SubscriptionArgs = Parameters<typeof subscribe>[0];
type Prepared = { readonly args: SubscriptionArgs } | { readonly errors: readonly PublicError[] };

export type Executor = {
  readonly execute: (json: unknown, caller: Caller) => Promise<Answer>;
  /** What `subscribe` takes, of a request with a subscription, within the same limits; or why not. Never rejects. */
  readonly prepareSubscription: (json: unknown, caller: LiveCaller) => Promise<Prepared>;
  readonly subscribe: typeof subscribe;
  /** An error of a frame, as far as it may be told. */
  readonly publicError: (error: unknown) => PublicError;
};

export type ExecutorOptions = {
  /** What there is for each role. */
  readonly schemas: Readonly<Record<Role, GraphQLSchema>>;
  readonly resolvedPreset: GraphileConfig.ResolvedPreset;
  /** Whether clients may ask for the schema. */
  readonly introspection: boolean;
  readonly shares: Shares;
  readonly trusted: TrustedDocuments | null;
  readonly logger: Logger;
};

/**
 * Answers GraphQL requests within the limits of docs/limits.md: what a document may ask for, how many requests of a
 * person are at work, how long their new documents may be planned. Never rejects.
 */
export function createExecutor({
  schemas,
  resolvedPreset,
  introspection,
  shares,
  trusted,
  logger,
}: ExecutorOptions): Executor {
  const { documents, newDocuments, planning, turns } = shares;
  const middleware = getGrafastMiddleware(resolvedPreset);
  const readers = Object.fromEntries(
    roles.map((role) => [role, createReader(schemas[role], introspection)] as const),
  ) as Record<Role, ReturnType<typeof createReader>>;

  /** Documents that somebody is reading now, until they have. */
  const underWay = new Map<string, Promise<void>>();

  /** At once what is known; else in turn, the cheapest check first, and planned before anybody's turn comes to execute it. */
  const documentOf = async (
    key: string,
    request: GraphqlRequest,
    { identity, signal }: Pick<Caller, 'identity' | 'signal'>,
  ): Promise<Document> => {
    for (;;) {
      const known = documents.get(key);
      if (known) return known;
      // Thousands who come back after a restart ask the same, and one of them is enough to plan it.
      const other = underWay.get(key);
      if (!other) break;
      await other;
    }
    const { role, userId: person } = identity;
    planning.check(person);
    const leave = await newDocuments.enter(person, signal);
    const done = Promise.withResolvers<void>();
    let busyMs = 0;
    /** Work in which nobody else is served: it is the person's alone, unlike what others are served in between. */
    const alone = <T>(work: () => T): T => {
      const startedAt = performance.now();
      const startedMs = workedMs();
      try {
        return work();
      } finally {
        planning.spend(person, workedMs() - startedMs);
        busyMs += performance.now() - startedAt;
      }
    };
    try {
      // Those before may have sent the same, or used up the time.
      const since = documents.get(key);
      if (since) return since;
      planning.check(person);
      underWay.set(key, done.promise);
      const document = alone(() => readers[role](request.query, request.operationName));
      // Who waits is served between the two things that take long.
      await setImmediate();
      alone(() => {
        checkCost(schemas[role], document, request.variables);
        documents.set(key, document, document.bytes);
        // What it takes is counted as a whole.
        const planned = { refusal: null, spend: () => {}, keep: () => keepPlan(key, document), isAll: true };
        const plan = document.operation.operation === 'subscription' ? subscribe : execute;
        plan(argsOf(document, request, { identity, planning: planned }));
      });
      return document;
    } finally {
      if (underWay.get(key) === done.promise) underWay.delete(key);
      done.resolve();
      // Others are served for three times as long as nobody was.
      setTimeout(leave, restFactor * busyMs);
    }
  };

  const keepPlan = (key: string, document: Document): void => {
    if (document.plans >= maxPlans) return;
    document.plans += 1;
    documents.grow(key, document.planBytes);
  };

  type Context = Partial<Grafast.RequestContext> & Pick<Caller, 'identity'>;
  const argsOf = ({ ast }: Document, request: GraphqlRequest, requestContext: Context) =>
    // Not a promise, because our context is none.
    hookArgs({
      schema: schemas[requestContext.identity.role],
      document: ast,
      variableValues: request.variables,
      operationName: request.operationName,
      contextValue: {},
      resolvedPreset,
      requestContext,
      middleware,
      hideSuggestions: !introspection,
    }) as Awaited<ReturnType<typeof hookArgs>>;

  const run = async (json: unknown, caller: Caller): Promise<Answer> => {
    const { identity, origin, signal, readsOnly } = caller;
    const { role, userId: person } = identity;
    const request = readRequest(json, identity, trusted);
    const key = documentKey(role, request);
    const document = await documentOf(key, request, caller);
    checkCost(schemas[role], document, request.variables);
    const { operation } = document.operation;
    if (operation === 'subscription') throw new RowbellError('RBINV', 'Subscriptions are asked for over a WebSocket.');
    const isMutation = operation === 'mutation';
    if (isMutation && readsOnly)
      return { status: 405, body: { errors: [withCode(new RowbellError('RBINV', 'Mutations are sent by POST.'))] } };
    const turn = await turns.begin(person, isMutation, signal);
    const truncated = new Set<string>();
    try {
      const args = argsOf(document, request, {
        identity,
        turn,
        signal,
        truncated,
        // Nothing is recorded of what only reads.
        ...(isMutation && { origin: origin() }),
        planning: {
          refusal: planning.refusal(person),
          spend: (ms) => planning.spend(person, ms),
          keep: () => keepPlan(key, document),
        },
      });
      const result = await execute(args);
      if (isAsyncIterable(result)) throw new RowbellError('RBINV', 'Incremental delivery is not offered.');
      checkAnswer(result.data);
      if (identity.sessionId !== null && isOfNobody(result.data)) await requireSession(args.contextValue as Asked);
      return answerOf(result as ExecutionResult, truncated, logger);
    } finally {
      turn.leave();
    }
  };

  const prepare = async (json: unknown, { identity, signal, live }: LiveCaller): Promise<Prepared> => {
    const { role, userId: person } = identity;
    const request = readRequest(json, identity, trusted);
    const key = documentKey(role, request);
    const document = await documentOf(key, request, { identity, signal });
    if (document.operation.operation !== 'subscription')
      throw new RowbellError('RBINV', 'Queries and mutations are sent by POST.');
    checkCost(schemas[role], document, request.variables);
    const planned = {
      refusal: planning.refusal(person),
      spend: (ms: number) => planning.spend(person, ms),
      keep: () => keepPlan(key, document),
    };
    return { args: argsOf(document, request, { identity, live, planning: planned }) };
  };

  return {
    execute: (json, caller) => run(json, caller).catch((error: unknown) => refusal(error, logger)),
    prepareSubscription: (json, caller) =>
      prepare(json, caller).catch((error: unknown) => ({ errors: refusal(error, logger).body.errors ?? [] })),
    subscribe,
    publicError: (error) => publicError(error, logger),
  };
}

/** Nothing was asked of the database, which would have said whether the session has ended: `{ __typename }`. */
const isOfNobody = (data: unknown) =>
  Object.values(data ?? {}).every((value) => value === 'Query' || value === 'Mutation');

/** What PostGraphile puts into the context of a request. */
type Asked = { readonly withPgClient: WithClient; readonly pgSettings: Settings };

/** @throws {RowbellError} RBAUT where the session has ended: every statement asks for it, also one that does nothing else */
async function requireSession({ withPgClient, pgSettings }: Asked): Promise<void> {
  try {
    await withPgClient(pgSettings, (client) => client.query({ text: 'select', values: [] }));
  } catch (error) {
    throw describeDatabaseError(error);
  }
}

function answerOf({ data, errors = [] }: ExecutionResult, truncated: ReadonlySet<string>, logger: Logger): Answer {
  const masked = errors.map((error) => publicError(error, logger));
  // Without data nothing was executed: variables of the wrong type, no time left to plan it.
  const [reason] = errors.map(({ originalError }) => originalError);
  // Nobody else is asked to sign in by a field: the session ended before, or while the request was waiting.
  const hasEnded = masked.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED');
  const status = hasEnded ? 401 : data !== undefined ? 200 : reason instanceof RowbellError ? reason.status : 400;
  return {
    status,
    body: {
      ...(masked.length > 0 && { errors: masked }),
      ...(data !== undefined && { data }),
      ...(truncated.size > 0 && { extensions: { truncated: [...truncated].sort() } }),
    },
  };
}

function refusal(error: unknown, logger: Logger): Answer {
  if (error instanceof RowbellError) return { status: error.status, body: { errors: [withCode(error)] } };
  const errors = error instanceof AggregateError ? error.errors : [error];
  const isTheirs = errors.every((one) => one instanceof GraphQLError);
  return { status: isTheirs ? 400 : 500, body: { errors: errors.map((one) => publicError(one, logger)) } };
}
