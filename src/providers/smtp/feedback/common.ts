import { createHash, timingSafeEqual } from 'node:crypto';
import { createRejections, type ErrorRow } from '../../error-table.ts';
import { errors } from '../errors.ts';
import type { Feedback } from './types.ts';

const { has } = createRejections(errors);
const rows = new Map<string, ErrorRow>(errors.map((row) => [row.code, row]));

/**
 * A refusal that was reported later means what it would have meant at once: the same table. Only an address that
 * cannot ever work makes a hard bounce.
 *
 * @param status enhanced status (RFC 3463); one that says nothing more (5.0.0) yields to the text's
 * @param text what the remote server said
 */
export function refusalOf(status: string | null, text: string): Pick<Feedback, 'code' | 'reason' | 'isAddressDead'> {
  const said = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1] ?? null;
  const enhanced = status && !/\.0\.0$/.test(status) ? status : (said ?? status);
  const reply = /\b([45]\d\d)\b/.exec(text)?.[1];
  const candidates = [
    ...(enhanced ? [enhanced, enhanced.replace(/\d+$/, 'x')] : []),
    ...(reply ? [`RCPT ${reply}`, reply] : []),
    (enhanced ?? reply ?? '5').startsWith('4') ? '4xx' : '5xx',
  ];
  const row = rows.get(candidates.find(has) ?? '5xx');
  return {
    code: enhanced ?? reply ?? null,
    reason: row?.reason ?? 'refused',
    isAddressDead: row?.permanence === 'address',
  };
}

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

/** An instant of a report; null where it is none. */
export function instantOf(value: unknown): Date | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const at = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(at.getTime()) ? null : at;
}
