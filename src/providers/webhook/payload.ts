import { Webhook } from 'standardwebhooks';
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

/**
 * The three headers of Standard Webhooks. `webhook-id` is the delivery's id and stays the same over retries: it is what
 * a receiver drops duplicates by. Null when the secret cannot be used.
 */
export function signatureHeaders(
  secret: string,
  { id, now, body }: { readonly id: string; readonly now: Date; readonly body: string },
): Record<string, string> | null {
  try {
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, body),
    };
  } catch {
    return null;
  }
}
