import { randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFeedbackRoutes } from '../../src/http/email-feedback.ts';
import { createSesSource } from '../../src/providers/smtp/feedback/ses.ts';
import { returnPath, type Sent, sent, state, untouched, world } from './feedback-world.ts';

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
    const { createCors } = await import('../../src/http/cors.ts');
    const logger = createLogger({ level: 'silent', component: 'test' });
    const router = createRouter(routes, { logger, cors: createCors([]), noteRefusal: () => {} });
    const server = createServer(router).listen(0, '127.0.0.1');
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
