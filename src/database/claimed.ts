import type { Action, Message, RichContent } from '../providers/types.ts';
import type { EmailContext } from '../render/email/index.ts';
import type { RowOf } from './rows.ts';

/** A message with what only an email is rendered from. */
export type Claimed = Message & {
  readonly email: EmailContext | null;
  /** Who is to carry it: the sender it waited for, or a spare. */
  readonly senderId: number;
};

type Claim = RowOf<
  'notify_private.claim_deliveries',
  'web_push_p256dh' | 'web_push_auth' | 'webhook_secrets' | 'subtitle' | 'thread_id' | 'collapse_key' | 'tag' | 'sound'
>;
/** As claim_deliveries() makes it; what is not there has no key. */
type RichContentRow = {
  readonly image_url?: string;
  readonly icon_url?: string;
  readonly actions?: readonly Action[];
  readonly android_channel_id: string | null;
  readonly apns_category: string | null;
  readonly apns_mutable_content: boolean;
};
/** With what the columns that are JSON or one of some words hold, and instants as the query makes them. */
export type ClaimedRow = Omit<
  Claim,
  'data' | 'email' | 'urgency' | 'interruption_level' | 'registered_at' | 'expires_at' | 'happened_at' | 'rich_content'
> & {
  readonly data: Record<string, string>;
  readonly email: EmailContext | null;
  readonly urgency: Message['urgency'];
  readonly interruption_level: Message['interruptionLevel'];
  readonly rich_content: RichContentRow | null;
  readonly registered_ms: number | null;
  readonly expires_ms: number;
  readonly happened_ms: number | null;
};

/** What a provider is given of it. */
export function toMessage(row: ClaimedRow): Claimed {
  return {
    deliveryId: row.delivery_id,
    recipientId: row.recipient_id,
    originAnswers: row.origin_answers,
    attempt: row.attempt,
    address: row.address,
    webPushKeys:
      row.web_push_p256dh && row.web_push_auth ? { p256dh: row.web_push_p256dh, auth: row.web_push_auth } : null,
    registeredAt: row.registered_ms === null ? null : new Date(row.registered_ms),
    webhookSecrets: row.webhook_secrets ?? [],
    typeKey: row.type_key,
    title: row.title,
    subtitle: row.subtitle,
    body: row.body,
    mail: null,
    email: row.email,
    senderId: row.sender_id,
    data: row.data,
    threadId: row.thread_id,
    collapseKey: row.collapse_key,
    tag: row.tag,
    sound: row.sound,
    urgency: row.urgency,
    interruptionLevel: row.interruption_level,
    rich: row.rich_content && toRichContent(row.rich_content),
    expiresAt: new Date(row.expires_ms),
    happenedAt: row.happened_ms === null ? null : new Date(row.happened_ms),
  };
}

const toRichContent = (row: RichContentRow): RichContent => ({
  imageUrl: row.image_url ?? null,
  iconUrl: row.icon_url ?? null,
  actions: row.actions ?? [],
  androidChannelId: row.android_channel_id,
  apnsCategory: row.apns_category,
  apnsMutableContent: row.apns_mutable_content,
});
