import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCodes, frenchMessages, type RowbellError } from '../errors.ts';
import { extensionsOf, wordsOf } from '../graphql/public-error.ts';
import { inFrench } from '../in-french.ts';
import { chooseLanguage, type Language } from './accept-header.ts';
import { chooseEncoding, encode, isCompressible } from './encoding.ts';
import { keepsConnection, throwAwayRest } from './unread-body.ts';

export type Request = IncomingMessage;
export type Response = ServerResponse;

/** Answers one request. What it throws is answered as an error by the router. */
export type Handler = (request: Request, response: Response) => Promise<void>;

type Headers = Readonly<Record<string, string | number>>;

/**
 * Nothing of ours is to be sniffed, framed, cached or referred from.
 *
 * @param isSecure whether clients come over https, and are to keep to it
 */
export const securityHeaders = (isSecure: boolean): Readonly<Record<string, string>> => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-site',
  'cache-control': 'no-store',
  ...(isSecure && { 'strict-transport-security': 'max-age=31536000' }),
});

/** How long a whole answer may take to leave: as long as its request may take to come in. */
const maxTakingMs = 30_000;

/** Begins an answer: `send` and `finish` end it. It says `connection: close` where the rest of the request is not waited for. */
export function begin(response: Response, status: number, headers: Headers): void {
  if (!keepsConnection(response.req)) response.setHeader('connection', 'close');
  response.writeHead(status, headers);
}

/**
 * Ends an answer that was begun. Whoever takes it too slowly is cut off. A connection that is to be closed is closed when
 * the answer has left and not before: what still comes in would have it thrown away on its way.
 */
export function finish(response: Response, content?: string | Uint8Array): void {
  const patience = setTimeout(() => response.destroy(), maxTakingMs);
  response.once('close', () => clearTimeout(patience));
  if (keepsConnection(response.req)) {
    response.end(content);
    response.req.resume();
    return;
  }
  response.flushHeaders();
  if (content !== undefined && content.length > 0) response.write(content);
  throwAwayRest(response.req, () => response.end());
}

/** A whole answer, compressed where that is worth it and the client takes it. What is plain text leaves in one piece with its headers. */
export function send(response: Response, status: number, headers: Headers, content: string | Uint8Array = ''): void {
  if (response.headersSent || response.destroyed) return;
  let sent = content;
  let length = Buffer.byteLength(content);
  let encoding: ReturnType<typeof chooseEncoding> = null;
  if (isCompressible(String(headers['content-type']), length) && headers['content-encoding'] === undefined) {
    response.appendHeader('vary', 'Accept-Encoding');
    encoding = chooseEncoding(response.req.headers['accept-encoding']);
    if (encoding) {
      sent = encode(encoding, content);
      length = sent.length;
    }
  }
  begin(response, status, {
    ...headers,
    ...(encoding && { 'content-encoding': encoding }),
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(status !== 204 && status !== 304 && { 'content-length': length }),
  });
  finish(response, sent);
}

export function sendText(response: Response, status: number, contentType: string, text: string): void {
  send(response, status, { 'content-type': contentType }, text);
}

export function sendJson(response: Response, status: number, body: unknown): void {
  sendText(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

/** When to ask again, where the error says so (RFC 9110, 10.2.3). */
export function setRetryAfter(response: Response, { retryAfter }: { readonly retryAfter?: number | undefined }): void {
  if (retryAfter !== undefined && !response.headersSent) response.setHeader('retry-after', retryAfter);
}

/** Problem details (RFC 9457) with the status of the code or the one given. */
export function sendError(response: Response, error: RowbellError, status = error.status): void {
  setRetryAfter(response, error);
  if (!response.headersSent) response.appendHeader('vary', 'Accept-Language');
  const language = chooseLanguage(response.req.headers['accept-language']);
  send(
    response,
    status,
    { 'content-type': problemType, 'content-language': language },
    problemOf(error, status, language),
  );
}

export const problemType = 'application/problem+json; charset=utf-8';

/** `title` is the same for each error of a code, `detail` says more, where more is known. As JSON. */
export function problemOf(error: RowbellError, status: number, language: Language = 'en'): string {
  const { name, message } = errorCodes[error.code];
  return JSON.stringify({
    type: `urn:rowbell:error:${name}`,
    title: language === 'fr' ? frenchMessages[error.code] : message,
    status,
    ...(error.message !== message && { detail: (language === 'fr' && inFrench(wordsOf(error))) || wordsOf(error) }),
    ...extensionsOf(error),
  });
}
