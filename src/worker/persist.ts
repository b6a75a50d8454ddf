import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.ts';

const triesWhileConnected = 3;

/**
 * Repeats a write until the database has taken it. What a provider accepted exists nowhere else yet, so an outage is
 * waited out, however long; a write that the database refuses while it is there is a mistake of ours and is given up
 * after three tries (its claim is then released by `recover_claims`).
 */
export async function persist<T>(write: () => Promise<T>, logger: Logger): Promise<T> {
  for (let tries = 1, refused = 0; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!isConnectionLoss(error) && ++refused >= triesWhileConnected) throw error;
      if (tries === 1) logger.warn('write.delayed', { error });
      await sleep(Math.min(2_000, 50 * 2 ** tries));
    }
  }
}

/**
 * Whether the database was not there, rather than that it refused: no SQLSTATE at all, class 08 (connection) or 57P
 * (shutting down, starting up, crashed).
 */
export function isConnectionLoss(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return !/^[0-9A-Z]{5}$/.test(code) || code.startsWith('08') || code.startsWith('57P');
}
