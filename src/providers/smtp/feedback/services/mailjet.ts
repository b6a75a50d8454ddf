import { z } from 'zod';
import { wordIn } from '../common.ts';
import type { Meaning, Service } from '../service.ts';

const text = z.string().nullish();

/** Its words for what went wrong, as RFC 3463 has them. The others are no more than "other". */
const statuses: Readonly<Record<string, string>> = {
  'user unknown': '5.1.1',
  'mailbox inactive': '5.2.1',
  'quota exceeded': '5.2.2',
  'invalid domain': '5.1.2',
  'no mail host': '5.4.4',
  'relay/access denied': '5.7.1',
  greylisted: '4.7.1',
  'sender blocked': '5.7.1',
  'content blocked': '5.7.1',
  'policy issue': '5.7.1',
  'system issue': '5.3.0',
  'protocol issue': '5.5.0',
  'connection issue': '5.4.1',
};

/** https://dev.mailjet.com/email/guides/webhooks/: one event, or a list where they are grouped. */
export const mailjet: Service = {
  maxBytes: 1_048_576,
  answer: 200,
  meanings: {
    // The remote server took it.
    sent: 'delivered',
    bounce: 'bounced_soft',
    // Not even tried, for what it remembers or takes for spam.
    blocked: 'bounced_soft',
    spam: 'complained',
    open: 'opened',
    click: 'clicked',
    unsub: 'unsubscribed_all',
  },
  event: z
    .looseObject({
      event: z.string(),
      email: text,
      CustomID: z.unknown().optional(),
      time: z.number().optional(),
      hard_bounce: z.boolean().nullish(),
      error: text,
      comment: text,
      url: text,
    })
    .transform((said) => ({
      name: said.event,
      meaning: meaningOf(said.event, said.hard_bounce === true, said.error ?? ''),
      delivery: [said.CustomID],
      recipient: said.email,
      at: said.time,
      status: wordIn(statuses, said.error ?? '') ?? null,
      text: said.comment ?? '',
      code: said.error ?? null,
      link: said.url,
    })),
};

function meaningOf(event: string, isHard: boolean, error: string): Meaning | undefined {
  if (event === 'bounce' && error === 'greylisted' && !isHard) return 'deferred';
  if (event === 'bounce' && isHard) return 'bounced';
  return event === 'blocked' && /^(user unknown|mailbox inactive|invalid domain)$/.test(error)
    ? 'remembered'
    : undefined;
}
