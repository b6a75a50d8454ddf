import { SignJWT } from 'jose';
import { type Environment, readConfig } from '../config/index.ts';
import { readOrCreateSecrets, stateFolder } from './state.ts';

export type Claims = {
  readonly user: string;
  readonly role: string;
  readonly session?: string | undefined;
  readonly hours: number;
};

/** A token for development, signed with JWT_SECRET or with the secret `npm start` made. */
export async function signToken(environment: Environment, { user, role, session, hours }: Claims): Promise<string> {
  const secret = environment.JWT_SECRET || (await readOrCreateSecrets(stateFolder(readConfig(environment)))).jwtSecret;
  const { jwt } = readConfig({ ...environment, JWT_SECRET: secret });
  if (!jwt) throw new Error('JWT_SECRET is missing');
  return new SignJWT({ role, ...(session ? { sid: session } : {}) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setIssuer(jwt.issuer)
    .setAudience(jwt.audience)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1_000 + hours * 3_600))
    .sign(new TextEncoder().encode(secret));
}
