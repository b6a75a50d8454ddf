/**
 * What a worker hands to a provider and what it gets back. Providers know nothing of the database; everything they
 * need stands in the message, everything the engine needs stands in the result.
 */

export const providerNames = ['apns', 'fcm', 'web_push', 'smtp', 'twilio', 'twilio_voice', 'webhook'] as const;
export type ProviderName = (typeof providerNames)[number];

/** One delivery, ready to send. Instants are `Date`s, texts are rendered. */
export type Message = {
  /** Delivery id (UUID). Stable over retries: APNs `apns-id`, SMTP Message-ID, `webhook-id`, part of callback URLs. */
  readonly deliveryId: string;
  /** Whose it is: what many share is shared by person. */
  readonly recipientId: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Device token, Web Push endpoint, mailbox, E.164 number or URL. */
  readonly address: string;
  /** Web Push and webhooks: whether its push service or host has lately taken what was sent there. */
  readonly originAnswers: boolean;
  /** RFC 8291 keys of a browser's subscription, base64url; null for every other provider. */
  readonly webPushKeys: { readonly p256dh: string; readonly auth: string } | null;
  /** When this address was last registered; a provider's "gone since" before it is stale news. */
  readonly registeredAt: Date | null;
  /**
   * Signing secrets of a webhook endpoint (`whsec_…`): its own, and the one before while that is being replaced. None for
   * every other provider.
   */
  readonly webhookSecrets: readonly string[];
  readonly typeKey: string;
  readonly title: string;
  readonly subtitle: string | null;
  readonly body: string;
  /** How an email looks; null for every other provider, and for what is sent as it is. */
  readonly mail: Mail | null;
  /** Deep link and custom data; strings because FCM takes nothing else. */
  readonly data: Readonly<Record<string, string>>;
  /** Groups notifications on screen (APNs `thread-id`). */
  readonly threadId: string | null;
  /** A newer one replaces an older one not yet shown; at most 64 bytes (APNs), 32 characters are left to Web Push's Topic. */
  readonly collapseKey: string | null;
  /** A push replaces the one of an equal tag where it is shown (Android, browsers). */
  readonly tag: string | null;
  readonly sound: string | null;
  /** RFC 8030 words; APNs priority 1/5/10, FCM normal/high. */
  readonly urgency: 'very-low' | 'low' | 'normal' | 'high';
  readonly interruptionLevel: 'passive' | 'active' | 'time-sensitive' | 'critical' | null;
  /** What a push shows beside its words; null for most, and for every other channel. */
  readonly rich: RichContent | null;
  /** After this instant the provider must not deliver (APNs expiration, FCM ttl, Web Push TTL, SMS validity). */
  readonly expiresAt: Date;
  /** When the event happened; null for every provider but webhooks. */
  readonly happenedAt: Date | null;
};

/** The picture and buttons of a push, rendered, and how the phone's app shows it. URLs are https; links may be paths and deep links. */
export type RichContent = {
  readonly imageUrl: string | null;
  /** The small picture beside the title, in browsers. */
  readonly iconUrl: string | null;
  readonly actions: readonly Action[];
  readonly androidChannelId: string | null;
  readonly apnsCategory: string | null;
  /** Whether the service extension of the iOS app is asked even without a picture or buttons. */
  readonly apnsMutableContent: boolean;
};

/** A button. `key` is what the app reports when it was clicked; without `url` it opens the app. */
export type Action = { readonly key: string; readonly title: string; readonly url?: string };

/** A rendered email. Without one a mail is the message's body as plain text. */
export type Mail = {
  readonly html: string;
  readonly text: string;
  /** Beside those every mail has. */
  readonly headers: Readonly<Record<string, string>>;
  /** Signed name of the delivery, for the return path and a header, so that a bounce finds it and a forged one does not. */
  readonly returnTag: string;
};

/**
 * What a rejection means for the engine:
 * - `address`: this address will never work: deactivate it.
 * - `message`: this message will never work at this address: fail it.
 * - `transient`: try again with backoff.
 * - `throttled`: try again, not before `retryAt`.
 * - `origin`: this push service or host refuses us or does not answer: where several people's messages say so, it is set
 *   aside and others go on; the message is tried again. Of what has one host (a mail relay, Twilio): it did not let us in.
 * - `misconfigured`: our account, key or certificate: pause the provider unless others are accepted, keep everything.
 * - `ambiguous`: it may have been delivered (time-out, connection lost after sending).
 */
export type Permanence = 'address' | 'message' | 'transient' | 'throttled' | 'origin' | 'misconfigured' | 'ambiguous';

export type Result = {
  /**
   * How long the provider took to answer, or not to, from when it could be asked, in whole milliseconds; absent where it was not asked. Mail,
   * texts and calls have it: a sender of theirs that is slow has others take its place.
   */
  readonly tookMs?: number;
} & (
  | { readonly outcome: 'accepted'; readonly providerMessageId: string | null }
  | {
      readonly outcome: 'rejected';
      readonly permanence: Permanence;
      /** Our vocabulary, snake_case, one table in docs/provider-errors.md. */
      readonly reason: string;
      /** The provider's own code, for operators (`BadDeviceToken`, `21211`, `5.1.1`). Never an address or a text. */
      readonly code: string | null;
      /** Only with `throttled` or `transient`: not before this instant (Retry-After). */
      readonly retryAt?: Date;
      /**
       * Also said of what is not at fault: of a good address where our environment or key is wrong, of our account where
       * one recipient is strange. Acceptances of others decide. Whatever is said in answer to a request that names the
       * recipient and is not plainly about it is suspect.
       */
      readonly suspect?: boolean;
    }
);

/** Told, by its place in the chunk, what becomes of a message meanwhile. */
export type Progress = {
  /** Its result is known. */
  heard(index: number, result: Result): void;
  /** Its result is not to be expected soon: nobody should wait for it. */
  late(index: number): void;
};

export type Provider = {
  readonly name: ProviderName;
  /**
   * Sends a chunk (1 to 500 messages) concurrently within the provider's own limits. Resolves to one result per
   * message in the same order; never rejects for a message's sake. `signal` aborts what is still in flight
   * (those become `ambiguous`), what was not begun becomes `transient`/`not_begun`. `progress` hears of each
   * result before.
   */
  send(batch: readonly Message[], signal: AbortSignal, progress?: Progress): Promise<Result[]>;
  /** Closes connections; idempotent. */
  close(): Promise<void>;
};
