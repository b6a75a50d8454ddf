import { createRejections } from '../error-table.ts';
import { errors } from './errors.ts';
import { wordOf } from './words.ts';

const { has } = createRejections(errors);
type Row = (typeof errors)[number];
const rows = new Map<string, Row>(errors.map((row) => [row.code, row]));

/** A refusal, at once or in a report: whatever of it is known. */
export type Refusal = {
  /** The command that was answered; `''`: not known. */
  readonly stage: string;
  /** RFC 5321 §4.2.1. */
  readonly reply: number | null;
  /** RFC 3463. */
  readonly enhanced: string | null;
  /** What the server said, without its codes or with them. */
  readonly text: string;
};

/** What a server says at these does not concern a recipient: it has not heard of one. */
const beforeRecipient = new Set(['GREETING', 'EHLO', 'HELO', 'STARTTLS', 'AUTH', 'MAIL']);

/**
 * The row of the table that a refusal stands for. Asked in this order (docs/decisions/0007-shares-and-blame.md, Mail): the
 * stage; whether it is for good; the enhanced code, unless it says no more than "other" (X.n.0); what the words speak of; the
 * three digits. So only X.1.x, a mailbox that is disabled, and words of an unknown user make an address dead, and none of
 * these where the words speak of us or of a full mailbox.
 */
export function rowOf({ stage, reply, enhanced, text }: Refusal): Row {
  const row = (...candidates: readonly string[]): Row => rows.get(candidates.find(has) ?? '5xx') as Row;
  // RFC 2034 §4 has both begin with the same digit; where they do not, nothing is for good.
  const isForNow = (reply !== null && reply < 500) || Boolean(enhanced?.startsWith('4'));
  if (isForNow) {
    const own = enhanced?.startsWith('4') ? [enhanced] : [];
    return row(...(beforeRecipient.has(stage) ? [] : own), `${stage} ${reply}`, `${stage} 4xx`, `${reply}`, '4xx');
  }
  if (beforeRecipient.has(stage)) return row(`${stage} ${enhanced}`, `${stage} ${reply}`, `${stage} 5xx`);
  const word = wordOf(text);
  if (word === 'blocked') return row('words blocked');
  const [, subject, detail] = enhanced?.split('.') ?? [];
  const byClass = enhanced && subject !== '0' ? row(enhanced, `5.${subject}.x`) : null;
  if (byClass?.permanence === 'address')
    return word === null || word === 'unknown' || word === 'later' ? byClass : row(`words ${word}`);
  // Servers have details of their own in X.1 (Microsoft's 5.1.351).
  const isOpen = detail === '0' || (byClass?.code === '5.1.x' && word === 'unknown');
  if (byClass && !isOpen) return byClass;
  if (word) return row(`words ${word}`);
  return byClass ?? row(`${stage} ${reply}`, `${reply}`);
}

const enhancedForm = /(?:^|[\s(#<;:-])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)/;
const replyForm = /(?:^|[\s(;:])([45]\d\d)(?=[\s-]|$)/;

/** The codes in a server's words; an IP address is none. */
export function codesIn(text: string): Pick<Refusal, 'reply' | 'enhanced'> {
  const reply = replyForm.exec(text)?.[1];
  return { reply: reply ? Number(reply) : null, enhanced: enhancedForm.exec(text)?.[1] ?? null };
}
