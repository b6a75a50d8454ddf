import { Agent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { Notification, Provider, type ProviderOptions } from '@parse/node-apn';
import { initializeApp } from 'firebase-admin/app';
import { getMessaging } from 'firebase-admin/messaging';
import { readConfig } from '../src/config/index.ts';
import { createCredential } from '../src/providers/fcm/access-token.ts';
import { createHttp } from '../src/providers/http.ts';

// The base: the provider's SDK alone, sending the same notification to the same sandbox, outcomes only counted. As many
// in flight as the worker has (4 chunks of 500).
const [provider, count] = process.argv.slice(2) as ['apns' | 'fcm', string];
const config = readConfig(process.env);
const inFlight = provider === 'apns' ? 2_000 : 100;

const senders = {
  apns() {
    const { key, keyId, teamId, topic, host, port, ca } = config.apns as NonNullable<typeof config.apns>;
    // node-apn's types know neither the address nor the retry limit, its documentation does.
    const options = { token: { key, keyId, teamId }, address: host, port, ca, connectionRetryLimit: 0 };
    const client = new Provider(options as unknown as ProviderOptions);
    return async (n: number) => {
      const notification = new Notification();
      notification.id = crypto.randomUUID();
      notification.topic = topic;
      notification.pushType = 'alert';
      notification.priority = 10;
      notification.expiry = Math.floor(Date.now() / 1000) + 86_400;
      notification.payload = { announcementId: notification.id };
      notification.alert = { title: 'Bench', subtitle: 'Rowbell', body: 'A broadcast to everyone' };
      notification.threadId = 'bench';
      notification.sound = 'default';
      const { failed } = await client.send(notification, n.toString(16).padStart(64, '0'));
      return failed.length === 0;
    };
  },
  fcm() {
    const fcm = config.fcm as NonNullable<typeof config.fcm>;
    const secureContext = createSecureContext({ ca: fcm.ca ?? '' });
    const agent = new Agent({ keepAlive: true, maxSockets: 100, host: fcm.host, port: fcm.port, secureContext });
    const credential = createCredential(
      fcm,
      createHttp({ ca: fcm.ca, connections: 1, timeoutMs: 8_000, allowPrivateNetworks: true }),
    );
    const messaging = getMessaging(initializeApp({ projectId: fcm.projectId, httpAgent: agent, credential }));
    return (n: number) =>
      messaging
        .send({
          token: `bench-${n.toString(16).padStart(128, '0')}`,
          notification: { title: 'Bench', body: 'A broadcast to everyone' },
          data: { announcementId: crypto.randomUUID() },
          android: { priority: 'high', ttl: 86_400_000, notification: { sound: 'default' } },
        })
        .then(
          () => true,
          () => false,
        );
  },
};

const send = senders[provider]();
await send(0);
const startedAt = performance.now();
let next = 0;
let accepted = 0;
const lane = async () => {
  while (next < Number(count)) if (await send(++next)) accepted++;
};
await Promise.all(Array.from({ length: inFlight }, lane));
console.log(JSON.stringify({ seconds: (performance.now() - startedAt) / 1000, accepted }));
process.exit();
