import type { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { withDeadline } from '../deadline.ts';
import { createRejections } from '../error-table.ts';
import { createSlots } from '../slots.ts';
import { trusting } from '../trust.ts';
import type { Message, Provider, Result } from '../types.ts';
import { evidenceOf, rejectionOf, type SmtpFailure } from './classify.ts';
import { type DkimOptions, dkimSettings } from './dkim.ts';
import { errors } from './errors.ts';
import { domainOf, isMailbox, mailOf, parseSender } from './mail.ts';

export type SmtpOptions = {
  /** `smtp://user:password@host:587` or `smtps://…:465`; nodemailer's settings may stand in the query. */
  readonly url: string;
  /** One mailbox, with or without a name. */
  readonly from: string;
  /** Mailbox that bounces come to, `bounces@example.com`; null: the sender's. */
  readonly returnPath?: string | null;
  /** PEM of a certificate authority trusted besides the system's. */
  readonly ca?: string | null;
  readonly dkim?: DkimOptions | null;
  /**
   * Slots kept for domains that answer; 10 unless told. A slot is a connection with one message at a time, and there are at
   * most twice as many: for what takes long, and for what is in doubt.
   */
  readonly connections?: number;
  /** Silence of the server, and a whole call; 60 000 unless told. */
  readonly timeoutMs?: number;
};

const { reject } = createRejections(errors);

/** Connections that one person may have in use: a mailbox whose server takes its time holds up no others. */
const maxOfAPerson = 2;
/** Connections for domains that are silent or that nobody heard of, and how long one of them may take. */
const maxDoubtful = 4;
const maxDoubtfulMs = 20_000;
/** Relays that look into a mail take a second or two; what takes longer leaves its slot, up to so many. */
const maxPromptMs = 3_000;
const maxOverdue = 6;

/**
 * Mail through one relay, over kept connections, which the domains share that the mail goes to: a relay that asks their
 * servers before it answers is as slow as they are. STARTTLS is used where it is offered and required where a password
 * would leave this machine without it (`?requireTLS=false` in the URL says otherwise). Throws when the sender or the
 * DKIM key cannot be used.
 */
export function createSmtp(options: SmtpOptions): Provider {
  const { url, from, returnPath = null, ca, dkim, connections = 10, timeoutMs = 60_000 } = options;
  const sender = parseSender(from);
  const [doubtful, overdue] = [Math.min(maxDoubtful, connections), Math.min(maxOverdue, connections)];
  const slots = createSlots({
    kept: connections,
    anOrigin: Math.ceil(connections * 0.75),
    aPerson: maxOfAPerson,
    timeoutMs,
    doubtful,
    doubtfulTimeoutMs: maxDoubtfulMs,
    promptMs: maxPromptMs,
    overdue,
    newOnesWait: true,
    originOf: domainOf,
    evidenceOf,
  });
  const transport = createTransport({
    pool: true,
    url,
    requireTLS: carriesPasswordAbroad(url),
    maxConnections: connections + doubtful + overdue,
    // Only for a kept connection that the server closed meanwhile: nothing of the message was sent then.
    maxRequeues: 1,
    // Less than a call has, so that a relay that lets nobody in is told apart from a domain that does not answer.
    connectionTimeout: Math.min(timeoutMs / 2, 10_000),
    greetingTimeout: Math.min(timeoutMs / 2, 10_000),
    socketTimeout: timeoutMs,
    tls: trusting(ca),
    ...(dkim && { dkim: dkimSettings(dkim) }),
  });
  /** When a connection was ready for a message, and the stream it reads that from: read to its end, the message is handed over. */
  const begun = new WeakMap<object, { readonly stream: Readable; readonly at: number }>();
  transport.use('stream', (mail, done) => {
    const { message, data } = mail;
    const create = message.createReadStream.bind(message);
    message.createReadStream = (streamOptions) => {
      const stream = create(streamOptions);
      if (data.signal) begun.set(data.signal, { stream, at: performance.now() });
      return stream;
    };
    done();
  });

  const sendOne = async (message: Message, signal: AbortSignal, patience: number): Promise<Result> => {
    if (!isMailbox(message.address)) return reject('EENVELOPE');
    return withDeadline(signal, patience, async (deadline) => {
      const took = () => {
        const at = begun.get(deadline)?.at;
        return at === undefined ? {} : { tookMs: Math.round(performance.now() - at) };
      };
      try {
        const { messageId } = await transport.sendMail({ ...mailOf(message, sender, returnPath), signal: deadline });
        return { outcome: 'accepted', providerMessageId: messageId, ...took() };
      } catch (error) {
        const stream = begun.get(deadline)?.stream;
        const stage = { letIn: stream !== undefined, handedOver: stream?.readableEnded ?? false };
        const result = rejectionOf(error as SmtpFailure, { ...stage, timedOut: !signal.aborted });
        // Who was not let in has asked nothing, and who gave up waited for no answer.
        return result.permanence === 'origin' || signal.aborted ? result : { ...result, ...took() };
      }
    });
  };

  return {
    name: 'smtp',
    send: (batch, signal, progress) =>
      slots.send(batch, { signal, progress }, (message, ms) => sendOne(message, signal, ms)),
    async close() {
      transport.close();
    },
  };
}

function carriesPasswordAbroad(url: string): boolean {
  const { protocol, password, hostname } = new URL(url);
  return protocol === 'smtp:' && password !== '' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
