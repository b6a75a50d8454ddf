// Over 300 lines: the protocol of one provider, answer by answer.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AccessTokenError } from '../../src/providers/fcm/access-token.ts';
import { errors } from '../../src/providers/fcm/errors.ts';
import { explain } from '../../src/providers/fcm/failure.ts';
import { createFcm, type FcmOptions } from '../../src/providers/fcm/index.ts';
import type { Message, Provider, Result } from '../../src/providers/types.ts';
import { openCredentials } from '../../src/sandbox/credentials.ts';
import { fcmAnswers } from '../../src/sandbox/fcm-errors.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { messageTo, turns, unaborted } from '../support/message.ts';

const token = `token-of-ada:${'a'.repeat(60)}`;
const otherToken = `token-of-bob:${'b'.repeat(60)}`;

let sandbox: Sandbox;
let options: FcmOptions;
let fcm: Provider;

beforeAll(async () => {
  sandbox = await startSandbox();
  const { FCM_SERVICE_ACCOUNT = '{}', FCM_HOST, FCM_PORT, FCM_CA } = sandbox.settings;
  const account = JSON.parse(FCM_SERVICE_ACCOUNT);
  options = {
    projectId: account.project_id,
    clientEmail: account.client_email,
    privateKey: account.private_key,
    tokenUri: account.token_uri,
    host: FCM_HOST,
    port: Number(FCM_PORT),
    ca: FCM_CA,
    deadlineMs: 60_000,
  };
  fcm = createFcm(options);
});
afterAll(async () => {
  await fcm.close();
  await sandbox.close();
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});

const received = () => sandbox.journal.list({ provider: 'fcm' });

async function sendOne(message: Message, provider = fcm): Promise<Result> {
  const [result, ...more] = await provider.send([message], unaborted);
  expect(more).toEqual([]);
  if (!result) throw new Error('no result');
  return result;
}

async function withProvider<T>(changes: Partial<FcmOptions>, use: (provider: Provider) => Promise<T>): Promise<T> {
  const provider = createFcm({ ...options, ...changes });
  try {
    return await use(provider);
  } finally {
    await provider.close();
  }
}

