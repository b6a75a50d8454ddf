// Over 300 lines: the protocol of one provider, reply by reply.
import { describe, expect, test } from 'vitest';
import { errors } from '../../src/providers/smtp/errors.ts';
import { createSmtp } from '../../src/providers/smtp/index.ts';
import { isMailbox, parseSender } from '../../src/providers/smtp/mail.ts';
import { messageTo, unaborted } from '../support/message.ts';
import { ada, mail, options, received, relayOf, sandbox, sendOne } from './smtp-world.ts';

describe('what the mailbox gets', () => {
  test('subject, text and HTML, and a Message-ID that is the same at every attempt', async () => {
    const message = messageTo(ada, {
      title: 'Lisbonne — été',
      body: 'Ça commence.\nÀ bientôt',
      mail: { ...mail, html: '<p>Ça</p>', text: 'Ça commence.\nÀ bientôt' },
    });
    const messageId = `<${message.deliveryId}@rowbell.example>`;
    expect(await sendOne(message)).toEqual({
      outcome: 'accepted',
      providerMessageId: messageId,
      tookMs: expect.any(Number),
    });
    expect(await sendOne({ ...message, attempt: 2 })).toMatchObject({ providerMessageId: messageId });
    const [again, first] = received();
    expect(again?.data.messageId).toBe(messageId);
    expect(first).toMatchObject({
      address: ada,
      deliveryId: message.deliveryId,
      status: 250,
      title: message.title,
      body: message.body,
      data: { messageId, from: 'notifications@rowbell.example', secure: true },
      raw: { html: expect.stringContaining('<p>Ça</p>') },
    });
    expect(first?.headers).toMatchObject({
      from: 'Rowbell <notifications@rowbell.example>',
      to: ada,
      'x-rowbell-delivery': message.deliveryId,
      'auto-submitted': 'auto-generated',
    });
  });

  test('without HTML there is only text', async () => {
    await sendOne(messageTo(ada));
    expect(received()[0]).toMatchObject({ raw: { html: null } });
    expect(received()[0]?.headers['content-type']).toMatch(/^text\/plain/);
  });

  test.each(['Hi\r\nBcc: eve@example.com', 'Hi\nX-Evil: 1', 'Hi\r\n\r\nbody', 'Hi\u2028X-Evil: 1', 'Hi\0'])(
    'a subject is one line: %j',
    async (title) => {
      expect(await sendOne(messageTo(ada, { title }))).toMatchObject({ outcome: 'accepted' });
      const [entry, ...more] = received();
      expect(more).toEqual([]);
      expect(entry?.title).toMatch(/^Hi( |$)/);
      expect(entry?.address).toBe(ada);
      expect(Object.keys(entry?.headers ?? {})).not.toContain('bcc');
      expect(Object.keys(entry?.headers ?? {})).not.toContain('x-evil');
      expect(entry?.body).toBe('Ada started planning this trip.');
    },
  );

  test('a body cannot end the message early, nor name a file to attach', async () => {
    const body = 'one\r\n.\r\nMAIL FROM:<eve@example.com>\r\n.two\n..three';
    await sendOne(messageTo(ada, { body, mail: { ...mail, html: '<img src="file:///etc/hosts">', text: body } }));
    expect(received()).toHaveLength(1);
    expect(received()[0]?.body?.replaceAll('\r\n', '\n')).toBe(body.replaceAll('\r\n', '\n'));
  });

  test('the name of the sender is one line too', async () => {
    const provider = createSmtp({ ...options, from: 'Row\r\nbell, "Inc" <notifications@rowbell.example>' });
    expect(await sendOne(messageTo(ada), provider)).toMatchObject({ outcome: 'accepted' });
    expect(received()[0]?.headers.from).not.toMatch(/[\r\n]/);
    await provider.close();
  });
});

describe('addresses', () => {
  test.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'a@b@c',
    'ada@example.com, eve@example.com',
    'Ada <ada@example.com>',
    'ada@example.com\r\nRCPT TO:<eve@example.com>',
    `${'a'.repeat(250)}@example.com`,
  ])('%j is no mailbox and gets nothing', async (address) => {
    expect(await sendOne(messageTo(address))).toEqual({
      outcome: 'rejected',
      permanence: 'address',
      reason: 'invalid_address',
      code: 'EENVELOPE',
    });
    expect(received()).toEqual([]);
  });

  test('plain ones are mailboxes', () => {
    expect(['ada@example.com', "o'hara+x@sub.example.co.uk", 'zoë@exämple.com'].every(isMailbox)).toBe(true);
  });

  test.each(['', 'Rowbell', 'a@b.example, c@d.example', 'Rowbell <>'])('TR-G5: %j is no sender', (from) => {
    expect(() => createSmtp({ ...options, from })).toThrow('The sender of mail must be one mailbox');
  });

  test('a sender without a name', () => {
    expect(parseSender('a@b.example')).toEqual({ name: '', address: 'a@b.example' });
  });
});

