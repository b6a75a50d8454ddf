import type { Socket } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerError, type SMTPServerSession } from 'smtp-server';
import type { Fault } from './faults.ts';
import { delay, listen, type StartServer } from './server.ts';

const maxBytes = 10 * 1024 * 1024;

/** A refusal: a reply code and a text that begins with an enhanced status (RFC 3463). Code 0 cuts the connection. */
type Refusal = { readonly code: number; readonly text: string };

/**
 * A mail relay: demands the password, offers STARTTLS, refuses unknown senders and mail that breaks RFC 5322. Mailboxes
 * need not be made: every address has one.
 */
export const startSmtp: StartServer = async ({ journal, faults, credentials, host, publicHost, port }) => {
  const { user, password, from } = credentials.mail;
  const returnPath = `bounces@${from.slice(from.lastIndexOf('@') + 1, -1)}`;
  const sockets = new Map<number, { readonly socket: Socket; readonly number: number }>();
  /** The fault of a session's current mail: found when the recipient is named, it may strike later. */
  const current = new WeakMap<SMTPServerSession, Fault>();
  let connections = 0;

  const server = new SMTPServer({
    key: credentials.tls.key,
    cert: credentials.tls.cert,
    banner: 'Rowbell sandbox',
    size: maxBytes,
    disableReverseLookup: true,
    // Faults bring their own enhanced status codes; the library's would stand before them.
    hideENHANCEDSTATUSCODES: true,
    // The password belongs to the sandbox; on loopback it may come without TLS.
    allowInsecureAuth: true,
    onAuth(auth, _session, callback) {
      const fault = faults.nextAt('smtp', 'auth');
      if (fault) callback(reply(refusalOfUs(fault, 535, '5.7.8 Authentication credentials invalid')));
      else if (auth.username === user && auth.password === password) callback(null, { user });
      else callback(reply({ code: 535, text: '5.7.8 Authentication credentials invalid' }));
    },
    onMailFrom({ address }, _session, callback) {
      const fault = faults.nextAt('smtp', 'mail');
      if (fault) callback(reply(refusalOfUs(fault, 550, '5.7.1 Sender address rejected')));
      // Also what stands after a plus: bounces come back to it (VERP).
      else if (from.endsWith(`<${address}>`) || bare(address) === returnPath) callback();
      else callback(reply({ code: 550, text: '5.7.1 Sender address rejected: not owned by user' }));
    },
    onRcptTo({ address }, session, callback) {
      recipient(address, session).then(
        (refusal) => callback(refusal && reply(refusal)),
        () => cut(session),
      );
    },
    onData(stream, session, callback) {
      data(stream, session).then(
        (refusal) => {
          if (refusal?.code === 0) cut(session);
          else callback(refusal && reply(refusal), 'Message accepted');
        },
        () => cut(session),
      );
    },
  });
  server.on('error', () => {
    // A client that breaks off; what it had sent so far is in the journal or was nothing.
  });
  server.server.on('connection', (socket) => {
    const remotePort = socket.remotePort ?? 0;
    sockets.set(remotePort, { socket, number: ++connections });
    socket.on('close', () => sockets.delete(remotePort));
  });

  const cut = (session: SMTPServerSession) => void sockets.get(session.remotePort)?.socket.destroy();
  const connectionOf = (session: SMTPServerSession) => sockets.get(session.remotePort)?.number ?? 0;

  async function recipient(address: string, session: SMTPServerSession): Promise<Refusal | null> {
    current.delete(session);
    const fault = faults.next('smtp', address);
    if (!fault) return null;
    if (fault.latencyMs) await delay(fault.latencyMs);
    const refusal = refusalOfRecipient(fault);
    if (!refusal) {
      current.set(session, fault);
      return null;
    }
    const { code: status, text: reason } = refusal;
    const rest = { deliveryId: null, title: null, body: null, data: {}, headers: {} };
    journal.record({ provider: 'smtp', address, status, reason, ...rest, connection: connectionOf(session) });
    return refusal;
  }

  async function data(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Refusal | null> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const source = Buffer.concat(chunks);
    const mail = await PostalMime.parse(source);
    const headers: Record<string, string> = {};
    for (const { key, value } of mail.headers) headers[key] = key in headers ? `${headers[key]}\n${value}` : value;
    const fault = current.get(session);
    const refusal = (fault && refusalOfMessage(fault)) ?? judge(mail.headers, stream.sizeExceeded);
    journal.record({
      provider: 'smtp',
      address: session.envelope.rcptTo.map(({ address }) => address).join(', '),
      deliveryId: headers['x-rowbell-delivery'] ?? null,
      status: refusal ? refusal.code : 250,
      reason: refusal?.text ?? null,
      title: mail.subject ?? null,
      body: mail.text?.trimEnd() ?? null,
      data: { messageId: mail.messageId ?? null, from: mail.from?.address ?? null, secure: session.secure },
      headers,
      connection: connectionOf(session),
      raw: {
        text: mail.text ?? null,
        html: mail.html ?? null,
        returnPath: session.envelope.mailFrom ? session.envelope.mailFrom.address : null,
        // As it came over the wire; a large mail is not kept twice.
        source: source.length <= 200_000 ? source.toString('latin1') : null,
      },
    });
    if (fault?.kind === 'goaway') setImmediate(cut, session);
    return refusal;
  }

  const actualPort = await listen(server.server, port, host);
  return {
    port: actualPort,
    settings: {
      SMTP_URL: `smtp://${user}:${password}@${publicHost}:${actualPort}`,
      MAIL_FROM: from,
      MAIL_RETURN_PATH: returnPath,
      EMAIL_INBOUND_SECRET: password,
      SMTP_CA: credentials.tls.ca,
    },
    async close() {
      for (const { socket } of sockets.values()) socket.destroy();
      server.close();
    },
  };
};

