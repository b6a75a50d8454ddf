import type pg from 'pg';

export type Pair = readonly [person: string, id: string];

/** A doorbell as anybody writes it who may connect to the database: `NOTIFY` asks for no right. */
export async function forgeDoorbell(
  client: Pick<pg.ClientBase, 'query'>,
  pairs: readonly Pair[],
  { kind = 'n', xmin }: { readonly kind?: string; readonly xmin?: bigint } = {},
): Promise<void> {
  const bytes = Buffer.from(pairs.flat().join('').replaceAll('-', ''), 'hex').toString('base64');
  await client.query(
    `select pg_notify('rowbell_live', concat_ws(' ', $1::text, coalesce($2, pg_snapshot_xmin(pg_current_snapshot())::text),
       floor(extract(epoch from clock_timestamp()) * 1000)::bigint, $3::text))`,
    [kind, xmin === undefined ? null : String(xmin), bytes],
  );
}
