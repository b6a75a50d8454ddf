import { hostname } from 'node:os';
import { ConfigError, readConfig } from '../config/index.ts';
import { createLogger } from '../logger.ts';
import { writeSecretFile } from '../sandbox/credentials.ts';
import { startSandbox } from '../sandbox/sandbox.ts';

/**
 * The sandbox as a process of its own. Writes the settings that point the providers at it to SANDBOX_SETTINGS_FILE
 * once every server listens, says `sandbox.started`, and ends on SIGTERM or SIGINT. Bound to every interface it calls
 * itself by the machine's host name, which is how other containers reach it.
 */
async function main() {
  const config = readConfig(process.env);
  const log = createLogger({ level: config.logLevel, component: 'sandbox' });
  const { host, port, dataDir, settingsFile } = config.sandbox;
  const everywhere = host === '0.0.0.0' || host === '::';
  const sandbox = await startSandbox({
    host,
    port,
    dataDir: dataDir ?? undefined,
    publicHost: everywhere ? hostname() : host,
  });
  const stop = async () => {
    await sandbox.close();
    log.info('sandbox.stopped');
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (settingsFile !== null) await writeSecretFile(settingsFile, `${JSON.stringify(sandbox.settings, null, 2)}\n`);
  log.info('sandbox.started', { url: sandbox.url, ports: sandbox.ports });
  process.send?.('listening');
}

try {
  await main();
} catch (error) {
  const problem =
    error instanceof ConfigError ? error.message : `The sandbox cannot start: ${(error as Error).message}`;
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
