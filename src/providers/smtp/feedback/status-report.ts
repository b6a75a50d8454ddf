import { instantOf, refusalOf } from './common.ts';
import { blocksOf } from './mime.ts';
import type { Feedback } from './types.ts';

/** RFC 3464 §2.3.3. "relayed" and "expanded" say nothing of the end. */
const kinds: Readonly<Record<string, Feedback['kind'] | undefined>> = {
  failed: 'bounced',
  delayed: 'deferred',
  delivered: 'delivered',
};

/** What a delivery status notification (RFC 3464, RFC 6533) says of each recipient it names: first of the message, then a block each. */
export function readStatus(text: string, deliveryId: string, date: string | undefined): readonly Feedback[] {
  return blocksOf(text).flatMap((fields): readonly Feedback[] => {
    const kind = kinds[/^[a-z]+/i.exec(fields.get('action') ?? '')?.[0].toLowerCase() ?? ''];
    if (!kind) return [];
    const code = /^\s*([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)/.exec(fields.get('status') ?? '')?.[1] ?? null;
    const said =
      kind === 'delivered'
        ? { code, reason: null, isAddressDead: false }
        : refusalOf(code, (fields.get('diagnostic-code') ?? '').replace(/^[\w-]+[ \t]*;[ \t]*/, ''));
    const final = mailboxIn(fields.get('final-recipient'));
    return [
      {
        deliveryId,
        kind,
        ...said,
        isAddressDead: kind === 'bounced' && said.isAddressDead,
        occurredAt: instantOf(date),
        // One that names nobody is not about ours.
        recipient: final ?? '',
        sentTo: mailboxIn(fields.get('original-recipient')),
      },
    ];
  });
}

/** The mailbox of `rfc822; ada@example.com`: without brackets, and with what RFC 3461 §4 and RFC 6533 §3 encode undone. */
function mailboxIn(field: string | undefined): string | null {
  const [, value = ''] = /^[\w-]+[ \t]*;[ \t]*(.+)$/.exec(field ?? '') ?? [];
  const mailbox = value
    .trim()
    .replace(/^<(.*)>$/, '$1')
    .replace(/\\x\{([0-9a-f]{1,6})\}/gi, (whole, hex: string) => {
      const point = Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    });
  return mailbox === '' ? null : mailbox;
}
