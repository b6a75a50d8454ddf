import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '../config/index.ts';
import { createPool } from '../database/pool.ts';
import { applyReports, createRecipientCheck } from '../http/email-feedback.ts';
import { createLinks } from '../links.ts';
import { createLogger } from '../logger.ts';
import { parseReport } from '../providers/smtp/feedback/report.ts';
import { ownOf } from '../providers/smtp/feedback/whose.ts';

/** sysexits.h: the mail server keeps the mail and tries again. */
const tryAgain = 75;
const maxBytes = 10 * 1024 * 1024;

/**
 * `node src/bin/dsn.ts [--to ADDRESS] < mail`: takes a mail that came to the return path, for a mail server's pipe. What is no
 * bounce or complaint about a mail of ours is passed over.
 */
async function main(): Promise<void> {
  const { to } = parseArgs({ options: { to: { type: 'string' } } }).values;
  const config = readConfig(process.env, 'api');
  if (!config.linkKeys) throw new ConfigError(['LINK_KEYS is missing']);
  const links = createLinks(config.linkKeys);
  const logger = createLogger({ level: config.logLevel, component: 'dsn' });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBytes) chunks.push(chunk);
  }
  const said = parseReport(Buffer.concat(chunks), to ? [to] : [], links.readReturn);
  if (said.length === 0) {
    logger.info('report.ignored', {});
    return;
  }
  const url = new URL(config.apiDatabaseUrl);
  url.searchParams.set('options', '-c role=rowbell_http');
  const pool = createPool({ url: url.href, applicationName: 'rowbell-dsn', max: 1, logger });
  try {
    for (const report of await ownOf(said, createRecipientCheck(pool))) {
      const fresh = await applyReports(pool, [report]);
      logger.info('report.applied', { deliveryId: report.deliveryId, kind: report.kind, isNew: fresh > 0 });
    }
  } finally {
    await pool.end();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = tryAgain;
});
