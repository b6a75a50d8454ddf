import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import type pg from 'pg';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { createAdaptor, gone } from './adaptor.ts';
import { DescriptionsPlugin } from './descriptions.ts';
import { createEnumsPlugin } from './enums.ts';
import type { FairQueue } from './fair-queue.ts';
import { createGrantedPlugin } from './granted.ts';
import type { Grants } from './grants.ts';
import type { Identity, Role } from './identity.ts';
import { InboxPlugin } from './inbox.ts';
import { InflectionPlugin } from './inflection.ts';
import { LivePlugin } from './live.ts';
import { AnnouncementsPlugin } from './live-announcements.ts';
import { LiveFiguresPlugin } from './live-figures.ts';
import type { LiveSource } from './live-source.ts';
import { NonNullPlugin } from './non-null.ts';
import { NotificationByKeyPlugin } from './notification-by-key.ts';
import { OrdersPlugin } from './orders.ts';
import { PageCapPlugin } from './page-cap.ts';
import { PayloadsPlugin } from './payloads.ts';
import { PlansPlugin } from './plan-cache.ts';
import { RelationsPlugin } from './relations.ts';
import type { Origin } from './request-origin.ts';
import type { Turn } from './request-turns.ts';
import { createShown } from './shown.ts';
import { createTestSendPlugin } from './test-sends.ts';
import { TimesPlugin } from './time-scalars.ts';
import { TransactionIdsPlugin } from './transaction-ids.ts';
import { createWaysPlugin } from './ways.ts';

declare global {
  namespace Grafast {
    interface RequestContext {
      identity?: Identity;
      origin?: Origin;
      turn?: Turn;
      signal?: AbortSignal;
      live?: LiveSource;
      truncated?: Set<string>;
    }
    interface Context {
      turn?: Turn | undefined;
      live?: LiveSource | undefined;
      /** The fields whose lists have more rows than the answer: `Query.devices`. */
      truncated?: Set<string> | undefined;
    }
  }
}

/**
 * An operator's statement may run longer than others': to stop an event of 100 000 people, or to erase somebody, is one, and takes
 * effect as a whole or not at all.
 */
const operatorTimeoutMs = 60_000;

export type PresetOptions = {
  /** Connections as `rowbell_api`, whom the settings below turn into whoever asks. */
  readonly pool: pg.Pool;
  /** `notify` and each pack's schema. */
  readonly schemas: readonly string[];
  /** Where people wait for one of these connections; without it only the schema is wanted. */
  readonly connections?: FairQueue;
};

/**
 * What is common to the schemas of all roles. Rows are written by functions; there are no generated mutations. It is of no use alone:
 * it has everything, whoever may ask for it.
 */
export function createPreset({ pool, schemas, connections }: PresetOptions): GraphileConfig.Preset {
  return {
    extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
    plugins: [
      InflectionPlugin,
      RelationsPlugin,
      PageCapPlugin,
      OrdersPlugin,
      InboxPlugin,
      LivePlugin,
      NotificationByKeyPlugin,
      TimesPlugin,
      TransactionIdsPlugin,
      PayloadsPlugin,
      PlansPlugin,
      NonNullPlugin,
      DescriptionsPlugin,
      createEnumsPlugin(pool),
    ],
    pgServices: [
      {
        ...makePgService({ pool, schemas: [...schemas], pubsub: false }),
        ...(connections && { adaptor: createAdaptor(connections) as never }),
      },
    ],
    // Rows are told apart by their own keys; global ids would be a second name for each. And the root stands at the root
    // alone: below a field of itself it would be without the limits of a request.
    // What a mutation made is its result, and no edge of a connection that nobody asked for.
    // PgRBACPlugin would make one schema of what all roles may do together.
    disablePlugins: [
      'NodePlugin',
      'QueryQueryPlugin',
      'MutationPayloadQueryPlugin',
      'PgMutationPayloadEdgePlugin',
      'PgRBACPlugin',
    ],
    gather: { pgStrictFunctions: true },
    schema: {
      defaultBehavior: 'list -resource:insert -resource:update -resource:delete',
      dontSwallowErrors: true,
      pgForbidSetofFunctionsToReturnNull: true,
    },
    grafast: {
      // No limit on execution: it would end testPush, and statements have one of their own.
      timeouts: { planning: 2_000 },
      context: ({ identity, origin, turn, signal, live, truncated }) => ({
        turn,
        live,
        truncated,
        ...(identity && {
          pgSettings: {
            role: `rowbell_${identity.role}`,
            'rowbell.user_id': identity.userId,
            'rowbell.session_id': identity.sessionId ?? '',
            ...(identity.role === 'operator' && { statement_timeout: String(operatorTimeoutMs) }),
            // A symbol, which is written into no transaction.
            ...(signal && { [gone]: signal }),
            ...(origin && { 'rowbell.ip_address': origin.ipAddress, 'rowbell.user_agent': origin.userAgent }),
          },
        }),
      }),
    },
  };
}

/** What makes one role's schema of it: what that role may read or execute, and nothing else. */
export function createReaderPreset(role: Role, grants: Grants): GraphileConfig.Preset {
  const shown = createShown(role, grants);
  const plugins = [createGrantedPlugin(shown), createWaysPlugin(shown), createTestSendPlugin(grants)];
  return { plugins: [...plugins, role === 'operator' ? LiveFiguresPlugin : AnnouncementsPlugin] };
}
