import { parseArgs } from 'node:util';
import { signToken } from '../start/sign-token.ts';

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
  const token = await signToken(process.env, { user: values.user, role: values.role, session: values.session, hours });
  process.stdout.write(`${token}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
