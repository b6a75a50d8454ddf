import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { deliveryIn, fine, instantOf, isRecent, isSame, parseJson, refusalOf } from './common.ts';
import type { Feedback, FeedbackSource } from './types.ts';

const payload = z.looseObject({
  signature: z.object({ timestamp: z.string(), token: z.string(), signature: z.string() }),
  'event-data': z.looseObject({
    event: z.string(),
    recipient: z.string().optional(),
    severity: z.string().optional(),
    reason: z.string().optional(),
    timestamp: z.number().optional(),
    message: z.looseObject({ headers: z.looseObject({ 'message-id': z.string().optional() }) }).optional(),
    'delivery-status': z
      .looseObject({
        code: z.union([z.number(), z.string()]).optional(),
        'enhanced-code': z.string().optional(),
        message: z.string().optional(),
        description: z.string().nullish(),
      })
      .optional(),
  }),
});
type Event = z.output<typeof payload>['event-data'];

/**
 * Mailgun's webhooks: HMAC-SHA256 of timestamp and token, beside the data and not over it, so whoever sees one request
 * could put other data to it within a day; hence https.
 * https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
export function createMailgunSource(signingKey: string, now: () => number = Date.now): FeedbackSource {
  /** Tokens seen lately: each is good for one body. */
  const seen = new Map<string, string>();
  return {
    path: '/callbacks/mailgun',
    mediaTypes: ['application/json'],
    maxBytes: 262_144,
    async receive({ body }) {
      const parsed = payload.safeParse(parseJson(body));
      if (!parsed.success) return null;
      const { timestamp, token, signature } = parsed.data.signature;
      const expected = createHmac('sha256', signingKey)
        .update(timestamp + token)
        .digest('hex');
      if (!isSame(signature, expected) || !isRecent(Number(timestamp) * 1000, now())) return null;
      const event = JSON.stringify(parsed.data['event-data']);
      if ((seen.get(token) ?? event) !== event) return null;
      seen.set(token, event);
      if (seen.size > 10_000) seen.delete(seen.keys().next().value as string);
      return feedbackOf(parsed.data['event-data']);
    },
  };
}

function feedbackOf(event: Event): readonly Feedback[] {
  const deliveryId = deliveryIn(event.message?.headers['message-id']);
  if (!deliveryId) return [];
  const about = {
    deliveryId,
    occurredAt: instantOf(event.timestamp),
    recipient: event.recipient ?? null,
    sentTo: null,
  };
  if (event.event === 'delivered') return [{ ...about, kind: 'delivered', ...fine }];
  if (event.event === 'complained') return [{ ...about, kind: 'complained', ...fine }];
  if (event.event !== 'failed') return [];
  const { code, 'enhanced-code': enhanced, message, description } = event['delivery-status'] ?? {};
  const refusal = refusalOf(enhanced || null, `${code ?? ''} ${message ?? ''} ${description ?? ''}`);
  if (event.severity !== 'permanent') return [{ ...about, kind: 'deferred', ...refusal, isAddressDead: false }];
  // Not even tried, because Mailgun remembers a hard bounce of the address.
  const isRemembered = event.reason === 'suppress-bounce';
  return [
    {
      ...about,
      kind: 'bounced',
      ...refusal,
      ...(isRemembered && { reason: 'unregistered' }),
      isAddressDead: isRemembered || refusal.isAddressDead,
    },
  ];
}