describe('what a reply means', () => {
  const replies: readonly (readonly [stage: 'RCPT' | 'DATA', status: number, text: string, row: string])[] = [
    ['RCPT', 452, '4.2.2 Over quota', '4.2.2'],
    ['RCPT', 450, '4.7.28 Slow down', '4.7.28'],
    ['RCPT', 550, '5.1.1 No such mailbox', '5.1.1'],
    ['RCPT', 550, '5.1.2 No such domain', '5.1.2'],
    ['RCPT', 553, '5.1.3 Bad syntax', '5.1.3'],
    ['RCPT', 551, '5.1.6 Moved', '5.1.6'],
    ['RCPT', 550, '5.1.7 Bad sender', '5.1.7'],
    ['RCPT', 550, '5.1.8 Bad sender domain', '5.1.8'],
    ['RCPT', 556, '5.1.10 Null MX', '5.1.10'],
    ['RCPT', 550, '5.2.1 Disabled', '5.2.1'],
    ['RCPT', 552, '5.2.2 Over quota', '5.2.2'],
    ['DATA', 552, '5.2.3 Too large for this mailbox', '5.2.3'],
    ['DATA', 552, '5.3.4 Message too big', '5.3.4'],
    ['RCPT', 535, '5.7.8 Bad credentials', '5.7.x'],
    ['RCPT', 534, '5.7.9 Too weak', '5.7.x'],
    ['DATA', 554, '5.7.1 Spam', '5.7.x'],
    ['RCPT', 550, '5.7.26 Unauthenticated', '5.7.x'],
    ['RCPT', 450, 'Greylisted', '450'],
    ['DATA', 451, '4.3.0 Later', '451'],
    ['RCPT', 452, 'No storage', '452'],
    ['RCPT', 530, 'Log in first', '530'],
    ['RCPT', 535, 'Log in again', '535'],
    ['RCPT', 550, 'No', '5xx'],
    ['RCPT', 551, 'Not here', '5xx'],
    ['RCPT', 552, 'Full', 'RCPT 552'],
    ['DATA', 552, 'No', '552'],
    ['RCPT', 553, 'Mailbox name', '5xx'],
    ['DATA', 554, 'No', '5xx'],
    ['RCPT', 550, 'No such user here', 'words unknown'],
    ['RCPT', 550, 'Mailbox is full', 'words full'],
    ['DATA', 554, 'Message too large', 'words large'],
    ['RCPT', 550, '5.1.0 Address rejected', '5.1.0'],
    ['RCPT', 550, '5.1.4 Ambiguous', '5.1.x'],
    ['RCPT', 550, '5.2.4 List expansion failed', '5.2.x'],
    ['RCPT', 550, '5.3.2 System not accepting network messages', '5.3.x'],
    ['RCPT', 550, '5.4.6 Routing loop detected', '5.4.x'],
    ['RCPT', 550, '5.5.1 Invalid command', '5.5.x'],
    ['DATA', 550, '5.6.0 Headers not as RFC 5322 has them', '5.6.x'],
    ['RCPT', 451, '5.1.1 No such user', '451'],
    ['DATA', 471, 'Later', '4xx'],
    ['DATA', 550, 'No', '5xx'],
  ];

  test.each(replies)('TR-G7: %s %i %s', async (stage, status, text, rowCode) => {
    const row = errors.find(({ code }) => code === rowCode);
    if (!row) throw new Error('no such row');
    const kind = stage === 'RCPT' ? 'hard_bounce' : 'reject';
    sandbox.faults.add({ provider: 'smtp', address: ada, kind, status, reason: text, times: 1 });
    expect(await sendOne(messageTo(ada))).toEqual({
      outcome: 'rejected',
      permanence: row.permanence,
      reason: row.reason,
      code: /^[45]\.\d+\.\d+/.exec(text)?.[0] ?? String(status),
      ...('suspect' in row && { suspect: true }),
      tookMs: expect.any(Number),
    });
    expect(await sendOne(messageTo(ada))).toMatchObject({ outcome: 'accepted' });
  });

  test('421 4.3.2: the server is closing', async () => {
    const provider = createSmtp({ ...options, connections: 1 });
    sandbox.faults.add({ provider: 'smtp', kind: 'server_error', times: 1 });
    expect(await sendOne(messageTo(ada), provider)).toEqual({
      outcome: 'rejected',
      permanence: 'transient',
      reason: 'server_error',
      code: '4.3.2',
      tookMs: expect.any(Number),
    });
    expect(await sendOne(messageTo(ada), provider)).toMatchObject({ outcome: 'accepted' });
    await provider.close();
  });

  test.each([
    ['MAIL', '550 No', 'misconfigured', 'sender_rejected'],
    ['MAIL', '553 Not yours', 'misconfigured', 'sender_rejected'],
    ['MAIL', '550 5.7.1 You are blocked', 'misconfigured', 'sender_rejected'],
    ['MAIL', '553 5.1.8 No such domain', 'misconfigured', 'sender_rejected'],
    ['MAIL', '501 Bad', 'misconfigured', 'sender_rejected'],
    ['MAIL', '530 5.7.0 Log in first', 'misconfigured', 'credentials_rejected'],
    ['MAIL', '552 5.3.4 Too big', 'message', 'too_large'],
    ['MAIL', '552 Too big', 'message', 'too_large'],
    ['MAIL', '451 4.3.0 Later', 'transient', 'deferred'],
    ['RCPT', '550 5.1.8 No such domain', 'message', 'sender_rejected'],
    ['RCPT', '550 5.1.7 Bad sender', 'message', 'sender_rejected'],
    ['RCPT', '553 5.7.1 Sender verify failed', 'message', 'refused'],
    ['RCPT', '530 5.7.0 Must issue a STARTTLS command first', 'message', 'refused'],
    ['RCPT', '534 5.7.9 Too weak', 'message', 'refused'],
    ['DATA', '530 Log in first', 'message', 'refused'],
    ['DATA', '535 5.7.8 Bad credentials', 'message', 'refused'],
    ['DATA', '554 5.7.9 Not accepted for policy reasons', 'message', 'refused'],
    ['DATA', '550 5.1.8 No such domain', 'message', 'sender_rejected'],
  ])(
    'W01: the stage is asked before the code: %s answered with %s is %s/%s',
    async (stage, reply, permanence, reason) => {
      await using relay = await relayOf((line) => (line.startsWith(stage === 'DATA' ? 'END' : stage) ? reply : null));
      const result = await sendOne(messageTo(ada), relay.provider);
      expect(result).toMatchObject({ permanence, reason });
      // Only many of them can mean us.
      if (reason === 'refused' || (stage !== 'MAIL' && reason === 'sender_rejected'))
        expect(result).toMatchObject({ suspect: true });
    },
  );

  test.each([
    ['GREETING', '554 5.7.1 No mail from your network', 'relay_refused'],
    ['HELO', '550 5.7.1 Go away', 'relay_refused'],
    ['AUTH', '535 5.1.1 No such user', 'credentials_rejected'],
    ['AUTH', '550 No', 'credentials_rejected'],
  ])('W01: what is said at %s is about our account: %s', async (stage, reply, reason) => {
    await using relay = await relayOf(
      (line) => (line.startsWith(stage) || (stage === 'HELO' && line.startsWith('EHLO')) ? reply : null),
      stage === 'AUTH' ? { user: 'user:pass@' } : {},
    );
    const result = await sendOne(messageTo(ada), relay.provider);
    expect(result).toMatchObject({ permanence: 'misconfigured', reason });
    expect(result).not.toHaveProperty('suspect');
  });

  test('TR-G5: a wrong password pauses the provider', async () => {
    const provider = createSmtp({ ...options, url: options.url.replace(/:[^:@]+@/, ':wrong@') });
    expect(await sendOne(messageTo(ada), provider)).toMatchObject({
      permanence: 'misconfigured',
      reason: 'credentials_rejected',
      code: '5.7.8',
    });
    await provider.close();
  });

  test.each([
    ['454 4.7.0 Temporary failure', 'origin', 'server_error'],
    ['504 Unknown method', 'misconfigured', 'credentials_rejected'],
  ])('AUTH answered with %s is %s/%s', async (reply, permanence, reason) => {
    await using relay = await relayOf((line) => (/^AUTH/.test(line) ? reply : null), { user: 'user:pass@' });
    expect(await sendOne(messageTo(ada), relay.provider)).toMatchObject({ permanence, reason });
  });

  test.each(['GREETING', 'EHLO'])('for now in answer to %s: the relay does not let us in', async (stage) => {
    await using relay = await relayOf((line) => (line.startsWith(stage) ? '421 4.3.2 Too busy' : null));
    expect(await sendOne(messageTo(ada), relay.provider)).toMatchObject({
      permanence: 'origin',
      reason: 'unavailable',
    });
  });

  test('no password where one is demanded', async () => {
    const provider = createSmtp({ ...options, url: options.url.replace(/\/\/[^@]+@/, '//') });
    expect(await sendOne(messageTo(ada), provider)).toMatchObject({ permanence: 'misconfigured', code: '530' });
    await provider.close();
  });

  test('a certificate nobody vouches for', async () => {
    const provider = createSmtp({ ...options, ca: null });
    expect(await sendOne(messageTo(ada), provider)).toMatchObject({
      permanence: 'misconfigured',
      reason: 'tls_failed',
      code: 'ETLS',
    });
    expect(received()).toEqual([]);
    await provider.close();
  });

  test("larger than the server's SIZE: not sent", async () => {
    const body = 'x'.repeat(11 * 1024 * 1024);
    expect(await sendOne(messageTo(ada, { body }))).toMatchObject({
      permanence: 'message',
      reason: 'too_large',
    });
  });

  test('nobody there, and no such name', async () => {
    for (const [host, code] of [
      ['127.0.0.1:1', 'CONN ESOCKET'],
      ['rowbell.invalid:25', 'CONN EDNS'],
    ]) {
      const provider = createSmtp({ ...options, url: `smtp://${host}` });
      expect(await sendOne(messageTo(ada), provider)).toMatchObject({ permanence: 'origin', code });
      await provider.close();
    }
  });

  test('somebody who does not speak SMTP', async () => {
    await using relay = await relayOf((line) => (line === 'GREETING' ? 'HTTP/1.1 400 Bad Request' : null));
    expect(await sendOne(messageTo(ada), relay.provider)).toMatchObject({
      permanence: 'origin',
      code: 'CONN EPROTOCOL',
    });
  });
});

