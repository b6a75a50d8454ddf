import type { IncomingMessage } from 'node:http';

/** A request's rest of so many bytes is thrown away, and the connection goes on: more than any person's request has. */
export const maxDiscardedBytes = 131_072;
/** What still comes in over a connection that is about to be closed is taken for so long, and so many bytes. */
const maxLingerMs = 5_000;
const maxLingerBytes = 16_777_216;

/**
 * Whether the connection can take another request once this one is answered: its body is read, or known to end soon. Of a
 * chunked body that is still coming nobody knows.
 */
export function keepsConnection({ complete, headers }: IncomingMessage): boolean {
  if (complete) return true;
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= maxDiscardedBytes;
}

/**
 * Reads what is left of a request and throws it away, then calls `done`: at its end, or when it has been enough. To close
 * over what was not read resets the connection, and whoever was still sending never sees the answer.
 */
export function throwAwayRest(request: IncomingMessage, done: () => void): void {
  let length = 0;
  const stop = () => {
    clearTimeout(enough);
    request.off('data', count).off('end', stop).off('close', stop);
    done();
  };
  const count = (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxLingerBytes) stop();
  };
  const enough = setTimeout(stop, maxLingerMs);
  request.on('data', count).on('end', stop).on('close', stop).resume();
}
