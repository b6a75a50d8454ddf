import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';

/** Nanoseconds on a processor by part of the system. */
export type ProcessorTime = ReadonlyMap<string, number>;

/**
 * What each process has used so far, from /proc (Linux only); sessions of PostgreSQL by the name of their application. Not in it: processes
 * that have ended, as workers of autovacuum do.
 *
 * @param superuser sees every session
 * @param processes others than PostgreSQL's, by the part that they are counted as
 */
export async function processorTime(
  superuser: pg.Pool,
  processes: Readonly<Record<string, number | undefined>>,
): Promise<ProcessorTime> {
  const { rows: sessions } = await superuser.query<{ pid: number; type: string; application: string }>(
    `select pid, backend_type as type, application_name as application from pg_stat_activity`,
  );
  const parts = [
    ...sessions.map(({ pid, ...session }) => [partOf(session), pid] as const),
    ...Object.entries(processes),
  ];
  const used = new Map<string, number>();
  for (const [part, pid] of parts) used.set(part, (used.get(part) ?? 0) + (pid ? await nanoseconds(pid) : 0));
  return used;
}

function partOf(session: { type: string; application: string }): string {
  if (session.type !== 'client backend') return 'PostgreSQL: checkpoints, WAL, vacuum';
  const use = /^rowbell-worker-(?:urgent|bulk)-(\w+)$/.exec(session.application)?.[1] ?? '';
  const parts: Record<string, string> = { planning: 'planning', sending: 'claims, results, upkeep', jobs: 'jobs' };
  return `PostgreSQL: ${parts[use] ?? 'who inserts and watches'}`;
}

/** All threads of a process, those that have ended excepted. */
export async function nanoseconds(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const times = threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0'));
  return (await Promise.all(times)).reduce((sum, line) => sum + Number(line.split(' ')[0]), 0);
}

/** What was used between two looks, for each of so many, in microseconds; the largest first, without what is below a hundredth. */
export function perOne(before: ProcessorTime, after: ProcessorTime, count: number): readonly [string, number][] {
  const parts = [...after].map(
    ([part, ns]) => [part, Math.max(0, ns - (before.get(part) ?? 0)) / 1_000 / count] as [string, number],
  );
  const total = parts.reduce((sum, [, us]) => sum + us, 0);
  return parts.filter(([, us]) => us > total / 100).sort(([, a], [, b]) => b - a);
}
