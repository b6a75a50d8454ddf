import { createHash } from 'node:crypto';
import { fitRichContent } from '../rich-content.ts';
import type { Message, RichContent } from '../types.ts';

/**
 * What is left of the 4096 bytes a push service must accept (RFC 8030 §7.2) after the aes128gcm header, the padding
 * delimiter and the tag (RFC 8188, RFC 8291 §4).
 */
export const maxPayloadBytes = 3993;
/** Four weeks, the longest that the large push services keep a message. */
const maxTtlS = 28 * 86_400;

/**
 * What the service worker's `push` event gets, as JSON; absent texts are null. A tag, a picture, icon and buttons are there where the
 * message has them: `showNotification()` would take a tag of null for the word, and each would replace the one before.
 */
export function payloadOf(message: Message): Buffer {
  return fitRichContent(message, build, (payload) => payload.length, maxPayloadBytes);
}

function build({ title, subtitle, body, data, tag, threadId, deliveryId, typeKey, rich }: Message): Buffer {
  const words = { title, subtitle, body, data, ...(tag !== null && { tag }), threadId, deliveryId, typeKey };
  return Buffer.from(JSON.stringify(rich ? { ...words, ...optionsOf(rich) } : words));
}

/**
 * Named as the options of `showNotification()`, which leaves alone what it does not know. A button's `url` is not called
 * `navigate`: the browser would follow that by itself, and nobody could report the click.
 */
function optionsOf({ imageUrl, iconUrl, actions }: RichContent) {
  return {
    ...(imageUrl !== null && { image: imageUrl }),
    ...(iconUrl !== null && { icon: iconUrl }),
    ...(actions.length > 0 && { actions: actions.map(({ key, ...action }) => ({ action: key, ...action })) }),
  };
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