/** A server of one's own in Google's place, for what the sandbox never does. */
async function withServer<T>(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  use: (place: { host: string; port: number; ca: string; tokenUri: string }) => Promise<T>,
): Promise<T> {
  const { tls } = (await openCredentials({ publicHost: '127.0.0.1' })).credentials;
  const server = createServer({ key: tls.key, cert: tls.cert }, handle);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use({ host: '127.0.0.1', port, ca: tls.ca, tokenUri: `https://127.0.0.1:${port}/token` });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const reply = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('what the phone gets', () => {
  test('TR-G1, TR-G8, TR-G9: texts, data as strings, tag, sound, priority, ttl, collapse key', async () => {
    const message = messageTo(token, {
      data: { tripId: '42', overlay: 'scheduling' },
      collapseKey: 'trip-42',
      tag: 'Rowbell',
      sound: 'default',
      urgency: 'high',
      expiresAt: new Date(Date.now() + 60_999),
    });
    const result = await sendOne(message);
    expect(result).toEqual({
      outcome: 'accepted',
      providerMessageId: expect.stringMatching(/^projects\/.+\/messages\//),
    });
    const [entry] = received();
    expect(entry).toMatchObject({ address: token, status: 200, deliveryId: message.deliveryId });
    expect(entry?.data).toEqual({ tripId: '42', overlay: 'scheduling' });
    expect(entry?.raw).toEqual({
      token,
      notification: { title: 'Lisbon', body: 'Ada started planning this trip.' },
      data: { tripId: '42', overlay: 'scheduling', deliveryId: message.deliveryId },
      android: {
        priority: 'high',
        ttl: '60s',
        collapse_key: 'trip-42',
        notification: { tag: 'Rowbell', sound: 'default' },
      },
    });
  });

  test('what a message does not have is left out; expired is now or never; a year is four weeks', async () => {
    await sendOne(messageTo(token, { urgency: 'normal', expiresAt: new Date(0) }));
    await sendOne(messageTo(token, { urgency: 'low', expiresAt: new Date(Date.now() + 365 * 86_400_000) }));
    const [year, expired] = received().map(({ raw }) => (raw as { android: unknown }).android);
    expect(expired).toEqual({ priority: 'normal', ttl: '0s', notification: {} });
    expect(year).toEqual({ priority: 'normal', ttl: `${28 * 86_400}s`, notification: {} });
  });
});

describe('answers', () => {
  const rowOf = {
    INVALID_REGISTRATION: 'INVALID_ARGUMENT (registration token)',
    TOO_BIG: 'INVALID_ARGUMENT (too big)',
    UNAUTHENTICATED: '401 without FcmError',
    PERMISSION_DENIED: '403 without FcmError',
    NOT_FOUND: '404 without FcmError',
    RESOURCE_EXHAUSTED: '429 without FcmError',
  } as const;
  const elsewhere = ['other 4xx', 'other 5xx', 'oauth_refused', 'oauth_unavailable', 'invalid_message', 'tls'];
  elsewhere.push('not_connected', 'timeout', 'connection_lost', 'aborted', 'not_begun', 'internal');
  const rowFor = (answer: string) => rowOf[answer as keyof typeof rowOf] ?? answer;

  test('every row of the table is an answer FCM gives or a failure tested here', () => {
    const codes = [...Object.keys(fcmAnswers).map(rowFor), ...elsewhere];
    expect(errors.map(({ code }) => code).sort()).toEqual(codes.sort());
  });

  test.each(Object.keys(fcmAnswers))('TR-G7: %s', async (reason) => {
    sandbox.faults.add({ provider: 'fcm', kind: 'reject', reason, times: 1 });
    const row = errors.find(({ code }) => code === rowFor(reason));
    const result = await sendOne(messageTo(token));
    expect(result).toMatchObject({
      outcome: 'rejected',
      permanence: row?.permanence,
      reason: row?.reason,
      ...(row && 'suspect' in row && { suspect: true }),
    });
    // Whatever the service says, a status without FcmError never costs an address.
    if (rowFor(reason).includes('without')) expect(result).not.toMatchObject({ permanence: 'address' });
    expect(received()).toHaveLength(1);
  });

  test('Retry-After is honoured; an exceeded quota waits a minute by itself', async () => {
    const expectWait = async (fault: object, seconds: number) => {
      sandbox.faults.add({ provider: 'fcm', times: 1, ...fault });
      const before = Date.now();
      const result = await sendOne(messageTo(token));
      const retryAt = (result as { retryAt?: Date }).retryAt?.getTime() ?? 0;
      expect(retryAt - before).toBeGreaterThanOrEqual(seconds * 1000);
      expect(retryAt - Date.now()).toBeLessThanOrEqual(seconds * 1000);
    };
    await expectWait({ kind: 'throttle', retryAfterS: 90 }, 90);
    await expectWait({ kind: 'throttle' }, 60);
    await expectWait({ kind: 'reject', reason: 'RESOURCE_EXHAUSTED' }, 60);
    await expectWait({ kind: 'server_error', status: 503, retryAfterS: 20 }, 20);
  });

  test('statuses and codes unknown here are read by their status', async () => {
    const answered = async (status: number) => {
      sandbox.faults.add({ provider: 'fcm', kind: 'reject', status, reason: 'NEW_CODE', times: 1 });
      return await sendOne(messageTo(token));
    };
    expect(await answered(418)).toMatchObject({ permanence: 'message', reason: 'refused', code: '418' });
    expect(await answered(502)).toMatchObject({ permanence: 'transient', reason: 'server_error', code: '502' });
  });

  test('oversized, reserved keys and no token: only their own message fails', async () => {
    const results = await fcm.send(
      [
        messageTo(token, { body: 'x'.repeat(5000) }),
        messageTo(token, { data: { from: 'me' } }),
        messageTo('not a token'),
        messageTo(''),
        messageTo(token),
      ],
      unaborted,
    );
    expect(results).toMatchObject([
      { permanence: 'message', reason: 'too_large' },
      { permanence: 'message', reason: 'invalid_message' },
      { permanence: 'address', reason: 'invalid_address' },
      { permanence: 'message', reason: 'invalid_message' },
      { outcome: 'accepted' },
    ]);
  });

  test('a failure of nobody’s knowledge is not an address', () => {
    expect(explain(new Error('?'))).toMatchObject({ permanence: 'message', reason: 'invalid_message' });
    expect(explain({ code: 'app/network-timeout' })).toMatchObject({ permanence: 'ambiguous' });
    const cause = new AccessTokenError('x', false);
    expect(explain({ code: 'app/invalid-credential', cause })).toMatchObject({ permanence: 'transient' });
  });
});

describe('one request per message', () => {
  /** firebase-admin's first repetition would come at once, its second after a second. */
  const longEnough = () => sleep(1200);

  test('503: one request', async () => {
    sandbox.faults.add({ provider: 'fcm', kind: 'server_error', status: 503 });
    expect(await sendOne(messageTo(token))).toMatchObject({ permanence: 'transient', code: 'UNAVAILABLE' });
    expect(received()).toHaveLength(1);
    await longEnough();
    expect(received()).toHaveLength(1);
  });

  test('connection cut: one request, and it may have arrived', async () => {
    sandbox.faults.add({ provider: 'fcm', kind: 'reset' });
    expect(await sendOne(messageTo(token))).toMatchObject({ permanence: 'ambiguous', reason: 'connection_lost' });
    await longEnough();
    expect(received()).toHaveLength(1);
  });

  test('silence: ambiguous at the deadline, never sent again', async () => {
    await withProvider({ deadlineMs: 2_000 }, async (provider) => {
      // With an access token already.
      await sendOne(messageTo(otherToken), provider);
      sandbox.faults.add({ provider: 'fcm', kind: 'latency', latencyMs: 6_000, times: 1 });
      expect(await sendOne(messageTo(token), provider)).toMatchObject({ permanence: 'ambiguous', reason: 'timeout' });
      await expect.poll(received).toHaveLength(2);
      await longEnough();
    });
    expect(received()).toHaveLength(2);
  });
});

describe('the connection', () => {
  test('chunks go over a few connections, kept', async () => {
    await withProvider({ connections: 8 }, async (provider) => {
      for (let chunk = 0; chunk < 2; chunk++) {
        const results = await provider.send(
          Array.from({ length: 200 }, () => messageTo(token)),
          unaborted,
        );
        expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
      }
    });
    expect(received()).toHaveLength(400);
    expect(new Set(received().map(({ connection }) => connection)).size).toBeLessThanOrEqual(8);
  });

  test('two projects side by side', async () => {
    await withProvider({ projectId: 'another' }, async (other) => {
      const [mine, theirs] = await Promise.all([sendOne(messageTo(token)), sendOne(messageTo(token), other)]);
      expect(mine).toMatchObject({ outcome: 'accepted' });
      expect(theirs).toMatchObject({ permanence: 'misconfigured', reason: 'project_not_found' });
    });
  });

  test('refused, unknown host: nothing was sent; not trusted: misconfigured', async () => {
    const failing = (changes: Partial<FcmOptions>) =>
      withProvider(changes, (provider) => sendOne(messageTo(token), provider));
    const unavailable = { permanence: 'transient', reason: 'unavailable' };
    expect(await failing({ port: 1 })).toMatchObject(unavailable);
    expect(await failing({ host: 'nowhere.invalid' })).toMatchObject(unavailable);
    // Another authority than the token endpoint's: only the connection to FCM fails.
    const trusted = { access_token: 'ya29.x', expires_in: 3600 };
    await withServer(
      (_request, response) => reply(response, 200, trusted),
      async ({ tokenUri, ca }) => {
        expect(await failing({ tokenUri, ca })).toMatchObject({ permanence: 'misconfigured', reason: 'tls_failed' });
      },
    );
    expect(received()).toEqual([]);
  });
});

describe('access tokens', () => {
  test('one serves many messages; one no longer accepted is replaced by the next call', async () => {
    let issued = 0;
    const server = (request: IncomingMessage, response: ServerResponse) => {
      request.resume();
      if (request.url === '/token') {
        issued += 1;
        return reply(response, 200, { access_token: `token-${issued}`, expires_in: 3600 });
      }
      if (request.headers.authorization === 'Bearer token-1') {
        return reply(response, 401, { error: { code: 401, status: 'UNAUTHENTICATED', message: 'no' } });
      }
      return reply(response, 200, { name: 'projects/p/messages/1' });
    };
    await withServer(server, (changes) =>
      withProvider(changes, async (provider) => {
        const batch = [messageTo(token), messageTo(token)];
        const refused = { permanence: 'misconfigured', reason: 'credentials_rejected', code: '401' };
        expect(await provider.send(batch, unaborted)).toMatchObject([refused, refused]);
        expect(issued).toBe(1);
        expect(await provider.send(batch, unaborted)).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
        expect(issued).toBe(2);
      }),
    );
  });

  test('an account the endpoint refuses is misconfigured, an endpoint that is down is not', async () => {
    const failing = (changes: Partial<FcmOptions>) =>
      withProvider(changes, (provider) => sendOne(messageTo(token), provider));
    expect(await failing({ clientEmail: 'nobody@example.com' })).toMatchObject({
      permanence: 'misconfigured',
      code: 'oauth_refused',
    });
    const { privateKey } = (await openCredentials({ publicHost: 'x' })).credentials.fcm;
    expect(await failing({ privateKey })).toMatchObject({ permanence: 'misconfigured', code: 'oauth_refused' });
    expect(await failing({ tokenUri: 'https://127.0.0.1:1/token' })).toMatchObject({
      permanence: 'transient',
      code: 'oauth_unavailable',
    });
    await withServer(
      (_request, response) => reply(response, 503, {}),
      async ({ tokenUri, ca }) =>
        expect(await failing({ tokenUri, ca })).toMatchObject({ permanence: 'transient', code: 'oauth_unavailable' }),
    );
  });

  test('an endpoint that keeps silent: at the deadline nothing was sent', async () => {
    await withServer(
      () => undefined,
      (changes) =>
        withProvider({ ...changes, deadlineMs: 200 }, async (provider) =>
          expect(await sendOne(messageTo(token), provider)).toMatchObject({
            permanence: 'transient',
            reason: 'not_begun',
          }),
        ),
    );
  });
});

describe('ending', () => {
  test('aborted: what was answered counts, what is under way is ambiguous, the rest is not begun', async () => {
    await withProvider({ connections: 2 }, async (provider) => {
      sandbox.faults.add({ provider: 'fcm', kind: 'latency', latencyMs: 4_000, address: otherToken });
      const abort = new AbortController();
      const batch = [token, otherToken, otherToken, token].map((address) => messageTo(address));
      const sending = provider.send(batch, abort.signal);
      await expect.poll(received).toHaveLength(1);
      await turns();
      abort.abort();
      const aborted = { permanence: 'ambiguous', reason: 'aborted' };
      const notBegun = { permanence: 'transient', reason: 'not_begun' };
      expect(await sending).toMatchObject([{ outcome: 'accepted' }, aborted, aborted, notBegun]);
      await expect.poll(received).toHaveLength(3);
    });
  });

  test('closing twice is closing once', async () => {
    const provider = createFcm(options);
    await sendOne(messageTo(token), provider);
    await Promise.all([provider.close(), provider.close()]);
  });
});

describe('secrets', () => {
  test.each(['top-secret-key', '-----BEGIN PRIVATE KEY-----\ntop-secret\n-----END PRIVATE KEY-----'])(
    'a key that cannot sign is refused without being shown',
    (privateKey) => {
      expect(() => createFcm({ ...options, privateKey })).toThrow('fcm: private_key is not an RSA private key');
      expect(() => createFcm({ ...options, privateKey })).not.toThrow('top-secret');
    },
  );

  test('no result holds a token or a text', async () => {
    const results: Result[] = [];
    for (const kind of ['gone', 'reject', 'throttle', 'server_error', 'reset']) {
      sandbox.faults.add({ provider: 'fcm', kind, times: 1 });
      results.push(await sendOne(messageTo(token)));
    }
    const text = JSON.stringify(results);
    expect(text).not.toContain(token);
    expect(text).not.toContain('Lisbon');
  });
});
