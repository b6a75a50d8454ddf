import { readFile } from 'node:fs/promises';
import type pg from 'pg';

/** One session that plans, claims and records, and what it uses of the processor (Linux); waiting for the disk is not in it. */
export async function openEngine(client: pg.ClientBase) {
  const { rows: workers } = await client.query<{ id: string }>(
    `select notify_private.register_worker('bulk', 'bench', 1, '{1}') as id`,
  );
  const { rows: sessions } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return {
    client,
    workerId: workers[0]?.id as string,
    /** Microseconds so far. */
    used: async () => Number((await readFile(`/proc/${sessions[0]?.pid}/schedstat`, 'utf8')).split(' ')[0]) / 1_000,
  };
}

export type EngineSession = Awaited<ReturnType<typeof openEngine>>;

/** A row of the application for everyone who follows at APNs; the id of its event. */
export async function announce({ client }: EngineSession): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into bench.announcements (type_key, provider, text) values ('bench_p1', 'apns', 'To all') returning id`,
  );
  const event = await client.query<{ id: string }>('select id from notify.events where subject_id = $1', [rows[0]?.id]);
  return event.rows[0]?.id as string;
}

export async function planAll({ client }: EngineSession, eventId: string): Promise<void> {
  const plan = 'select notify_private.plan($1) as more';
  while ((await client.query<{ more: boolean }>(plan, [[eventId]])).rows[0]?.more);
}

/** Claims all that is due in chunks of 500 and writes back that each was accepted; how many. */
export async function sendAll({ client, workerId }: EngineSession): Promise<number> {
  for (let sent = 0; ; ) {
    const { rows } = await client.query<{ claim_id: string; ids: string[] | null }>(
      `select c.id as claim_id, array(select d.delivery_id from notify_private.claim_deliveries(c.id, $1, 1::smallint, 'bulk') as d) as ids
       from (select uuidv7() as id offset 0) as c`,
      [workerId],
    );
    const claimed = rows[0]?.ids ?? [];
    if (claimed.length === 0) return sent;
    sent += claimed.length;
    await client.query(
      `select notify_private.record_results($1, array(select row(id, 'accepted', null, null, id, null, false, null)::notify_private.result from unnest($2::uuid[]) as id))`,
      [rows[0]?.claim_id, claimed],
    );
  }
}
