/** Nobody is believed who asks for more than a day. */
const maxSeconds = 86_400;

/**
 * The instant a Retry-After header names (RFC 9110 §10.2.3: seconds or an HTTP date), never in the past and at most a
 * day ahead; undefined when there is none or it cannot be understood.
 */
export function parseRetryAfter(
  header: string | readonly string[] | null | undefined,
  now = Date.now(),
): Date | undefined {
  const value = (typeof header === 'string' ? header : header?.[0])?.trim();
  if (!value) return undefined;
  const instant = /^\d+$/.test(value) ? now + Number(value) * 1000 : Date.parse(value);
  if (Number.isNaN(instant)) return undefined;
  return new Date(Math.min(Math.max(instant, now), now + maxSeconds * 1000));
}
