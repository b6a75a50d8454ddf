import { readdir, readFile } from 'node:fs/promises';
import { sleep } from './stack.ts';

const ticksPerSecond = 100;

/** Share of one core that this process's descendants use together over some seconds. Linux only: reads /proc. */
export async function idleShare(seconds: number): Promise<number> {
  const before = await descendantsTicks();
  await sleep(seconds * 1000);
  const after = await descendantsTicks();
  const used = [...after].map(([pid, ticks]) => ticks - (before.get(pid) ?? 0));
  return used.reduce((sum, ticks) => sum + ticks, 0) / ticksPerSecond / seconds;
}

/** CPU ticks, user and system, by process, of all living descendants. */
async function descendantsTicks(): Promise<Map<number, number>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  const processes = stats.filter(Boolean).map((stat) => {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      pid: Number.parseInt(stat, 10),
      parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]),
    };
  });
  const family = new Set([process.pid]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { pid, parent } of processes) {
      if (!family.has(pid) && family.has(parent)) {
        family.add(pid);
        grown = true;
      }
    }
  }
  family.delete(process.pid);
  return new Map(processes.filter(({ pid }) => family.has(pid)).map(({ pid, ticks }) => [pid, ticks]));
}
