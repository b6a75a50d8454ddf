import { createHash, timingSafeEqual } from 'node:crypto';
import { codesIn, rowOf } from '../refusal.ts';
import { wordOf } from '../words.ts';
import type { Feedback } from './types.ts';

/** How IronPort puts words of its own before the remote server's: `5.1.0 - Unknown address error 550-'5.7.1 Access denied'`. */
const wrapped = /^\s*[245]\.\d\.\d{1,3} - [\w ]+ ([45]\d\d)-'([\s\S]*)'/;

/** How Postfix, Exim and Yahoo say in a report what was answered, where the recipient had not been named yet. */
const stageForm =
  /(?:\b(?:in reply to|after) (?:the )?|\[)(initial connection|EHLO|HELO|STARTTLS|AUTH|MAIL)(?:\b|_FROM\])/i;

/**
 * A refusal that was reported later means what it would have meant at once: the same table. Only an address that cannot ever
 * work makes a hard bounce.
 *
 * @param status enhanced status (RFC 3463); one that says nothing closer (X.0.0, X.n.0) yields to the text's
 * @param reported what the remote server said
 */
export function refusalOf(
  status: string | null,
  reported: string,
): Pick<Feedback, 'code' | 'reason' | 'isAddressDead'> {
  const [, quotedReply, quoted] = wrapped.exec(reported) ?? [];
  const text = quoted === undefined ? reported : `${quotedReply} ${quoted}`;
  const { reply, enhanced: said } = codesIn(text);
  const isOpen = status === null || /^[245]\.0\.0$/.test(status);
  const stage = stageForm.exec(text)?.[1]?.toUpperCase().replace('INITIAL CONNECTION', 'GREETING') ?? '';
  const rowAs = (enhanced: string | null) => rowOf({ stage, reply, enhanced, text });
  const row = rowAs(isOpen || (said && /\.0$/.test(status)) ? (said ?? status) : status);
  // The reporter's status may be made of three digits; the remote server's own is closer where it leaves the mailbox alive.
  const closer = said && row.permanence === 'address' ? rowAs(said) : row;
  return {
    code: (isOpen ? said : status) ?? status ?? (reply === null ? null : String(reply)),
    reason: closer.reason,
    isAddressDead: closer.permanence === 'address',
  };
}

/**
 * The same of a service that has a verdict of its own ("hard", "permanent"). What the remote server said is closer, where it
 * said anything: services call for good what a block list refused, too.
 */
export function verdictOf(isDead: boolean, status: string | null, text: string): ReturnType<typeof refusalOf> {
  const refusal = refusalOf(status, text);
  const isSilent = (status === null || status.endsWith('.0.0')) && refusal.code === status && wordOf(text) === null;
  return isDead && isSilent ? { ...refusal, reason: 'unregistered', isAddressDead: true } : refusal;
}

/** Nothing went wrong. */
export const fine = { code: null, reason: null, isAddressDead: false } as const;

const uuid = /^<?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:@|>?$)/i;

/** The delivery that a Message-ID of ours, or our own header, names; null for anything else. */
export const deliveryIn = (value: unknown): string | null =>
  typeof value === 'string' ? (uuid.exec(value.trim())?.[1]?.toLowerCase() ?? null) : null;

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The password of `Authorization: Basic` (any user) or `Bearer`; empty where there is none. */
export function passwordOf(authorization: string | undefined): string {
  const [, scheme = '', value = ''] = /^(basic|bearer) +(.+)$/i.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : '';
}

const maxAgeMs = 24 * 3_600_000;
const aheadMs = 5 * 60_000;

/**
 * Whether a signed instant may be believed: services call again for hours where we did not answer. What is repeated within
 * that time changes nothing, since a delivery takes each kind of report once.
 */
export function isRecent(at: number, now: number): boolean {
  return at > now - maxAgeMs && at < now + aheadMs;
}

export function parseJson(body: Buffer | string): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

/** An instant of a report: in words, or in seconds or milliseconds since 1970; null where it is none. */
export function instantOf(value: unknown): Date | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const count = typeof value === 'number' || /^\d{9,14}$/.test(value) ? Number(value) : null;
  const at = new Date(count === null ? value : count > 1e11 ? count : count * 1000);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** What a table has for a word of somebody else's, which may be "constructor". */
export const wordIn = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;
