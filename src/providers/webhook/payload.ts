import type { Message } from '../types.ts';

/**
 * The body Standard Webhooks recommends: `type`, `timestamp`, which is when the event happened, and `data`, whose keys are always there.
 * The same bytes at every attempt: a receiver may know a call again by them, and files it under an instant that does not move.
 */
export function payloadOf(message: Message): string {
  const { deliveryId, title, subtitle, body, data, threadId, collapseKey, happenedAt } = message;
  return JSON.stringify({
    type: message.typeKey,
    timestamp: happenedAt?.toISOString() ?? null,
    data: { deliveryId, title, subtitle, body, data, threadId, collapseKey },
  });
}
