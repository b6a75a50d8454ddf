import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../../src/postgres/index.ts';
import { addressOf, type ClusterAddress, createOwner, createTemplate } from './cluster.ts';
import { quietPort } from './port.ts';

/** A PostgreSQL of its own that keeps what it committed, for those who take it away and bring it back at the same port. */
export type CrashingPostgres = {
  readonly address: ClusterAddress;
  /** What a power cut does to it; then it is started again. `beforeStart` is called when it has been away for so long. */
  crash(awayMs: number, beforeStart?: () => void): Promise<void>;
  /** As an upgrade does: it is stopped in order and started again. */
  restart(): Promise<void>;
  /** Its data goes. */
  stop(): Promise<void>;
};

/** Migrated: `createDatabase({ cluster: address })` makes databases in it. */
export async function startCrashingPostgres(): Promise<CrashingPostgres> {
  const password = randomBytes(12).toString('hex');
  const dataDir = join(tmpdir(), `rowbell-crash-${randomBytes(6).toString('hex')}`);
  const start = (preferredPort: number) => startPostgres({ dataDir, password, preferredPort, durability: 'durable' });
  let postgres = await start(await quietPort());
  const address = addressOf(postgres, password);
  await createOwner(address);
  await createTemplate(address);

  const startAgain = async () => {
    const { port } = address;
    for (;;) {
      postgres = await start(port);
      if (postgres.port === port) return;
      // Its orphans have not let go of the port yet.
      await postgres.stop();
    }
  };
  return {
    address,
    async crash(awayMs, beforeStart = () => {}) {
      const pid = Number((await readFile(join(postgres.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      await postgres.exited;
      await sleep(awayMs);
      beforeStart();
      await startAgain();
    },
    async restart() {
      await postgres.stop();
      await startAgain();
    },
    async stop() {
      await postgres.stop();
      await rm(postgres.dataDir, { recursive: true, force: true });
    },
  };
}
