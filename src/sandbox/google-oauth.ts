import { createHmac, createPublicKey, timingSafeEqual } from 'node:crypto';
import type { Credentials } from './credentials.ts';
import type { FcmAnswer } from './fcm-errors.ts';
import { isSignedBy, readJwt } from './jwt.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const scopes = ['https://www.googleapis.com/auth/firebase.messaging', 'https://www.googleapis.com/auth/cloud-platform'];
const lifetimeS = 3599;

/**
 * Google's token endpoint for service accounts ("Using OAuth 2.0 for server to server applications", RFC 7523): a
 * signed assertion against a bearer token. Tokens carry their own expiry and seal, so they outlive a restart.
 */
export function createOAuth(account: Credentials['fcm'], tokenUri: string) {
  const publicKey = createPublicKey(account.privateKey);
  const believedUntil = new Map<string, number>();
  const seal = (text: string) => createHmac('sha256', account.privateKey).update(text).digest('base64url');

  function fault(assertion: string): string | null {
    const jwt = readJwt(assertion);
    if (!jwt) return 'The assertion is not a JWT';
    const { iss, aud, scope, iat, exp } = jwt.claims;
    const nowS = Date.now() / 1000;
    if (iss !== account.clientEmail) return 'Invalid grant: account not found';
    if (!isSignedBy(jwt, 'RS256', publicKey)) return 'Invalid JWT Signature.';
    if (aud !== tokenUri) return 'Invalid audience';
    if (typeof iat !== 'number' || typeof exp !== 'number' || iat > nowS + 300 || exp < nowS || exp - iat > 3600) {
      return 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.';
    }
    const asked = typeof scope === 'string' ? scope.split(' ') : [];
    return asked.some((one) => scopes.includes(one)) ? null : 'Invalid OAuth scope or ID token audience provided.';
  }

  return {
    /** Answers a request to the token endpoint. */
    issue(body: string, contentType: string | undefined): FcmAnswer {
      const form = new URLSearchParams(body);
      if (!contentType?.startsWith('application/x-www-form-urlencoded') || form.get('grant_type') !== grantType) {
        return { status: 400, body: { error: 'unsupported_grant_type', error_description: 'Invalid grant_type' } };
      }
      const description = fault(form.get('assertion') ?? '');
      if (description) return { status: 400, body: { error: 'invalid_grant', error_description: description } };
      const until = String(Date.now() + lifetimeS * 1000);
      const token = `ya29.${until}.${seal(until)}`;
      return { status: 200, body: { access_token: token, expires_in: lifetimeS, token_type: 'Bearer' } };
    },
    /** Whether an Authorization header holds a token of ours that has not expired. */
    accepts(authorization: string | undefined): boolean {
      const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
      let until = believedUntil.get(token);
      if (until === undefined) {
        const [, text = '', mark = ''] = /^ya29\.(\d{13})\.([\w-]+)$/.exec(token) ?? [];
        const expected = Buffer.from(seal(text));
        const given = Buffer.from(mark);
        if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false;
        until = Number(text);
        if (believedUntil.size >= 100) believedUntil.clear();
        believedUntil.set(token, until);
      }
      return until > Date.now();
    },
  };
}
