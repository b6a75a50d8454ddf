import { readConfig } from '../config/index.ts';
import { migrate } from '../migrate/index.ts';

/** `npm run migrate`: brings the database of DATABASE_URL to this version. */
async function main(): Promise<void> {
  const config = readConfig(process.env, 'migrate');
  await migrate({ ...config, say: (sentence) => process.stdout.write(`${sentence}\n`) });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
