import { createHash } from 'node:crypto';
import type { Message } from '../types.ts';

/**
 * What is left of the 4096 bytes a push service must accept (RFC 8030 §7.2) after the aes128gcm header, the padding
 * delimiter and the tag (RFC 8188, RFC 8291 §4).
 */
export const maxPayloadBytes = 3993;
/** Four weeks, the longest that the large push services keep a message. */
const maxTtlS = 28 * 86_400;

/** What the service worker's `push` event gets, as JSON; absent texts are null. */
export function payloadOf(message: Message): Buffer {
  const { title, subtitle, body, data, tag, threadId, deliveryId, typeKey } = message;
  return Buffer.from(JSON.stringify({ title, subtitle, body, data, tag, threadId, deliveryId, typeKey }));
}

/** RFC 8030 §5.2: seconds; 0 is "now or never". */
export function ttlOf(expiresAt: Date, now = Date.now()): number {
  return Math.min(Math.max(Math.floor((expiresAt.getTime() - now) / 1000), 0), maxTtlS);
}

/** RFC 8030 §5.4 allows at most 32 base64url characters; any other collapse key is hashed to as many. */
export function topicOf(collapseKey: string): string {
  if (/^[A-Za-z0-9_-]{1,32}$/.test(collapseKey)) return collapseKey;
  return createHash('sha256').update(collapseKey).digest('base64url').slice(0, 32);
}
