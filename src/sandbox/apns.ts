import { createPublicKey, randomUUID } from 'node:crypto';
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Credentials } from './credentials.ts';
import type { Fault } from './faults.ts';
import { isSignedBy, readJwt } from './jwt.ts';
import { drawnByIphone } from './rich-content.ts';
import { delay, listen, type StartServer } from './server.ts';

/**
 * Every reason APNs gives, with its status (Apple, "Handling notification responses from APNs"). A fault of kind
 * `reject` may name any of them.
 */
export const apnsReasons: Readonly<Record<string, number>> = {
  BadCollapseId: 400,
  BadDeviceToken: 400,
  BadExpirationDate: 400,
  BadMessageId: 400,
  BadPriority: 400,
  BadTopic: 400,
  DeviceTokenNotForTopic: 400,
  DuplicateHeaders: 400,
  IdleTimeout: 400,
  InvalidPushType: 400,
  MissingDeviceToken: 400,
  MissingTopic: 400,
  PayloadEmpty: 400,
  TopicDisallowed: 400,
  BadCertificate: 403,
  BadCertificateEnvironment: 403,
  BadEnvironmentKeyIdInToken: 403,
  ExpiredProviderToken: 403,
  Forbidden: 403,
  InvalidProviderToken: 403,
  MissingProviderToken: 403,
  UnrelatedKeyIdInToken: 403,
  BadPath: 404,
  MethodNotAllowed: 405,
  ExpiredToken: 410,
  Unregistered: 410,
  PayloadTooLarge: 413,
  TooManyProviderTokenUpdates: 429,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
  Shutdown: 503,
};

/** With the greatest streams that came, that were processed, and that will be, once the connection ends. */
type Connection = { readonly number: number; came: number; processed: number; last: number };

/** null: accepted. */
type Verdict = { readonly status: number; readonly reason: string; readonly retryAfterS?: number | undefined } | null;

const pushTypes = new Set(
  'alert background complication controls fileprovider liveactivity location mdm pushtotalk voip widgets'.split(' '),
);
const journaledHeaders = [
  'apns-id',
  'apns-topic',
  'apns-push-type',
  'apns-priority',
  'apns-expiration',
  'apns-collapse-id',
] as const;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const deviceToken = /^(?:[0-9a-f]{2}){32,100}$/i;
/** Apple caps a connection's concurrent streams; 1 000 is what its servers have been seen to grant. */
const maxConcurrentStreams = 1000;
/** From GOAWAY until the connection is cut: longer than any answer on it is waited for. */
const endsAfterMs = 15_000;

/**
 * APNs as Apple documents it ("Sending notification requests to APNs"): HTTP/2 over TLS, provider tokens, every
 * header checked. Faults strike before the checks, so they can give any answer.
 */
