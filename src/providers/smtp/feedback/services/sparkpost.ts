import { z } from 'zod';
import { wordIn } from '../common.ts';
import type { Meaning, Service } from '../service.ts';

const text = z.string().nullish();
const number = z.union([z.number(), z.string()]).nullish();

/** https://support.sparkpost.com/docs/deliverability/bounce-classification-codes. The others are soft. */
const classes: Readonly<Record<string, Meaning>> = {
  1: 'bounced',
  10: 'bounced_hard',
  30: 'bounced_hard',
  40: 'bounced',
  // An automatic reply, a request to join, a challenge.
  60: 'nothing',
  80: 'nothing',
  100: 'nothing',
  90: 'unsubscribed_all',
};

/** https://developers.sparkpost.com/api/webhooks/: batches of `{"msys": {"message_event": {…}}}`, an empty one to try the address. */
export const sparkpost: Service = {
  maxBytes: 4_194_304,
  answer: 200,
  unwrap: (body) =>
    [body].flat().flatMap((item) => Object.values((item as { msys?: object | null } | null)?.msys ?? {})),
  meanings: {
    delivery: 'delivered',
    delay: 'deferred',
    bounce: 'bounced_soft',
    out_of_band: 'bounced_soft',
    policy_rejection: 'bounced_soft',
    generation_failure: 'bounced_soft',
    generation_rejection: 'bounced_soft',
    spam_complaint: 'complained',
    open: 'opened',
    initial_open: 'opened',
    amp_open: 'opened',
    amp_initial_open: 'opened',
    click: 'clicked',
    amp_click: 'clicked',
    list_unsubscribe: 'unsubscribed_all',
    link_unsubscribe: 'unsubscribed_all',
    injection: 'nothing',
    sms_status: 'nothing',
    relay_injection: 'nothing',
    relay_rejection: 'nothing',
    relay_delivery: 'nothing',
    relay_tempfail: 'nothing',
    relay_permfail: 'nothing',
  },
  event: z
    .looseObject({
      type: z.string(),
      rcpt_to: text,
      rcpt_meta: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).nullish(),
      timestamp: number,
      bounce_class: number,
      error_code: number,
      raw_reason: text,
      reason: text,
      fbtype: text,
      target_link_url: text,
      is_prefetched: z.boolean().nullish(),
    })
    .transform((said) => ({
      name: said.type,
      meaning: meaningOf(said),
      delivery: [Array.isArray(said.rcpt_meta) ? null : said.rcpt_meta?.['rowbell-delivery']],
      recipient: said.rcpt_to,
      at: said.timestamp,
      text: said.raw_reason ?? said.reason ?? '',
      code: said.error_code ? String(said.error_code) : null,
      link: said.target_link_url,
    })),
};

type Said = { type: string; bounce_class?: unknown; fbtype?: unknown; is_prefetched?: unknown };

function meaningOf({ type, bounce_class, fbtype, is_prefetched }: Said): Meaning | undefined {
  if (type === 'bounce' || type === 'out_of_band') return wordIn(classes, String(bounce_class));
  // RFC 5965: one of these takes a complaint back.
  if (type === 'spam_complaint' && fbtype === 'not-spam') return 'nothing';
  // A mail program that fetches all pictures by itself.
  return is_prefetched === true ? 'nothing' : undefined;
}
