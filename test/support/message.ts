import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../../src/providers/types.ts';

/** A message with nothing but what every message has; each its own delivery. */
export function messageTo(address: string, changes: Partial<Message> = {}): Message {
  return {
    deliveryId: randomUUID(),
    recipientId: randomUUID(),
    originAnswers: false,
    attempt: 1,
    address,
    webPushKeys: null,
    registeredAt: null,
    webhookSecrets: [],
    typeKey: 'trip_created_notify',
    title: 'Lisbon',
    subtitle: null,
    body: 'Ada started planning this trip.',
    mail: null,
    data: {},
    threadId: null,
    collapseKey: null,
    tag: null,
    sound: null,
    urgency: 'normal',
    interruptionLevel: null,
    rich: null,
    expiresAt: new Date(Date.now() + 3_600_000),
    happenedAt: new Date('2026-11-30T09:00:00.125Z'),
    ...changes,
  };
}

/** Lets the event loop turn some times, so that what has arrived at a socket is read, however late we are. */
export async function turns(): Promise<void> {
  for (let n = 0; n < 40; n++) await sleep(5);
}

/** A signal nobody aborts. */
export const unaborted = new AbortController().signal;
