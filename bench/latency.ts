import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from './stack.ts';

/**
 * Inserts single rows, one every `intervalMs` until `count` or the signal, each for another person; returns for each the
 * milliseconds from sending the INSERT until the provider's server had the message. What has not come `patienceMs` after the
 * last insert took for ever: Infinity.
 */
export async function insertLatency(
  { pool, sandboxes }: Stack,
  options: {
    priority: 'P0' | 'P1';
    /** Who is told: its followers, each at their device; `apns` unless told. */
    crowd?: string;
    intervalMs: number;
    count?: number;
    signal?: AbortSignal;
    patienceMs?: number;
  },
): Promise<number[]> {
  const {
    priority,
    crowd = 'apns',
    intervalMs,
    count = Number.POSITIVE_INFINITY,
    signal,
    patienceMs = 60_000,
  } = options;
  const sentAt = new Map<string, number>();
  const people = await pool.query<{ id: string }>(
    `select user_id as id from bench.followers where provider = $1 order by random() limit 1000`,
    [crowd],
  );
  for (let n = 0; n < count && !signal?.aborted; n++) {
    const text = `probe ${priority} ${crypto.randomUUID()}`;
    sentAt.set(text, Date.now());
    await pool.query(
      `insert into bench.announcements (type_key, provider, text, recipient_id) values ($1, $2, $3, $4)`,
      [`bench_${priority.toLowerCase()}`, crowd, text, people.rows[n % people.rows.length]?.id],
    );
    await sleep(intervalMs);
  }
  const sandbox = sandboxes[priority === 'P0' ? 'urgent' : 'bulk'];
  const arrivedAt = new Map<string, number>();
  for (const until = Date.now() + patienceMs; arrivedAt.size < sentAt.size && Date.now() < until; await sleep(50))
    for (const [text, at] of Object.entries(await sandbox.ask<Record<string, number>>('arrivals')))
      if (sentAt.has(text)) arrivedAt.set(text, at);
  return [...sentAt].map(([text, at]) => (arrivedAt.get(text) ?? Number.POSITIVE_INFINITY) - at);
}
