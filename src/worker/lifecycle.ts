import { hostname } from 'node:os';
import type { Engine, Lane, Reach } from '../database/engine.ts';
import type { Logger } from '../logger.ts';
import { persist } from './persist.ts';
import type { Senders } from './senders.ts';

/** Between two looks at what is due: however much becomes due one after the other, and where nothing does. */
const pollMs = { min: 20, max: 1_000 };
const heartbeatEveryMs = 5_000;
/** As long as others may be silent (recover_claims). */
const silenceMs = 15_000;

/**
 * Enters this process into `notify.workers`, keeps its heartbeat, and looks for what is due: at least every second, and
 * at the very instant at which the next thing is. Every five seconds it looks for what a dead worker left. A database that
 * is away is waited for.
 */
export async function startLifecycle(options: {
  readonly engine: Engine;
  readonly lane: Lane;
  readonly senders: Pick<Senders, 'read' | 'isOutdated'>;
  readonly reach: Reach;
  readonly logger: Logger;
}) {
  const { engine, lane, senders, reach, logger } = options;
  const register = () =>
    persist(async () => {
      const usable = await senders.read();
      return engine.register(lane, hostname(), process.pid, [...usable.keys()], reach, [...usable.values()]);
    }, logger);
  let workerId = await register();

  // After an outage of the database everyone has been silent, and the first to be back must not take the others for dead:
  // what they still hold, outcomes of SMS among it, would be lost.
  let trustSilenceFrom = 0;
  let heardAt = Date.now();
  const heartbeat = every(heartbeatEveryMs, logger, async () => {
    const { alive, sendersChangedAt } = await engine.heartbeat(workerId).catch((error: unknown) => {
      trustSilenceFrom = Date.now() + silenceMs;
      throw error;
    });
    heardAt = Date.now();
    if (!alive) {
      logger.warn('worker.revived', { workerId });
      workerId = await register();
    } else if (senders.isOutdated(sendersChangedAt)) {
      await engine.reportSenders(workerId, await senders.read());
      logger.info('senders.read');
    }
  });
  // By itself: where there is much to be recovered, it takes longer than this worker may be silent. Who has been silent for longer
  // than that, having been stopped perhaps, is heard first.
  const recovery = every(heartbeatEveryMs, logger, async () => {
    if (Date.now() < trustSilenceFrom || Date.now() > heardAt + silenceMs) return;
    const recovered = await engine.recover();
    if (recovered > 0) logger.warn('deliveries.recovered', { recovered });
  });
  const poller = clock(pollMs, logger, () => engine.enqueueDue(lane));

  return {
    workerId: () => workerId,
    /** Stops looking for work; the heartbeat goes on while the rest is finished. */
    stopPolling: poller.stop,
    pollNow: poller.soon,
    async retire() {
      await Promise.all([heartbeat(), recovery()]);
      await engine.retire(workerId).catch(() => {
        // Without a database its silence says the same, 15 s later.
      });
    },
  };
}

/** Runs `work` again and again, never twice at a time; returns what stops it and waits for the running one. */
function every(intervalMs: number, logger: Logger, work: () => Promise<void>): () => Promise<void> {
  const { stop } = clock({ min: intervalMs, max: intervalMs }, logger, async () => {
    await work();
    return intervalMs;
  });
  return stop;
}

/**
 * Runs `work` again and again, never twice at a time, each time when the one before said (milliseconds from then) within
 * the limits.
 */
function clock(limits: { readonly min: number; readonly max: number }, logger: Logger, work: () => Promise<number>) {
  let running: Promise<void> | null = null;
  let timer = setTimeout(tick, limits.min);
  let startedAt = 0;
  let failing = false;
  let again = false;
  let stopped = false;

  async function run(): Promise<void> {
    startedAt = performance.now();
    again = false;
    let wait = limits.max;
    try {
      wait = await work();
      failing = false;
    } catch (error) {
      // One line an outage, not one a second.
      if (!failing) logger.warn('upkeep.failed', { error });
      failing = true;
    }
    running = null;
    // A millisecond more: timers are early by as much, and then it would not be due yet.
    set(again ? 0 : wait + 1);
  }
  function set(wait: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(tick, Math.min(limits.max, Math.max(wait, limits.min)));
  }
  function tick(): void {
    if (!running && !stopped) running = run();
  }

  return {
    /** As soon as the limits allow; asked while one is running, it comes again: that one may have looked too early. */
    soon: () => {
      if (running) again = true;
      else set(startedAt + limits.min - performance.now());
    },
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
