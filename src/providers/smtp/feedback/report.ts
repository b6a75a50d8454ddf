import { instantOf, isSame, passwordOf } from './common.ts';
import { blocksOf, partOf, partsOf, textOf, typeOf } from './mime.ts';
import { readNotice } from './notice.ts';
import { readStatus } from './status-report.ts';
import { type Feedback, type FeedbackSource, headerOf } from './types.ts';

/** Reads a return tag (`Links.readReturn`): the delivery, or null where nobody but a stranger made it. */
export type ReadReturn = (tag: string) => string | null;

/** Of a mail so much is read: what a report says comes first (RFC 3464 §2), then the message that came back. */
const maxReadBytes = 65_536;
/** Our mails have one recipient; an alias has some members. Each that a report names is looked up. */
const maxRecipients = 50;

/**
 * A mail that came back: a delivery status notification (RFC 3464), a complaint (RFC 5965), or a notice of qmail and others in
 * plain text. Whoever sends it is believed only as far as the delivery's signed name goes, which stands in the address it came
 * to and in the headers it returns; so nobody can bounce for others. Nothing for any other mail (a reply, one from a vacation, a
 * bounce that somebody sends on), and for one without such a name, which is not even taken apart: anybody may write to the
 * return path.
 *
 * @param to the address it came to, as the envelope says
 * @returns what it says of each recipient that it names
 */
export function parseReport(source: Buffer, to: readonly string[], readReturn: ReadReturn): readonly Feedback[] {
  const beginning = source.subarray(0, maxReadBytes).toString('latin1');
  const deliveryId = deliveryOf([...to, beginning].join('\n'), readReturn);
  if (!deliveryId) return [];
  const mail = partOf(beginning);
  // Only right below the mail itself: a bounce within it is one that somebody sends on.
  const parts = typeOf(mail) === 'multipart/report' ? partsOf(mail) : [];
  const date = mail.headers.get('date');
  const complaint = parts.find((part) => typeOf(part) === 'message/feedback-report');
  if (complaint) return isAbuse(textOf(complaint)) ? [complained(deliveryId, instantOf(date))] : [];
  const status = parts.find((part) => /^message\/(?:global-)?delivery-status$/.test(typeOf(part)));
  if (status) return readStatus(textOf(status), deliveryId, date).slice(0, maxRecipients);
  // Without an envelope that leads back to it, a notice might as well be part of a conversation.
  const cameBack = deliveryOf([...to, mail.headers.get('to') ?? ''].join('\n'), readReturn) === deliveryId;
  return cameBack && !/<[^>\s]/.test(mail.headers.get('return-path') ?? '')
    ? readNotice(mail, deliveryId).slice(0, maxRecipients)
    : [];
}

/** "not-spam" takes a complaint back, "virus", "auth-failure" and "other" are none. */
const isAbuse = (report: string) =>
  ['abuse', 'fraud', 'opt-out'].includes(blocksOf(report)[0]?.get('feedback-type')?.toLowerCase() ?? '');

const complained = (deliveryId: string, occurredAt: Date | null): Feedback => ({
  deliveryId,
  kind: 'complained',
  code: null,
  reason: null,
  isAddressDead: false,
  occurredAt,
  recipient: null,
  sentTo: null,
});

/** The first signed name in a text. */
function deliveryOf(text: string, readReturn: ReadReturn): string | null {
  for (const [tag] of text.matchAll(/\b[a-z0-9]{1,8}-[0-9a-v]{42}\b/gi)) {
    const deliveryId = readReturn(tag);
    if (deliveryId) return deliveryId;
  }
  return null;
}

/** `POST /email/inbound`: a mail server hands in what came to the return path, whole, with a password. */
export function createInboundSource(secret: string, readReturn: ReadReturn): FeedbackSource {
  return {
    path: '/email/inbound',
    mediaTypes: ['message/rfc822'],
    maxBytes: 1_048_576,
    isKnown: (headers) => isSame(passwordOf(headerOf(headers, 'authorization')), secret),
    async receive({ headers, body }) {
      const to = headerOf(headers, 'x-envelope-to');
      return parseReport(body, to ? [to] : [], readReturn);
    },
  };
}
