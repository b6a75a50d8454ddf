import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCodes, type RowbellError } from '../errors.ts';

export type Request = IncomingMessage;
export type Response = ServerResponse;

/** Answers one request. What it throws is answered as an error by the router. */
export type Handler = (request: Request, response: Response) => Promise<void>;

/** Nothing of ours is to be sniffed, framed, cached or referred from. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-site',
  'cache-control': 'no-store',
} as const;

export function sendText(response: Response, status: number, contentType: string, text: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

export function sendJson(response: Response, status: number, body: unknown): void {
  sendText(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

/** `{"error": {"code", "message"}}` with the status of the code or the one given. */
export function sendError(response: Response, error: RowbellError, status = error.status): void {
  sendJson(response, status, { error: { code: errorCodes[error.code].name, message: error.message } });
}
