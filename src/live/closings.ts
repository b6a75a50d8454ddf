import type pg from 'pg';
import type { RowOf } from '../database/rows.ts';
import { closeCodes } from './close-codes.ts';
import type { Connection } from './connection.ts';
import type { Lane } from './hub.ts';
import type { Roster } from './roster.ts';

/**
 * Closes the sockets of whoever an operator names, whichever process the operator asked: `closeConnections`. The doorbell, which anybody
 * may ring, only says "look"; what operators did says whose sockets of before then they are.
 */
export function createClosings({
  pool,
  roster,
}: {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly roster: Roster<Connection>;
}): { readonly lane: Lane } {
  const look = async (): Promise<void> => {
    const { rows } = await pool.query<RowOf<'notify_private.recent_closings'>>({
      name: 'recent_closings',
      text: 'select * from notify_private.recent_closings()',
    });
    const now = performance.now();
    for (const { user_id, seconds_ago } of rows)
      for (const connection of roster.of(user_id as string))
        if (now - connection.openedAtMs > (seconds_ago as number) * 1_000)
          connection.close(closeCodes.forbidden, 'An operator has closed your connections.');
  };
  return {
    lane: {
      kinds: 'c',
      isWanted: roster.has,
      handle: look,
      async catchUp(since) {
        await look();
        return since;
      },
    },
  };
}
