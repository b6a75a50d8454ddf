import { constants, setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { deliverySend } from '../../tasks/delivery__send.ts';
import { digestClose } from '../../tasks/digest__close.ts';
import { eventPlan } from '../../tasks/event__plan.ts';
import { holdRelease } from '../../tasks/hold__release.ts';
import { journeyAdvance } from '../../tasks/journey__advance.ts';
import { scheduleFire } from '../../tasks/schedule__fire.ts';
import { searchIndexCompactOne } from '../../tasks/search_index__compact_one.ts';
import { statusSend } from '../../tasks/status__send.ts';
import { sweepRun } from '../../tasks/sweep__run.ts';
import { upkeep, upkeepTasks } from '../../tasks/upkeep.ts';
import { readConfig } from '../config/index.ts';
import { createEngine, type Lane } from '../database/engine.ts';
import { createPool } from '../database/pool.ts';
import { createLogger } from '../logger.ts';
import { createSignedCalls } from '../providers/webhook/calls.ts';
import { createBackground } from '../worker/background.ts';
import { createCompose } from '../worker/compose.ts';
import type { Task, WorkerContext } from '../worker/context.ts';
import { startLifecycle } from '../worker/lifecycle.ts';
import { listenForNotices } from '../worker/notices.ts';
import { persist } from '../worker/persist.ts';
import { startRunner } from '../worker/runner.ts';
import { createSenders } from '../worker/senders.ts';

// One lane a process: `worker.ts --lane urgent` carries P0, `--lane bulk` the rest and the upkeep. As many of each as
// wanted, on as many hosts.
const { lane } = parseArgs({ options: { lane: { type: 'string' } } }).values;
if (lane !== 'urgent' && lane !== 'bulk') {
  process.stderr.write('--lane must be "urgent" or "bulk"\n');
  process.exit(2);
}
/** How long connections that are closed may take to be gone. */
const lingerMs = 1_000;
await work(lane);

async function work(lane: Lane): Promise<void> {
  // Where cores are short a broadcast waits for an urgent push and not the other way round.
  if (lane === 'bulk') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const config = readConfig(process.env, 'worker');
  const logger = createLogger({ level: config.logLevel, component: `worker-${lane}` });
  // Few connections, kept for ever: the first plan of a session costs 50 ms, the next ones 2. What waits for the disk
  // and what does not: docs/decisions/0001, 9.
  const connections = (use: string) => ({
    url: config.workerDatabaseUrl,
    applicationName: `rowbell-worker-${lane}-${use}`,
    idleTimeoutMs: 0,
    logger,
  });
  const pools = {
    jobs: createPool({ ...connections('jobs'), max: config.workerConcurrency + 3, durable: false }),
    planning: createPool({ ...connections('planning'), max: 3, durable: false }),
    sending: createPool({ ...connections('sending'), max: config.workerConcurrency }),
    heartbeat: createPool({ ...connections('heartbeat'), max: 1, durable: false }),
  };
  const engine = createEngine({
    pool: pools.sending,
    planningPool: pools.planning,
    heartbeatPool: pools.heartbeat,
  });
  const { publicUrl } = config;
  const senders = createSenders({ engine, settings: config.providerSettings, publicUrl, logger });

  const stopping = new AbortController();
  const abandon = new AbortController();
  // Listened to before anything is begun, so that no moment exists in which a signal would kill the process half-way.
  const told = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  // graphile-worker completes jobs without waiting for it; losing the database must not lose the process.
  process.on('unhandledRejection', (error) => logger.warn('rejection.unhandled', { error }));

  const starting = startLifecycle({
    engine,
    lane,
    senders,
    reach: {
      sandboxOrigins: config.webPush?.sandboxOrigins ?? [],
      allowsPrivateWebhooks: config.webhook.allowPrivateNetworks,
    },
    logger,
  });
  // A database that is away is waited for, but not against a signal.
  const lifecycle = await Promise.race([starting, told.then(() => null)]);
  if (!lifecycle) {
    logger.info('worker.stopped', { reason: 'told before it had begun' });
    process.exit(0);
  }
  const background = createBackground(logger);
  const context: WorkerContext = {
    engine,
    lane,
    senderOf: senders.of,
    compose: config.linkKeys && createCompose({ keys: config.linkKeys, publicUrl, appUrl: config.appUrl, engine }),
    logger,
    workerId: lifecycle.workerId,
    pollNow: lifecycle.pollNow,
    abandon: abandon.signal,
    stopping: stopping.signal,
    background: background.add,
    persist: (write) => persist(write, logger),
  };
  const suffix = lane === 'urgent' ? '_urgent' : '';
  const statusCalls = createSignedCalls({ ...config.webhook, connections: 1 });
  const taskList: Record<string, Task> = {
    [`event__plan${suffix}`]: eventPlan(context),
    [`hold__release${suffix}`]: holdRelease(context),
    [`delivery__send${suffix}`]: deliverySend(context),
    ...(lane === 'bulk' && {
      digest__close: digestClose(context),
      journey__advance: journeyAdvance(context),
      schedule__fire: scheduleFire(context),
      status__send: statusSend(context, statusCalls),
      sweep__run: sweepRun(context),
      search_index__compact_one: searchIndexCompactOne(context),
      ...upkeepTasks(context),
    }),
  };
  const runner = startRunner({
    pool: pools.jobs,
    taskList,
    concurrency: config.workerConcurrency,
    cron: lane === 'bulk' ? [...upkeep, { task: 'sweep__run', cron: '* * * * *' }] : [],
    logger,
  });
  const notices = listenForNotices({
    pool: pools.jobs,
    channel: `rowbell_${lane}`,
    taskList,
    background: background.add,
    pollNow: lifecycle.pollNow,
    logger,
  });
  logger.info('worker.started', { lane, workerId: lifecycle.workerId(), senders: senders.names() });

  const signal = await told;
  logger.info('worker.stopping', { signal });
  stopping.abort();
  // Half of the patience for what is on its way, the rest for writing back what came of it.
  const patience = setTimeout(() => abandon.abort(), config.shutdownTimeoutMs / 2);
  const giveUp = setTimeout(() => {
    logger.error('worker.abandoned', { reason: 'shutdown took too long; its claims are recovered by others' });
    process.exit(1);
  }, config.shutdownTimeoutMs);
  await notices.stop();
  await lifecycle.stopPolling();
  await runner.stop();
  await background.done();
  clearTimeout(patience);
  await Promise.all([senders.close(), statusCalls.close()]);
  await lifecycle.retire();
  await Promise.all(Object.values(pools).map((pool) => pool.end()));
  clearTimeout(giveUp);
  logger.info('worker.stopped');
  // A connection whose other end does not let go of it would keep the process for as long.
  setTimeout(() => process.exit(), lingerMs).unref();
}
