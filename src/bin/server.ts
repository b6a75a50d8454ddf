import { startApi } from '../api.ts';
import { ConfigError, readConfig } from '../config/index.ts';
import { createLogger } from '../logger.ts';

/** `npm run server`: the API until SIGTERM or SIGINT; a second signal ends it at once. */
async function main(): Promise<void> {
  const config = readConfig(process.env, 'api');
  const logger = createLogger({ level: config.logLevel, component: 'api' });
  const api = await startApi(config, logger);
  process.send?.('listening');
  void api.prepareWeb();
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info('api.stopping', { signal });
    api.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error('api.failed', { error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError || error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
