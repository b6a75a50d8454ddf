import { request } from 'undici';
import { hasPassword, signedByMailgun, signedBySendgrid, signedBySvix } from './proofs.ts';
import { createInboundSource, type ReadReturn } from './report.ts';
import { createServiceSource } from './service.ts';
import { brevo } from './services/brevo.ts';
import { mailgun } from './services/mailgun.ts';
import { mailjet } from './services/mailjet.ts';
import { postmark } from './services/postmark.ts';
import { resend } from './services/resend.ts';
import { sendgrid } from './services/sendgrid.ts';
import { sparkpost } from './services/sparkpost.ts';
import { createSesSource } from './ses.ts';
import type { FeedbackSource } from './types.ts';
import { type IsRecipient, ownOf } from './whose.ts';

export type FeedbackOptions = {
  readonly inboundSecret: string | null;
  readonly sesTopics: readonly string[] | null;
  readonly sendgridKey: string | null;
  readonly postmarkSecret: string | null;
  readonly mailgunKey: string | null;
  readonly resendSecret: string | null;
  readonly sparkpostSecret: string | null;
  readonly brevoSecret: string | null;
  readonly mailjetSecret: string | null;
};

export type FeedbackContext = {
  readonly readReturn: ReadReturn;
  readonly isRecipient: IsRecipient;
  /** Told of kinds of events that are not known: they are taken, and nothing follows. */
  readonly noteUnknown: (service: string, event: string) => void;
};

/** Whoever is configured to report what became of mails; of what they say, what concerns the mailboxes we wrote to. */
export function createFeedbackSources(
  options: FeedbackOptions,
  { readReturn, isRecipient, noteUnknown }: FeedbackContext,
): readonly FeedbackSource[] {
  const { inboundSecret, sesTopics, sendgridKey, postmarkSecret, mailgunKey } = options;
  const { resendSecret, sparkpostSecret, brevoSecret, mailjetSecret } = options;
  const noted = { noteUnknown };
  return [
    inboundSecret && createInboundSource(inboundSecret, readReturn),
    sesTopics && createSesSource({ topics: sesTopics, readReturn, fetchText }),
    sendgridKey && createServiceSource('sendgrid', sendgrid, signedBySendgrid(sendgridKey), noted),
    postmarkSecret && createServiceSource('postmark', postmark, hasPassword(postmarkSecret), noted),
    mailgunKey && createServiceSource('mailgun', mailgun, signedByMailgun(mailgunKey), noted),
    resendSecret && createServiceSource('resend', resend, signedBySvix(resendSecret), noted),
    sparkpostSecret &&
      createServiceSource(
        'sparkpost',
        sparkpost,
        hasPassword(sparkpostSecret, 'x-messagesystems-webhook-token'),
        noted,
      ),
    brevoSecret && createServiceSource('brevo', brevo, hasPassword(brevoSecret), noted),
    mailjetSecret && createServiceSource('mailjet', mailjet, hasPassword(mailjetSecret), noted),
  ]
    .filter((source) => source !== null && source !== '')
    .map((source) => ({
      ...source,
      async receive(incoming) {
        const reported = await source.receive(incoming);
        return reported && ownOf(reported, isRecipient);
      },
    }));
}

async function fetchText(url: string): Promise<string> {
  const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(5_000) });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`SNS answered with ${statusCode}`);
  return text;
}
