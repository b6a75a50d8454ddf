import { Webhook } from 'standardwebhooks';

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
