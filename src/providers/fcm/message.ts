import type { TokenMessage } from 'firebase-admin/messaging';
import type { Message } from '../types.ts';

/** Four weeks, the longest FCM keeps a message ("Set the lifespan of a message"). */
const maxTtlMs = 28 * 24 * 3600 * 1000;

/**
 * The message as FCM takes it ("REST Resource: projects.messages"): texts in `notification`, which Android shows by
 * itself, data as strings beside it, among them the delivery id for the receipt the app reports.
 */
export function toFcmMessage(message: Message, now = Date.now()): TokenMessage {
  const { deliveryId, address, title, body, data, collapseKey, tag, sound, urgency, expiresAt } = message;
  const ttlMs = Math.min(Math.max(expiresAt.getTime() - now, 0), maxTtlMs);
  return {
    token: address,
    notification: { title, body },
    data: { ...data, deliveryId },
    android: {
      priority: urgency === 'high' ? 'high' : 'normal',
      // Whole seconds: finer ones only make the text longer.
      ttl: Math.floor(ttlMs / 1000) * 1000,
      ...(collapseKey !== null && { collapseKey }),
      notification: { ...(tag !== null && { tag }), ...(sound !== null && { sound }) },
    },
  };
}
