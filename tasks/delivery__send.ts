import { randomUUID } from 'node:crypto';
import type { Task } from 'graphile-worker';
import { z } from 'zod';
import type { Claimed } from '../src/database/engine.ts';
import { type Message, type Provider, type ProviderName, providerNames, type Result } from '../src/providers/types.ts';
import type { WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';

const payloadSchema = z.object({ provider: z.enum(providerNames) });

/** Handlers of one provider at a time: one writes back while the other sends, and there is room for the other providers. */
const handlersPerProvider = 2;

/** A mistake of ours that a later version may not make. */
const notRendered: Result = { outcome: 'rejected', permanence: 'transient', reason: 'not_rendered', code: null };

/** Claims what is due at a provider, sends it, writes back what the provider said; until nothing is due. */
export function deliverySend(context: WorkerContext): Task {
  const { engine, lane, providers, compose, logger, stopping, abandon, persist } = context;
  const drain = createDrain(handlersPerProvider);

  async function claim(provider: Provider, claimId: string): Promise<Claimed[]> {
    try {
      return await engine.claim(claimId, context.workerId(), provider.name, lane);
    } catch (error) {
      // It may have been committed all the same: nothing of it was sent, so it goes back.
      await persist(() => engine.release(claimId));
      throw error;
    }
  }

  /** Mails are rendered first; one that cannot be keeps no other of its chunk back. */
  async function send(provider: Provider, claimed: readonly Claimed[]): Promise<Result[]> {
    if (!compose || provider.name !== 'smtp') return provider.send(claimed, abandon);
    const messages: Message[] = [];
    for (const mail of claimed) {
      try {
        messages.push(compose(mail));
      } catch (error) {
        logger.error('delivery.not_rendered', { deliveryId: mail.deliveryId, error });
      }
    }
    const results = messages.length > 0 ? await provider.send(messages, abandon) : [];
    const resultOf = new Map(messages.map(({ deliveryId }, n) => [deliveryId, results[n]]));
    return claimed.map(({ deliveryId }) => resultOf.get(deliveryId) ?? notRendered);
  }

  /** Operators' alarm; the rows say the same. */
  async function tellOfPauses(provider: ProviderName): Promise<void> {
    for (const pause of await engine.pauses(provider)) logger.warn('provider.paused', { provider, ...pause });
  }

  async function sendDue(provider: Provider): Promise<void> {
    while (!stopping.aborted) {
      const claimId = randomUUID();
      const claimed = await claim(provider, claimId);
      if (claimed.length === 0) return;
      const results = await send(provider, claimed);
      const tally = await persist(() => engine.record(claimId, claimed, results));
      logger.info('deliveries.recorded', { provider: provider.name, ...tally });
      if (tally.paused) await tellOfPauses(provider.name);
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
