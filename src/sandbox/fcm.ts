import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { answerOf, errorBody, type FcmAnswer, fcmAnswers } from './fcm-errors.ts';
import { checkMessage, type FcmMessage } from './fcm-message.ts';
import { createOAuth } from './google-oauth.ts';
import { drawnByAndroid } from './rich-content.ts';
import { delay, listen, type StartServer } from './server.ts';

/** Enough for any message that is refused for its size; what is longer is cut off. */
const maxBodyBytes = 64 * 1024;

/**
 * Firebase Cloud Messaging's HTTP v1 API (firebase.google.com, "REST Resource: projects.messages") and Google's OAuth
 * token endpoint, on one port. Faults strike after the bearer token was checked.
 */
export const startFcm: StartServer = async ({ journal, faults, credentials, host, publicHost, port }) => {
  const { fcm, tls } = credentials;
  const connections = new WeakMap<object, number>();
  let lastConnection = 0;
  const server = createServer({ key: tls.key, cert: tls.cert, keepAlive: true }, (request, response) => {
    void handle(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 0;
  server.on('secureConnection', (socket: TLSSocket) => {
    connections.set(socket, ++lastConnection);
    socket.on('error', () => socket.destroy());
  });
  const actualPort = await listen(server, port, host);
  const tokenUri = `https://${publicHost}:${actualPort}/token`;
  const oauth = createOAuth(fcm, tokenUri);

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const body = await read(request);
    if (body === null)
      return answer(response, errorBody(400, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit.'));
    if (request.url === '/token') {
      if (request.method !== 'POST') return answer(response, { status: 405, body: { error: 'invalid_request' } });
      const fault = faults.nextAt('fcm', 'token');
      return answer(response, (fault && answerOf(fault)) ?? oauth.issue(body, request.headers['content-type']));
    }
    const project = /^\/v1\/projects\/([^/?]+)\/messages:send$/.exec(request.url ?? '')?.[1];
    if (project === undefined || request.method !== 'POST') {
      return answer(response, errorBody(404, 'NOT_FOUND', 'Requested URL was not found on this server.'));
    }
    if (!oauth.accepts(request.headers.authorization)) return answer(response, fcmAnswers.UNAUTHENTICATED);
    if (project !== fcm.projectId) return answer(response, fcmAnswers.NOT_FOUND);

    const checked = checkMessage(body);
    const address = checked.message?.token ?? '';
    const fault = faults.next('fcm', address);
    if (fault?.latencyMs) await delay(fault.latencyMs);
    const cut = fault?.kind === 'reset';
    const refusal = (fault && answerOf(fault)) ?? checked.refusal;
    const name = `projects/${fcm.projectId}/messages/0:${Date.now()}%${randomBytes(8).toString('hex')}`;
    record(request, checked.message, refusal, cut ? (fault.reason ?? 'reset') : null, name);
    if (cut) return void request.socket.destroy();
    if (fault?.kind === 'goaway') response.setHeader('connection', 'close');
    answer(response, refusal ?? { status: 200, body: { name } });
  }

  function record(
    { headers, socket }: IncomingMessage,
    message: FcmMessage | null,
    refusal: FcmAnswer | null,
    cut: string | null,
    name: string,
  ) {
    const { deliveryId, actions: _drawn, ...data } = message?.data ?? {};
    journal.record({
      provider: 'fcm',
      address: message?.token ?? '',
      deliveryId: deliveryId ?? (refusal || cut ? null : name),
      status: cut ? 0 : (refusal?.status ?? 200),
      reason: cut ?? refusal?.reason ?? null,
      title: message?.android?.notification?.title ?? message?.notification?.title ?? null,
      body: message?.android?.notification?.body ?? message?.notification?.body ?? null,
      data,
      drawn: drawnByAndroid(message),
      headers: { 'x-firebase-client': String(headers['x-firebase-client']) },
      connection: connections.get(socket) ?? 0,
      raw: message,
    });
  }

  return {
    port: actualPort,
    settings: {
      FCM_SERVICE_ACCOUNT: JSON.stringify({
        type: 'service_account',
        project_id: fcm.projectId,
        private_key_id: fcm.privateKeyId,
        private_key: fcm.privateKey,
        client_email: fcm.clientEmail,
        token_uri: tokenUri,
      }),
      FCM_HOST: publicHost,
      FCM_PORT: String(actualPort),
      FCM_CA: tls.ca,
    },
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
};

function answer(response: ServerResponse, { status, body, retryAfterS }: FcmAnswer) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(text),
    ...(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }),
  });
  response.end(text);
}

/** The whole body as text; null when it is too long. */
async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes > maxBodyBytes ? null : Buffer.concat(chunks).toString('utf8');
}
