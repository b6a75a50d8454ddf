import type { Message } from '../types.ts';

/** The body Standard Webhooks recommends: `type`, `timestamp` and `data`. Keys of `data` are always there. */
export function payloadOf(message: Message, now: Date): string {
  const { deliveryId, title, subtitle, body, data, threadId, collapseKey } = message;
  return JSON.stringify({
    type: message.typeKey,
    timestamp: now.toISOString(),
    data: { deliveryId, title, subtitle, body, data, threadId, collapseKey },
  });
}
