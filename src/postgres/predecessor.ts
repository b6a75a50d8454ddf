import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * Waits while another server still runs on the data (its owner was killed and it is shutting down), and removes the
 * pid file of one that is gone: PostgreSQL itself would refuse to start when the number now belongs to another process.
 */
export async function awaitPredecessor(dataDir: string, say: (sentence: string) => void): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  for (let waited = 0; ; waited++) {
    const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
    if (!pid) return;
    if (!(await isServerOf(pid, dataDir))) {
      await rm(file, { force: true });
      return;
    }
    if (waited === 0) say(`Another PostgreSQL (process ${pid}) still runs on this data; waiting for it to end.`);
    if (waited === 150)
      throw new Error(`PostgreSQL already runs on ${dataDir} (process ${pid}). Stop the other start first.`);
    await sleep(100);
  }
}

async function isServerOf(pid: number, dataDir: string): Promise<boolean> {
  const fromProc = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (fromProc !== null || (await stat('/proc/self').catch(() => null)))
    return fromProc?.split('\0').includes(dataDir) ?? false;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.includes(dataDir);
}
