import { setTimeout as sleep } from 'node:timers/promises';
import { type readConfig, readSenderSecret } from './config/index.ts';
import { createPool } from './database/pool.ts';
import './graphql/environment.ts';
import { Registry } from 'prom-client';
import { createShares } from './graphql/fair-shares.ts';
import { createAuthenticate } from './graphql/identity.ts';
import { type Graphql, makeGraphql } from './graphql/schema.ts';
import { readTrustedDocuments } from './graphql/trusted-documents.ts';
import { activityExport } from './http/activity-export.ts';
import { registerApiMetrics } from './http/api-metrics.ts';
import { createIsProxy, createOriginOf } from './http/client-address.ts';
import { createCors } from './http/cors.ts';
import { createContactNotes } from './http/device-contact.ts';
import { createFeedbackRoutes, createRecipientCheck } from './http/email-feedback.ts';
import { createEmailRoutes } from './http/email-pages.ts';
import { createExplorerRoutes } from './http/explorer.ts';
import { createExportRoutes, maxExportConnections } from './http/export.ts';
import { createGraphqlRoutes } from './http/graphql.ts';
import { createReadyHandler, handleLive, readReadiness } from './http/health.ts';
import { createMetricsHandler } from './http/metrics.ts';
import { notificationsExport } from './http/notifications-export.ts';
import { answerRaw } from './http/refusal.ts';
import { securityHeaders } from './http/respond.ts';
import { createRouter, type Route } from './http/router.ts';
import { createSchemaTextRoute } from './http/schema-text.ts';
import { listen } from './http/server.ts';
import { createSharedPool } from './http/shared-pool.ts';
import { createTwilioRoutes } from './http/twilio.ts';
import { createWebFiles } from './http/web-files.ts';
import { createLinks } from './links.ts';
import { type LiveBounds, startLive } from './live/index.ts';
import { isSocketRequest } from './live/upgrade.ts';
import type { Logger } from './logger.ts';
import { listMigrationNumbers, schemasOf } from './migrate/packs.ts';

/** For callbacks, links in mails, contacts. */
const maxHttpConnections = 6;
/** No statement of a client's runs longer. */
const statementTimeoutMs = 5_000;

export type Api = {
  /** Where it listens, e.g. `http://127.0.0.1:5678`. */
  readonly url: string;
  /** Where metrics and health are answered too, where `METRICS_PORT` says so. */
  readonly metricsUrl: string | null;
  /** Where it can be asked what: what the fuzzer goes by. */
  readonly routes: readonly Pick<Route, 'method' | 'path'>[];
  /** Resolves once the schema is made and requests are answered (or on `stop`); earlier they get UNAVAILABLE. */
  readonly ready: Promise<void>;
  /** Makes the files for web pages now instead of when the first one asks. */
  prepareWeb(): Promise<void>;
  /** Finishes what is under way within the configured time and lets go of everything. */
  stop(): Promise<void>;
};

