import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import PostalMime from 'postal-mime';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFeedbackRoutes } from '../../src/http/email-feedback.ts';
import { createSesSource } from '../../src/providers/smtp/feedback/ses.ts';
import { complaint, dsn } from '../../src/sandbox/mail-reports.ts';
import { startTestApi } from '../support/api.ts';
import { decisionOf, forget, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { type Received, startWorld, type World } from './world.ts';

const inboundSecret = 'a password of the tests';
const mailgunKey = 'a signing key of the tests';
const sendgrid = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let world: World;
let news: string;
beforeAll(async () => {
  world = await startWorld({
    EMAIL_INBOUND_SECRET: inboundSecret,
    POSTMARK_WEBHOOK_SECRET: inboundSecret,
    MAILGUN_SIGNING_KEY: mailgunKey,
    SENDGRID_WEBHOOK_KEY: sendgrid.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  });
  news = await makeType(world.db, { channels: ['email'], title: 'News' });
});
afterAll(() => world.close());
beforeEach(() => forget(world.db));

let people = 0;
type Sent = { readonly id: string; readonly address: string; readonly deliveryId: string; readonly mail: Received };
/** Somebody who was sent a mail. */
async function sent(): Promise<Sent> {
  const address = `reader${++people}@example.com`;
  const id = await makePerson(world.db, { devices: [], email: address });
  await tell(world.db, news, [id]);
  const [mail] = await world.deliver();
  if (!mail) throw new Error('no mail');
  return { id, address, deliveryId: mail.deliveryId ?? '', mail };
}
const state = async ({ deliveryId }: Sent) =>
  (
    await world.db.owner.query(
      `select d.status, d.reason, array_agg(r.kind || coalesce(' ' || r.bounce_type, '') || coalesce(' ' || r.code, '') order by r.kind) filter (where r.kind is not null) as receipts,
       (select s.reason from notify.suppressions as s where s.channel = 'email' and s.address = d.address) as suppressed
     from notify.deliveries as d left join notify.receipts as r on r.delivery_id = d.id where d.id = $1 group by d.id`,
      [deliveryId],
    )
  ).rows[0];
const untouched = { status: 'sent', reason: null, receipts: null, suppressed: null };
const returnPath = ({ mail }: Sent) => (mail.raw as { returnPath: string }).returnPath;

const hand = (body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(`${world.api.url}/email/inbound`, {
    method: 'POST',
    body: Buffer.from(body),
    headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${inboundSecret}`, ...headers },
  });
const returned = (to: Sent, changes: Partial<Parameters<typeof dsn>[0]> = {}) =>
  dsn({
    to: returnPath(to),
    recipient: to.address,
    source: (to.mail.raw as { source: string }).source,
    action: 'failed',
    status: '5.1.1',
    diagnostic: '550 5.1.1 No such user',
    ...changes,
  });

describe('NC-33: bounced mails (RFC 3464)', () => {
  test('the envelope of each mail names its delivery, signed', async () => {
    const one_ = await sent();
    expect(returnPath(one_)).toMatch(/^bounces\+t1-[0-9a-v]{42}@rowbell\.example$/);
    expect(world.links.readReturn(/\+(.+)@/.exec(returnPath(one_))?.[1] ?? '')).toBe(one_.deliveryId);
    expect(one_.mail.headers['x-rowbell-return']).toBe(/\+(.+)@/.exec(returnPath(one_))?.[1]);
  });

  test('no such mailbox: the delivery failed, the address is suppressed, nothing goes there again', async () => {
    const to = await sent();
    expect((await hand(returned(to))).status).toBe(204);
    expect(await state(to)).toEqual({
      status: 'failed',
      reason: 'unregistered',
      receipts: ['bounced hard 5.1.1'],
      suppressed: 'hard_bounce',
    });
    const event = await tell(world.db, news, [to.id]);
    await planDue(world.db);
    expect(await decisionOf(world.db, event, 'email')).toBe('suppression_list: hard_bounce');
  });

  test.each([
    ['failed', '5.1.1', '550 5.1.1 No such user', 'failed', 'unregistered', 'bounced hard 5.1.1', 'hard_bounce'],
    ['failed', '5.0.0', '550 5.1.10 Null MX', 'failed', 'invalid_address', 'bounced hard 5.1.10', 'hard_bounce'],
    ['failed', '5.0.0', '550 Nobody here', 'failed', 'unregistered', 'bounced hard 5.0.0', 'hard_bounce'],
    ['failed', '5.2.2', '552 Over quota', 'failed', 'mailbox_full', 'bounced soft 5.2.2', null],
    ['failed', '5.7.1', '554 Spam', 'failed', 'refused', 'bounced soft 5.7.1', null],
    ['failed', '4.4.7', 'delivery time expired', 'failed', 'server_error', 'bounced soft 4.4.7', null],
    ['delayed', '4.4.1', 'no answer from host', 'sent', null, 'deferred 4.4.1', null],
    ['delayed', '5.1.1', 'still trying', 'sent', null, 'deferred 5.1.1', null],
    ['delivered', '2.1.5', '', 'delivered', null, 'delivered 2.1.5', null],
  ] as const)('%s %s (%s)', async (action, status, diagnostic, then, reason, receipt, suppressed) => {
    const to = await sent();
    await hand(returned(to, { action, status, diagnostic }));
    expect(await state(to)).toEqual({ status: then, reason, receipts: [receipt], suppressed });
  });

  test('a delay and then a bounce are two reports; a bounce twice is one', async () => {
    const to = await sent();
    await hand(returned(to, { action: 'delayed', status: '4.4.1', diagnostic: '' }));
    await hand(returned(to));
    await hand(returned(to));
    expect((await state(to)).receipts).toEqual(['bounced hard 5.1.1', 'deferred 4.4.1']);
  });

  test('replayed after operators took the address off the list: it stays off', async () => {
    const to = await sent();
    await hand(returned(to));
    await world.db.owner.query('delete from notify.suppressions');
    await hand(returned(to));
    expect((await state(to)).suppressed).toBeNull();
  });

  test('found by the headers it returns, where it came to another address; by the envelope, where it returns none', async () => {
    const [byHeaders, byEnvelope] = [await sent(), await sent()];
    await hand(returned(byHeaders, { to: 'postmaster@rowbell.example' }));
    expect((await state(byHeaders)).status).toBe('failed');
    await hand(returned(byEnvelope, { to: 'undisclosed@rowbell.example', source: '' }), {
      'x-envelope-to': returnPath(byEnvelope).toUpperCase(),
    });
    expect((await state(byEnvelope)).status).toBe('failed');
  });

  test('spoofed, with another person’s Message-ID and delivery but no signed name: passed over', async () => {
    const to = await sent();
    const tag = /\+(.+)@/.exec(returnPath(to))?.[1] ?? '';
    const other = tag.slice(0, -1) + (tag.endsWith('0') ? '1' : '0');
    for (const forged of [
      returned(to, { to: 'bounces@rowbell.example' }).replaceAll(tag, ''),
      returned(to, { to: `bounces+${other}@rowbell.example` }).replaceAll(tag, other),
      returned(to, { to: `bounces+${to.deliveryId}@rowbell.example` }).replaceAll(tag, to.deliveryId),
    ]) {
      expect((await hand(forged)).status).toBe(204);
    }
    expect(await state(to)).toEqual(untouched);
  });

  test('any other mail, or nonsense, is passed over; too much is refused', async () => {
    const to = await sent();
    for (const body of [
      `To: ${returnPath(to)}\r\nSubject: I am away\r\n\r\nBack on Monday`,
      '',
      '\0\0\0',
      'x'.repeat(100_000),
    ]) {
      expect((await hand(body)).status).toBe(204);
    }
    expect((await hand('x'.repeat(2_000_000)).catch(() => ({ status: 413 }))).status).toBe(413);
    expect(await state(to)).toEqual(untouched);
  });

  test('a stranger’s mail is not taken apart, however it is made; of others the beginning, where a report speaks', async () => {
    const to = await sent();
    const parse = vi.spyOn(PostalMime, 'parse');
    const bomb = `Content-Type: message/rfc822\r\n\r\n`.repeat(30_000);
    const stranger = `bounces+t1-${'0'.repeat(42)}@rowbell.example`;
    for (const mail of [`To: ${stranger}\r\n${bomb}`, returned(to, { to: stranger, source: '' })])
      expect((await hand(mail, { 'x-envelope-to': stranger })).status).toBe(204);
    expect(parse).not.toHaveBeenCalled();
    expect((await hand(`To: ${returnPath(to)}\r\n${bomb}`)).status).toBe(204);
    expect((await state(to)).receipts).toBeNull();
    expect((await hand(`${returned(to)}${'x'.repeat(900_000)}`)).status).toBe(204);
    expect((await state(to)).status).toBe('failed');
    for (const [source] of parse.mock.calls) expect((source as Buffer).length).toBeLessThanOrEqual(65_536);
    expect(parse).toHaveBeenCalledTimes(2);
    parse.mockRestore();
  });

  test('without the password, or as something else: refused', async () => {
    const to = await sent();
    const answers = [
      await hand(returned(to), { authorization: '' }),
      await hand(returned(to), { authorization: 'Bearer wrong' }),
      await hand(returned(to), { authorization: `Basic ${Buffer.from('user:wrong').toString('base64')}` }),
      await hand(returned(to), { 'content-type': 'text/plain' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 415]);
    expect(await state(to)).toEqual(untouched);
    expect(
      (await hand(returned(to), { authorization: `Basic ${Buffer.from(`mx:${inboundSecret}`).toString('base64')}` }))
        .status,
    ).toBe(204);
    expect((await state(to)).status).toBe('failed');
  });
});

describe('NC-33: complaints (RFC 5965)', () => {
  test.each([
    ['abuse', 'complaint'],
    ['fraud', 'complaint'],
    ['opt-out', 'complaint'],
    ['not-spam', null],
    ['virus', null],
  ])('%s', async (type, suppressed) => {
    const to = await sent();
    const source = (to.mail.raw as { source: string }).source;
    expect((await hand(complaint({ to: 'fbl@rowbell.example', source, type }))).status).toBe(204);
    expect(await state(to)).toEqual({ ...untouched, receipts: suppressed && ['complained'], suppressed });
  });
});

/** What each service sends, and how it proves itself; `wrong` breaks the proof. */
const services = {
  sendgrid(to: Sent, event: object, { at = Date.now(), wrong = false } = {}) {
    const body = JSON.stringify([
      { 'smtp-id': `<${to.deliveryId}@rowbell.example>`, timestamp: Math.floor(Date.now() / 1000), ...event },
    ]);
    const timestamp = String(Math.floor(at / 1000));
    const signature = sign('sha256', Buffer.from(timestamp + body), (wrong ? stranger : sendgrid).privateKey).toString(
      'base64',
    );
    return {
      body,
      headers: {
        'x-twilio-email-event-webhook-signature': signature,
        'x-twilio-email-event-webhook-timestamp': timestamp,
      },
    };
  },
  mailgun(to: Sent, event: object, { at = Date.now(), wrong = false, token = randomUUID() } = {}) {
    const timestamp = String(Math.floor(at / 1000));
    const signature = createHmac('sha256', wrong ? 'x' : mailgunKey)
      .update(timestamp + token)
      .digest('hex');
    const data = {
      timestamp: Date.now() / 1000,
      message: { headers: { 'message-id': `${to.deliveryId}@rowbell.example` } },
      ...event,
    };
    return { body: JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': data }), headers: {} };
  },
  postmark(to: Sent, event: object, { wrong = false } = {}) {
    const password = Buffer.from(`any:${wrong ? 'x' : inboundSecret}`).toString('base64');
    return {
      body: JSON.stringify({
        Metadata: { 'rowbell-delivery': to.deliveryId },
        BouncedAt: new Date().toISOString(),
        ...event,
      }),
      headers: { authorization: `Basic ${password}` },
    };
  },
};
type Service = keyof typeof services;
const call = (service: Service, { body, headers }: { body: string; headers: object }) =>
  fetch(`${world.api.url}/callbacks/${service}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

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
    ['mailgun', { event: 'delivered' }, 'delivered', null],
    ['mailgun', { event: 'complained' }, 'complained', 'complaint'],
    ['mailgun', { event: 'opened' }, null, null],
    [
      'postmark',
      { RecordType: 'Bounce', Type: 'HardBounce', Details: 'smtp;550 5.1.1 unknown' },
      'bounced hard 5.1.1',
      'hard_bounce',
    ],
    ['postmark', { RecordType: 'Bounce', Type: 'BadEmailAddress' }, 'bounced hard BadEmailAddress', 'hard_bounce'],
    ['postmark', { RecordType: 'Bounce', Type: 'SoftBounce', Details: '452 4.2.2 full' }, 'bounced soft 4.2.2', null],
    ['postmark', { RecordType: 'Bounce', Type: 'Transient' }, 'deferred Transient', null],
    ['postmark', { RecordType: 'Bounce', Type: 'AutoResponder' }, null, null],
    ['postmark', { RecordType: 'Delivery' }, 'delivered', null],
    ['postmark', { RecordType: 'SpamComplaint' }, 'complained', 'complaint'],
  ];
  test.each(reports)('%s: %j', async (service, event, receipt, suppressed) => {
    const to = await sent();
    const request = services[service](to, event);
    expect([(await call(service, request)).status, (await call(service, request)).status]).toEqual([204, 204]);
    expect(await state(to)).toMatchObject({ receipts: receipt === null ? null : [receipt], suppressed });
  });

  const complaints = {
    sendgrid: { event: 'spamreport' },
    mailgun: { event: 'complained' },
    postmark: { RecordType: 'SpamComplaint' },
  } as const;
  test.each(Object.keys(complaints) as Service[])('%s: forged, changed, without proof: refused', async (service) => {
    const to = await sent();
    const event = complaints[service];
    const good = services[service](to, event);
    const answers = [
      await call(service, services[service](to, event, { wrong: true })),
      await call(service, { ...good, headers: {} }),
      ...(service === 'sendgrid'
        ? [await call(service, { ...good, body: good.body.replace('spamreport', 'delivered') })]
        : []),
      ...(service === 'mailgun'
        ? [await call(service, { ...good, body: good.body.replace('"token":"', '"token":"0') })]
        : []),
    ].map(({ status }) => status);
    expect(new Set(service === 'mailgun' ? answers.filter((status) => status !== 204) : answers)).toEqual(
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
    expect((await call('mailgun', services.mailgun(to, { event: 'delivered' }, { token, at }))).status).toBe(204);
    expect((await call('mailgun', services.mailgun(victim, { event: 'complained' }, { token, at }))).status).toBe(403);
    expect(await state(victim)).toEqual(untouched);
  });

  test('a delivery that is none of ours (any more) is taken without a word', async () => {
    const to = { ...(await sent()), deliveryId: randomUUID() };
    for (const service of Object.keys(services) as Service[]) {
      expect((await call(service, services[service](to, complaints[service]))).status).toBe(204);
    }
    expect(
      (await call('sendgrid', services.sendgrid({ ...to, deliveryId: `' or 1=1 --` }, complaints.sendgrid))).status,
    ).toBe(204);
  });

  test('what is not configured is not there', async () => {
    expect((await fetch(`${world.api.url}/callbacks/ses`, { method: 'POST' })).status).toBe(404);
  });
});

describe('NC-33: Amazon SES over SNS', () => {
  const topic = 'arn:aws:sns:eu-west-1:123456789012:bounces';
  const certificateUrl = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem';
  let url: string;
  let key: string;
  let otherKey: string;
  let close: () => void;
  const asked: string[] = [];
  beforeAll(async () => {
    const own = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], {
      keySize: 2048,
      algorithm: 'sha256',
    });
    const other = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], {
      keySize: 2048,
      algorithm: 'sha256',
    });
    [key, otherKey] = [own.private, other.private];
    // SNS itself, on this machine: whatever address is asked, which the source must have checked before.
    const sns = createServer((_request, response) => response.end(own.cert)).listen(0, '127.0.0.1');
    const { port: snsPort } = await new Promise<{ port: number }>((resolve) =>
      sns.once('listening', () => resolve(sns.address() as { port: number })),
    );
    const source = createSesSource({
      topics: [topic],
      readReturn: world.links.readReturn,
      fetchText: async (target) => {
        asked.push(target);
        if (target.includes('Token=lost')) throw new TypeError('fetch failed');
        return (await fetch(`http://127.0.0.1:${snsPort}${new URL(target).pathname}`)).text();
      },
    });
    const pg = await import('pg');
    const pool = new pg.default.Pool({
      connectionString: `${world.db.apiUrl}${world.db.apiUrl.includes('?') ? '&' : '?'}options=-c%20role%3Drowbell_http`,
    });
    const { createRouter } = await import('../../src/http/router.ts');
    const { createLogger } = await import('../../src/logger.ts');
    const routes = createFeedbackRoutes([source], () => pool);
    const server = createServer(createRouter(routes, createLogger({ level: 'silent', component: 'test' }))).listen(
      0,
      '127.0.0.1',
    );
    const { port } = await new Promise<{ port: number }>((resolve) =>
      server.once('listening', () => resolve(server.address() as { port: number })),
    );
    url = `http://127.0.0.1:${port}/callbacks/ses`;
    close = () => {
      sns.close();
      server.close();
      void pool.end();
    };
  });
  afterAll(() => close());

  type Changes = {
    type?: string;
    version?: string;
    topicArn?: string;
    cert?: string;
    at?: number;
    signer?: string;
    extra?: Record<string, string>;
  };
  function message(
    report: object,
    {
      type = 'Notification',
      version = '2',
      topicArn = topic,
      cert = certificateUrl,
      at = Date.now(),
      signer,
      extra = {},
    }: Changes = {},
  ) {
    const fields: Record<string, string> = {
      Type: type,
      MessageId: randomUUID(),
      TopicArn: topicArn,
      Message: JSON.stringify(report),
      Timestamp: new Date(at).toISOString(),
      ...extra,
    };
    const names =
      type === 'Notification'
        ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
        : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
    const text = names.flatMap((name) => (fields[name] === undefined ? [] : [`${name}\n${fields[name]}\n`])).join('');
    const signature = sign(version === '2' ? 'sha256' : 'sha1', Buffer.from(text), signer ?? key).toString('base64');
    return { ...fields, SignatureVersion: version, Signature: signature, SigningCertURL: cert };
  }
  const notify = async (body: object) =>
    (
      await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=UTF-8' },
        body: JSON.stringify(body),
      })
    ).status;
  const bounce = (to: Sent, bounceType = 'Permanent', status = '5.1.1') => ({
    notificationType: 'Bounce',
    bounce: {
      bounceType,
      bouncedRecipients: [{ status, diagnosticCode: `smtp; 550 ${status}` }],
      timestamp: new Date().toISOString(),
    },
    mail: { source: returnPath(to), headers: [{ name: 'X-Rowbell-Delivery', value: to.deliveryId }] },
  });

  test.each([
    ['Permanent', '5.1.1', 'bounced hard 5.1.1', 'hard_bounce'],
    ['Transient', '5.2.2', 'bounced soft 5.2.2', null],
    ['Undetermined', '5.1.1', 'bounced soft 5.1.1', null],
  ])('a %s bounce (%s)', async (type, status, receipt, suppressed) => {
    const to = await sent();
    for (const version of ['1', '2']) expect(await notify(message(bounce(to, type, status), { version }))).toBe(204);
    expect(await state(to)).toMatchObject({ status: 'failed', receipts: [receipt], suppressed });
  });

  test('a delivery, a delay, a complaint; found by the return path where headers are left out', async () => {
    const to = await sent();
    const mail = { source: returnPath(to) };
    await notify(
      message({ eventType: 'DeliveryDelay', mail, deliveryDelay: { delayedRecipients: [{ status: '4.4.1' }] } }),
    );
    await notify(message({ eventType: 'Delivery', mail, delivery: {} }));
    await notify(message({ eventType: 'Complaint', mail, complaint: { complaintFeedbackType: 'abuse' } }));
    expect(await state(to)).toEqual({
      status: 'delivered',
      reason: null,
      receipts: ['complained', 'deferred 4.4.1', 'delivered'],
      suppressed: 'complaint',
    });
    const fine = await sent();
    await notify(
      message({
        eventType: 'Complaint',
        mail: { source: returnPath(fine) },
        complaint: { complaintFeedbackType: 'not-spam' },
      }),
    );
    expect(await state(fine)).toEqual(untouched);
  });

  test('forged, of another topic, with a certificate from elsewhere, too old: refused', async () => {
    const to = await sent();
    const report = bounce(to);
    const good = message(report);
    asked.length = 0;
    const forged = {
      'signed by somebody else': message(report, { signer: otherKey }),
      'changed after signing': { ...good, Message: JSON.stringify(bounce(to, 'Transient')) },
      'of another topic': message(report, { topicArn: 'arn:aws:sns:eu-west-1:999999999999:bounces' }),
      'too old': message(report, { at: Date.now() - 25 * 3_600_000 }),
      'of the future': message(report, { at: Date.now() + 3_600_000 }),
      'without a time': message(report, { extra: { Timestamp: 'never' } }),
      'of another kind of signature': { ...good, SignatureVersion: '3' },
      ...Object.fromEntries(
        [
          'https://evil.example/SimpleNotificationService-1.pem',
          'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
          'https://sns.eu-west-1.amazonaws.com.evil.example/x.pem',
          'https://sns.eu-west-1.amazonaws.com@evil.example/x.pem',
          'https://evil.example/sns.eu-west-1.amazonaws.com/x.pem',
          'https://sns.us-east-1.amazonaws.com/x.pem',
          'https://sns.eu-west-1.amazonaws.com:8443/x.pem',
          'https://s3.eu-west-1.amazonaws.com/bucket/x.pem',
          'https://sns.eu-west-1.amazonaws.com/x.txt',
          'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x.pem',
          'https://sns.eu-west-1.amazonaws.com/x#.pem',
          'nonsense',
        ].map((cert) => [cert, message(report, { cert })]),
      ),
      nothing: {},
    };
    for (const [what, body] of Object.entries(forged)) expect([what, await notify(body)]).toEqual([what, 403]);
    expect(await state(to)).toEqual(untouched);
    expect(asked.filter((target) => !target.startsWith('https://sns.eu-west-1.amazonaws.com/'))).toEqual([]);
    expect(await notify(good)).toBe(204);
    expect((await state(to)).status).toBe('failed');
  });

  test('the subscription of a known topic is confirmed, at SNS and nowhere else', async () => {
    const subscribe = (to: string, changes: Changes = {}) =>
      notify(message({}, { type: 'SubscriptionConfirmation', extra: { Token: 't', SubscribeURL: to }, ...changes }));
    asked.length = 0;
    const good = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';
    expect(await subscribe(good)).toBe(204);
    expect(asked).toEqual([good]);
    expect(await subscribe('https://evil.example/?Action=ConfirmSubscription')).toBe(204);
    expect(await subscribe(good, { signer: otherKey })).toBe(403);
    expect(asked).toEqual([good]);
  });

  test('SE-16: a confirmation that SNS does not take is no fault of ours, and SNS asks again', async () => {
    const lost = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=lost';
    const extra = { Token: 't', SubscribeURL: lost };
    expect(await notify(message({}, { type: 'SubscriptionConfirmation', extra }))).toBe(503);
  });
});

