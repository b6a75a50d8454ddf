import { z } from 'zod';
import { deliveryIn, instantOf, isSame, parseJson, passwordOf, refusalOf } from './common.ts';
import { type Feedback, type FeedbackSource, headerOf } from './types.ts';

const payload = z.looseObject({
  RecordType: z.string(),
  Type: z.string().optional(),
  Description: z.string().optional(),
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
  const occurredAt = instantOf(report.BouncedAt ?? report.DeliveredAt);
  const fine = { code: null, reason: null, isAddressDead: false, occurredAt };
  if (report.RecordType === 'Delivery') return [{ deliveryId, kind: 'delivered', ...fine }];
  if (report.RecordType === 'SpamComplaint') return [{ deliveryId, kind: 'complained', ...fine }];
  const type = report.RecordType === 'Bounce' ? types[report.Type ?? ''] : undefined;
  if (!type) return [];
  if (type === 'complained') return [{ deliveryId, kind: 'complained', ...fine }];
  const refusal = refusalOf(null, report.Details ?? '');
  const isAddressDead = type === 'hard';
  return [
    {
      deliveryId,
      kind: type === 'deferred' ? 'deferred' : 'bounced',
      code: refusal.code ?? report.Type ?? null,
      reason: isAddressDead && !refusal.isAddressDead ? 'unregistered' : refusal.reason,
      isAddressDead,
      occurredAt,
    },
  ];
}
