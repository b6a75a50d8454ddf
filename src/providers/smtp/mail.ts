import addressparser from 'nodemailer/lib/addressparser';
import type { Message } from '../types.ts';

export type Sender = { readonly name: string; readonly address: string };

/** `Name <mailbox@domain>`. Throws when it is not exactly one mailbox. */
export function parseSender(from: string): Sender {
  const [sender, ...others] = addressparser(oneLine(from), { flatten: true });
  if (!sender?.address || others.length > 0 || !isMailbox(sender.address)) {
    throw new Error('The sender of mail must be one mailbox, such as Rowbell <hello@example.com>.');
  }
  return { name: sender.name, address: sender.address };
}

/**
 * Whether an address is one plain mailbox: no list, no display name, no quoting, no two dots together, nothing that could
 * end the command or the header it stands in. At most 254 bytes (RFC 5321 §4.5.3.1.3).
 */
export function isMailbox(address: string): boolean {
  return (
    Buffer.byteLength(address) <= 254 &&
    /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()\\,;:"\p{Cc}]+$/u.test(address) &&
    !/\.\.|\.@|@\.|^\.|\.$/.test(address)
  );
}

/** Where a mailbox is, in lower case. */
export const domainOf = ({ address }: Message): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();

/**
 * One message for nodemailer. It is the same at every attempt, with the Message-ID, the Date and all that is between. Where there
 * is a return path, bounces come to it with the delivery's signed name after a plus (VERP).
 */
export function mailOf(message: Message, sender: Sender, returnPath: string | null) {
  const { deliveryId, address, title, body, mail } = message;
  const bounces = mail && returnPath ? returnPath.replace('@', `+${mail.returnTag}@`) : sender.address;
  return {
    from: sender,
    to: { name: '', address },
    envelope: { from: bounces, to: [address] },
    subject: shortened(oneLine(title)),
    text: mail?.text ?? body,
    ...(mail && { html: mail.html }),
    date: madeAt(deliveryId),
    baseBoundary: deliveryId,
    messageId: `<${deliveryId}@${sender.address.slice(sender.address.lastIndexOf('@') + 1)}>`,
    headers: {
      // A relay may replace the Message-ID (SES does); this one stays.
      'X-Rowbell-Delivery': deliveryId,
      // RFC 3834 §5: no out-of-office replies, please.
      'Auto-Submitted': 'auto-generated',
      ...(mail && {
        // What comes back of a mail, a bounce or a complaint, has its headers; this one is signed.
        'X-Rowbell-Return': mail.returnTag,
        ...givenAlong(deliveryId),
        ...Object.fromEntries(Object.entries(mail.headers).map(([name, value]) => [name, unfolded(value)])),
      }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * What mail services take off and put into their webhooks: Postmark, SendGrid, SparkPost, Brevo, Mailjet. Resend gives all
 * headers back, Mailgun the Message-ID. Which service a mail passes through is not known here: a relay may stand before it.
 */
const givenAlong = (deliveryId: string) => ({
  'X-PM-Metadata-rowbell-delivery': deliveryId,
  'X-SMTPAPI': unfolded(JSON.stringify({ unique_args: { 'rowbell-delivery': deliveryId } })),
  'X-MSYS-API': unfolded(JSON.stringify({ metadata: { 'rowbell-delivery': deliveryId } })),
  'X-Mailin-custom': deliveryId,
  'X-MJ-CustomID': deliveryId,
});

/** When a delivery was made, as its id says (UUID version 7, RFC 9562 §5.7); for another id now. */
const madeAt = (id: string): Date =>
  id[14] === '7' ? new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16)) : new Date();

/** Links must not be broken into lines, which some servers and scanners put together wrongly. */
const unfolded = (value: string) => ({ prepared: true, foldLines: false, value: oneLine(value) });

/**
 * A header's value is one line (RFC 5322 §2.2): line breaks and other control characters become spaces. What turns the
 * direction of the text around it goes.
 */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
}

/** What mail clients show of a subject, and more. A header's line has at most 998 bytes (RFC 5322 §2.1.1), a word of it may have no blank. */
const maxSubject = 150;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Cut at the end of a word where one ends late enough, and never within a letter and its accents, or an emoji of several signs. */
function shortened(subject: string): string {
  if (subject.length <= maxSubject) return subject;
  let kept = '';
  for (const { segment } of graphemes.segment(subject.slice(0, maxSubject * 4))) {
    if (kept.length + segment.length > maxSubject - 1) break;
    kept += segment;
  }
  const end = kept.search(/\s+\S*$/);
  return `${end > maxSubject * 0.6 ? kept.slice(0, end) : kept.trimEnd()}…`;
}
