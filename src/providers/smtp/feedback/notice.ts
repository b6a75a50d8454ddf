import { instantOf, refusalOf } from './common.ts';
import { type Part, partsOf, textOf, typeOf } from './mime.ts';
import type { Feedback } from './types.ts';

/**
 * How notices begin that have no part for machines: qmail's (QSBMF, https://cr.yp.to/proto/qsbmf.txt), those of Exim before
 * 4.80 and of GMX, which took over its words, and Yahoo's. A reply that quotes one begins with something else.
 */
const beginnings = [
  /^Hi\. (?:This is the|The MTA program)\b/,
  /^This message was created automatically by (?:the )?mail delivery (?:software|system)/i,
  /^Sorry,? we were unable to deliver your message/i,
  /^Message from (?:yahoo|aol)\.com\.?\s+Unable to deliver/i,
];

/** A paragraph about a mailbox begins with a line that has no more. */
const named = /^[ \t]*[<"]?([^\s<>"@]+@[^\s<>":]+)[>"]?:?[ \t]*(?:\n|$)([\s\S]*)$/;

/** The mail is still on its way. */
const delay =
  /\b(?:delayed|still (?:trying|undelivered)|not yet been delivered|will (?:keep|continue) (?:on )?trying|will be retried|no action is required|this is (?:only )?a warning)\b/i;

/**
 * What a notice in plain text says of each mailbox that it names at the beginning of a paragraph. What came back with it stands below a line, and is left alone.
 */
export function readNotice(mail: Part, deliveryId: string): readonly Feedback[] {
  const text = noticeOf(mail);
  if (!text || !beginnings.some((beginning) => beginning.test(text))) return [];
  const [said = ''] = text.split(/^-{2,}.*$/m);
  // Some servers leave no line before the first mailbox.
  const paragraphs = said.replace(/\n(?=<[^\s<>]+@[^\s<>]+>:[ \t]*\n)/g, '\n\n').split(/\n(?:[ \t]*\n)+/);
  const first = paragraphs.findIndex((paragraph) => named.test(paragraph));
  const isDelay = delay.test(paragraphs.slice(0, Math.max(first, 0)).join('\n'));
  return paragraphs.flatMap((paragraph, place): readonly Feedback[] => {
    const [, mailbox, rest = ''] = named.exec(paragraph) ?? [];
    if (!mailbox) return [];
    // Some leave a line between the mailbox and what was said of it.
    const refusal = refusalOf(null, rest.trim() || (paragraphs[place + 1] ?? ''));
    return [
      {
        deliveryId,
        kind: isDelay ? 'deferred' : 'bounced',
        ...refusal,
        isAddressDead: !isDelay && refusal.isAddressDead,
        occurredAt: instantOf(mail.headers.get('date')),
        recipient: mailbox,
        sentTo: null,
      },
    ];
  });
}

/** The text that a reader sees first: the mail's own, or its first part's. */
function noticeOf(mail: Part): string {
  const part = typeOf(mail) === 'text/plain' ? mail : partsOf(mail)[0];
  return part && typeOf(part) === 'text/plain' ? textOf(part).trim() : '';
}
