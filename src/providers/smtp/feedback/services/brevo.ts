import { z } from 'zod';
import type { Service } from '../service.ts';

const text = z.string().nullish();
const number = z.union([z.number(), z.string()]).nullish();

/** https://developers.brevo.com/docs/transactional-webhooks: one event, or a list where the webhook is batched. */
export const brevo: Service = {
  // 500 events.
  maxBytes: 1_048_576,
  answer: 200,
  // https://developers.brevo.com/docs/retry-mechanism
  givesUpOn5xx: true,
  meanings: {
    delivered: 'delivered',
    deferred: 'deferred',
    hard_bounce: 'bounced_hard',
    invalid_email: 'bounced_hard',
    soft_bounce: 'bounced_soft',
    // It has an unsubscribed or complaining reader on its list, or a sender.
    blocked: 'bounced_soft',
    error: 'bounced_soft',
    spam: 'complained',
    complaint: 'complained',
    opened: 'opened',
    unique_opened: 'opened',
    click: 'clicked',
    unsubscribed: 'unsubscribed_all',
    unsubscribe: 'unsubscribed_all',
    // A mail program that fetches all pictures by itself.
    proxy_open: 'nothing',
    unique_proxy_open: 'nothing',
    request: 'nothing',
    sent: 'nothing',
    list_addition: 'nothing',
  },
  event: z
    .looseObject({
      event: z.string(),
      email: text,
      'X-Mailin-custom': z.unknown().optional(),
      'message-id': text,
      // Of the others, "ts_epoch" is when the mail was sent and "date" is in whichever time zone.
      ts_event: number,
      ts: number,
      reason: text,
      link: text,
    })
    .transform((said) => ({
      name: said.event,
      delivery: [said['X-Mailin-custom'], said['message-id']],
      recipient: said.email,
      at: said.ts_event ?? said.ts,
      text: said.reason ?? '',
      code: said.event,
      link: said.link,
    })),
};