describe('until the final dot nothing was sent, after it nobody knows', () => {
  test.each([
    ['MAIL', 'cut', 'transient', 'ECONNECTION'],
    ['RCPT', 'cut', 'transient', 'ECONNECTION'],
    ['DATA', 'cut', 'transient', 'ECONNECTION'],
    ['END', 'cut', 'ambiguous', 'DATA ECONNECTION'],
    ['RCPT', 'silence', 'transient', 'ETIMEDOUT'],
    ['DATA', 'silence', 'transient', 'ETIMEDOUT'],
    ['END', 'silence', 'ambiguous', 'DATA ETIMEDOUT'],
  ])('at %s a %s is %s', async (command, what, permanence, code) => {
    await using relay = await relayOf((line) => (line.startsWith(command) ? what : null), {
      timeoutMs: what === 'silence' ? 3_000 : 60_000,
    });
    expect(await sendOne(messageTo(ada), relay.provider)).toMatchObject({ permanence, code });
    expect(relay.seen.filter((line) => line.startsWith('DATA')).length).toBeLessThanOrEqual(1);
  });

  test('the sandbox cuts after DATA', async () => {
    sandbox.faults.add({ provider: 'smtp', kind: 'reset', times: 1 });
    expect(await sendOne(messageTo(ada))).toMatchObject({ permanence: 'ambiguous', reason: 'connection_lost' });
    expect(received()).toMatchObject([{ status: 0, reason: 'reset' }]);
    expect(await sendOne(messageTo(ada))).toMatchObject({ outcome: 'accepted' });
  });

  test.each([
    ['RCPT', 'transient', 'EABORT'],
    ['END', 'ambiguous', 'DATA EABORT'],
  ])('aborted while the server is silent at %s: %s', async (command, permanence, code) => {
    const abort = new AbortController();
    await using relay = await relayOf((line) => {
      if (!line.startsWith(command)) return null;
      abort.abort();
      return 'silence';
    });
    const results = await relay.provider.send([messageTo(ada), messageTo(ada)], abort.signal);
    expect(results).toMatchObject([
      { permanence, reason: 'aborted', code },
      { permanence: 'transient', reason: 'not_begun' },
    ]);
  });

  test('a kept connection that the server closed meanwhile costs no attempt', async () => {
    const provider = createSmtp({ ...options, connections: 1 });
    sandbox.faults.add({ provider: 'smtp', kind: 'goaway', times: 1 });
    expect(await sendOne(messageTo(ada), provider)).toMatchObject({ outcome: 'accepted' });
    expect(await sendOne(messageTo(ada), provider)).toMatchObject({ outcome: 'accepted' });
    expect(new Set(received().map(({ connection }) => connection)).size).toBe(2);
    await provider.close();
  });
});

describe('a chunk', () => {
  test('keeps its order over few connections, which are used again', async () => {
    const few = createSmtp({ ...options, connections: 2 });
    const chunk = Array.from({ length: 12 }, (_, index) => messageTo(`${index % 3 ? 'ada' : 'nobody'}@example.com`));
    sandbox.faults.add({ provider: 'smtp', address: 'nobody@example.com', kind: 'hard_bounce' });
    for (let round = 0; round < 2; round++) {
      const results = await few.send(chunk, unaborted);
      expect(results.map(({ outcome }) => outcome)).toEqual(
        chunk.map((_, index) => (index % 3 ? 'accepted' : 'rejected')),
      );
    }
    // Two for domains that answer, as many for what is in doubt or takes long.
    expect(new Set(received().map(({ connection }) => connection)).size).toBeLessThanOrEqual(6);
    await few.close();
    await few.close();
  });
});
