import { createHmac, randomUUID, sign } from 'node:crypto';
import {
  brevoSecret,
  inboundSecret,
  mailgunKey,
  mailjetSecret,
  resendSecret,
  type Sent,
  sendgrid,
  sparkpostSecret,
  stranger,
  world,
} from './feedback-world.ts';

/** Standard Webhooks over id, instant and body. */
export const svix = (id: string, timestamp: string, body: string, wrong = false) =>
  `v1,${createHmac('sha256', wrong ? 'x' : Buffer.from(resendSecret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64')}`;

export const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}`,
});

/** What each service sends, and how it proves itself; `wrong` breaks the proof. */
export const services = {
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
  resend(to: Sent, event: object, { at = Date.now(), wrong = false } = {}) {
    const { type, ...data } = { type: 'email.delivered', ...event };
    const body = JSON.stringify({
      type,
      created_at: new Date().toISOString(),
      data: {
        email_id: randomUUID(),
        to: [`Reader <${to.address}>`],
        headers: [{ name: 'x-rowbell-delivery', value: to.deliveryId }],
        ...data,
      },
    });
    const id = `msg_${randomUUID()}`;
    const timestamp = String(Math.floor(at / 1000));
    return {
      body,
      headers: { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': svix(id, timestamp, body, wrong) },
    };
  },
  sparkpost(to: Sent, event: object, { wrong = false } = {}) {
    const said = {
      rcpt_to: to.address,
      rcpt_meta: { 'rowbell-delivery': to.deliveryId },
      timestamp: String(Math.floor(Date.now() / 1000)),
      ...event,
    };
    return {
      body: JSON.stringify([{ msys: {} }, { msys: { message_event: said } }]),
      headers: basic(wrong ? 'x' : sparkpostSecret),
    };
  },
  brevo(to: Sent, event: object, { wrong = false } = {}) {
    const body = JSON.stringify({
      email: to.address,
      'message-id': '<201798300811.5787683@relay.example>',
      'X-Mailin-custom': to.deliveryId,
      ts_event: Math.floor(Date.now() / 1000),
      ts_epoch: Date.now(),
      ...event,
    });
    return { body, headers: { authorization: `Bearer ${wrong ? 'x' : brevoSecret}` } };
  },
  mailjet(to: Sent, event: object, { wrong = false } = {}) {
    const said = {
      email: to.address,
      CustomID: to.deliveryId,
      time: Math.floor(Date.now() / 1000),
      MessageID: 1,
      ...event,
    };
    return { body: JSON.stringify([said]), headers: basic(wrong ? 'x' : mailjetSecret) };
  },
};

/** What its documents say ends its calls. */
export const answers: Record<Service, number> = {
  sendgrid: 204,
  mailgun: 200,
  postmark: 200,
  resend: 200,
  sparkpost: 200,
  brevo: 200,
  mailjet: 200,
};

export type Service = keyof typeof services;

export const call = (service: Service, { body, headers }: { body: string; headers: object }) =>
  fetch(`${world.api.url}/callbacks/${service}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
