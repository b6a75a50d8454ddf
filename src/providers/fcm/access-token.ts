import type { Credential } from 'firebase-admin/app';
import { importPKCS8, SignJWT } from 'jose';
import type { HttpClient } from '../http.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const maxBytes = 64 * 1024;

export type ServiceAccount = {
  readonly clientEmail: string;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
  readonly privateKeyId?: string | null | undefined;
  /** Where access tokens are fetched; Google's is https://oauth2.googleapis.com/token. */
  readonly tokenUri: string;
};

/** No access token. `refused`: the endpoint said no, and would again; else it could not be asked. */
export class AccessTokenError extends Error {
  override readonly name = 'AccessTokenError';
  readonly refused: boolean;
  constructor(message: string, refused: boolean) {
    super(message);
    this.refused = refused;
  }
}

/**
 * Google's service account flow (RFC 7523) as a credential of firebase-admin, whose own ignores `token_uri` and cannot
 * be given a certificate authority. firebase-admin keeps the token until five minutes before it expires. Messages of
 * errors carry OAuth's error code and nothing of the assertion. `signal` ends a request that is under way.
 */
export function createCredential(
  account: ServiceAccount,
  http: HttpClient,
  signal: AbortSignal = new AbortController().signal,
): Credential {
  const key = importPKCS8(account.privateKey, 'RS256');
  // Whoever awaits the first token hears of a broken key; until then it must not end the process.
  key.catch(() => undefined);

  return {
    async getAccessToken() {
      const { clientEmail, privateKeyId, tokenUri } = account;
      const header = { alg: 'RS256', typ: 'JWT', ...(privateKeyId && { kid: privateKeyId }) };
      const assertion = await new SignJWT({ scope })
        .setProtectedHeader(header)
        .setIssuer(clientEmail)
        .setAudience(tokenUri)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(await key);
      const body = new URLSearchParams({ grant_type: grantType, assertion }).toString();
      const answer = await http
        .send(new URL(tokenUri), {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
          body,
          signal,
          readBytes: maxBytes,
        })
        .catch(() => {
          throw new AccessTokenError('the token endpoint did not answer', false);
        });
      return readAnswer(answer);
    },
  };
}

function readAnswer({ status, text }: { readonly status: number; readonly text: string }) {
  let json: Readonly<Record<string, unknown>>;
  try {
    json = JSON.parse(text) ?? {};
  } catch {
    json = {};
  }
  const { access_token, expires_in, error } = json;
  if (status === 200 && typeof access_token === 'string' && typeof expires_in === 'number') {
    return { access_token, expires_in };
  }
  const code = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : `status ${status}`;
  throw new AccessTokenError(`the token endpoint answered ${code}`, status >= 400 && status < 500 && status !== 429);
}
