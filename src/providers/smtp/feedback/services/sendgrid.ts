import { z } from 'zod';
import type { Service } from '../service.ts';

const text = z.string().nullish();

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
export const sendgrid: Service = {
  maxBytes: 1_048_576,
  meanings: {
    delivered: 'delivered',
    deferred: 'deferred',
    bounce: 'bounced',
    dropped: 'bounced_soft',
    spamreport: 'complained',
    open: 'opened',
    click: 'clicked',
    unsubscribe: 'unsubscribed_all',
    group_unsubscribe: 'unsubscribed',
    group_resubscribe: 'resubscribed',
    processed: 'nothing',
    account_status_change: 'nothing',
  },
  event: z
    .looseObject({
      event: z.string(),
      email: z.string().optional(),
      'smtp-id': z.string().optional(),
      'rowbell-delivery': z.unknown().optional(),
      status: text,
      reason: text,
      type: text,
      timestamp: z.number().optional(),
      url: text,
      sg_machine_open: z.boolean().optional(),
    })
    .transform((said) => ({
      name: said.event,
      meaning: meaningOf(said),
      // Engagement has no Message-ID; our argument comes back with all of them.
      delivery: [said['rowbell-delivery'], said['smtp-id']],
      recipient: said.email,
      at: said.timestamp,
      ...(said.event === 'dropped'
        ? { code: 'dropped' }
        : { status: said.status ?? null, text: said.reason ?? '', link: said.url }),
    })),
};

function meaningOf(said: { event: string; type?: unknown; reason?: unknown; sg_machine_open?: unknown }) {
  // "blocked" is what may pass another time.
  if (said.event === 'bounce' && said.type === 'blocked') return 'bounced_soft';
  // Of what it drops, this is what SendGrid remembers of the address. "Invalid SMTPAPI header" is about the mail.
  if (
    said.event === 'dropped' &&
    /^(bounced address|invalid( (e-?mail|address|recipient).*)?)$/i.test(String(said.reason))
  )
    return 'remembered';
  return said.sg_machine_open === true ? 'nothing' : undefined;
}
