import { z } from 'zod';
import { deliveryIn, fine, instantOf, isSame, parseJson, passwordOf, verdictOf } from './common.ts';
import { type Feedback, type FeedbackSource, headerOf } from './types.ts';

const payload = z.looseObject({
  RecordType: z.string(),
  Type: z.string().optional(),
  Description: z.string().optional(),
  /** Of a bounce and a complaint; of a delivery, `Recipient`. */
  Email: z.string().optional(),
  Recipient: z.string().optional(),
  Details: z.string().optional(),
  BouncedAt: z.string().optional(),
  DeliveredAt: z.string().optional(),
  Metadata: z.record(z.string(), z.unknown()).optional(),
});

/** Postmark's bounce types: https://postmarkapp.com/developer/api/bounce-api#bounce-types. The others are no bounces. */
const types: Readonly<Record<string, 'hard' | 'soft' | 'deferred' | 'complained' | undefined>> = {
  HardBounce: 'hard',
  BadEmailAddress: 'hard',
  SoftBounce: 'soft',
  Blocked: 'soft',
  DnsError: 'soft',
  DMARCPolicy: 'soft',
  VirusNotification: 'soft',
  SpamNotification: 'soft',
  Unknown: 'soft',
  ManuallyDeactivated: 'soft',
  Transient: 'deferred',
  SpamComplaint: 'complained',
};

/** Postmark's webhooks: it signs nothing, so its URL carries a password (`https://any:SECRET@host/callbacks/postmark`). */
export function createPostmarkSource(secret: string): FeedbackSource {
  return {
    path: '/callbacks/postmark',
    mediaTypes: ['application/json'],
    maxBytes: 262_144,
    isKnown: (headers) => isSame(passwordOf(headerOf(headers, 'authorization')), secret),
    async receive({ body }) {
      const parsed = payload.safeParse(parseJson(body));
      return parsed.success ? feedbackOf(parsed.data) : [];
    },
  };
}

function feedbackOf(report: z.output<typeof payload>): readonly Feedback[] {
  const deliveryId = deliveryIn(report.Metadata?.['rowbell-delivery']);
  if (!deliveryId) return [];
  const about = {
    deliveryId,
    occurredAt: instantOf(report.BouncedAt ?? report.DeliveredAt),
    recipient: report.Email ?? report.Recipient ?? null,
    sentTo: null,
  };
  if (report.RecordType === 'Delivery') return [{ ...about, kind: 'delivered', ...fine }];
  if (report.RecordType === 'SpamComplaint') return [{ ...about, kind: 'complained', ...fine }];
  const type = report.RecordType === 'Bounce' ? types[report.Type ?? ''] : undefined;
  if (!type) return [];
  if (type === 'complained') return [{ ...about, kind: 'complained', ...fine }];
  const refusal = verdictOf(type === 'hard', null, report.Details ?? '');
  return [
    {
      ...about,
      kind: type === 'deferred' ? 'deferred' : 'bounced',
      ...refusal,
      code: refusal.code ?? report.Type ?? null,
      isAddressDead: type === 'hard' && refusal.isAddressDead,
    },
  ];
}
