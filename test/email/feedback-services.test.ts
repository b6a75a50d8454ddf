import { randomUUID, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sendgrid, sent, state, untouched, world } from './feedback-world.ts';
import { answers, call, type Service, services } from './mail-services.ts';

describe('NC-33: signed webhooks', () => {
  const reports: readonly (readonly [Service, object, string | null, string | null])[] = [
    [
      'sendgrid',
      { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 unknown' },
      'bounced hard 5.1.1',
      'hard_bounce',
    ],
    [
      'sendgrid',
      { event: 'bounce', type: 'blocked', status: '5.7.1', reason: '550 blocked' },
      'bounced soft 5.7.1',
      null,
    ],
    ['sendgrid', { event: 'bounce', type: 'bounce', status: '5.2.2', reason: 'full' }, 'bounced soft 5.2.2', null],
    [
      'sendgrid',
      { event: 'bounce', type: 'bounce', status: '5.0.0', reason: '550 blocked using zen.spamhaus.org' },
      'bounced soft 5.0.0',
      null,
    ],
    ['sendgrid', { event: 'bounce', type: 'bounce', status: '5.4.6', reason: '550 loop' }, 'bounced soft 5.4.6', null],
    [
      'sendgrid',
      { event: 'bounce', type: 'bounce', email: 'old@elsewhere.example', status: '5.1.1', reason: '550 5.1.1 unknown' },
      'bounced soft 5.1.1',
      null,
    ],
    ['sendgrid', { event: 'dropped', reason: 'Bounced Address' }, 'bounced hard dropped', 'hard_bounce'],
    ['sendgrid', { event: 'dropped', reason: 'Spam Reporting Address' }, 'bounced soft dropped', null],
    ['sendgrid', { event: 'deferred', reason: '450 4.2.1 busy' }, 'deferred 4.2.1', null],
    ['sendgrid', { event: 'delivered' }, 'delivered', null],
    ['sendgrid', { event: 'spamreport' }, 'complained', 'complaint'],
    ['sendgrid', { event: 'open' }, null, null],
    [
      'mailgun',
      {
        event: 'failed',
        severity: 'permanent',
        'delivery-status': { code: 550, 'enhanced-code': '5.1.1', message: 'No' },
      },
      'bounced hard 5.1.1',
      'hard_bounce',
    ],
    [
      'mailgun',
      { event: 'failed', severity: 'permanent', 'delivery-status': { code: 552, 'enhanced-code': '5.2.2' } },
      'bounced soft 5.2.2',
      null,
    ],
    [
      'mailgun',
      { event: 'failed', severity: 'permanent', reason: 'suppress-bounce', 'delivery-status': { code: 605 } },
      'bounced hard',
      'hard_bounce',
    ],
    [
      'mailgun',
      { event: 'failed', severity: 'temporary', 'delivery-status': { code: 450, message: '4.2.1 busy' } },
      'deferred 4.2.1',
      null,
    ],
    [
      'mailgun',
      { event: 'failed', severity: 'permanent', 'delivery-status': { code: 550, message: 'Client host blocked' } },
      'bounced soft 550',
      null,
    ],
    [
      'mailgun',
      { event: 'failed', severity: 'permanent', 'delivery-status': { code: 550, message: '5.4.4 Host not found' } },
      'bounced soft 5.4.4',
      null,
    ],
    ['mailgun', { event: 'delivered' }, 'delivered', null],
    ['mailgun', { event: 'complained' }, 'complained', 'complaint'],
    ['mailgun', { event: 'opened' }, null, null],
    [
      'postmark',
      { RecordType: 'Bounce', Type: 'HardBounce', Details: 'smtp;550 5.1.1 unknown' },
      'bounced hard 5.1.1',
      'hard_bounce',
    ],
    [
      'postmark',
      { RecordType: 'Bounce', Type: 'HardBounce', Details: 'smtp;550 5.7.1 Blocked by policy' },
      'bounced soft 5.7.1',
      null,
    ],
    [
      'postmark',
      { RecordType: 'Bounce', Type: 'HardBounce', Email: 'old@elsewhere.example', Details: 'smtp;550 5.1.1 unknown' },
      'bounced soft 5.1.1',
      null,
    ],
    ['postmark', { RecordType: 'Bounce', Type: 'BadEmailAddress' }, 'bounced hard BadEmailAddress', 'hard_bounce'],
    ['postmark', { RecordType: 'Bounce', Type: 'SoftBounce', Details: '452 4.2.2 full' }, 'bounced soft 4.2.2', null],
    ['postmark', { RecordType: 'Bounce', Type: 'Transient' }, 'deferred Transient', null],
    ['postmark', { RecordType: 'Bounce', Type: 'AutoResponder' }, null, null],
    ['postmark', { RecordType: 'Delivery' }, 'delivered', null],
    ['postmark', { RecordType: 'SpamComplaint' }, 'complained', 'complaint'],
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

  const complaints = {
    sendgrid: { event: 'spamreport' },
    mailgun: { event: 'complained' },
    postmark: { RecordType: 'SpamComplaint' },
    resend: { type: 'email.complained' },
    sparkpost: { type: 'spam_complaint', fbtype: 'abuse' },
    brevo: { event: 'spam' },
    mailjet: { event: 'spam', source: 'JMRPP' },
  } as const;
  test.each(Object.keys(complaints) as Service[])('%s: forged, changed, without proof: refused', async (service) => {
    const to = await sent();
    const event = complaints[service];
    const good = services[service](to, event);
    const refused = [
      await call(service, services[service](to, event, { wrong: true })),
      await call(service, { ...good, headers: {} }),
      ...(service === 'sendgrid'
        ? [await call(service, { ...good, body: good.body.replace('spamreport', 'delivered') })]
        : []),
      ...(service === 'mailgun'
        ? [await call(service, { ...good, body: good.body.replace('"token":"', '"token":"0') })]
        : []),
    ].map(({ status }) => status);
    expect(new Set(service === 'mailgun' ? refused.filter((status) => status !== 200) : refused)).toEqual(
      new Set([403]),
    );
    if (service !== 'mailgun') expect(await state(to)).toEqual(untouched);
    expect((await call(service, { ...good, headers: { ...good.headers, 'content-type': 'text/html' } })).status).toBe(
      415,
    );
  });

  test.each(['sendgrid', 'mailgun'] as const)('%s: signed too long ago, or in the future: refused', async (service) => {
    const to = await sent();
    for (const at of [Date.now() - 25 * 3_600_000, Date.now() + 3_600_000]) {
      expect((await call(service, services[service](to, complaints[service], { at }))).status).toBe(403);
    }
    expect(await state(to)).toEqual(untouched);
  });

  test('sendgrid: one event of a batch that is not as it should be does not take the others along', async () => {
    const to = await sent();
    const batch = [null, { event: 7 }, { event: 'bounce', reason: null, timestamp: '1' }, complaints.sendgrid];
    const body = JSON.stringify(
      batch.map((event) => event && { 'smtp-id': `<${to.deliveryId}@rowbell.example>`, ...event }),
    );
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = sign('sha256', Buffer.from(timestamp + body), sendgrid.privateKey).toString('base64');
    const headers = {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': timestamp,
    };
    expect((await call('sendgrid', { body, headers })).status).toBe(204);
    expect((await state(to)).receipts).toContain('complained');
  });

  test('mailgun: another body under a token that was used: refused', async () => {
    const [to, victim] = [await sent(), await sent()];
    const token = randomUUID();
    const at = Date.now();
    expect((await call('mailgun', services.mailgun(to, { event: 'delivered' }, { token, at }))).status).toBe(200);
    expect((await call('mailgun', services.mailgun(victim, { event: 'complained' }, { token, at }))).status).toBe(403);
    expect(await state(victim)).toEqual(untouched);
  });

  test('a delivery that is none of ours (any more) is taken without a word', async () => {
    const to = { ...(await sent()), deliveryId: randomUUID() };
    for (const service of Object.keys(services) as Service[]) {
      expect((await call(service, services[service](to, complaints[service]))).status).toBe(answers[service]);
    }
    expect(
      (await call('sendgrid', services.sendgrid({ ...to, deliveryId: `' or 1=1 --` }, complaints.sendgrid))).status,
    ).toBe(204);
  });

  test('what is not configured is not there', async () => {
    expect((await fetch(`${world.api.url}/callbacks/ses`, { method: 'POST' })).status).toBe(404);
  });
});
