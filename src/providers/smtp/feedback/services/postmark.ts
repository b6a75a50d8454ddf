import { z } from 'zod';
import { wordIn } from '../common.ts';
import type { Meaning, Service } from '../service.ts';

const text = z.string().nullish();

/** Postmark's bounce types: https://postmarkapp.com/developer/api/bounce-api#bounce-types. The others are no bounces. */
const types: Readonly<Record<string, Meaning>> = {
  HardBounce: 'bounced_hard',
  BadEmailAddress: 'bounced_hard',
  SoftBounce: 'bounced_soft',
  Blocked: 'bounced_soft',
  DnsError: 'bounced_soft',
  DMARCPolicy: 'bounced_soft',
  VirusNotification: 'bounced_soft',
  SpamNotification: 'bounced_soft',
  Unknown: 'bounced_soft',
  ManuallyDeactivated: 'bounced_soft',
  Transient: 'deferred',
  SpamComplaint: 'complained',
};

/** https://postmarkapp.com/developer/webhooks/webhooks-overview */
export const postmark: Service = {
  maxBytes: 262_144,
  answer: 200,
  meanings: {
    Delivery: 'delivered',
    Bounce: 'nothing',
    SpamComplaint: 'complained',
    Open: 'opened',
    Click: 'clicked',
    SubscriptionChange: 'nothing',
    Inbound: 'nothing',
  },
  event: z
    .looseObject({
      RecordType: z.string(),
      Type: z.string().optional(),
      /** Of a bounce and a complaint; of the others, `Recipient`. */
      Email: z.string().optional(),
      Recipient: z.string().optional(),
      Details: z.string().optional(),
      BouncedAt: z.string().optional(),
      DeliveredAt: z.string().optional(),
      ReceivedAt: z.string().optional(),
      ChangedAt: z.string().optional(),
      SuppressSending: z.boolean().optional(),
      SuppressionReason: text,
      Origin: text,
      OriginalLink: text,
      Metadata: z.record(z.string(), z.unknown()).optional(),
    })
    .transform((said) => ({
      name: said.RecordType,
      meaning: meaningOf(said),
      delivery: [said.Metadata?.['rowbell-delivery']],
      recipient: said.Email ?? said.Recipient,
      at: said.BouncedAt ?? said.DeliveredAt ?? said.ReceivedAt ?? said.ChangedAt,
      text: said.Details ?? '',
      code: said.Type ?? null,
      link: said.OriginalLink,
    })),
};

function meaningOf(said: {
  RecordType: string;
  Type?: string | undefined;
  SuppressSending?: boolean | undefined;
  SuppressionReason?: string | null | undefined;
  Origin?: string | null | undefined;
}): Meaning | undefined {
  if (said.RecordType === 'Bounce') return wordIn(types, said.Type ?? '');
  // What follows a bounce or a complaint is said by these themselves; what our own people switch is no word of the reader's.
  const isReaders = said.SuppressionReason === 'ManualSuppression' && said.Origin === 'Recipient';
  return said.RecordType === 'SubscriptionChange' && said.SuppressSending && isReaders ? 'unsubscribed_all' : undefined;
}
