/** What a closed socket asks for. */
export type Verdict =
  /** Another try after the usual wait, or after what the server asked for. */
  | { readonly kind: 'again'; readonly retryAfterMs: number | undefined }
  /** The token's time is over, or its session's: another token, and at once. */
  | { readonly kind: 'expired' }
  /** The token was no good from the start. */
  | { readonly kind: 'refused' }
  /** The person has as many sockets as they may have: ask without one. */
  | { readonly kind: 'full' };

const firstMs = 500;
const longestMs = 30_000;

/**
 * Full jitter: anything up to the ceiling, which doubles with each try. Clients that were cut off together come back one by
 * one, and none waits for more than 30 s.
 *
 * @param tries how many have failed before
 * @param random from 0 up to 1
 */
export const waitMs = (tries: number, random: number): number => random * Math.min(longestMs, firstMs * 2 ** tries);

/** As the API closes its sockets: docs/real-time.md. Everything else is the way's fault, and passes. */
export function judgeClose(code: number, reason: string): Verdict {
  switch (code) {
    case 4401:
      return { kind: 'refused' };
    case 4403:
      return { kind: 'expired' };
    case 4429:
      return { kind: 'full' };
    default:
      return { kind: 'again', retryAfterMs: retryAfterOf(reason) };
  }
}

/** `retryAfter` in seconds, wherever it stands in the reason. More than ten minutes is nothing that a client waits for. */
function retryAfterOf(reason: string): number | undefined {
  const [, seconds] = /retryAfter\W{0,4}(\d+(?:\.\d+)?)/i.exec(reason) ?? [];
  return seconds === undefined ? undefined : Math.min(Number(seconds), 600) * 1_000;
}
