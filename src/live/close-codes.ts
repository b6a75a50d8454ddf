/**
 * Why a socket is closed. The numbers are chosen for what graphql-ws' client does: it comes back by itself after 1012, 1013 and
 * 4403, and asks for a token each time; after 4401 and 4429 never.
 */
export const closeCodes = {
  /** A deploy: come back. */
  restarting: 1012,
  /** Trouble of ours, or too many at once: come back. The reason may say in how many seconds, `{"retryAfter":5}`. */
  tryLater: 1013,
  /** No token, or none that is any good. */
  unauthenticated: 4401,
  /** The token expired or its session ended: come back with another. */
  forbidden: 4403,
  /** The person has too many sockets. */
  tooMany: 4429,
} as const;

export const retryAfter = (seconds: number): string => JSON.stringify({ retryAfter: seconds });
