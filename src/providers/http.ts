import { isIP } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { withDeadline } from './deadline.ts';
import type { ErrorRow } from './error-table.ts';
import { createPublicLookup, isPublicAddress, PrivateAddressError } from './public-address.ts';
import type { Evidence } from './slots.ts';
import { trusting } from './trust.ts';
import type { Message, Result } from './types.ts';

export type HttpOptions = {
  /** PEM of a certificate authority trusted besides the system's. */
  readonly ca?: string | null | undefined;
  /** Connections kept per origin. */
  readonly connections: number;
  /** Whole call: connection, request and answer. */
  readonly timeoutMs: number;
  /** Until there is a connection, TLS included; 10 000 unless told. */
  readonly connectMs?: number;
  /** Whether addresses outside the public internet may be connected to: all, or those of these origins. */
  readonly allowPrivateNetworks: boolean | readonly string[];
  /** Name servers that are asked for addresses on the public internet; the system's unless told. */
  readonly nameServers?: readonly string[] | undefined;
};

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal: AbortSignal;
  /** Whole call, where it has less time than others. */
  readonly timeoutMs?: number;
  /** How much of the answer's body to read as text; without it none is kept. */
  readonly readBytes?: number;
  /** How much of a refusal's body (4xx) to read, of what comes within a second; the verdict stands without it. */
  readonly refusalBytes?: number;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
};

export type HttpClient = {
  /** Rejects when there is no answer; `transportFailure` says what that means. Redirects are answers. */
  send(url: URL, request: HttpRequest): Promise<HttpAnswer>;
  /** Lets calls end, then closes connections; idempotent. */
  close(): Promise<void>;
};

/** An answer's body nobody asked for is drained within these bounds, so that the connection can be used again. */
const drainBytes = 16 * 1024;
const drainMs = 1000;

/** No connection came about, so nothing was sent: the one failure after which sending again is always safe. */
class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
}

/**
 * HTTP/1.1 over kept connections. HTTP/2 is off: one lost connection would make every call on it ambiguous.
 */
export function createHttp(options: HttpOptions): HttpClient {
  const { ca, connections, timeoutMs, connectMs = 10_000, allowPrivateNetworks, nameServers } = options;
  const common = { allowH2: false, timeout: Math.min(timeoutMs, connectMs), ...trusting(ca) };
  const anywhere = buildConnector(common);
  const onThePublicInternet = buildConnector({ ...common, lookup: createPublicLookup(nameServers) });
  const mayBePrivate = ({ protocol, host }: buildConnector.Options) =>
    typeof allowPrivateNetworks === 'boolean'
      ? allowPrivateNetworks
      : allowPrivateNetworks.includes(`${protocol}//${host ?? ''}`);
  const connect: buildConnector.connector = (target, callback) => {
    const isPrivate = mayBePrivate(target);
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    if (!isPrivate && isIP(literal) !== 0 && !isPublicAddress(literal)) {
      callback(new NotConnectedError('refused', { cause: new PrivateAddressError() }), null);
      return;
    }
    (isPrivate ? anywhere : onThePublicInternet)(target, (...[error, socket]) => {
      if (error) callback(new NotConnectedError('no connection', { cause: error }), null);
      else callback(null, socket);
    });
  };
  const agent = new Agent({ connect, connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  let closed: Promise<void> | null = null;

  return {
    send: (
      url,
      { method, headers, body = null, signal, readBytes = 0, refusalBytes = 0, timeoutMs: patience = timeoutMs },
    ) =>
      withDeadline(signal, patience, async (deadline) => {
        const answer = await request(url, { dispatcher: agent, method, headers, body, signal: deadline });
        const isRefusal = answer.statusCode >= 400 && answer.statusCode < 500;
        const text =
          readBytes > 0
            ? await readAtMost(answer.body, readBytes)
            : isRefusal && refusalBytes > 0
              ? await readRefusal(answer.body, refusalBytes, signal)
              : '';
        // The verdict stands in the status: how long the rest takes must not change it.
        if (readBytes === 0) void drain(answer.body, signal);
        return { status: answer.statusCode, headers: answer.headers, text };
      }),
    close() {
      closed ??= agent.close();
      return closed;
    },
  };
}

/** Of these, those after which nobody knows whether the call was answered. */
export const unansweredErrors = [
  {
    code: 'timeout',
    permanence: 'ambiguous',
    reason: 'timeout',
    note: 'No answer in time after the request may have gone out',
  },
  {
    code: 'connection_lost',
    permanence: 'ambiguous',
    reason: 'connection_lost',
    note: 'The connection broke before the answer',
  },
  {
    code: 'aborted',
    permanence: 'ambiguous',
    reason: 'aborted',
    note: 'The worker gave up while the call was under way',
  },
] as const satisfies readonly ErrorRow[];

/** Failures without an answer, the same for every provider that speaks HTTP. */
export const transportErrors = [
  {
    code: 'not_connected',
    permanence: 'transient',
    reason: 'unavailable',
    // One word for all of them: whoever registers an address hears it, and must not learn what names lead to within our network.
    note: 'No connection (name, private address, refused, TLS, connect time-out): nothing was sent',
  },
  ...unansweredErrors,
] as const satisfies readonly ErrorRow[];

/** Which row of `transportErrors` an error of `send` is. */
export function transportFailure(error: unknown, signal: AbortSignal): (typeof transportErrors)[number]['code'] {
  if (error instanceof NotConnectedError) return 'not_connected';
  if (signal.aborted) return 'aborted';
  const { name, code } = error as { readonly name?: string; readonly code?: string };
  const late = name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
  return late ? 'timeout' : 'connection_lost';
}

/** What a result of a provider that speaks HTTP says of the other side: any answer is one. */
export function evidenceOf(result: Result): Evidence | null {
  if (result.outcome === 'accepted' || /^\d{3}$/.test(result.code ?? '')) return 'answer';
  if (result.code === 'not_connected') return 'unreachable';
  return result.code === 'timeout' || result.code === 'connection_lost' ? 'silence' : null;
}

/** The push service or host that a message goes to; empty where its address is no URL. */
export const originOf = ({ address }: Message): string => URL.parse(address)?.origin ?? '';

/** Never rejects; a body that goes on beyond the bounds is cut off together with its connection. */
async function drain(body: Dispatcher.ResponseData['body'], signal: AbortSignal): Promise<void> {
  await withDeadline(signal, drainMs, (deadline) => body.dump({ limit: drainBytes, signal: deadline })).catch(() => {});
}

/** Never rejects. */
async function readRefusal(body: Dispatcher.ResponseData['body'], bytes: number, signal: AbortSignal): Promise<string> {
  return withDeadline(signal, drainMs, (deadline) => readAtMost(addAbortSignal(deadline, body), bytes)).catch(() => '');
}

async function readAtMost(body: AsyncIterable<Buffer>, bytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, bytes);
}
