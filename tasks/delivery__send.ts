import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Claimed } from '../src/database/claimed.ts';
import type { Message, Progress, Provider, Result } from '../src/providers/types.ts';
import type { Task, WorkerContext } from '../src/worker/context.ts';
import { createDrain, restMs } from '../src/worker/drain.ts';
import { type Flight, launch } from '../src/worker/in-flight.ts';
import type { Sender } from '../src/worker/senders.ts';
import { silentOrigins } from '../src/worker/silent-origins.ts';

const payloadSchema = z.object({ sender: z.int() });

/** Handlers of one sender at a time: one writes back while the other sends, and there is room for the other senders. */
const handlersPerSender = 2;
/** After fewer, what comes meanwhile is waited for and goes together. */
const few = 100;
/**
 * Messages of one sender that were handed on before they had an answer; with more, handlers wait. More than the slots for many
 * hosts hold (src/providers/slots.ts), and few enough that a slow APNs or FCM is not given ever more to be slow with.
 */
const maxStragglers = 250;
const lookAgainMs = 50;
/** How long what came in of a chunk that was handed on waits to be written back. */
const writeBackMs = 1_000;

/** A mistake of ours that a later version may not make. */
const notRendered: Result = { outcome: 'rejected', permanence: 'transient', reason: 'not_rendered', code: null };

/**
 * Claims what is due of a sender, sends it, writes back what the provider said; until nothing is due. What has no answer
 * when no more is to be expected soon is handed on: its handler goes on with what is due next.
 */
export function deliverySend(context: WorkerContext): Task {
  const { engine, lane, senderOf, compose, logger, stopping, abandon, persist, background } = context;
  const drain = createDrain(handlersPerSender);
  const handedOn = new Map<number, Set<Flight>>();

  async function claim(id: number, claimId: string): Promise<Claimed[]> {
    try {
      return await engine.claim(claimId, context.workerId(), id, lane);
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
  async function tellOfPauses({ id, provider }: Sender): Promise<void> {
    for (const pause of await engine.pauses(id)) {
      logger.warn('sender.paused', { senderId: id, provider: provider.name, ...pause });
    }
  }

  /** Writes back what has landed. The claim of what has not goes on under the id that is returned, null where there is none. */
  async function writeBack(sender: Sender, claimId: string, flight: Flight): Promise<string | null> {
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
      logger.info('deliveries.recorded', { senderId: sender.id, provider: sender.provider.name, ...tally });
      if (tally.paused) await tellOfPauses(sender);
      const silent = silentOrigins(known);
      if (silent.length > 0) await persist(() => engine.pauseSilentOrigins(sender.id, silent));
    }
    return open.length > 0 ? rest : null;
  }

  /** Stays with a flight that was handed on, until all of it is written back. */
  async function seeOff(sender: Sender, claimId: string, flight: Flight): Promise<void> {
    for (let rest: string | null = claimId; rest !== null; ) {
      await flight.end(writeBackMs);
      rest = await writeBack(sender, rest, flight);
    }
  }

  function handOn(sender: Sender, claimId: string, flight: Flight): void {
    const flights = handedOn.get(sender.id) ?? new Set();
    handedOn.set(sender.id, flights.add(flight));
    background(seeOff(sender, claimId, flight).finally(() => flights.delete(flight)));
  }

  const stragglers = (sender: Sender) =>
    [...(handedOn.get(sender.id) ?? [])].reduce((sum, flight) => sum + flight.open(), 0);

  async function sendDue(id: number): Promise<void> {
    while (!stopping.aborted) {
      const claimId = randomUUID();
      const claimed = await claim(id, claimId);
      const [first] = claimed;
      if (!first) return;
      // It, or a spare. Asked each time: operators may have changed it.
      const sender = senderOf(first.senderId);
      if (!sender) return void (await persist(() => engine.release(claimId)));
      const flight = launch(claimed, (progress) => send(sender.provider, claimed, progress));
      await flight.lull();
      const rest = await writeBack(sender, claimId, flight);
      if (claimed.length < few) await sleep(restMs);
      if (rest === null) continue;
      handOn(sender, rest, flight);
      while (stragglers(sender) > maxStragglers) await sleep(lookAgainMs);
    }
  }

  return async (payload) => {
    const { sender: id } = payloadSchema.parse(payload);
    if (senderOf(id)) return drain(id, () => sendDue(id));
    const skipped = await engine.skip(id, lane);
    if (skipped > 0) logger.warn('deliveries.skipped', { senderId: id, skipped });
  };
}

function isSetAside(result: Result): boolean {
  return result.outcome === 'rejected' && result.reason === 'set_aside';
}
