import PostalMime, { type Attachment } from 'postal-mime';
import { instantOf, isSame, passwordOf, refusalOf } from './common.ts';
import { type Feedback, type FeedbackSource, headerOf } from './types.ts';

/** Reads a return tag (`Links.readReturn`): the delivery, or null where nobody but a stranger made it. */
export type ReadReturn = (tag: string) => string | null;

/** Of a mail so much is read: what a report says comes first (RFC 3464 §2), then the message that came back. */
const maxReadBytes = 65_536;

/**
 * A mail that came back: a delivery status notification (RFC 3464) or a complaint (RFC 5965). Whoever sends it is believed
 * only as far as the delivery's signed name goes, which stands in the address it came to and in the headers it returns; so
 * nobody can bounce for others. Null for any other mail, and for one without such a name, which is not even taken apart:
 * anybody may write to the return path, and mails can be made that take seconds.
 *
 * @param to the address it came to, as the envelope says
 */
export async function parseReport(
  source: Buffer,
  to: readonly string[],
  readReturn: ReadReturn,
): Promise<Feedback | null> {
  const beginning = source.subarray(0, maxReadBytes);
  const deliveryId = deliveryOf([...to, beginning.toString('latin1')].join('\n'), readReturn);
  const mail = deliveryId && (await PostalMime.parse(beginning).catch(() => null));
  if (!mail) return null;
  const part = (type: string) => mail.attachments.find(({ mimeType }) => mimeType.toLowerCase() === type);
  const status = part('message/delivery-status') ?? part('message/global-delivery-status');
  const complaint = part('message/feedback-report');
  if (!status && !complaint) return null;
  const occurredAt = instantOf(mail.date);
  if (complaint) {
    const [fields] = fieldsOf(textOf(complaint));
    // "not-spam" takes a complaint back, "virus" and "other" are none.
    const isAbuse = ['abuse', 'fraud', 'opt-out'].includes(fields?.get('feedback-type')?.toLowerCase() ?? '');
    if (!isAbuse) return null;
    return { deliveryId, kind: 'complained', code: null, reason: null, isAddressDead: false, occurredAt };
  }
  // First what concerns the message, then a block for each recipient: ours have one.
  const fields = fieldsOf(status ? textOf(status) : '').find((block) => block.has('action'));
  const code = /^\s*([245]\.\d{1,3}\.\d{1,3})/.exec(fields?.get('status') ?? '')?.[1] ?? null;
  const kind = kinds[fields?.get('action')?.toLowerCase() ?? ''];
  if (!kind) return null;
  if (kind === 'delivered') return { deliveryId, kind, code, reason: null, isAddressDead: false, occurredAt };
  const refusal = refusalOf(code, fields?.get('diagnostic-code') ?? '');
  return { deliveryId, kind, ...refusal, isAddressDead: kind === 'bounced' && refusal.isAddressDead, occurredAt };
}

/** RFC 3464 §2.3.3. "relayed" and "expanded" say nothing of the end. */
const kinds: Readonly<Record<string, Feedback['kind'] | undefined>> = {
  failed: 'bounced',
  delayed: 'deferred',
  delivered: 'delivered',
};

/** The first signed name in a text. */
function deliveryOf(text: string, readReturn: ReadReturn): string | null {
  for (const [tag] of text.matchAll(/\b[a-z0-9]{1,8}-[0-9a-v]{42}\b/gi)) {
    const deliveryId = readReturn(tag);
    if (deliveryId) return deliveryId;
  }
  return null;
}

const textOf = ({ content }: Attachment): string =>
  typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString('latin1');

/** Blocks of `Name: value` lines with an empty line between them; folded lines are put together. */
function fieldsOf(text: string): readonly ReadonlyMap<string, string>[] {
  return text
    .replace(/\r\n/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n{2,}/)
    .map(
      (block) =>
        new Map(
          [...block.matchAll(/^([\w-]+):[ \t]*(.*)$/gm)].map(([, name = '', value = '']) => [
            name.toLowerCase(),
            value.trim(),
          ]),
        ),
    );
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
      const feedback = await parseReport(body, to ? [to] : [], readReturn);
      return feedback ? [feedback] : [];
    },
  };
}
