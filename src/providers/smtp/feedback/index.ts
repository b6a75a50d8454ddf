import { request } from 'undici';
import { createMailgunSource } from './mailgun.ts';
import { createPostmarkSource } from './postmark.ts';
import { createInboundSource, type ReadReturn } from './report.ts';
import { createSendgridSource } from './sendgrid.ts';
import { createSesSource } from './ses.ts';
import type { FeedbackSource } from './types.ts';
import { type IsRecipient, ownOf } from './whose.ts';

export type FeedbackOptions = {
  readonly inboundSecret: string | null;
  readonly sesTopics: readonly string[] | null;
  readonly sendgridKey: string | null;
  readonly postmarkSecret: string | null;
  readonly mailgunKey: string | null;
};

/** Whoever is configured to report what became of mails; of what they say, what concerns the mailboxes we wrote to. */
export function createFeedbackSources(
  options: FeedbackOptions,
  { readReturn, isRecipient }: { readonly readReturn: ReadReturn; readonly isRecipient: IsRecipient },
): readonly FeedbackSource[] {
  const { inboundSecret, sesTopics, sendgridKey, postmarkSecret, mailgunKey } = options;
  return [
    inboundSecret && createInboundSource(inboundSecret, readReturn),
    sesTopics && createSesSource({ topics: sesTopics, readReturn, fetchText }),
    sendgridKey && createSendgridSource(sendgridKey),
    postmarkSecret && createPostmarkSource(postmarkSecret),
    mailgunKey && createMailgunSource(mailgunKey),
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