test('NC-33: a report that overtakes the worker’s own write-back is not lost', async () => {
  const to = await sent();
  expect(
    await one(world.db.owner, 'select count(*)::int from notify.receipts where delivery_id = $1', [to.deliveryId]),
  ).toBe(0);
  await Promise.all([hand(returned(to)), hand(returned(to)), hand(returned(to))]);
  expect(await state(to)).toMatchObject({ status: 'failed', receipts: ['bounced hard 5.1.1'] });
});

describe('the sandbox sends mail back', () => {
  const press = (id: number, kind: string) =>
    fetch(new URL('api/mail-reports', world.sandbox.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, kind }),
    });

  test('as a bounce or a complaint, to the API whose links stand in the mail', async () => {
    const settings = world.sandbox.settings;
    const own = await startTestApi(world.db, { EMAIL_INBOUND_SECRET: settings.EMAIL_INBOUND_SECRET ?? '' });
    const [bounced, complained] = [await sent(), await sent()];
    for (const { mail } of [bounced, complained]) {
      const raw = mail.raw as { html: string };
      // The tests' API has a public address that leads nowhere.
      raw.html = raw.html.replaceAll('https://rowbell.example', own.url);
    }
    expect(await (await press(bounced.mail.id, 'bounce')).json()).toEqual({ status: 204 });
    expect(await (await press(complained.mail.id, 'complaint')).json()).toEqual({ status: 204 });
    expect([(await state(bounced)).suppressed, (await state(complained)).suppressed]).toEqual([
      'hard_bounce',
      'complaint',
    ]);
    expect((await press(bounced.mail.id, 'nothing')).status).toBe(400);
    expect((await press(0, 'bounce')).status).toBe(404);
    await own.stop();
  });

  test('and shows it as a browser does, without script or pictures', async () => {
    const { mail } = await sent();
    const page = await fetch(new URL(`mail?id=${mail.id}`, world.sandbox.url));
    expect(page.headers.get('content-security-policy')).toContain("sandbox allow-popups; default-src 'none'");
    expect(await page.text()).toContain('News');
    expect((await fetch(new URL('mail?id=0', world.sandbox.url))).status).toBe(404);
  });
});
