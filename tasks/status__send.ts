import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { StatusBatch } from '../src/database/engine.ts';
import type { SignedCalls } from '../src/providers/webhook/calls.ts';
import type { Task, WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';

const payloadSchema = z.object({ endpoint: z.uuid() });

/**
 * Tells a status endpoint of the calling application what became of deliveries, a batch after the other, until there is
 * nothing more to tell or it refuses. What stops half-way is sent again as it was, under the same `webhook-id`.
 */
export function statusSend({ engine, logger, stopping, abandon, persist }: WorkerContext, calls: SignedCalls): Task {
  const drain = createDrain(1);

  /** Whether there may be more. */
  async function sendNext(endpointId: string): Promise<boolean> {
    const claimId = randomUUID();
    const batch = await engine.claimStatusBatch(endpointId, claimId);
    if (!batch) return false;
    const { webhook_id: id, url, secrets, events } = batch;
    const result = await calls.call({ url, secrets, id, now: new Date(), body: bodyOf(batch), signal: abandon });
    // A shutdown of ours is nobody's fault.
    const said = abandon.aborted && result.outcome === 'rejected' ? null : result;
    const pausedUntil = await persist(() => engine.recordStatusBatch(endpointId, claimId, said));
    if (said?.outcome === 'accepted') {
      logger.info('status_events.sent', { endpointId, webhookId: id, events: events.length });
      return true;
    }
    if (said) logger.warn('status_endpoint.paused', { endpointId, webhookId: id, reason: said.reason, pausedUntil });
    return false;
  }

  return async (payload) => {
    const { endpoint } = payloadSchema.parse(payload);
    await drain(endpoint, async () => {
      while (!stopping.aborted && (await sendNext(endpoint)));
    });
  };
}

/** As Standard Webhooks recommends: `type`, `timestamp` and `data`. The same bytes whenever the batch is sent. */
function bodyOf({ events, dropped_events: droppedEvents, fixed_at: fixedAt }: StatusBatch): string {
  return JSON.stringify({ type: 'status_events', timestamp: fixedAt.toISOString(), data: { events, droppedEvents } });
}
