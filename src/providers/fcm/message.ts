import type { TokenMessage } from 'firebase-admin/messaging';
import { fitRichContent } from '../rich-content.ts';
import type { Message, RichContent } from '../types.ts';

/** Four weeks, the longest FCM keeps a message ("Set the lifespan of a message"). */
const maxTtlMs = 28 * 24 * 3600 * 1000;
/** "About FCM messages": what a message may have, data and notification together. */
const maxPayloadBytes = 4096;

/**
 * The message as FCM takes it ("REST Resource: projects.messages"): texts in `notification`, which Android shows by
 * itself, data as strings beside it, among them the delivery id for the receipt the app reports.
 */
export function toFcmMessage(message: Message, now = Date.now()): TokenMessage {
  return fitRichContent(message, (one) => build(one, now), bytesOf, maxPayloadBytes);
}

/** A little more than FCM counts, as it does not say what it counts. */
const bytesOf = ({ token: _, ...payload }: TokenMessage): number => Buffer.byteLength(JSON.stringify(payload));

function build(message: Message, now: number): TokenMessage {
  const { deliveryId, address, title, body, data, collapseKey, tag, sound, urgency, expiresAt, rich } = message;
  const ttlMs = Math.min(Math.max(expiresAt.getTime() - now, 0), maxTtlMs);
  return {
    token: address,
    notification: { title, body, ...(rich?.imageUrl && { imageUrl: rich.imageUrl }) },
    // Android's own notification has no buttons, so the app that draws them gets these as data, which are strings.
    data: { ...data, deliveryId, ...(rich?.actions.length && { actions: JSON.stringify(rich.actions) }) },
    android: {
      priority: urgency === 'high' ? 'high' : 'normal',
      // Whole seconds: finer ones only make the text longer.
      ttl: Math.floor(ttlMs / 1000) * 1000,
      ...(collapseKey !== null && { collapseKey }),
      notification: {
        ...(tag !== null && { tag }),
        ...(sound !== null && { sound }),
        ...(rich?.androidChannelId && { channelId: rich.androidChannelId }),
      },
    },
    ...(rich && apnsOf(rich)),
  };
}

/** FCM carries to iPhones, too, where it adds the texts itself. */
function apnsOf({ imageUrl, actions, apnsCategory, apnsMutableContent }: RichContent): Pick<TokenMessage, 'apns'> {
  const isMutable = apnsMutableContent || imageUrl !== null || actions.length > 0;
  if (!isMutable && apnsCategory === null) return {};
  const aps = { ...(isMutable && { mutableContent: true }), ...(apnsCategory !== null && { category: apnsCategory }) };
  return { apns: { payload: { aps } } };
}
