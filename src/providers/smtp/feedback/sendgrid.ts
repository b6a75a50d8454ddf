import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { deliveryIn, fine, instantOf, isRecent, parseJson, refusalOf } from './common.ts';
import { type Feedback, type FeedbackSource, headerOf } from './types.ts';

const payload = z.looseObject({
  event: z.string(),
  email: z.string().optional(),
  'smtp-id': z.string().optional(),
  status: z.string().nullish(),
  reason: z.string().nullish(),
  type: z.string().nullish(),
  timestamp: z.number().optional(),
});

/**
 * SendGrid's signed event webhook: ECDSA over P-256 and SHA-256, of the timestamp's header and the body as it came.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 *
 * @param publicKey the verification key, base64 DER
 */
export function createSendgridSource(publicKey: string, now: () => number = Date.now): FeedbackSource {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return {
    path: '/callbacks/sendgrid',
    mediaTypes: ['application/json'],
    maxBytes: 1_048_576,
    async receive({ headers, body }) {
      const signature = headerOf(headers, 'x-twilio-email-event-webhook-signature') ?? '';
      const timestamp = headerOf(headers, 'x-twilio-email-event-webhook-timestamp') ?? '';
      const signed = Buffer.concat([Buffer.from(timestamp), body]);
      if (!verify('sha256', signed, key, Buffer.from(signature, 'base64'))) return null;
      if (!isRecent(Number(timestamp) * 1000, now())) return null;
      // Events of many mails; one that we cannot read says nothing of the others.
      const events = z.array(z.unknown()).safeParse(parseJson(body)).data ?? [];
      return events.flatMap((event) => {
        const parsed = payload.safeParse(event);
        return parsed.success ? feedbackOf(parsed.data) : [];
      });
    },
  };
}

function feedbackOf(event: z.output<typeof payload>): readonly Feedback[] {
  const deliveryId = deliveryIn(event['smtp-id']);
  if (!deliveryId) return [];
  const about = { deliveryId, occurredAt: instantOf(event.timestamp), recipient: event.email ?? null, sentTo: null };
  const refusal = () => refusalOf(event.status ?? null, event.reason ?? '');
  switch (event.event) {
    case 'delivered':
      return [{ ...about, kind: 'delivered', ...fine }];
    case 'deferred':
      return [{ ...about, kind: 'deferred', ...refusal(), isAddressDead: false }];
    case 'bounce': {
      // "blocked" is what may pass another time.
      const said = refusal();
      return [{ ...about, kind: 'bounced', ...said, isAddressDead: said.isAddressDead && event.type !== 'blocked' }];
    }
    case 'dropped': {
      // Not even tried, because of what SendGrid remembers of the address.
      const isAddressDead = /^(bounced address|invalid)/i.test(event.reason ?? '');
      return [
        {
          ...about,
          kind: 'bounced',
          code: 'dropped',
          reason: isAddressDead ? 'unregistered' : 'refused',
          isAddressDead,
        },
      ];
    }
    case 'spamreport':
      return [{ ...about, kind: 'complained', ...fine }];
    default:
      return [];
  }
}
