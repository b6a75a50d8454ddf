import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { brevoSecret, mailjetSecret, sent, sparkpostSecret, state, untouched, world } from './feedback-world.ts';
import { basic, call, services, svix } from './mail-services.ts';

describe('NC-33: who may report', () => {
  test('resend: of two signatures one is enough, under either name, for five minutes', async () => {
    const to = await sent();
    const { body } = services.resend(to, { type: 'email.complained' });
    const headers = (at: number, prefix = 'svix', signature?: string) => {
      const [id, timestamp] = ['msg_1', String(Math.floor(at / 1000))];
      const signatures = signature ?? `${svix('x', timestamp, body, true)} v1a,abc ${svix(id, timestamp, body)}`;
      return { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: timestamp, [`${prefix}-signature`]: signatures };
    };
    const minutes = 60_000;
    for (const at of [Date.now() - 6 * minutes, Date.now() + 6 * minutes])
      expect((await call('resend', { body, headers: headers(at) })).status).toBe(403);
    const signature = svix('msg_1', String(Math.floor(Date.now() / 1000)), body).slice('v1,'.length);
    for (const wrong of ['', 'v1,', signature, `v2,${signature}`, svix('msg_2', '1', body)])
      expect((await call('resend', { body, headers: headers(Date.now(), 'svix', wrong) })).status).toBe(403);
    for (const timestamp of ['', 'NaN', '1e99', '-1', String(Date.now())]) {
      const made = {
        'svix-id': 'msg_1',
        'svix-timestamp': timestamp,
        'svix-signature': svix('msg_1', timestamp, body),
      };
      expect((await call('resend', { body, headers: made })).status).toBe(403);
    }
    const changed = body.replace('complained', 'delivered');
    expect((await call('resend', { body: changed, headers: headers(Date.now()) })).status).toBe(403);
    expect(await state(to)).toEqual(untouched);
    expect((await call('resend', { body, headers: headers(Date.now() - 4 * minutes, 'webhook') })).status).toBe(200);
    expect((await state(to)).receipts).toEqual(['complained']);
  });

  test('sparkpost, brevo, mailjet: a password, a bearer’s token, and of SparkPost the header of its own', async () => {
    const secrets = { sparkpost: sparkpostSecret, brevo: brevoSecret, mailjet: mailjetSecret };
    const own = 'x-messagesystems-webhook-token';
    for (const service of ['sparkpost', 'brevo', 'mailjet'] as const) {
      const secret = secrets[service];
      const status = async (headers: object) => (await call(service, { body: '[]', headers })).status;
      expect([await status(basic(secret)), await status({ authorization: `Bearer ${secret}` })]).toEqual([200, 200]);
      expect(await status({ [own]: secret })).toBe(service === 'sparkpost' ? 200 : 403);
      for (const wrong of [
        '',
        'x',
        secret.slice(1),
        `${secret} `,
        secrets[service === 'brevo' ? 'mailjet' : 'brevo'],
      ]) {
        if (wrong.trim() === secret) continue;
        expect([await status(basic(wrong)), await status({ [own]: wrong }), await status({})]).toEqual([403, 403, 403]);
      }
    }
  });

  test('a fault of ours: Brevo gives up on 5xx, and is asked to come again', async () => {
    const to = await sent();
    const rename = (from: string, name: string) =>
      world.db.owner.query(`alter function notify_private.${from} rename to ${name}`);
    await rename('record_mail_report', 'record_mail_report_no_more');
    try {
      expect((await call('brevo', services.brevo(to, { event: 'spam' }))).status).toBe(429);
      expect((await call('mailjet', services.mailjet(to, { event: 'spam' }))).status).toBeGreaterThanOrEqual(500);
    } finally {
      await rename('record_mail_report_no_more', 'record_mail_report');
    }
    expect((await call('brevo', services.brevo(to, { event: 'spam' }))).status).toBe(200);
    expect((await state(to)).receipts).toEqual(['complained']);
    expect((await call('brevo', services.brevo({ ...to, deliveryId: randomUUID() }, { event: 'spam' }))).status).toBe(
      200,
    );
  });
});
