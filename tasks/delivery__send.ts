import { randomUUID } from 'node:crypto';
import type { Task } from 'graphile-worker';
import { z } from 'zod';
import { type Message, type Provider, providerNames } from '../src/providers/types.ts';
import type { WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';

const payloadSchema = z.object({ provider: z.enum(providerNames) });

/** Handlers of one provider at a time: one writes back while the other sends, and there is room for the other providers. */
const handlersPerProvider = 2;

/** Claims what is due at a provider, sends it, writes back what the provider said; until nothing is due. */
export function deliverySend(context: WorkerContext): Task {
  const { engine, lane, providers, compose, logger, stopping, abandon, persist } = context;
  const drain = createDrain(handlersPerProvider);

  async function claim(provider: Provider, claimId: string): Promise<Message[]> {
    try {
      const claimed = await engine.claim(claimId, context.workerId(), provider.name, lane);
      return compose && provider.name === 'smtp' ? claimed.map(compose) : claimed;
    } catch (error) {
      // It may have been committed all the same: nothing of it was sent, so it goes back.
      await persist(() => engine.release(claimId));
      throw error;
    }
  }

  async function sendDue(provider: Provider): Promise<void> {
    while (!stopping.aborted) {
      const claimId = randomUUID();
      const messages = await claim(provider, claimId);
      if (messages.length === 0) return;
      const results = await provider.send(messages, abandon);
      const tally = await persist(() => engine.record(claimId, messages, results));
      logger.info('deliveries.recorded', { provider: provider.name, ...tally });
    }
  }

  return async (payload) => {
    const { provider: name } = payloadSchema.parse(payload);
    const provider = providers.get(name);
    if (provider) return drain(name, () => sendDue(provider));
    const skipped = await engine.skip(name, lane);
    if (skipped > 0) logger.warn('deliveries.skipped', { provider: name, skipped });
  };
}
