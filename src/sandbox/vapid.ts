import { createPublicKey } from 'node:crypto';
import { isSignedBy, readJwt } from './jwt.ts';

/** RFC 8292 §2: a token must not be good for longer than a day. */
const maxAgeS = 24 * 3600;

/** What is wrong with a request's Authorization, with its status; null when nothing is. */
export type VapidFault = { readonly status: 401 | 403; readonly reason: string } | null;

/**
 * Judges the Authorization header of RFC 8292 §3 for a push service at `origin` whose subscriptions are all bound to
 * `applicationServerKey`. Tokens once verified are remembered, as one signs many requests.
 */
export function vapidCheck({ origin, applicationServerKey }: { origin: string; applicationServerKey: string }) {
  const [x, y] = [1, 33].map((start) => Buffer.from(applicationServerKey, 'base64url').subarray(start, start + 32));
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: x?.toString('base64url') ?? '', y: y?.toString('base64url') ?? '' },
  });
  const expiries = new Map<string, number>();
  const unauthorized = (reason: string): VapidFault => ({ status: 401, reason });

  return (authorization: string | undefined): VapidFault => {
    const scheme = /^vapid\s+(.+)$/i.exec(authorization ?? '')?.[1];
    if (scheme === undefined) return unauthorized('MissingVapid');
    const params = new Map(scheme.split(',').map((part) => part.trim().split(/=(.*)/s, 2) as [string, string]));
    const [token, k] = [params.get('t'), params.get('k')];
    if (!token || !k) return unauthorized('MalformedVapid');
    // RFC 8292 §4.2: a subscription made with a key takes messages from the holder of that key only.
    if (k !== applicationServerKey) return { status: 403, reason: 'VapidKeyMismatch' };
    let expiry = expiries.get(token);
    if (expiry === undefined) {
      const jwt = readJwt(token);
      if (!jwt || !isSignedBy(jwt, 'ES256', key)) return unauthorized('BadVapidSignature');
      const { aud, exp, sub } = jwt.claims;
      if (aud !== origin) return unauthorized('BadVapidAudience');
      // Optional in the RFC, demanded by Apple's and Mozilla's push services.
      if (typeof sub !== 'string' || !/^(mailto:|https:)/.test(sub)) return unauthorized('BadVapidSubject');
      if (typeof exp !== 'number' || exp > Date.now() / 1000 + maxAgeS) return unauthorized('BadVapidExpiry');
      expiry = exp;
      if (expiries.size >= 100) expiries.clear();
      expiries.set(token, expiry);
    }
    return expiry > Date.now() / 1000 ? null : unauthorized('ExpiredVapid');
  };
}