export const startApns: StartServer = async ({ journal, faults, credentials, host, publicHost, port }) => {
  const checkToken = providerTokenCheck(credentials.apns);
  const server = createSecureServer({
    key: credentials.tls.key,
    cert: credentials.tls.cert,
    settings: { maxConcurrentStreams },
  });
  const sessions = new Map<ServerHttp2Session, Connection>();
  let lastConnection = 0;
  server.on('session', (session) => {
    sessions.set(session, { number: ++lastConnection, came: 0, processed: 0, last: Number.POSITIVE_INFINITY });
    session.on('error', () => session.destroy());
    session.on('close', () => sessions.delete(session));
  });

  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const connection = sessions.get(stream.session as ServerHttp2Session);
    if (!connection) return;
    connection.came = Math.max(connection.came, Number(stream.id));
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => void answer(stream, headers, Buffer.concat(chunks), connection));
  });

  /** Says that a connection ends, and holds to what it says: Node would still hand over what comes before GOAWAY is written. */
  async function goAway({ unprocessed, afterMs, errorCode = 0 }: Fault, stream: ServerHttp2Stream, of: Connection) {
    const { session } = stream;
    if (unprocessed) of.last = Math.min(of.last, of.processed);
    if (afterMs !== undefined) await delay(afterMs);
    of.last = Math.min(of.last, of.came);
    if (!session || session.destroyed) return;
    session.goaway(errorCode, of.last);
    await delay(endsAfterMs);
    session.destroy();
  }

  async function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer, connection: Connection) {
    const id = Number(stream.id);
    if (id > connection.last) return;
    const path = headers[':path'] ?? '';
    const address = /^\/3\/device\/([^/?]*)$/.exec(path)?.[1] ?? null;
    const fault = address === null ? null : faults.next('apns', address);
    if (fault?.latencyMs) await delay(fault.latencyMs);
    if (id > connection.last) return;
    connection.processed = Math.max(connection.processed, id);
    const payload = parse(body);
    const imposed = fault ? impose(fault) : undefined;
    const judge = () => check(headers, address, body, payload, checkToken, credentials.apns.topic);
    const verdict = imposed === undefined ? judge() : imposed;
    const cut = fault?.kind === 'reset';
    const apnsId = headers['apns-id'] === undefined ? randomUUID() : String(headers['apns-id']);
    const { aps, deliveryId: _sameAsHeader, imageUrl: _drawn, actions: _drawnToo, ...data } = payload ?? {};
    journal.record({
      provider: 'apns',
      address: address ?? '',
      deliveryId: apnsId,
      status: cut ? 0 : (verdict?.status ?? 200),
      reason: cut ? (fault.reason ?? 'reset') : (verdict?.reason ?? null),
      ...alertOf(aps),
      data,
      drawn: drawnByIphone(payload),
      headers: pick(headers),
      connection: connection.number,
      raw: payload,
    });
    const session = stream.session;
    if (cut) return void session?.destroy();
    if (stream.destroyed) return;
    if (fault?.kind === 'goaway') void goAway(fault, stream, connection);
    if (verdict === null) return void stream.respond({ ':status': 200, 'apns-id': apnsId }, { endStream: true });
    stream.respond({
      ':status': verdict.status,
      'apns-id': apnsId,
      'content-type': 'application/json',
      ...(verdict.retryAfterS === undefined ? {} : { 'retry-after': String(verdict.retryAfterS) }),
    });
    const timestamp = verdict.status === 410 ? { timestamp: Date.now() } : {};
    stream.end(JSON.stringify({ reason: verdict.reason, ...timestamp }));
  }

  const actualPort = await listen(server, port, host);
  return {
    port: actualPort,
    settings: {
      APNS_KEY: credentials.apns.key,
      APNS_KEY_ID: credentials.apns.keyId,
      APNS_TEAM_ID: credentials.apns.teamId,
      APNS_TOPIC: credentials.apns.topic,
      APNS_HOST: publicHost,
      APNS_DEVELOPMENT_HOST: publicHost,
      APNS_PORT: String(actualPort),
      APNS_CA: credentials.tls.ca,
    },
    async close() {
      for (const session of sessions.keys()) session.destroy();
      server.close();
    },
  };
};

/** The verdict a fault forces; undefined: the request is judged as usual. */
function impose(fault: Fault): Verdict | undefined {
  const { retryAfterS, reason } = fault;
  switch (fault.kind) {
    case 'throttle':
      return { status: fault.status ?? 429, reason: reason ?? 'TooManyRequests', retryAfterS };
    case 'gone':
      return { status: fault.status ?? 410, reason: reason ?? 'Unregistered' };
    case 'reject':
    case 'hard_bounce': {
      const word = reason ?? 'BadDeviceToken';
      return { status: fault.status ?? apnsReasons[word] ?? 400, reason: word, retryAfterS };
    }
    case 'server_error':
    case 'soft_bounce': {
      const status = fault.status ?? (fault.kind === 'soft_bounce' ? 503 : 500);
      return { status, reason: reason ?? (status === 500 ? 'InternalServerError' : 'ServiceUnavailable'), retryAfterS };
    }
    default:
      return undefined;
  }
}

