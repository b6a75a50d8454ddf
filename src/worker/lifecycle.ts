import { hostname } from 'node:os';
import type { Engine, Lane } from '../database/engine.ts';
import type { Logger } from '../logger.ts';
import { persist } from './persist.ts';

const sweepEveryMs = 1_000;
const beatEveryMs = 5_000;
/** As long as others may be silent (recover_claims). */
const silenceMs = 15_000;

/**
 * Enters this process into `notify.workers`, keeps its heartbeat, and looks every second for what is due and every
 * five for what a dead worker left. A database that is away is waited for.
 */
export async function startLifecycle(options: {
  readonly engine: Engine;
  readonly lane: Lane;
  readonly providers: readonly string[];
  readonly logger: Logger;
}) {
  const { engine, lane, providers, logger } = options;
  const register = () => persist(() => engine.register(lane, hostname(), process.pid, providers), logger);
  let workerId = await register();

  // After an outage of the database everyone has been silent, and the first to be back must not take the others for dead:
  // what they still hold, outcomes of SMS among it, would be lost.
  let trustSilenceFrom = 0;
  const beat = every(beatEveryMs, logger, async () => {
    const alive = await engine.beat(workerId).catch((error: unknown) => {
      trustSilenceFrom = Date.now() + silenceMs;
      throw error;
    });
    if (!alive) {
      logger.warn('worker.revived', { workerId });
      workerId = await register();
    }
    if (Date.now() < trustSilenceFrom) return;
    const recovered = await engine.recover();
    if (recovered > 0) logger.warn('deliveries.recovered', { recovered });
  });
  const sweep = every(sweepEveryMs, logger, async () => {
    await engine.enqueueDue(lane);
  });

  return {
    workerId: () => workerId,
    /** Stops looking for work; the heartbeat goes on while the rest is finished. */
    stopSweep: sweep,
    async retire() {
      await beat();
      await engine.retire(workerId).catch(() => {
        // Without a database its silence says the same, 15 s later.
      });
    },
  };
}

/** Runs `work` again and again, never twice at a time; returns what stops it and waits for the running one. */
function every(intervalMs: number, logger: Logger, work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let failing = false;
  const timer = setInterval(() => {
    running ??= work()
      .then(() => {
        failing = false;
      })
      .catch((error: unknown) => {
        // One line an outage, not one a second.
        if (!failing) logger.warn('upkeep.failed', { error });
        failing = true;
      })
      .finally(() => {
        running = null;
      });
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
