import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from 'graphile-worker';
import { z } from 'zod';
import type { Claimed } from '../src/database/engine.ts';
import {
  type Message,
  type Progress,
  type Provider,
  type ProviderName,
  providerNames,
  type Result,
} from '../src/providers/types.ts';
import type { WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';
import { type Flight, launch } from '../src/worker/in-flight.ts';
import { silentOrigins } from '../src/worker/silent-origins.ts';

const payloadSchema = z.object({ provider: z.enum(providerNames) });

/** Handlers of one provider at a time: one writes back while the other sends, and there is room for the other providers. */
const handlersPerProvider = 2;
/**
 * Messages of one provider that were handed on before they had an answer; with more, handlers wait. More than the slots for many
 * hosts hold (src/providers/slots.ts), and few enough that a slow APNs or FCM is not given ever more to be slow with.
 */
const maxStragglers = 250;
const lookAgainMs = 50;
/** How long what came in of a chunk that was handed on waits to be written back. */
const writeBackMs = 1_000;

/** A mistake of ours that a later version may not make. */
const notRendered: Result = { outcome: 'rejected', permanence: 'transient', reason: 'not_rendered', code: null };

/**
 * Claims what is due at a provider, sends it, writes back what the provider said; until nothing is due. What has no answer
 * when no more is to be expected soon is handed on: its handler goes on with what is due next.
 */
export function deliverySend(context: WorkerContext): Task {
  const { engine, lane, providers, compose, logger, stopping, abandon, persist, background } = context;
  const drain = createDrain(handlersPerProvider);
  const handedOn = new Map<string, Set<Flight>>();

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
  async function send(provider: Provider, claimed: readonly Claimed[], progress: Progress): Promise<void> {
    if (!compose || provider.name !== 'smtp') return void (await provider.send(claimed, abandon, progress));
    const mails: Message[] = [];
    const places: number[] = [];
    for (const [place, mail] of claimed.entries()) {
      try {
        mails.push(await compose(mail));
        places.push(place);
      } catch (error) {
        logger.error('delivery.not_rendered', { deliveryId: mail.deliveryId, error });
        progress.heard(place, notRendered);
      }
    }
    const placeOf = (index: number) => places[index] as number;
    await provider.send(mails, abandon, {
      heard: (index, result) => progress.heard(placeOf(index), result),
      late: (index) => progress.late(placeOf(index)),
    });
  }

  /** Operators' alarm; the rows say the same. */
  async function tellOfPauses(provider: ProviderName): Promise<void> {
    for (const pause of await engine.pauses(provider)) logger.warn('provider.paused', { provider, ...pause });
  }

  /** Writes back what has landed. The claim of what has not goes on under the id that is returned, null where there is none. */
  async function writeBack(provider: Provider, claimId: string, flight: Flight): Promise<string | null> {
    const { landed, open } = flight.take();
    const put = landed.filter(({ result }) => isSetAside(result));
    const known = landed.filter(({ result }) => !isSetAside(result));
    if (put.length > 0) await persist(() => engine.requeue(claimId, put));
    const rest = open.length > 0 && known.length > 0 ? randomUUID() : claimId;
    if (rest !== claimId) await persist(() => engine.split(claimId, rest, open));
    if (known.length > 0) {
      const messages = known.map(({ message }) => message);
      const results = known.map(({ result }) => result);
      const tally = await persist(() => engine.record(claimId, messages, results));
      logger.info('deliveries.recorded', { provider: provider.name, ...tally });
      if (tally.paused) await tellOfPauses(provider.name);
      const silent = silentOrigins(known);
      if (silent.length > 0) await persist(() => engine.pauseSilentOrigins(provider.name, silent));
    }
    return open.length > 0 ? rest : null;
  }

  /** Stays with a flight that was handed on, until all of it is written back. */
  async function seeOff(provider: Provider, claimId: string, flight: Flight): Promise<void> {
    for (let rest: string | null = claimId; rest !== null; ) {
      await flight.end(writeBackMs);
      rest = await writeBack(provider, rest, flight);
    }
  }

  function handOn(provider: Provider, claimId: string, flight: Flight): void {
    const flights = handedOn.get(provider.name) ?? new Set();
    handedOn.set(provider.name, flights.add(flight));
    background(seeOff(provider, claimId, flight).finally(() => flights.delete(flight)));
  }

  const stragglers = (provider: Provider) =>
    [...(handedOn.get(provider.name) ?? [])].reduce((sum, flight) => sum + flight.open(), 0);

  async function sendDue(provider: Provider): Promise<void> {
    while (!stopping.aborted) {
      const claimId = randomUUID();
      const claimed = await claim(provider, claimId);
      if (claimed.length === 0) return;
      const flight = launch(claimed, (progress) => send(provider, claimed, progress));
      await flight.lull();
      const rest = await writeBack(provider, claimId, flight);
      if (rest === null) continue;
      handOn(provider, rest, flight);
      while (stragglers(provider) > maxStragglers) await sleep(lookAgainMs);
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

function isSetAside(result: Result): boolean {
  return result.outcome === 'rejected' && result.reason === 'set_aside';
}
