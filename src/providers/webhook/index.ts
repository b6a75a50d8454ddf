import { evidenceOf, originOf } from '../http.ts';
import { createSlots } from '../slots.ts';
import type { Message, Provider } from '../types.ts';
import { createSignedCalls, type SignedCallsOptions } from './calls.ts';
import { payloadOf } from './payload.ts';

export type WebhookOptions = SignedCallsOptions & {
  /** Slots kept for receivers that answer; 32 unless told. */
  readonly concurrency?: number;
};

/** Notifications as signed calls. */
export function createWebhook(options: WebhookOptions = {}): Provider {
  const { concurrency = 32, connections = 8, timeoutMs = 15_000 } = options;
  const calls = createSignedCalls({ ...options, connections, timeoutMs });
  const slots = createSlots({ kept: concurrency, anOrigin: connections, timeoutMs, originOf, evidenceOf });

  const sendOne = (message: Message, signal: AbortSignal, patience: number) => {
    const { address: url, webhookSecrets: secrets, deliveryId: id } = message;
    // The signature's own instant is that of the attempt, by which receivers refuse calls that somebody has kept.
    return calls.call({ url, secrets, id, now: new Date(), body: payloadOf(message), signal, timeoutMs: patience });
  };

  return {
    name: 'webhook',
    send: (batch, signal, progress) =>
      slots.send(batch, { signal, progress }, (message, ms) => sendOne(message, signal, ms)),
    close: calls.close,
  };
}
