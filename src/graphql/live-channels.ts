import type pg from 'pg';

/** Types of activity that a channel tells, by its name. */
export type Channels = ReadonlyMap<string, readonly string[]>;

/** The channels of packs that are on, as the role that delivers frames: the API's login has no rights of its own. */
export async function readChannels(pool: Pick<pg.Pool, 'connect'>): Promise<Channels> {
  const client = await pool.connect();
  try {
    await client.query('begin; set local role rowbell_live');
    const { rows } = await client.query<{ name: string; activity_types: string[] }>(
      'select name, activity_types from notify_private.live_channels() order by name',
    );
    return new Map(rows.map(({ name, activity_types }) => [name, activity_types]));
  } finally {
    await client.query('rollback').catch(() => {});
    client.release();
  }
}
