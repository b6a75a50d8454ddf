import { describe, expect, test } from 'vitest';
import { parseReport } from '../../src/providers/smtp/feedback/report.ts';
import { hand, returned, returnPath, type Sent, sent, state, untouched } from './feedback-world.ts';

const failed = 'Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown';

/** A report to the return path with these blocks. */
const report = (to: Sent, ...blocks: readonly string[]) =>
  [
    `To: ${returnPath(to)}`,
    'From: MAILER-DAEMON@mx.example',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    ...blocks.map((block) => `\r\n${block}`),
    '',
    '--b--',
    '',
  ].join('\r\n');

const qmail = (to: Sent, mailbox: string, said: string) =>
  [
    `To: ${returnPath(to)}`,
    'From: MAILER-DAEMON@old.example',
    'Subject: failure notice',
    '',
    'Hi. This is the qmail-send program at old.example.',
    "I'm afraid I wasn't able to deliver your message to the following addresses.",
    "This is a permanent error; I've given up. Sorry it didn't work out.",
    '',
    `<${mailbox}>:`,
    said,
    '',
  ].join('\r\n');

test('W09: a report that names thousands is not asked about each', () => {
  const tag = `k1-${'0'.repeat(42)}`;
  const block = `Final-Recipient: rfc822; x@example.com\r\n${failed}`;
  const to = { mail: { raw: { returnPath: `bounces+${tag}@rowbell.example` } } } as unknown as Sent;
  const mail = report(to, ...Array.from({ length: 500 }, () => block));
  expect(parseReport(Buffer.from(mail), [], (given) => (given === tag ? 'd' : null))).toHaveLength(50);
});

describe('W09: whose bounce', () => {
  const soft = { status: 'failed', receipts: ['bounced soft 5.1.1'], suppressed: null };
  const hard = { status: 'failed', receipts: ['bounced hard 5.1.1'], suppressed: 'hard_bounce' };

  test.each<[string, (to: Sent) => string, object]>([
    ['somebody else', (to) => report(to, `Final-Recipient: rfc822; old@elsewhere.example\r\n${failed}`), soft],
    [
      'the mailbox that ours is forwarded to',
      (to) =>
        report(to, `Original-Recipient: rfc822; ${to.address}\r\nFinal-Recipient: rfc822; old@x.example\r\n${failed}`),
      soft,
    ],
    ['nobody at all', (to) => report(to, failed), soft],
    [
      'another, and ours was delivered',
      (to) =>
        report(
          to,
          `Final-Recipient: rfc822; other@example.com\r\n${failed}`,
          `Final-Recipient: rfc822; ${to.address}\r\nAction: delivered\r\nStatus: 2.0.0`,
        ),
      { status: 'delivered', receipts: ['delivered 2.0.0'], suppressed: null },
    ],
    [
      'ours, and another was delivered',
      (to) =>
        report(
          to,
          'Final-Recipient: rfc822; other@example.com\r\nAction: delivered\r\nStatus: 2.0.0',
          `Final-Recipient: rfc822; ${to.address}\r\n${failed}`,
        ),
      hard,
    ],
    [
      'ours in other letters, with brackets',
      (to) => report(to, `Final-Recipient: RFC822;<${to.address.toUpperCase()}>\r\n${failed}`),
      hard,
    ],
    ['ours, by qmail', (to) => qmail(to, to.address, 'Sorry, no mailbox here by that name. (#5.1.1)'), hard],
    [
      'another, by qmail',
      (to) => qmail(to, 'x@elsewhere.example', 'Sorry, no mailbox here by that name. (#5.1.1)'),
      soft,
    ],
    [
      'nobody: a person quotes qmail',
      (to) => qmail(to, to.address, '(#5.1.1)').replace('Hi. This', 'Look:\r\n\r\nHi. This'),
      untouched,
    ],
    [
      'nobody: a person sends a bounce on',
      (to) =>
        [
          `To: ${returnPath(to)}`,
          'Content-Type: multipart/mixed; boundary=o',
          '',
          '--o',
          'Content-Type: message/rfc822',
          '',
          returned(to),
          '--o--',
        ].join('\r\n'),
      untouched,
    ],
  ])('%s', async (_, mail, expected) => {
    const to = await sent();
    expect((await hand(mail(to))).status).toBe(204);
    expect(await state(to)).toMatchObject(expected);
  });
});
