import { createPrivateKey, randomUUID } from 'node:crypto';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging } from 'firebase-admin/messaging';
import { createHttp } from '../http.ts';
import { createConcurrentSend } from '../send-concurrently.ts';
import { trusting } from '../trust.ts';
import type { Message, Provider, Result } from '../types.ts';
import { createCredential, type ServiceAccount } from './access-token.ts';
import { explain } from './failure.ts';
import { toFcmMessage } from './message.ts';
import { createSingleRequestAgent, type Flight, fly } from './single-request.ts';

/** A service account and where to reach FCM. */
export type FcmOptions = ServiceAccount & {
  readonly projectId: string;
  /** fcm.googleapis.com unless told. The TLS name and the Host header stay that. */
  readonly host?: string | null | undefined;
  readonly port?: number | null | undefined;
  /** PEM of a certificate authority trusted besides the usual ones. */
  readonly ca?: string | null | undefined;
  /** HTTP/1.1 connections kept, and so messages under way at a time. */
  readonly connections?: number | undefined;
  /** How long one message may take, access token included. */
  readonly deadlineMs?: number | undefined;
};

const tokenTimeoutMs = 8000;

/**
 * Firebase Cloud Messaging over firebase-admin's `send()`, which with kept connections is as fast as its batch call
 * and cannot hang. Each provider has an app of its own, so several projects can be used side by side. Throws on a key
 * that cannot sign; the message never holds the key.
 */
export function createFcm(options: FcmOptions): Provider {
  const { projectId, host, port, ca, connections = 100, deadlineMs = 10_000 } = options;
  requireSigningKey(options.privateKey);
  const agent = createSingleRequestAgent({
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    // Options of the agent win over those of a request: this is where connections go to.
    ...(host && { host }),
    ...(port && { port }),
    ...trusting(ca),
  });
  const http = createHttp({ ca, connections: 1, timeoutMs: tokenTimeoutMs, allowPrivateNetworks: true });
  const sendConcurrently = createConcurrentSend(connections);
  const closing = new AbortController();
  const credential = createCredential(options, http, closing.signal);
  let app = openApp();
  let closed: Promise<void> | null = null;

  function openApp() {
    return initializeApp({ credential, projectId, httpAgent: agent }, `rowbell-fcm-${randomUUID()}`);
  }

  /** firebase-admin keeps an access token for its hour even when it is no longer accepted; a new app fetches anew. */
  function forgetAccessToken(used: typeof app) {
    if (used !== app || closed) return;
    app = openApp();
    void deleteApp(used);
  }

  async function sendOne(message: Message, flights: Set<Flight>): Promise<Result> {
    const used = app;
    const result = await fly(
      async () => ({ outcome: 'accepted', providerMessageId: await getMessaging(used).send(toFcmMessage(message)) }),
      explain,
      deadlineMs,
      flights,
    );
    if (result.outcome === 'rejected' && result.code === '401') forgetAccessToken(used);
    return result;
  }

  return {
    name: 'fcm',
    async send(batch, signal, progress) {
      const flights = new Set<Flight>();
      const abort = () => {
        for (const flight of flights) flight.giveUp('aborted');
      };
      signal.addEventListener('abort', abort);
      try {
        return await sendConcurrently(batch, { signal, progress }, (message) => sendOne(message, flights));
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    close() {
      closed ??= (async () => {
        closing.abort();
        await deleteApp(app);
        agent.destroy();
        await http.close();
      })();
      return closed;
    },
  };
}

function requireSigningKey(key: string) {
  let type: string | undefined;
  try {
    type = createPrivateKey(key).asymmetricKeyType;
  } catch {
    // Said below, without the parser's words.
  }
  if (type !== 'rsa') throw new Error('fcm: private_key is not an RSA private key in PEM format');
}
