import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from './stack.ts';

/**
 * Inserts single rows, one every `intervalMs` until `count` or the signal, each for another person; returns for each the
 * milliseconds from sending the INSERT until the provider's server had the message.
 */
export async function insertLatency(
  { pool, sandboxes }: Stack,
  options: {
    priority: 'P0' | 'P1';
    /** Whose followers are told; `apns` unless told. */
    provider?: string;
    intervalMs: number;
    count?: number;
    signal?: AbortSignal;
    settleMs?: number;
  },
): Promise<number[]> {
  const {
    priority,
    provider = 'apns',
    intervalMs,
    count = Number.POSITIVE_INFINITY,
    signal,
    settleMs = 1_000,
  } = options;
  const sentAt = new Map<string, number>();
  const people = await pool.query<{ id: string }>(
    `select user_id as id from bench.followers where provider = $1 order by random() limit 1000`,
    [provider],
  );
  for (let n = 0; n < count && !signal?.aborted; n++) {
    const text = `probe ${priority} ${crypto.randomUUID()}`;
    sentAt.set(text, Date.now());
    await pool.query(
      `insert into bench.announcements (type_key, provider, text, recipient_id) values ($1, $2, $3, $4)`,
      [`bench_${priority.toLowerCase()}`, provider, text, people.rows[n % people.rows.length]?.id],
    );
    await sleep(intervalMs);
  }
  await sleep(settleMs);
  const sandbox = sandboxes[priority === 'P0' ? 'urgent' : 'bulk'];
  const arrivedAt = await sandbox.ask<Record<string, number>>('arrivals');
  return [...sentAt].flatMap(([text, at]) => (arrivedAt[text] === undefined ? [] : [arrivedAt[text] - at]));
}
