import { createHash } from 'node:crypto';
import { Notification } from '@parse/node-apn';
import { fitRichContent } from '../rich-content.ts';
import type { Message, RichContent } from '../types.ts';

/** Apple, "Generating a remote notification": what a payload may have, but for those of VoIP. */
const maxPayloadBytes = 4096;

/** Apple: 10 at once, 5 when power allows, 1 rather save power. */
const priorities = { 'very-low': 1, low: 5, normal: 5, high: 10 } as const satisfies Record<Message['urgency'], number>;

/**
 * The message as APNs takes it (Apple, "Generating a remote notification"): texts in `aps.alert`, data beside `aps`,
 * no badge. `apns-id` is the delivery id, the same over retries; the app does not get to see that header, so the id
 * also stands beside the data, for the receipt the app reports.
 */
export function toNotification(message: Message, topic: string): Notification {
  return fitRichContent(message, (one) => buildNotification(one, topic), bytesOf, maxPayloadBytes);
}

const bytesOf = (notification: Notification): number => Buffer.byteLength(JSON.stringify(notification));

function buildNotification(message: Message, topic: string): Notification {
  const { title, subtitle, body, data, threadId, collapseKey, sound, interruptionLevel, rich } = message;
  const notification = new Notification();
  notification.id = message.deliveryId;
  notification.topic = topic;
  notification.pushType = 'alert';
  notification.priority = priorities[message.urgency];
  notification.expiry = Math.max(0, Math.floor(message.expiresAt.getTime() / 1000));
  notification.payload = { ...data, deliveryId: message.deliveryId };
  notification.alert = subtitle === null ? { title, body } : { title, subtitle, body };
  if (collapseKey !== null) notification.collapseId = collapseId(collapseKey);
  if (threadId !== null) notification.threadId = threadId;
  // The setter is missing from node-apn's types; `aps` is where it writes.
  if (interruptionLevel !== null) notification.aps['interruption-level'] = interruptionLevel;
  // A critical alert sounds only with the dictionary form.
  if (interruptionLevel === 'critical') notification.sound = { critical: 1, name: sound ?? 'default', volume: 1 };
  else if (sound !== null) notification.sound = sound;
  if (rich) addRichContent(notification, rich);
  return notification;
}

/**
 * iOS loads no picture and makes no buttons by itself: buttons are those of the category that the app has registered, and the app's
 * service extension, which `mutable-content` asks, attaches the picture and may register buttons of these titles.
 */
function addRichContent(
  notification: Notification,
  { imageUrl, actions, apnsCategory, apnsMutableContent }: RichContent,
) {
  if (apnsCategory !== null) notification.aps.category = apnsCategory;
  if (apnsMutableContent || imageUrl !== null || actions.length > 0) notification.aps['mutable-content'] = 1;
  if (imageUrl !== null) notification.payload.imageUrl = imageUrl;
  if (actions.length > 0) notification.payload.actions = actions;
}

/** The key itself where a header can carry it; otherwise its digest, which groups just the same. */
function collapseId(key: string): string {
  return /^[\x21-\x7e]{1,64}$/.test(key) ? key : createHash('sha256').update(key).digest('base64url');
}
