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
 * a receiver drops duplicates by. There is a signature with each secret, so a receiver needs any of them. Null when there
 * is none, or one that cannot be used.
 */
export function signatureHeaders(
  secrets: readonly string[],
  { id, now, body }: { readonly id: string; readonly now: Date; readonly body: string },
): Record<string, string> | null {
  if (secrets.length === 0) return null;
  try {
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
    };
  } catch {
    return null;
  }
}
