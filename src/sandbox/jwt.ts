import { type KeyObject, verify } from 'node:crypto';

/** A JSON Web Token in compact form (RFC 7519, RFC 7515), taken apart but not yet believed. */
export type Jwt = {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
};

/** Takes a compact token apart; null when it is not one. Synchronous, because servers call it per request. */
export function readJwt(text: string): Jwt | null {
  const parts = text.split('.');
  if (parts.length !== 3) return null;
  const [header, claims, signature] = parts as [string, string, string];
  const parsed = [json(header), json(claims)];
  if (!isRecord(parsed[0]) || !isRecord(parsed[1])) return null;
  return {
    header: parsed[0],
    claims: parsed[1],
    signed: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** True when the header names `algorithm` and the signature is the key's own. */
export function isSignedBy(jwt: Jwt, algorithm: 'ES256' | 'RS256', key: KeyObject): boolean {
  if (jwt.header.alg !== algorithm) return false;
  return verify('sha256', Buffer.from(jwt.signed), { key, dsaEncoding: 'ieee-p1363' }, jwt.signature);
}

function json(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
