import { complaint, dsn } from '../../src/sandbox/mail-reports.ts';
import fc from '../support/fast-check.ts';
import type { Case } from './case.ts';
import type { Target } from './target.ts';
import { hostileText } from './values.ts';

const source =
  'X-Rowbell-Delivery: ⟦me.delivery_id⟧\r\nMessage-ID: <⟦me.delivery_id⟧@rowbell.example>\r\nSubject: News';
const returned = (changes: Partial<Parameters<typeof dsn>[0]> = {}) =>
  dsn({
    to: 'bounces+⟦return⟧@rowbell.example',
    recipient: 'ada@example.org',
    source,
    action: 'failed',
    status: '5.1.1',
    diagnostic: '550 5.1.1 No such user',
    ...changes,
  });

const asCase = (body: string, headers: Readonly<Record<string, string>> = {}): Case => ({
  kind: 'http',
  as: 'nobody',
  method: 'POST',
  path: '/email/inbound',
  headers: { 'content-type': 'message/rfc822', ...headers },
  body,
  signer: 'inbound',
});

const part = (type: string, body: string, boundary = 'b') =>
  `--${boundary}\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
const nested = (depth: number) => {
  let mail = 'Content-Type: text/plain\r\n\r\nHello';
  for (let i = 0; i < depth; i++)
    mail = `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n${mail}\r\n--b${i}--`;
  return mail;
};

/** Mails as nobody should write them. */
const odd: readonly string[] = [
  '',
  '\r\n\r\n',
  '\u0000\u0000',
  'no colon here',
  ':\r\n: x\r\n\r\n',
  nested(30),
  nested(600),
  `Subject: ${'=?utf-8?B?////?='.repeat(2_000)}\r\n\r\nx`,
  `Subject: ${'=?'.repeat(20_000)}\r\n\r\nx`,
  `To: ${'(('.repeat(5_000)}\r\n\r\nx`,
  `To: ${'a@b.c,'.repeat(10_000)}\r\n\r\nx`,
  `${'X-A: b\r\n'.repeat(5_000)}\r\nx`,
  `X-Long: ${'y'.repeat(100_000)}\r\n\r\nx`,
  'Content-Type: multipart/report; report-type=delivery-status\r\n\r\nno boundary',
  'Content-Type: multipart/report; report-type=delivery-status; boundary=""\r\n\r\n----\r\n',
  `Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n${part('message/delivery-status', 'Action: failed\r\n'.repeat(3_000))}--b--`,
  `Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n${part('message/delivery-status', `Status: ${'5.'.repeat(9_000)}`)}--b--`,
  `Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n${part('message/feedback-report', 'Feedback-Type: \u0000')}--b--`,
  'Content-Type: text/plain; charset=x-unknown\r\nContent-Transfer-Encoding: base64\r\n\r\n====',
  "Content-Type: text/plain; name*0*=utf-8''%FF%FF; name*1*=%ZZ\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=FF=\r\n=Z",
  'Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n',
];

/** Reports of mail servers and of people, with one thing or two that are not as they should be. */
const report: fc.Arbitrary<string> = fc.oneof(
  fc
    .record({ status: hostileText, diagnostic: hostileText, recipient: hostileText }, { requiredKeys: [] })
    .map(returned),
  fc.record({ to: hostileText, source: hostileText }, { requiredKeys: [] }).map(returned),
  fc
    .constantFrom('failed', 'delayed', 'delivered', 'relayed', 'expanded', '')
    .map((action) => returned({ action: action as 'failed' })),
  hostileText.map((type) =>
    complaint({ to: 'bounces+⟦return⟧@rowbell.example', source, type } as Parameters<typeof complaint>[0]),
  ),
);
/** Cut, doubled, or with other bytes in the middle. */
const damaged = fc
  .tuple(report, fc.nat(3_000), fc.nat(200), hostileText)
  .map(([mail, at, length, text]) => mail.slice(0, at) + text + mail.slice(at + length));

export function mailTargets(): Target[] {
  return [
    {
      name: 'mail',
      changes: false,
      plain: [asCase(returned()), asCase(complaint({ to: 'bounces+⟦return⟧@rowbell.example', source }))],
      cases: fc.oneof(
        fc.constantFrom(...odd).map((mail) => asCase(mail)),
        report.map((mail) => asCase(mail)),
        damaged.map((mail) => asCase(mail)),
        fc.tuple(report, hostileText).map(([mail, to]) => asCase(mail, { 'x-envelope-to': to.slice(0, 4_000) })),
      ),
    },
  ];
}
