import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { JOSEError, JWKSTimeout, JWTExpired } from 'jose/errors';
import type { JwtConfig } from '../config/index.ts';
import { RowbellError } from '../errors.ts';

/** Who may ask: each has a schema of their own, and asks as the database's role `rowbell_<role>`. */
export const roles = ['user', 'operator'] as const;
export type Role = (typeof roles)[number];

/** On whose behalf a request runs. */
export type Identity = {
  readonly role: Role;
  /** `users.id`: the claim `sub`. */
  readonly userId: string;
  /** The claim `sid`; null where the token names none. */
  readonly sessionId: string | null;
  /** The claim `exp`. */
  readonly expiresAtMs: number;
};

/**
 * Resolves the value of an `Authorization` header to an identity.
 *
 * @throws {RowbellError} RBAUT without a header and for whatever is not a valid token, without saying why beyond "expired"; RBUNA when the
 *   key set cannot be fetched
 */
export type Authenticate = (authorization: string | undefined) => Promise<Identity>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** So long is a session remembered that ended (`expire_keys()`); no token may live longer. */
const maxTokenDays = 400;
/** Verifying costs as much as a small query; tokens come again and again. */
const maxRemembered = 1_000;
/** So long, at most, is a token believed after its key was taken out of the key set. */
const rememberedMs = 60_000;

/**
 * Which key verifies is decided by the algorithm of the header, and each algorithm has one kind of key: HS256 the
 * secret, RS256 and ES256 the key set. A public key therefore never serves as a secret (RFC 8725, 3.1).
 */
export function createAuthenticate(config: JwtConfig): Authenticate {
  const secret = config.secret === null ? null : new TextEncoder().encode(config.secret);
  const keys = config.jwksUrl === null ? null : createRemoteJWKSet(new URL(config.jwksUrl), { timeoutDuration: 3_000 });
  const remembered = new Map<string, { readonly identity: Identity; readonly expiresAtMs: number }>();
  const expected: JWTVerifyOptions = {
    issuer: config.issuer,
    audience: config.audience,
    requiredClaims: ['iss', 'aud', 'exp', 'sub'],
    clockTolerance: 5,
  };

  const verify = async (token: string): Promise<JWTPayload> => {
    const { alg } = decodeProtectedHeader(token);
    if (alg === 'HS256' && secret)
      return (await jwtVerify(token, secret, { ...expected, algorithms: ['HS256'] })).payload;
    if ((alg === 'RS256' || alg === 'ES256') && keys) {
      return (await jwtVerify(token, keys, { ...expected, algorithms: [alg] })).payload;
    }
    throw new RowbellError('RBAUT');
  };

  return async (authorization) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new RowbellError('RBAUT');
    const known = remembered.get(token);
    if (known && known.expiresAtMs > Date.now()) return known.identity;
    remembered.delete(token);
    const payload = await verify(token).catch((error: unknown) => {
      throw refusal(error);
    });
    const identity = identityOf(payload);
    if (remembered.size >= maxRemembered) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(token, { identity, expiresAtMs: Math.min((payload.exp ?? 0) * 1_000, Date.now() + rememberedMs) });
    return identity;
  };
}

function identityOf({ sub, role = 'user', sid, exp = 0, iat }: JWTPayload): Identity {
  const now = Date.now() / 1_000;
  if (exp - Math.min(iat ?? now, now) > maxTokenDays * 86_400) throw new RowbellError('RBAUT');
  // What the database cannot hold could never end.
  const isSession = sid === undefined || (typeof sid === 'string' && /^[^\0\p{Cs}]{1,200}$/u.test(sid));
  const known = roles.find((one) => one === role);
  if (typeof sub !== 'string' || !uuid.test(sub) || known === undefined || !isSession) throw new RowbellError('RBAUT');
  return {
    role: known,
    userId: sub.toLowerCase(),
    sessionId: typeof sid === 'string' ? sid : null,
    expiresAtMs: exp * 1_000,
  };
}

function refusal(error: unknown): RowbellError {
  if (error instanceof RowbellError) return error;
  if (error instanceof JWTExpired) return new RowbellError('RBAUT', 'Your token has expired.', { cause: error });
  // Not the token's fault: the key set did not answer, or not with a key set.
  if (error instanceof JWKSTimeout || (error instanceof JOSEError && error.code === 'ERR_JOSE_GENERIC')) {
    return new RowbellError('RBUNA', undefined, { cause: error });
  }
  // jose throws TypeErrors for tokens it cannot even read; fetch does so when nobody answers.
  if (error instanceof TypeError && error.message === 'fetch failed')
    return new RowbellError('RBUNA', undefined, { cause: error });
  return new RowbellError('RBAUT', undefined, { cause: error });
}
