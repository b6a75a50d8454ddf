import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { RowbellError } from '../errors.ts';
import { problemOf, problemType, type Response, sendError } from './respond.ts';

/** How long a connection that was refused is read on, so that the answer arrives. */
const lingerMs = 1_000;

/** What Node could not read as a request, in our words. */
function describe(code: string | undefined): { readonly error: RowbellError; readonly status: number } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { error: new RowbellError('RBBIG', 'The headers are too long.'), status: 431 };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { error: new RowbellError('RBBIG'), status: 413 };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { error: new RowbellError('RBTMO', 'The request took too long to arrive.'), status: 408 };
    default:
      return { error: new RowbellError('RBINV', 'This is not HTTP.'), status: 400 };
  }
}

/**
 * Answers what did not become a request, after whatever else is to be answered on its connection, and closes that. Where
 * the answer has been given already, the connection is closed without another: that one would be taken for the next request's.
 *
 * @param last the answer to the last request on the connection, if there was one
 */
export function refuseConnection(
  socket: Duplex,
  last: Response | null,
  { code, headers }: { readonly code: string | undefined; readonly headers: Readonly<Record<string, string>> },
): void {
  const { error, status } = describe(code);
  const isAboutLast = last !== null && !last.req.complete;
  if (isAboutLast && last.headersSent) socket.destroy();
  else if (isAboutLast) {
    last.setHeader('connection', 'close');
    sendError(last, error, status);
    closeSoon(socket);
  } else if (last && !last.writableFinished) {
    last.once('close', () => answerRaw(socket, error, status, headers));
  } else answerRaw(socket, error, status, headers);
}

/** An answer without a request. */
export function answerRaw(
  socket: Duplex,
  error: RowbellError,
  status: number,
  headers: Readonly<Record<string, string>>,
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = problemOf(error, status);
  const all = {
    ...headers,
    connection: 'close',
    'content-type': problemType,
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  closeSoon(socket);
}

function closeSoon(socket: Duplex): void {
  const over = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(over));
}
