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
 * Whether an address is one plain mailbox: no list, no display name, no quoting, nothing that could end the command or
 * the header it stands in. At most 254 bytes (RFC 5321 §4.5.3.1.3).
 */
export function isMailbox(address: string): boolean {
  return Buffer.byteLength(address) <= 254 && /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()\\,;:"\p{Cc}]+$/u.test(address);
}

/** One message for nodemailer. The Message-ID is the same at every attempt. */
export function mailOf(message: Message, sender: Sender) {
  const { deliveryId, address, title, body, html } = message;
  return {
    from: sender,
    to: { name: '', address },
    envelope: { from: sender.address, to: [address] },
    subject: oneLine(title),
    text: body,
    ...(html !== null && { html }),
    messageId: `<${deliveryId}@${sender.address.slice(sender.address.lastIndexOf('@') + 1)}>`,
    headers: {
      // A relay may replace the Message-ID (SES does); this one stays.
      'X-Rowbell-Delivery': deliveryId,
      // RFC 3834 §5: no out-of-office replies, please.
      'Auto-Submitted': 'auto-generated',
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** A header's value is one line (RFC 5322 §2.2): line breaks and other control characters become spaces. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
