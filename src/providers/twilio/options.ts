import type { Message } from '../types.ts';

/** What SMS and calls need alike. */
export type TwilioOptions = {
  readonly accountSid: string;
  readonly authToken: string;
  /** An E.164 number or a messaging service id (`MG…`). */
  readonly from: string;
  /** Our public origin, to which status callbacks are sent. */
  readonly publicUrl: string;
  /** The sender that callbacks name, so that they are verified with its token; absent: the default app's. */
  readonly sender?: number | undefined;
  /** Another origin than Twilio's, e.g. the sandbox. */
  readonly apiUrl?: string;
  /** Messages in flight at once, and connections kept; 32 unless told. */
  readonly concurrency?: number;
  /** Whole call; 30 000 unless told. */
  readonly timeoutMs?: number;
};

/** Where Twilio says what became of a message. */
export function createCallbacks({ publicUrl, sender }: TwilioOptions): (message: Message) => string {
  const base = `${publicUrl.replace(/\/$/, '')}/callbacks/twilio/`;
  const query = sender === undefined ? '' : `?sender=${sender}`;
  return ({ deliveryId }) => base + deliveryId + query;
}
