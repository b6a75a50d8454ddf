import { describe, expect, test } from 'vitest';
import { hasPassword } from '../../src/providers/smtp/feedback/proofs.ts';
import { createServiceSource } from '../../src/providers/smtp/feedback/service.ts';
import { mailjet } from '../../src/providers/smtp/feedback/services/mailjet.ts';
import { brevoSecret, mailjetSecret, sent, sparkpostSecret, state, untouched } from './feedback-world.ts';
import { answers, basic, call, type Service, services } from './mail-services.ts';

const unknownUser = '550 5.1.1 No such user';
const blocked = '550 blocked using zen.spamhaus.org';

describe('NC-33: mail services that say it in their own words', () => {
  const reports: readonly (readonly [Service, object, string | null, string | null])[] = [
    ['resend', { type: 'email.delivered' }, 'delivered', null],
    ['resend', { type: 'email.delivery_delayed' }, 'deferred', null],
    ['resend', { type: 'email.complained' }, 'complained', 'complaint'],
    [
      'resend',
      { type: 'email.failed', failed: { reason: 'reached_daily_quota' } },
      'bounced soft reached_daily_quota',
      null,
    ],
    [
      'resend',
      {
        type: 'email.bounced',
        bounce: { type: 'Permanent', subType: 'General', diagnosticCode: [`smtp; ${unknownUser}`] },
      },
      'bounced hard 5.1.1',
      'hard_bounce',
    ],
    [
      'resend',
      {
        type: 'email.bounced',
        bounce: { type: 'Permanent', subType: 'General', diagnosticCode: [`smtp; ${blocked}`] },
      },
      'bounced soft 550',
      null,
    ],
    [
      'resend',
      {
        type: 'email.bounced',
        bounce: { type: 'Permanent', subType: 'NoEmail', message: 'Your reputation as a sender' },
      },
      'bounced hard NoEmail',
      'hard_bounce',
    ],
    [
      'resend',
      { type: 'email.bounced', bounce: { message: 'The provider sent a hard bounce message; mind your reputation.' } },
      'bounced hard',
      'hard_bounce',
    ],
    [
      'resend',
      { type: 'email.bounced', bounce: { type: 'Transient', subType: 'MailboxFull', diagnosticCode: [unknownUser] } },
      'bounced soft 5.1.1',
      null,
    ],
    [
      'resend',
      { type: 'email.bounced', bounce: { type: 'Permanent', subType: 'Suppressed', message: 'hard bounces' } },
      'bounced hard Suppressed',
      'hard_bounce',
    ],
    [
      'resend',
      { type: 'email.suppressed', suppressed: { type: 'OnAccountSuppressionList', message: 'a spam complaint' } },
      'bounced soft OnAccountSuppressionList',
      null,
    ],
    [
      'resend',
      { type: 'email.bounced', to: ['old@elsewhere.example'], bounce: { type: 'Permanent', subType: 'NoEmail' } },
      'bounced soft NoEmail',
      null,
    ],
    ['resend', { type: 'email.sent' }, null, null],
    ['resend', { type: 'contact.updated', unsubscribed: true }, null, null],

    ['sparkpost', { type: 'delivery' }, 'delivered', null],
    [
      'sparkpost',
      { type: 'delay', raw_reason: '454 4.4.4 unable to route', error_code: '454' },
      'deferred 4.4.4',
      null,
    ],
    ['sparkpost', { type: 'bounce', bounce_class: '10', raw_reason: unknownUser }, 'bounced hard 5.1.1', 'hard_bounce'],
    ['sparkpost', { type: 'bounce', bounce_class: 10, raw_reason: blocked }, 'bounced soft 550', null],
    ['sparkpost', { type: 'bounce', bounce_class: '1', raw_reason: unknownUser }, 'bounced hard 5.1.1', 'hard_bounce'],
    ['sparkpost', { type: 'bounce', bounce_class: '22', raw_reason: '552 5.2.2 full' }, 'bounced soft 5.2.2', null],
    ['sparkpost', { type: 'bounce', bounce_class: '51', raw_reason: unknownUser }, 'bounced soft 5.1.1', null],
    [
      'sparkpost',
      { type: 'out_of_band', bounce_class: '10', raw_reason: unknownUser },
      'bounced hard 5.1.1',
      'hard_bounce',
    ],
    ['sparkpost', { type: 'out_of_band', bounce_class: '60', raw_reason: 'On vacation' }, null, null],
    [
      'sparkpost',
      { type: 'policy_rejection', error_code: '550', raw_reason: '550 5.7.1 rejected by policy' },
      'bounced soft 5.7.1',
      null,
    ],
    ['sparkpost', { type: 'generation_failure', reason: 'no such variable' }, 'bounced soft', null],
    ['sparkpost', { type: 'spam_complaint', fbtype: 'abuse' }, 'complained', 'complaint'],
    ['sparkpost', { type: 'spam_complaint', fbtype: 'not-spam' }, null, null],
    ['sparkpost', { type: 'injection' }, null, null],

    ['brevo', { event: 'delivered' }, 'delivered', null],
    ['brevo', { event: 'deferred', reason: '450 4.2.1 greylisted' }, 'deferred 4.2.1', null],
    ['brevo', { event: 'hard_bounce', reason: unknownUser }, 'bounced hard 5.1.1', 'hard_bounce'],
    ['brevo', { event: 'hard_bounce', reason: blocked }, 'bounced soft 550', null],
    ['brevo', { event: 'hard_bounce' }, 'bounced hard hard_bounce', 'hard_bounce'],
    ['brevo', { event: 'soft_bounce', reason: '452 4.2.2 full' }, 'bounced soft 4.2.2', null],
    ['brevo', { event: 'invalid_email' }, 'bounced hard invalid_email', 'hard_bounce'],
    ['brevo', { event: 'blocked', reason: 'blocked : due to blacklist user' }, 'bounced soft blocked', null],
    ['brevo', { event: 'error', reason: 'unknown' }, 'bounced soft error', null],
    ['brevo', { event: 'spam' }, 'complained', 'complaint'],
    ['brevo', { event: 'request' }, null, null],

    ['mailjet', { event: 'sent', smtp_reply: 'sent (250 2.0.0 OK)' }, 'delivered', null],
    [
      'mailjet',
      { event: 'bounce', hard_bounce: true, blocked: true, error_related_to: 'recipient', error: 'user unknown' },
      'bounced hard 5.1.1',
      'hard_bounce',
    ],
    [
      'mailjet',
      { event: 'bounce', hard_bounce: true, error: 'user unknown', comment: blocked },
      'bounced soft 5.1.1',
      null,
    ],
    ['mailjet', { event: 'bounce', hard_bounce: false, error: 'user unknown' }, 'bounced soft 5.1.1', null],
    ['mailjet', { event: 'bounce', hard_bounce: true, error: 'invalid domain' }, 'bounced hard 5.1.2', 'hard_bounce'],
    ['mailjet', { event: 'bounce', hard_bounce: true, error: 'no mail host' }, 'bounced soft 5.4.4', null],
    ['mailjet', { event: 'bounce', hard_bounce: true, error: 'system issue' }, 'bounced soft 5.3.0', null],
    ['mailjet', { event: 'bounce', hard_bounce: true, error: 'quota exceeded' }, 'bounced soft 5.2.2', null],
    ['mailjet', { event: 'bounce', hard_bounce: false, error: 'greylisted' }, 'deferred 4.7.1', null],
    [
      'mailjet',
      { event: 'blocked', error_related_to: 'recipient', error: 'user unknown' },
      'bounced hard 5.1.1',
      'hard_bounce',
    ],
    [
      'mailjet',
      { event: 'blocked', error_related_to: 'mailjet', error: 'preblocked' },
      'bounced soft preblocked',
      null,
    ],
    ['mailjet', { event: 'spam', source: 'JMRPP' }, 'complained', 'complaint'],
    ['mailjet', { event: 'bounce', hard_bounce: true, error: 'constructor' }, 'bounced soft constructor', null],

    ['sendgrid', { event: 'dropped', reason: 'Invalid SMTPAPI header' }, 'bounced soft dropped', null],
    ['sendgrid', { event: 'dropped', reason: 'Invalid' }, 'bounced hard dropped', 'hard_bounce'],
    ['sendgrid', { event: 'dropped', reason: 'Unsubscribed Address' }, 'bounced soft dropped', null],
    ['postmark', { RecordType: 'Bounce', Type: 'constructor' }, null, null],
  ];
  test.each(reports)('W05, W06, W09: %s: %j', async (service, event, receipt, suppressed) => {
    const to = await sent();
    const request = services[service](to, event);
    expect([(await call(service, request)).status, (await call(service, request)).status]).toEqual([
      answers[service],
      answers[service],
    ]);
    expect(await state(to)).toMatchObject({ receipts: receipt === null ? null : [receipt], suppressed });
  });

  test('what was told first may have happened last: a delay after the bounce, a delivery after the delay', async () => {
    const [gone, late] = [await sent(), await sent()];
    await call('brevo', services.brevo(gone, { event: 'hard_bounce', reason: unknownUser }));
    await call('brevo', services.brevo(gone, { event: 'deferred', reason: '450 4.2.1 busy' }));
    expect(await state(gone)).toMatchObject({ status: 'failed', suppressed: 'hard_bounce' });
    await call('sparkpost', services.sparkpost(late, { type: 'delivery' }));
    await call('sparkpost', services.sparkpost(late, { type: 'delay', raw_reason: '450 4.2.1 busy' }));
    expect(await state(late)).toMatchObject({ status: 'delivered', suppressed: null });
  });

  test('a mail gives along by what each service names it, and stays one that others read', async () => {
    const { deliveryId, mail } = await sent();
    const header = (name: string) => mail.headers[name] ?? '';
    expect(JSON.parse(header('x-smtpapi'))).toEqual({ unique_args: { 'rowbell-delivery': deliveryId } });
    expect(JSON.parse(header('x-msys-api'))).toEqual({ metadata: { 'rowbell-delivery': deliveryId } });
    expect([header('x-mailin-custom'), header('x-mj-customid')]).toEqual([deliveryId, deliveryId]);
    // Each on a line of its own: JSON with a break in it is none everywhere.
    const { source } = mail.raw as { source: string };
    expect(source).toContain(`\r\nX-SMTPAPI: {"unique_args":{"rowbell-delivery":"${deliveryId}"}}\r\n`);
  });

  test('sendgrid: engagement has no Message-ID, and is found by what we gave along', async () => {
    const to = await sent();
    const event = { event: 'spamreport', 'smtp-id': undefined, 'rowbell-delivery': to.deliveryId };
    await call('sendgrid', services.sendgrid(to, event));
    expect((await state(to)).receipts).toEqual(['complained']);
  });

  test('batches: what cannot be read says nothing of the others, and one event alone is none the less one', async () => {
    const rubbish = [
      null,
      7,
      'x',
      [],
      { event: 7 },
      { event: 'bounce', email: {} },
      { msys: 7 },
      { msys: { message_event: null } },
    ];
    const to = await sent();
    const [event] = JSON.parse(services.mailjet(to, { event: 'spam' }).body) as [object];
    const body = JSON.stringify([...rubbish, event]);
    expect((await call('mailjet', { body, headers: basic(mailjetSecret) })).status).toBe(200);
    expect((await state(to)).receipts).toEqual(['complained']);
    const alone = await sent();
    const [single] = JSON.parse(services.mailjet(alone, { event: 'spam' }).body) as [object];
    await call('mailjet', { body: JSON.stringify(single), headers: basic(mailjetSecret) });
    expect((await state(alone)).receipts).toEqual(['complained']);
    const many = await sent();
    const one = JSON.parse(services.brevo(many, { event: 'delivered' }).body) as object;
    const list = JSON.stringify([...rubbish, one, one]);
    expect((await call('brevo', { body: list, headers: basic(brevoSecret) })).status).toBe(200);
    expect((await state(many)).receipts).toEqual(['delivered']);
    for (const text of ['', 'null', '[]', '{', '[{"msys":{"a":{"type":"constructor"}}}]']) {
      expect((await call('sparkpost', { body: text, headers: basic(sparkpostSecret) })).status).toBe(200);
      expect((await call('brevo', { body: text, headers: basic(brevoSecret) })).status).toBe(200);
    }
  });

  test('a kind that is not known yet is taken, and nothing follows', async () => {
    const to = await sent();
    const kinds = [
      ['resend', { type: 'email.teleported' }],
      ['sparkpost', { type: 'ab_test_completed' }],
      ['brevo', { event: 'loadedByProxy' }],
      ['mailjet', { event: 'typofix' }],
      ['sendgrid', { event: 'read_aloud' }],
      ['mailgun', { event: 'pondered' }],
      ['postmark', { RecordType: 'Constructor' }],
    ] as const;
    for (const [service, event] of kinds)
      expect((await call(service, services[service](to, event))).status).toBe(answers[service]);
    expect(await state(to)).toEqual(untouched);
  });

  test('what is not known is noted once for a body, by its kind and nothing else of it', async () => {
    const noted: string[] = [];
    const source = createServiceSource('mailjet', mailjet, hasPassword('x'), {
      noteUnknown: (service, event) => noted.push(`${service} ${event}`),
    });
    const kinds = ['typofix', 'typofix', 'constructor', 'reader@example.com', 'a text of theirs', 'sent', ''];
    const body = Buffer.from(JSON.stringify(kinds.map((event) => ({ event, email: 'reader@example.com' }))));
    expect(await source.receive({ headers: {}, body })).toEqual([]);
    expect(noted).toEqual(['mailjet typofix', 'mailjet constructor', 'mailjet ?']);
  });

  test('too large for anybody: refused, as by the others', async () => {
    const body = JSON.stringify(Array.from({ length: 60_000 }, () => ({ event: 'sent', email: 'reader@example.com' })));
    expect((await call('mailjet', { body, headers: basic(mailjetSecret) })).status).toBe(413);
    expect((await call('brevo', { body, headers: basic(brevoSecret) })).status).toBe(413);
    // A batch of SparkPost's may be longer.
    expect((await call('sparkpost', { body, headers: basic(sparkpostSecret) })).status).toBe(200);
  });
});
