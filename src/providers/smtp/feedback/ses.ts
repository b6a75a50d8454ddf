import { verify, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { RowbellError } from '../../../errors.ts';
import { deliveryIn, fine, instantOf, isRecent, parseJson, refusalOf, verdictOf } from './common.ts';
import type { ReadReturn } from './report.ts';
import type { Feedback, FeedbackSource } from './types.ts';

const envelope = z.looseObject({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: z.string(),
  TopicArn: z.string(),
  Subject: z.string().optional(),
  Message: z.string(),
  Timestamp: z.string(),
  Token: z.string().optional(),
  SubscribeURL: z.string().optional(),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.string(),
  SigningCertURL: z.string(),
});
type Envelope = z.output<typeof envelope>;

const recipients = z.array(
  z.looseObject({
    emailAddress: z.string().optional(),
    status: z.string().optional(),
    diagnosticCode: z.string().optional(),
  }),
);
const notification = z.looseObject({
  notificationType: z.string().optional(),
  eventType: z.string().optional(),
  mail: z.looseObject({
    source: z.string().optional(),
    headers: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional(),
  }),
  bounce: z
    .looseObject({
      bounceType: z.string(),
      bounceSubType: z.string().optional(),
      bouncedRecipients: recipients.optional(),
      timestamp: z.string().optional(),
    })
    .optional(),
  complaint: z
    .looseObject({ complaintFeedbackType: z.string().nullish(), timestamp: z.string().optional() })
    .optional(),
  delivery: z.looseObject({ recipients: z.array(z.string()).optional(), timestamp: z.string().optional() }).optional(),
  deliveryDelay: z
    .looseObject({ delayedRecipients: recipients.optional(), timestamp: z.string().optional() })
    .optional(),
});

export type SesOptions = {
  /** Topics that may report; whoever has an AWS account can sign for one of their own. */
  readonly topics: readonly string[];
  readonly readReturn: ReadReturn;
  /** Fetches a certificate, or confirms a subscription; only ever called with addresses of SNS. */
  readonly fetchText: (url: string) => Promise<string>;
  readonly now?: () => number;
};

/**
 * Amazon SES over SNS. https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html,
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html. A subscription of a known topic is confirmed.
 */
export function createSesSource({ topics, readReturn, fetchText, now = Date.now }: SesOptions): FeedbackSource {
  const certificates = new Map<string, X509Certificate>();
  /** Null where it cannot be had; only addresses of SNS in the topic's own region are asked, so there are few. */
  const certificateOf = async (url: string): Promise<X509Certificate | null> => {
    const known = certificates.get(url);
    if (known) return known;
    try {
      const fetched = new X509Certificate(await fetchText(url));
      certificates.set(url, fetched);
      return fetched;
    } catch {
      return null;
    }
  };

  /** SNS asks again where it is answered that this did not succeed. */
  const confirm = async (url: string): Promise<void> => {
    await fetchText(url).catch((error: unknown) => {
      throw new RowbellError('RBUNA', undefined, { cause: error });
    });
  };

  return {
    path: '/callbacks/ses',
    // SNS sends JSON and calls it text.
    mediaTypes: ['text/plain', 'application/json'],
    maxBytes: 524_288,
    async receive({ body }) {
      const parsed = envelope.safeParse(parseJson(body));
      if (!parsed.success) return null;
      const message = parsed.data;
      const { TopicArn, SigningCertURL, Signature, SignatureVersion, Timestamp } = message;
      if (!topics.includes(TopicArn) || !isOfSns(SigningCertURL, TopicArn) || !/^[^?#]+\.pem$/.test(SigningCertURL))
        return null;
      if (!isRecent(Date.parse(Timestamp), now())) return null;
      const certificate = await certificateOf(SigningCertURL);
      if (!certificate || certificate.validFromDate.getTime() > now() || certificate.validToDate.getTime() < now())
        return null;
      const algorithm = SignatureVersion === '2' ? 'sha256' : 'sha1';
      const signed = Buffer.from(textToSign(message));
      if (!verify(algorithm, signed, certificate.publicKey, Buffer.from(Signature, 'base64'))) return null;
      if (message.Type === 'SubscriptionConfirmation') {
        if (message.SubscribeURL && isOfSns(message.SubscribeURL, TopicArn)) await confirm(message.SubscribeURL);
        return [];
      }
      const report = notification.safeParse(parseJson(message.Message));
      return message.Type === 'Notification' && report.success ? feedbackOf(report.data, readReturn) : [];
    },
  };
}

/** `https://sns.REGION.amazonaws.com/…`, of the topic's own region. */
function isOfSns(url: string, topic: string): boolean {
  const [, partition = '', region = ''] = /^arn:(aws[\w-]*):sns:([\w-]+):/.exec(topic) ?? [];
  if (!URL.canParse(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return protocol === 'https:' && host === `sns.${region}.${domain}` && username === '' && password === '';
}

/** Names and values of what is there, a line each, in SNS' own order. */
function textToSign(message: Envelope): string {
  const names =
    message.Type === 'Notification'
      ? (['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const)
      : (['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'] as const);
  return names.flatMap((name) => (message[name] === undefined ? [] : [`${name}\n${message[name]}\n`])).join('');
}

function feedbackOf(report: z.output<typeof notification>, readReturn: ReadReturn): readonly Feedback[] {
  const { mail, bounce, complaint, delivery, deliveryDelay } = report;
  const header = mail.headers?.find(({ name }) => name.toLowerCase() === 'x-rowbell-delivery')?.value;
  // Without "include original headers" the return path is what names it.
  const deliveryId = deliveryIn(header) ?? readReturn(/\+([\w-]+)@/.exec(mail.source ?? '')?.[1] ?? '');
  if (!deliveryId) return [];
  const about = (timestamp: string | undefined, recipient: string | null = null) => ({
    deliveryId,
    occurredAt: instantOf(timestamp),
    recipient,
    sentTo: null,
  });
  const each = (list: z.output<typeof recipients> | undefined) => (list?.length ? list : [{}]);
  switch (report.notificationType ?? report.eventType) {
    case 'Delivery':
      return (delivery?.recipients?.length ? delivery.recipients : [null]).map((recipient) => ({
        ...about(delivery?.timestamp, recipient),
        kind: 'delivered',
        ...fine,
      }));
    case 'DeliveryDelay':
      return each(deliveryDelay?.delayedRecipients).map(({ emailAddress, status, diagnosticCode }) => ({
        ...about(deliveryDelay?.timestamp, emailAddress),
        kind: 'deferred',
        ...refusalOf(status ?? null, diagnosticCode ?? ''),
        isAddressDead: false,
      }));
    case 'Bounce':
      return each(bounce?.bouncedRecipients).map(({ emailAddress, status, diagnosticCode }) => {
        // Not even tried, because of what SES remembers of the address.
        const isRemembered = /^(OnAccount)?Suppress/.test(bounce?.bounceSubType ?? '');
        const isPermanent = bounce?.bounceType === 'Permanent';
        const refusal = verdictOf(isPermanent, status ?? null, diagnosticCode ?? '');
        return {
          ...about(bounce?.timestamp, emailAddress),
          kind: 'bounced',
          ...refusal,
          isAddressDead: isPermanent && refusal.isAddressDead,
          ...(isPermanent && isRemembered && { reason: 'unregistered', isAddressDead: true }),
        };
      });
    case 'Complaint':
      if (complaint?.complaintFeedbackType === 'not-spam') return [];
      // SES names whom it may have been, of those with the mailbox provider.
      return [{ ...about(complaint?.timestamp), kind: 'complained', ...fine }];
    default:
      return [];
  }
}
