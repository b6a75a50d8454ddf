import { execute } from 'postgraphile/grafast';
import { type GraphQLSchema, type OperationDefinitionNode, parse } from 'postgraphile/graphql';
import { workedMs } from './planning-budget.ts';

/** What a request says to the planner, and the planner to the request. */
export type Planning = {
  /** Why no plan may be made now; one that is there is good for everybody. */
  readonly refusal: Error | null;
  /** A plan was made, or failed to be: what that took of the processor, in milliseconds. */
  readonly spend: (ms: number) => void;
  /** A plan is kept that was not before. */
  readonly keep: () => void;
  /** A plan is all that is wanted; nothing is executed. */
  readonly isAll?: boolean;
};

declare global {
  namespace Grafast {
    interface RequestContext {
      planning?: Planning;
    }
  }
}

/** Plans of one operation: one for each way in which its variables matter to it, e.g. `@include(if: $a)`. */
export const maxPlans = 8;

/** As long as an operation is kept its plans are, and no longer. */
const plans = new WeakMap<OperationDefinitionNode, { possibleOperationPlans: unknown }>();
const known = new WeakSet<object>();

/**
 * Puts `plans` in the place of Grafast's own cache, which keeps those of the 500 operations used last, whatever their
 * size. A first plan shows under which key.
 */
export function keepPlansWithOperations(schema: GraphQLSchema): void {
  execute({ schema, document: parse('{ __typename }'), contextValue: {} });
  const grafast = schema.extensions.grafast as Record<symbol | string, unknown> | undefined;
  const key = Object.getOwnPropertySymbols(grafast ?? {}).find(({ description }) => description === 'cacheByOperation');
  if (!grafast || !key) throw new Error('Grafast keeps its plans where they cannot be bounded.');
  grafast[key] = plans;
  grafast.operationOperationPlansCacheMaxLength = maxPlans;
}

class PlanIsAll extends Error {}

/** Tells each request what its plans took, and keeps to the plans there are whoever may make none. */
export const PlansPlugin: GraphileConfig.Plugin = {
  name: 'RowbellPlansPlugin',
  version: '1.0.0',
  grafast: {
    middleware: {
      establishOperationPlan(next, event) {
        const { planning } = event.args.requestContext ?? {};
        if (!planning) return next();
        const kept = plans.get(event.operation);
        const before = kept?.possibleOperationPlans;
        // In no time none can be made.
        if (planning.refusal) event.options = { ...event.options, timeouts: { planning: 0 } };
        const startedMs = workedMs();
        try {
          const plan = next();
          if (!known.has(plan)) {
            known.add(plan);
            planning.spend(workedMs() - startedMs);
            planning.keep();
          }
          if (planning.isAll) throw new PlanIsAll();
          return plan;
        } catch (error) {
          if (error instanceof PlanIsAll) throw error;
          planning.spend(workedMs() - startedMs);
          if (!planning.refusal) throw error;
          // Grafast would remember that there was no time.
          if (kept) kept.possibleOperationPlans = before;
          throw planning.refusal;
        }
      },
    },
  },
};
