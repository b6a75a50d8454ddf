import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { parseRetryAfter } from '../retry-after.ts';

/** Published by Node for every HTTP/2 response a client receives. */
const channel = 'http2.client.stream.finish';
const capacity = 2000;

export type RetryAfterNotes = {
  /** Takes the instant noted for an apns-id out of the notes. */
  take(apnsId: string): Date | undefined;
  close(): void;
};

/**
 * Notes the Retry-After of answers by their apns-id. node-apn looks for that header under a name HTTP/2 never uses and
 * drops it before it returns, so it is read off the wire through Node's own diagnostics channel.
 */
export function noteRetryAfter(): RetryAfterNotes {
  const notes = new Map<string, Date>();
  const note = (event: unknown) => {
    const { headers } = event as { headers: Readonly<Record<string, string | undefined>> };
    const apnsId = headers['apns-id'];
    if (headers['retry-after'] === undefined || apnsId === undefined) return;
    const instant = parseRetryAfter(headers['retry-after']);
    if (!instant) return;
    if (notes.size >= capacity) notes.clear();
    notes.set(apnsId.toLowerCase(), instant);
  };
  subscribe(channel, note);
  return {
    take(apnsId) {
      if (notes.size === 0) return undefined;
      const key = apnsId.toLowerCase();
      const instant = notes.get(key);
      notes.delete(key);
      return instant;
    },
    close: () => void unsubscribe(channel, note),
  };
}
