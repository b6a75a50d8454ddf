import { createRejections, type Rejected } from '../error-table.ts';
import type { Evidence } from '../slots.ts';
import type { Result } from '../types.ts';
import { errors } from './errors.ts';
import { rowOf } from './refusal.ts';

const { has, reject } = createRejections(errors);

/** How Node and OpenSSL call what is wrong with a certificate or a handshake; nodemailer calls it all ESOCKET. */
const tlsFailure = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|HOSTNAME_|ERR_TLS_|ERR_SSL_|EPROTO)/;

/** What keeps us from being let in, in nodemailer's words. */
const notLetIn = new Set(['ESOCKET', 'ECONNECTION', 'ETIMEDOUT', 'EDNS', 'EPROTOCOL']);

/** How the system calls it where no connection comes about. */
const noConnection = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN']);

/** What nodemailer's errors carry. `command` is what the server was answering. */
export type SmtpFailure = {
  readonly code?: string;
  /** The system's or OpenSSL's own code, where nodemailer put its word over it. */
  readonly originalCode?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
  /** Which of nodemailer's clocks ran out. */
  readonly timeoutType?: string;
};

/**
 * What a failed `sendMail` means. A reply is a verdict whenever it came. Without one it matters whether the relay had `letIn`
 * the message, to whom nobody had been named before, and whether it had been `handedOver` whole: until the final dot a server
 * must forget it (RFC 5321 §4.1.1.4), after it nobody knows. `timedOut` says that our own deadline aborted the call, not the worker.
 */
export function rejectionOf(
  failure: SmtpFailure,
  {
    letIn,
    handedOver,
    timedOut,
  }: { readonly letIn: boolean; readonly handedOver: boolean; readonly timedOut: boolean },
): Rejected {
  const { code = 'other', responseCode, response = '', command = '' } = failure;
  if (responseCode !== undefined && responseCode >= 400)
    return refusal(responseCode, { response, stage: stageOf(code, command) });
  const word = code === 'EABORT' && timedOut ? 'ETIMEDOUT' : code;
  if (!handedOver && tlsFailure.test(failure.originalCode ?? '')) return reject('ETLS');
  // A kept connection that had ended lets in, too: whether the new one in its place came about, the failure itself says.
  const { timeoutType = 'SOCKET_TIMEOUT', originalCode = '' } = failure;
  const isOutside = !letIn || timeoutType !== 'SOCKET_TIMEOUT' || noConnection.has(originalCode) || word === 'EDNS';
  if (!handedOver && isOutside && notLetIn.has(word)) return reject('CONN', { code: `CONN ${word}` });
  if (!handedOver) return reject(has(word) ? word : 'other');
  if (word === 'ETIMEDOUT' || word === 'EABORT') return reject(`DATA ${word}`);
  return reject('DATA ECONNECTION');
}

/** The command that was answered. nodemailer's CONN stands for the greeting, and for a connection that ended at any time. */
function stageOf(code: string, command: string): string {
  if (command === 'CONN') return code === 'EPROTOCOL' ? 'GREETING' : '';
  return command.split(' ', 1)[0] ?? '';
}

function refusal(reply: number, { response, stage }: { response: string; stage: string }): Rejected {
  const enhanced = /^\d{3}[ -]#?([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? null;
  return reject(rowOf({ stage, reply, enhanced, text: response }).code, { code: enhanced ?? String(reply) });
}

/**
 * What a result says of the domain that the mail goes to: a reply, or no word in time from a relay that had let us in. What
 * is about the relay or our account says nothing of a domain.
 */
export function evidenceOf(result: Result): Evidence | null {
  if (result.outcome === 'accepted') return 'answer';
  const { code, permanence } = result;
  if (code === 'ETIMEDOUT' || code === 'DATA ETIMEDOUT') return 'silence';
  return permanence !== 'misconfigured' && /^[45]\d\d$|^[45]\.\d+\.\d+$/.test(code ?? '') ? 'answer' : null;
}
