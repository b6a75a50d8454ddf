import { parseArgs } from 'node:util';
import { SignJWT } from 'jose';
import { readConfig } from './config.ts';
import { readOrCreateSecrets, stateFolder } from './start/state.ts';

const usage = 'npm run --silent token -- --user <id> [--role user|operator] [--session <id>] [--hours <n>]';

/**
 * Prints a token for development, signed with JWT_SECRET or with the secret `npm start` made: `sub` the user, `role`,
 * `sid` the session.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      user: { type: 'string' },
      role: { type: 'string', default: 'user' },
      session: { type: 'string' },
      hours: { type: 'string', default: '24' },
    },
  });
  const hours = Number(values.hours);
  if (!values.user || !['user', 'operator'].includes(values.role) || !(hours > 0)) throw new Error(`Usage: ${usage}`);
  const secret = process.env.JWT_SECRET || (await readOrCreateSecrets(stateFolder(readConfig(process.env)))).jwtSecret;
  const { jwt } = readConfig({ ...process.env, JWT_SECRET: secret });
  if (!jwt) throw new Error('JWT_SECRET is missing');
  const claims = { role: values.role, ...(values.session ? { sid: values.session } : {}) };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(values.user)
    .setIssuer(jwt.issuer)
    .setAudience(jwt.audience)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1_000 + hours * 3_600))
    .sign(new TextEncoder().encode(secret));
  process.stdout.write(`${token}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