function check(
  headers: IncomingHttpHeaders,
  address: string | null,
  body: Buffer,
  payload: Record<string, unknown> | null,
  checkToken: (authorization: string | undefined) => string | null,
  topic: string,
): Verdict {
  const refuse = (reason: string): Verdict => ({ status: apnsReasons[reason] ?? 400, reason });
  if (headers[':method'] !== 'POST') return refuse('MethodNotAllowed');
  if (address === null) return refuse('BadPath');
  const tokenFault = checkToken(headers.authorization);
  if (tokenFault) return refuse(tokenFault);
  if (address === '') return refuse('MissingDeviceToken');
  if (!deviceToken.test(address)) return refuse('BadDeviceToken');
  const reason = headerFault(headers) ?? topicFault(headers['apns-topic'], topic);
  if (reason) return refuse(reason);
  if (body.length === 0) return refuse('PayloadEmpty');
  if (body.length > (headers['apns-push-type'] === 'voip' ? 5120 : 4096)) return refuse('PayloadTooLarge');
  if (typeof payload?.aps !== 'object' || payload.aps === null) return refuse('PayloadEmpty');
  return null;
}

function headerFault(headers: IncomingHttpHeaders): string | null {
  const id = headers['apns-id'];
  if (id !== undefined && !uuid.test(String(id))) return 'BadMessageId';
  const expiration = headers['apns-expiration'];
  if (expiration !== undefined && !/^\d{1,15}$/.test(String(expiration))) return 'BadExpirationDate';
  const pushType = headers['apns-push-type'];
  if (pushType !== undefined && !pushTypes.has(String(pushType))) return 'InvalidPushType';
  const priority = headers['apns-priority'];
  if (priority !== undefined && !['1', '5', '10'].includes(String(priority))) return 'BadPriority';
  if (pushType === 'background' && priority === '10') return 'BadPriority';
  const collapseId = headers['apns-collapse-id'];
  if (collapseId !== undefined && Buffer.byteLength(String(collapseId)) > 64) return 'BadCollapseId';
  return null;
}

/** The topic is the app's bundle id, for some push types with a suffix (`.voip`, `.push-type.liveactivity` …). */
function topicFault(sent: string | string[] | undefined, topic: string): string | null {
  if (sent === undefined || sent === '') return 'MissingTopic';
  if (!/^[\w.-]+$/.test(String(sent))) return 'BadTopic';
  return sent === topic || String(sent).startsWith(`${topic}.`) ? null : 'TopicDisallowed';
}

/**
 * Judges the provider token in `authorization`: null when good, else the reason. Tokens once verified are
 * remembered until they expire, as one token signs an hour of requests.
 */
function providerTokenCheck(apns: Credentials['apns']) {
  const key = createPublicKey(apns.key);
  const issuedAt = new Map<string, number>();
  return (authorization: string | undefined): string | null => {
    const text = /^bearer (.+)$/i.exec(authorization ?? '')?.[1];
    if (text === undefined) return 'MissingProviderToken';
    let iat = issuedAt.get(text);
    if (iat === undefined) {
      const jwt = readJwt(text);
      if (!jwt || jwt.header.kid !== apns.keyId || jwt.claims.iss !== apns.teamId) return 'InvalidProviderToken';
      if (typeof jwt.claims.iat !== 'number' || !isSignedBy(jwt, 'ES256', key)) return 'InvalidProviderToken';
      iat = jwt.claims.iat;
      if (issuedAt.size >= 100) issuedAt.clear();
      issuedAt.set(text, iat);
    }
    const ageS = Date.now() / 1000 - iat;
    return ageS > 3600 || ageS < -300 ? 'ExpiredProviderToken' : null;
  };
}

function parse(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function alertOf(aps: unknown): { title: string | null; body: string | null } {
  const alert = (aps as { alert?: unknown } | null | undefined)?.alert;
  if (typeof alert === 'string') return { title: null, body: alert };
  const { title, body } = (alert ?? {}) as { title?: unknown; body?: unknown };
  return { title: typeof title === 'string' ? title : null, body: typeof body === 'string' ? body : null };
}

function pick(headers: IncomingHttpHeaders): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of journaledHeaders) {
    const value = headers[name];
    if (value !== undefined) picked[name] = String(value);
  }
  return picked;
}
