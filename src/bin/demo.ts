import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Config, ConfigError, type Environment, readConfig } from '../config/index.ts';
import { loadDemo } from '../demo/load.ts';
import type { DemoDevice } from '../demo/people.ts';
import { ifAbsent } from '../if-absent.ts';
import { stateFolder } from '../start/state.ts';

/**
 * Loads the demo's people into the database of DATABASE_URL, with devices of those providers that the sandbox stands in
 * for. `npm start` runs it once the sandbox and the API are up; running it again does no harm.
 */
async function main(environment: Environment): Promise<void> {
  const config = readConfig(environment, 'migrate');
  const owner = new pg.Client({ connectionString: config.databaseUrl, application_name: 'rowbell-demo' });
  owner.on('error', () => {});
  await owner.connect();
  try {
    const written = await loadDemo(owner, await findSandbox(config));
    process.stdout.write(written ? `Demo data is loaded (${written} rows).\n` : 'Demo data was there already.\n');
  } finally {
    await owner.end();
  }
}

/** Which providers the sandbox of this machine stands in for, and where its browsers are. */
async function findSandbox(config: Config) {
  const folder = config.sandbox.dataDir ?? join(stateFolder(config), 'sandbox');
  const sandbox = readConfig(await readJson(join(folder, 'settings.json')));
  const { ports = {} } = await readJson<{ ports?: Record<string, number> }>(join(folder, 'sandbox.json'));
  const providers = new Set<DemoDevice['provider']>();
  if (sandbox.apns && sandbox.apns.keyId === config.apns?.keyId) providers.add('apns');
  if (sandbox.fcm && sandbox.fcm.privateKey === config.fcm?.privateKey) providers.add('fcm');
  if (sandbox.webPush && sandbox.webPush.publicKey === config.webPush?.publicKey) providers.add('web_push');
  const webPushOrigin = ports.web_push ? `https://${config.sandbox.host}:${ports.web_push}` : null;
  return { providers, webPushOrigin };
}

async function readJson<T extends object>(file: string): Promise<Partial<T>> {
  return JSON.parse(await readFile(file, 'utf8').catch(ifAbsent('{}'))) as Partial<T>;
}

main(process.env).catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError || error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
