import { RowbellError } from '../errors.ts';
import type { Request } from './respond.ts';

/** The media type of a request without its parameters, in lower case; empty where it says none. */
export function mediaType(request: Request): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/**
 * Reads a request's body as UTF-8.
 *
 * @throws {RowbellError} RBBIG as soon as it is known to be longer than `mostBytes`; the rest is not read
 */
export async function readBody(request: Request, mostBytes: number): Promise<string> {
  return (await readBytes(request, mostBytes)).toString('utf8');
}

/** The same as it came. */
export async function readBytes(request: Request, mostBytes: number): Promise<Buffer> {
  const tooLarge = () => new RowbellError('RBBIG', `A request has at most ${mostBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const keep = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= mostBytes) {
        chunks.push(chunk);
        return;
      }
      request.off('data', keep).pause();
      reject(tooLarge());
    };
    request.on('data', keep);
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => reject(new RowbellError('RBINV', 'The request broke off.')));
    request.on('close', () => reject(new RowbellError('RBINV', 'The request broke off.')));
  });
}
