import { Notification, Provider, type ProviderOptions } from '@parse/node-apn';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { readConfig } from '../../src/config/index.ts';
import type { channels, Job } from './peer.ts';

/**
 * What an application writes by hand around a queue: it reads the message and where it goes, sends it, and writes a row of what
 * became of it. No rules, no preferences, no caps, no inbox. A job that throws is the queue's to try again.
 */
export function createHandlers(databaseUrl: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, idleTimeoutMillis: 0 });
  const { key, keyId, teamId, topic, host, port, ca } = readConfig(process.env).apns as NonNullable<
    ReturnType<typeof readConfig>['apns']
  >;
  const options = { token: { key, keyId, teamId }, address: host, port, ca, connectionRetryLimit: 0 };
  const apns = new Provider(options as unknown as ProviderOptions);
  const dispatcher = new Agent({ connections: 8 });

  async function push({ messageId, recipientId }: Job): Promise<void> {
    const { rows } = await pool.query<{ title: string; body: string; token: string }>({
      name: 'push',
      text: `select m.title, m.body, d.token from peers.messages as m join notify.devices as d on d.user_id = $2
        where m.id = $1 and d.deactivated_at is null`,
      values: [messageId, recipientId],
    });
    const [found] = rows;
    if (!found) return;
    const notification = new Notification();
    notification.id = messageId;
    notification.topic = topic;
    notification.pushType = 'alert';
    notification.alert = { title: found.title, body: found.body };
    const { failed } = await apns.send(notification, found.token);
    if (failed.length > 0) throw new Error('not accepted');
    await record(messageId, 'push', messageId);
  }

  async function webhook({ messageId, recipientId }: Job): Promise<void> {
    const { rows } = await pool.query<{ title: string; body: string; url: string; secret: string }>({
      name: 'webhook',
      text: `select m.title, m.body, w.url, w.secret from peers.messages as m join notify.webhook_endpoints as w on w.user_id = $2
        where m.id = $1 and w.deactivated_at is null`,
      values: [messageId, recipientId],
    });
    const [found] = rows;
    if (!found) return;
    const body = JSON.stringify({ type: 'bench', data: { title: found.title, body: found.body } });
    const now = new Date();
    const response = await request(found.url, {
      dispatcher,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': messageId,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': new Webhook(found.secret).sign(messageId, now, body),
      },
      body,
    });
    await response.body.dump();
    if (response.statusCode >= 300) throw new Error(`answered ${response.statusCode}`);
    await record(messageId, 'webhook', null);
  }

  const record = (messageId: string, channel: string, providerMessageId: string | null) =>
    pool.query({
      name: 'outcome',
      text: `insert into peers.outcomes (message_id, channel, status, provider_message_id) values ($1, $2, 'sent', $3)
        on conflict (message_id, channel) do nothing`,
      values: [messageId, channel, providerMessageId],
    });

  const handlers = { push, webhook };
  return (channel: (typeof channels)[number], job: Job) => handlers[channel](job);
}
