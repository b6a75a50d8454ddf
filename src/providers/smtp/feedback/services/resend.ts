import { z } from 'zod';
import type { Meaning, Service } from '../service.ts';

const text = z.string().nullish();

/** https://resend.com/docs/webhooks/event-types */
export const resend: Service = {
  maxBytes: 262_144,
  answer: 200,
  meanings: {
    'email.delivered': 'delivered',
    'email.delivery_delayed': 'deferred',
    'email.bounced': 'bounced_soft',
    'email.suppressed': 'bounced_soft',
    'email.failed': 'bounced_soft',
    'email.complained': 'complained',
    'email.opened': 'opened',
    'email.clicked': 'clicked',
    'email.sent': 'nothing',
    'email.scheduled': 'nothing',
    'email.received': 'nothing',
  },
  event: z
    .looseObject({
      type: z.string(),
      created_at: z.string().optional(),
      data: z.looseObject({
        to: z.array(z.string()).nullish(),
        message_id: text,
        headers: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
        bounce: z
          .looseObject({
            type: text,
            subType: text,
            message: text,
            diagnosticCode: z.union([z.array(z.string()), z.string()]).nullish(),
          })
          .nullish(),
        failed: z.looseObject({ reason: text }).nullish(),
        suppressed: z.looseObject({ type: text, message: text }).nullish(),
        click: z.looseObject({ link: text }).nullish(),
      }),
    })
    .transform(({ type, created_at, data: { to, message_id, headers, bounce, failed, suppressed, click } }) => ({
      name: type,
      meaning: meaningOf(type, bounce ?? suppressed ?? {}),
      delivery: [headers?.find(({ name }) => name.toLowerCase() === 'x-rowbell-delivery')?.value, message_id],
      // With a name or without.
      recipient: to?.length === 1 ? to[0]?.replace(/^.*<([^<>]*)>\s*$/, '$1') : null,
      at: created_at,
      // `message` is Resend's own advice, in whose words "reputation" and "sender" stand.
      text: [bounce?.diagnosticCode ?? []].flat().join(' '),
      code: bounce?.subType ?? failed?.reason ?? suppressed?.type ?? null,
      link: click?.link,
    })),
};

type Said = {
  type?: string | null | undefined;
  subType?: string | null | undefined;
  message?: string | null | undefined;
};

function meaningOf(event: string, { type, subType, message }: Said): Meaning | undefined {
  // Contacts, domains and inboxes are theirs, and what their list of suppressed addresses has, each mail says.
  if (!event.startsWith('email.')) return 'nothing';
  const isSuppressed = event === 'email.suppressed' || /suppress/i.test(`${subType ?? ''} ${subType ? '' : message}`);
  // After a complaint, or by hand, the mailbox is there.
  if (isSuppressed && event !== 'email.failed')
    return /complain|spam|manual/i.test(`${subType} ${message}`) ? 'bounced_soft' : 'remembered';
  // Older ones have the message alone.
  const isHard = type ? type === 'Permanent' : /\bhard bounce\b/i.test(message ?? '');
  return event === 'email.bounced' && isHard ? 'bounced_hard' : undefined;
}