/** Starts the API: GraphQL, provider callbacks, health and metrics. Needs no database to start, and survives its loss. */
export async function startApi(
  config: ReturnType<typeof readConfig<'api'>>,
  logger: Logger,
  bounds: { readonly live?: LiveBounds } = {},
): Promise<Api> {
  const { apiDatabaseUrl, publicUrl } = config;
  const trusted = await readTrustedDocuments(config.trustedDocuments);
  const pool = createPool({
    url: apiDatabaseUrl,
    applicationName: 'rowbell-api',
    max: config.apiPoolSize,
    statementTimeoutMs,
    logger,
  });
  const httpPool = createPool({
    url: asHttp(apiDatabaseUrl),
    applicationName: 'rowbell-http',
    max: maxHttpConnections,
    statementTimeoutMs,
    logger,
  });
  const queriesOf = createSharedPool(httpPool, maxHttpConnections);
  // Of their own, one for each: neither waits for whoever asks for anything else, nor for the other.
  const healthPool = createPool({
    url: asHttp(apiDatabaseUrl),
    applicationName: 'rowbell-health',
    max: 2,
    statementTimeoutMs,
    logger,
  });
  // Of their own: an export may hold one for as long as a second.
  const exportPool = createPool({
    url: apiDatabaseUrl,
    applicationName: 'rowbell-export',
    max: maxExportConnections,
    statementTimeoutMs,
    logger,
  });
  const shares = createShares({ poolSize: config.apiPoolSize, planningMsPerMinute: config.planningMsPerMinute });
  const registry = new Registry();
  const noteRefusal = registerApiMetrics(registry, shares);
  const authenticate = createAuthenticate(config.jwt);
  const isProxy = createIsProxy(config.trustedProxies);
  const originOf = createOriginOf(isProxy);
  const stopping = new AbortController();
  const migrations = await listMigrationNumbers();
  const web = createWebFiles(logger);
  let graphql: Graphql | null = null;

  const health: Route[] = [
    { method: 'GET', path: '/livez', handle: handleLive },
    {
      method: 'GET',
      path: '/readyz',
      handle: createReadyHandler({
        pool: healthPool,
        migrations,
        isServing: () => graphql !== null && !stopping.signal.aborted,
        logger,
      }),
    },
  ];
  const metrics: Route = {
    method: 'GET',
    path: '/metrics',
    handle: createMetricsHandler({ pool: healthPool, registry, token: config.metricsToken }),
  };
  const routes: Route[] = [
    ...createGraphqlRoutes({
      authenticate,
      currentGraphql: () => graphql,
      present: shares.turns.present,
      noteContact: createContactNotes(queriesOf('contact'), logger),
      originOf,
      noteRefusal,
    }),
    ...health,
    ...(config.metricsAddress || (config.env === 'production' && config.metricsToken === null) ? [] : [metrics]),
    ...createExportRoutes([notificationsExport, activityExport], { pool: exportPool, authenticate }),
    createSchemaTextRoute({ pool: exportPool, authenticate, currentGraphql: () => graphql }),
    web.route,
  ];
  if (config.linkKeys) {
    const links = createLinks(config.linkKeys);
    routes.push(...createEmailRoutes({ links, publicUrl, queriesOf, originOf }));
    if (Object.values(config.feedback).some(Boolean)) {
      const { createFeedbackSources } = await import('./providers/smtp/feedback/index.ts');
      const isRecipient = createRecipientCheck(queriesOf('feedback'));
      const sources = createFeedbackSources(config.feedback, {
        readReturn: links.readReturn,
        isRecipient,
        noteUnknown: (service, event) => logger.warn('report.unknown', { service, event }),
      });
      routes.push(...createFeedbackRoutes(sources, queriesOf));
    }
  }
  if (Object.keys(config.providerSettings).some((name) => name.startsWith('TWILIO_AUTH_TOKEN'))) {
    // The one provider that calls back. Loaded only where it is configured: its SDK is large.
    const {
      parseTwilioStatus: parse,
      parseTwilioReply: parseReply,
      verifyTwilioSignature: verify,
    } = await import('./providers/twilio/index.ts');
    const tokenOf = readSenderSecret.bind(null, config.providerSettings, 'twilio');
    routes.push(...createTwilioRoutes({ verify, tokenOf, parse, parseReply }, publicUrl, queriesOf('twilio')));
  }
  if (config.env === 'development') routes.push(...(await createExplorerRoutes()));

  const { maxConnections, metricsAddress } = config;
  const cors = createCors(config.webOrigins);
  const headers = securityHeaders(publicUrl.startsWith('https:'));
  const live = startLive({
    databaseUrl: apiDatabaseUrl,
    listenUrl: config.liveDatabaseUrl ?? apiDatabaseUrl,
    statementTimeoutMs,
    ...(bounds.live && { bounds: bounds.live }),
    authenticate,
    currentGraphql: () => graphql,
    originOf,
    webOrigins: config.webOrigins,
    publicUrl,
    refuse: (socket, error, status) => answerRaw(socket, error, status, headers),
    registry,
    logger,
  });
  const upgrades = { isWanted: isSocketRequest, handle: live.upgrade };
  const listenAt = (address: { host: string; port: number }, offered: readonly Route[], more = {}) =>
    listen(createRouter(offered, { logger, cors, noteRefusal }), {
      ...address,
      maxConnections,
      isProxy,
      headers,
      ...more,
    });
  const server = await listenAt(config, routes, { upgrades });
  const metricsServer = metricsAddress && (await listenAt(metricsAddress, [...health, metrics]));
  const metricsUrl = metricsServer?.url ?? null;
  logger.info('api.listening', { url: server.url, ...(metricsUrl && { metricsUrl }) });

  const introspection = config.env === 'development';
  const prepare = async (): Promise<void> => {
    for (let pauseMs = 100; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        // A schema made of a database that is still being migrated would lack what comes.
        const found = await readReadiness(healthPool, migrations);
        if (found?.missing_migrations === '0') {
          const schemas = schemasOf(found.packs);
          graphql = await makeGraphql({ pool, schemas, introspection, shares, trusted, logger });
          logger.info('api.ready', { schemas });
          return;
        }
        logger.warn('api.waiting', { reason: 'the database is not migrated to this version yet' });
      } catch (error) {
        logger.warn('api.waiting', { error });
      }
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const ready = prepare();

  return {
    url: server.url,
    metricsUrl,
    routes,
    ready,
    prepareWeb: web.prepare,
    async stop() {
      stopping.abort();
      await Promise.all([server.close(config.shutdownTimeoutMs), live.stop(config.shutdownTimeoutMs)]);
      // Last, so that the end can be watched.
      await metricsServer?.close(config.shutdownTimeoutMs);
      await ready;
      await Promise.all([pool.end(), httpPool.end(), healthPool.end(), exportPool.end()]);
      logger.info('api.stopped');
    },
  };
}

/** The same login, as the role of the HTTP routes from the start: they act for nobody. */
function asHttp(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', '-c role=rowbell_http');
  return url.href;
}
