import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.ts';

const triesWhileConnected = 3;

/**
 * Repeats a write until the database has taken it. What a provider accepted exists nowhere else yet, so an outage is
 * waited out, however long, and so is what passes by itself (a full disk, no connection left, a deadlock); a write that
 * the database refuses for its own sake is a mistake of ours and is given up after three tries (its claim is then
 * released by `recover_claims`).
 */
export async function persist<T>(write: () => Promise<T>, logger: Logger): Promise<T> {
  for (let tries = 1, refused = 0; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!isConnectionLoss(error) && !isPassing(error) && ++refused >= triesWhileConnected) throw error;
      if (tries === 1) logger.warn('write.delayed', { error });
      await sleep(Math.min(2_000, 50 * 2 ** tries));
    }
  }
}

/**
 * Whether the database was not there, rather than that it refused: no SQLSTATE at all, class 08 (connection) or 57P
 * (shutting down, starting up, crashed). A mistake in our own code has no SQLSTATE either, and is none of it.
 */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return false;
  const code = sqlStateOf(error);
  return code === null || code.startsWith('08') || code.startsWith('57P');
}

/**
 * Whether the database refused for a reason that ends without our doing: a clash with another transaction (40), no room
 * or connection left (53), an error of its disk (58), a lock (55P03), a cancelled statement (57014), or a server that only
 * reads for the moment because another takes over (25006).
 */
function isPassing(error: unknown): boolean {
  return /^(40...|53...|58...|55P03|57014|25006)$/.test(sqlStateOf(error) ?? '');
}

function sqlStateOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[0-9A-Z]{5}$/.test(code) ? code : null;
}