const bare = (address: string) => address.replace(/\+[^@]*(?=@)/, '');

/** A refusal before anybody is named: for now where it is a server's error, else for good. */
function refusalOfUs({ kind, status, reason }: Fault, code: number, text: string): Refusal {
  if (kind === 'server_error') return { code: status ?? 454, text: reason ?? '4.7.0 Temporary failure' };
  return { code: status ?? code, text: reason ?? text };
}

/** Refusals that come when the recipient is named; null: this fault does not strike here. */
function refusalOfRecipient({ kind, status, reason }: Fault): Refusal | null {
  switch (kind) {
    case 'gone':
    case 'hard_bounce':
      return { code: status ?? 550, text: reason ?? '5.1.1 No such mailbox' };
    case 'soft_bounce':
      return { code: status ?? 451, text: reason ?? '4.2.2 Mailbox full' };
    case 'throttle':
      return { code: status ?? 450, text: reason ?? '4.7.28 Too many messages, slow down' };
    case 'server_error':
      return { code: status ?? 421, text: reason ?? '4.3.2 Service not available' };
    default:
      return null;
  }
}

/** Refusals that come after the message; null: this fault does not strike here. */
function refusalOfMessage({ kind, status, reason }: Fault): Refusal | null {
  if (kind === 'reset') return { code: 0, text: reason ?? 'reset' };
  if (kind === 'reject') return { code: status ?? 554, text: reason ?? '5.7.1 Message refused' };
  return null;
}

/** RFC 5322 §3.6: a mail has one From and one Date; these and some others at most once. */
function judge(headers: readonly { readonly key: string }[], tooLarge: boolean): Refusal | null {
  if (tooLarge) return { code: 552, text: '5.3.4 Message too big' };
  const count = (name: string) => headers.filter(({ key }) => key === name).length;
  if (count('from') !== 1 || count('date') !== 1) return { code: 550, text: '5.6.0 From and Date must be there once' };
  const doubled = ['to', 'cc', 'bcc', 'reply-to', 'message-id', 'subject'].some((name) => count(name) > 1);
  return doubled ? { code: 550, text: '5.6.0 A header stands twice' } : null;
}

function reply({ code, text }: Refusal): SMTPServerError {
  return Object.assign(new Error(text), { responseCode: code });
}
