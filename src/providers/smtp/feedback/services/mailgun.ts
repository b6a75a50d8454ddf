import { z } from 'zod';
import type { Meaning, Service } from '../service.ts';

const text = z.string().nullish();
const number = z.union([z.number(), z.string()]).nullish();

/** https://documentation.mailgun.com/docs/mailgun/user-manual/events/events */
export const mailgun: Service = {
  maxBytes: 262_144,
  answer: 200,
  unwrap: (body) => (body as { 'event-data': unknown })['event-data'],
  meanings: {
    delivered: 'delivered',
    failed: 'bounced',
    complained: 'complained',
    opened: 'opened',
    clicked: 'clicked',
    unsubscribed: 'unsubscribed_all',
    accepted: 'nothing',
    rejected: 'nothing',
    stored: 'nothing',
  },
  event: z
    .looseObject({
      event: z.string(),
      recipient: z.string().optional(),
      severity: z.string().optional(),
      reason: z.string().optional(),
      timestamp: z.number().optional(),
      url: text,
      'client-info': z.looseObject({ bot: text }).nullish(),
      message: z.looseObject({ headers: z.looseObject({ 'message-id': z.string().optional() }) }).optional(),
      'delivery-status': z
        .looseObject({
          code: number,
          'enhanced-code': z.string().optional(),
          message: z.string().optional(),
          description: text,
        })
        .optional(),
    })
    .transform((said) => {
      const { code, 'enhanced-code': enhanced, message, description } = said['delivery-status'] ?? {};
      return {
        name: said.event,
        meaning: meaningOf(said),
        delivery: [said.message?.headers['message-id']],
        recipient: said.recipient,
        at: said.timestamp,
        status: enhanced || null,
        text: `${code ?? ''} ${message ?? ''} ${description ?? ''}`,
        link: said.url,
      };
    }),
};

function meaningOf(said: {
  event: string;
  severity?: string | undefined;
  reason?: string | undefined;
  'client-info'?: { bot?: string | null | undefined } | null | undefined;
}): Meaning | undefined {
  if (said.event === 'failed' && said.severity !== 'permanent') return 'deferred';
  // Not even tried, because Mailgun remembers a hard bounce of the address.
  if (said.event === 'failed' && said.reason === 'suppress-bounce') return 'remembered';
  return said['client-info']?.bot ? 'nothing' : undefined;
}
