import { RowbellError } from '../errors.ts';
import type { Request } from './respond.ts';

/** The media type of a request without its parameters, in lower case; empty where it says none. */
export function mediaType(request: Request): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/**
 * Reads a request's body as UTF-8.
 *
 * @throws {RowbellError} RBBIG as soon as it is known to be longer than `maxBytes`; the rest is not read
 */
export async function readBody(request: Request, maxBytes: number): Promise<string> {
  return (await readBytes(request, maxBytes)).toString('utf8');
}

/** Bytes that bodies may still take which are read at the same time, together. */
export type Room = { bytes: number };

/**
 * The same as it came.
 *
 * @throws {RowbellError} also RBUNA where there is no room for more
 */
export async function readBytes(
  request: Request,
  maxBytes: number,
  room: Room = { bytes: Number.POSITIVE_INFINITY },
): Promise<Buffer> {
  const tooLarge = () => new RowbellError('RBBIG', `A request has at most ${maxBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  let length = 0;
  const read = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const keep = (chunk: Buffer) => {
      length += chunk.length;
      room.bytes -= chunk.length;
      if (length <= maxBytes && room.bytes >= 0) {
        chunks.push(chunk);
        return;
      }
      request.off('data', keep).pause();
      reject(length > maxBytes ? tooLarge() : new RowbellError('RBUNA'));
    };
    request.on('data', keep);
    request.on('end', () => resolve(Buffer.concat(chunks)));
    const breakOff = () => {
      // Every request is closed in the end; an error is dear for the trace of where it was made.
      if (!request.readableEnded) reject(new RowbellError('RBINV', 'The request broke off.'));
    };
    request.on('error', breakOff);
    request.on('close', breakOff);
  });
  return read.finally(() => {
    room.bytes += length;
  });
}
