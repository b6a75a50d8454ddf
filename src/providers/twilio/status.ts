import twilio from 'twilio';
import { createRejections } from '../error-table.ts';
import type { Permanence } from '../types.ts';
import { errors } from './errors.ts';

const { has, reject } = createRejections(errors);

/** A status callback in our words. `failed` has a permanence and a reason, the others have none. */
export type TwilioStatus = TwilioOutcome & {
  /** When it happened, where Twilio says so (of calls, in whole seconds); null: about when it is told. */
  readonly occurredAt: Date | null;
};

type TwilioOutcome =
  | { readonly status: 'sent' | 'delivered'; readonly messageId: string }
  /** Calls: who picked up (`human`, `machine_start`, `fax`, `unknown`). */
  | { readonly status: 'answered'; readonly messageId: string; readonly code: string | null }
  /** Calls: it is over, and how long it lasted from being picked up. */
  | {
      readonly status: 'completed';
      readonly messageId: string;
      readonly code: string | null;
      readonly durationSeconds: number | null;
    }
  | {
      readonly status: 'failed';
      readonly messageId: string;
      /** Twilio's error code, or its word (`undelivered`, `failed`, `canceled`) where it gave none. */
      readonly code: string;
      readonly permanence: Permanence;
      readonly reason: string;
    };

/** MessageStatus of outgoing messages. The steps within Twilio all mean that it has accepted the message. */
const statuses: Readonly<Record<string, 'sent' | 'delivered' | 'failed'>> = {
  accepted: 'sent',
  scheduled: 'sent',
  queued: 'sent',
  sending: 'sent',
  sent: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'failed',
};

/** CallStatus of outgoing calls; picked up is delivered. */
const callStatuses: Readonly<Record<string, 'sent' | 'delivered' | 'completed' | 'failed'>> = {
  queued: 'sent',
  initiated: 'sent',
  ringing: 'sent',
  'in-progress': 'delivered',
  completed: 'completed',
  busy: 'failed',
  'no-answer': 'failed',
  failed: 'failed',
  canceled: 'failed',
};

/**
 * Reads the parameters of a status callback, of a message or of a call; null when it is none. Callbacks arrive doubled
 * and out of order: the receiver keeps a `delivered` or `failed` against any later `sent`.
 */
export function parseTwilioStatus(params: Readonly<Record<string, unknown>>): TwilioStatus | null {
  if (!('CallSid' in params)) {
    const found = parseMessageStatus(params);
    return found && { ...found, occurredAt: null };
  }
  const found = parseCallStatus(params);
  return found && { ...found, occurredAt: instantOf(params.Timestamp) };
}

/** A callback may come long after what it tells of: Timestamp is RFC 2822 in UTC. Whoever stores it bounds it. */
function instantOf(timestamp: unknown): Date | null {
  if (typeof timestamp !== 'string' || !/^\w{3}, \d{1,2} \w{3} \d{4} [\d:]{8} (\+0000|GMT)$/.test(timestamp))
    return null;
  const instant = new Date(timestamp);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

/** The verdict of asynchronous machine detection comes with AnsweredBy and may have no CallStatus. */
function parseCallStatus(params: Readonly<Record<string, unknown>>): TwilioOutcome | null {
  const { CallSid: messageId, CallStatus: word, AnsweredBy: answeredBy, CallDuration: duration } = params;
  if (typeof messageId !== 'string' || !/^CA[0-9a-fA-F]{32}$/.test(messageId)) return null;
  const code = typeof answeredBy === 'string' && /^[a-z_]{1,40}$/.test(answeredBy) ? answeredBy : null;
  const status = typeof word === 'string' && Object.hasOwn(callStatuses, word) ? callStatuses[word] : undefined;
  if (status === 'completed') {
    const seconds = typeof duration === 'string' && /^\d{1,6}$/.test(duration) ? Number(duration) : null;
    return { status, messageId, code, durationSeconds: seconds };
  }
  if (status === 'failed') {
    const { permanence, reason } = reject(word as 'busy');
    return { status, messageId, code: String(word), permanence, reason };
  }
  if (code !== null) return { status: 'answered', messageId, code };
  return status === undefined ? null : { status, messageId };
}

function parseMessageStatus(params: Readonly<Record<string, unknown>>): TwilioOutcome | null {
  const { MessageSid: messageId, MessageStatus: word, ErrorCode: errorCode } = params;
  if (typeof messageId !== 'string' || !/^(SM|MM)[0-9a-fA-F]{32}$/.test(messageId)) return null;
  if (typeof word !== 'string' || !Object.hasOwn(statuses, word)) return null;
  const status = statuses[word];
  if (status === undefined) return null;
  if (status !== 'failed') return { status, messageId };
  const code = typeof errorCode === 'string' && /^\d{5}$/.test(errorCode) ? errorCode : word;
  const { permanence, reason } = reject(has(code) ? code : 'undelivered');
  return { status, messageId, code, permanence, reason };
}

/**
 * Whether a request is Twilio's own: HMAC-SHA1 over the URL, exactly as Twilio was given it, and the sorted form
 * parameters (twilio.com/docs/usage/security). Never throws.
 */
export function verifyTwilioSignature(
  authToken: string,
  signature: string | undefined,
  url: string,
  params: Readonly<Record<string, unknown>>,
): boolean {
  if (!signature) return false;
  try {
    return twilio.validateRequest(authToken, signature, url, { ...params });
  } catch {
    return false;
  }
}
