import { createPrivateKey } from 'node:crypto';
import { Provider as ApnProvider, type ResponseFailure } from '@parse/node-apn';
import { trusting } from '../trust.ts';
import type { Message, Progress, Provider, Result } from '../types.ts';
import { noteEndings } from './endings.ts';
import { explain, isTimeout, reject } from './failure.ts';
import { toNotification } from './notification.ts';
import { noteRetryAfter } from './retry-after.ts';

export type ApnsOptions = {
  /** PEM text of the .p8 signing key. */
  readonly key: string;
  readonly keyId: string;
  readonly teamId: string;
  /** The app's bundle id. */
  readonly topic: string;
  /** api.push.apple.com unless told; api.sandbox.push.apple.com for development builds. */
  readonly host?: string | null | undefined;
  readonly port?: number | undefined;
  /** PEM of a certificate authority trusted besides the usual ones. */
  readonly ca?: string | null | undefined;
  /** How long one message waits for its answer. */
  readonly timeoutMs?: number | undefined;
};

const shutdownBoundMs = 250;
/** How often a message is sent again at once because the connection that it went by ended before APNs looked at it. */
const maxResends = 3;
const deviceToken = /^[0-9a-f]{64,200}$/i;

/**
 * Apple Push Notification service over @parse/node-apn: one HTTP/2 connection, made at the first message and kept;
 * the server's SETTINGS decide how many streams run at a time, the rest wait in the HTTP/2 session. node-apn's own
 * retries are off, since they come at once and hide what happened. Throws on a key that cannot sign; the message names
 * the setting and never holds the key.
 */
export function createApns(options: ApnsOptions): Provider {
  const { topic, timeoutMs = 10_000 } = options;
  const settings = connectionSettings(options, timeoutMs);
  const retryAfter = noteRetryAfter();
  const endings = noteEndings();
  let connection = connect();
  let closed: Promise<void> | null = null;

  function connect() {
    const client = new ApnProvider(settings);
    endings.watch(client);
    return { client, answeredAt: 0 };
  }

  /**
   * A peer that vanished without a word would leave node-apn waiting on the dead connection for as long as TCP does.
   * So when a message got no answer and nobody else did since it was begun, the next ones get a new connection.
   */
  function replaceIfDead(used: typeof connection, begunAt: number) {
    if (used !== connection || used.answeredAt >= begunAt || closed) return;
    connection = connect();
    void used.client.shutdown();
  }

  async function sendOne(message: Message, signal: AbortSignal): Promise<Result> {
    if (!deviceToken.test(message.address)) return reject('malformed_token');
    const notification = toNotification(message, topic);
    for (let resends = 0; ; resends++) {
      const used = connection;
      const begunAt = performance.now();
      const { failed } = await used.client.send(notification, message.address);
      const failure = failed[0];
      if (!failure) {
        used.answeredAt = performance.now();
        return { outcome: 'accepted', providerMessageId: message.deliveryId };
      }
      noteFailure(used, begunAt, failure);
      const isAnswered = typeof failure.status === 'number';
      if (isAnswered || !(await endings.leftUnprocessed(message.deliveryId))) {
        return explain(failure, message, retryAfter.take(message.deliveryId));
      }
      if (resends === maxResends || signal.aborted) return reject('REFUSED_STREAM');
    }
  }

  function noteFailure(used: typeof connection, begunAt: number, failure: ResponseFailure) {
    if (typeof failure.status === 'number') used.answeredAt = performance.now();
    else if (isTimeout(failure)) replaceIfDead(used, begunAt);
  }

  return {
    name: 'apns',
    send: (batch, signal, progress) => settleAll(batch, signal, sendOne, progress),
    close() {
      closed ??= shutDown(connection.client).finally(() => {
        retryAfter.close();
        endings.close();
      });
      return closed;
    },
  };
}

/**
 * Begins every message at once (HTTP/2 queues what exceeds the connection's streams) and resolves when all have a
 * result or `signal` aborts. One listener serves the whole batch.
 */
function settleAll(
  batch: readonly Message[],
  signal: AbortSignal,
  sendOne: (message: Message, signal: AbortSignal) => Promise<Result>,
  progress?: Progress,
): Promise<Result[]> {
  return new Promise((resolve) => {
    const results: (Result | undefined)[] = new Array(batch.length).fill(undefined);
    let open = batch.length;
    const settle = (index: number, result: Result) => {
      if (results[index]) return;
      results[index] = result;
      progress?.heard(index, result);
      if (--open === 0) finish();
    };
    const finish = () => {
      signal.removeEventListener('abort', giveUp);
      resolve(results as Result[]);
    };
    const giveUp = () => {
      for (const index of batch.keys()) settle(index, reject('aborted'));
    };
    if (open === 0) return finish();
    if (signal.aborted) {
      for (const index of batch.keys()) settle(index, reject('not_begun'));
      return;
    }
    signal.addEventListener('abort', giveUp);
    for (const [index, message] of batch.entries()) {
      sendOne(message, signal).then(
        (result) => settle(index, result),
        () => settle(index, reject('internal')),
      );
    }
  });
}

/** Asks node-apn to close, bounded: its promise never settles for a session that has already broken. */
async function shutDown(client: ApnProvider): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, shutdownBoundMs);
  });
  await Promise.race([new Promise<void>((resolve) => void client.shutdown(resolve)), bound]);
  clearTimeout(timer);
}

function connectionSettings({ key, keyId, teamId, topic, host, port, ca }: ApnsOptions, timeoutMs: number) {
  requireSigningKey(key);
  for (const [name, value] of Object.entries({ keyId, teamId, topic })) {
    if (value === '') throw new Error(`apns: ${name} is empty`);
  }
  return {
    token: { key, keyId, teamId },
    address: host ?? 'api.push.apple.com',
    ...(port !== undefined && { port }),
    // Unknown to node-apn's types, but handed on to node:http2 with all else.
    ...trusting(ca),
    connectionRetryLimit: 0,
    requestTimeout: timeoutMs,
  };
}

/** node-apn takes what is not PEM for a file name and would put it into its error. */
function requireSigningKey(key: string) {
  let curve: string | undefined;
  try {
    curve = createPrivateKey(key).asymmetricKeyDetails?.namedCurve;
  } catch {
    // Said below, without the parser's words.
  }
  if (curve !== 'prime256v1') throw new Error('apns: key is not a P-256 private key in PEM format (.p8)');
}
