import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Stack } from './stack.ts';
import { sleep } from './stack.ts';

export type BroadcastFigures = {
  /** Insert of one row until every outcome is written, in seconds. */
  readonly seconds: number;
  readonly perSecond: number;
  /** Largest resident memory of the bulk worker seen on the way, in MiB. */
  readonly workerPeakMiB: number;
};

/** One event to everyone who follows at a provider. `during` is told when it begins and awaited at the end. */
export async function broadcast(
  { pool, workers }: Stack,
  provider: string,
  recipients: number,
  during: (finished: AbortSignal) => Promise<void> = async () => {},
): Promise<BroadcastFigures> {
  const { rows } = await pool.query<{ before: string }>('select count(*) as before from notify.deliveries');
  const before = Number(rows[0]?.before);
  const finished = new AbortController();
  let workerPeakMiB = 0;
  const memory = setInterval(async () => {
    workerPeakMiB = Math.max(workerPeakMiB, await residentMiB(workers.bulk.pid as number));
  }, 100);

  const startedAt = performance.now();
  await pool.query(
    `insert into bench.announcements (type_key, provider, text) values ('bench_p1', $1, 'A broadcast to everyone')`,
    [provider],
  );
  const company = during(finished.signal);
  // Asked by the partial indexes of what is still under way: cheap however large the table is.
  while (await isUnderWay(pool)) await sleep(100);
  const seconds = (performance.now() - startedAt) / 1000;

  finished.abort();
  await company;
  clearInterval(memory);
  const { rows: outcomes } = await pool.query<{ status: string; reason: string | null; deliveries: string }>(
    `select status, reason, count(*) as deliveries from notify.deliveries group by status, reason`,
  );
  const sent = Number(outcomes.find(({ status }) => status === 'sent')?.deliveries ?? 0);
  if (outcomes.length > 1 || sent - before < recipients) {
    throw new Error(`broadcast: ${sent - before} of ${recipients} were sent; ${JSON.stringify(outcomes)}`);
  }
  return { seconds, perSecond: recipients / seconds, workerPeakMiB };
}

/** Whether anything that was inserted has no outcome yet. */
export async function isUnderWay(pool: Stack['pool']): Promise<boolean> {
  const { rows } = await pool.query<{ busy: boolean }>(`
    select exists (select from notify.events where planned_at is null and canceled_at is null)
      or exists (select from notify.deliveries where due_at is not null)
      or exists (select from notify_private.claims) as busy`);
  return rows[0]?.busy ?? true;
}

/** The same number of messages through the provider's SDK alone, in a process of its own. */
export async function bareSdk(settings: Record<string, string>, provider: string, messages: number): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-semi-space-size=32', 'bench/bare.ts', provider, String(messages)],
    {
      env: { ...process.env, ...settings },
    },
  );
  const { seconds, accepted } = JSON.parse(stdout) as { seconds: number; accepted: number };
  if (accepted !== messages) throw new Error(`bare SDK: ${accepted} of ${messages} were accepted`);
  return messages / seconds;
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
