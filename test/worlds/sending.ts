import type { Rand } from '../support/rules-world.ts';
import type { ClockedDatabase } from './clock.ts';

/**
 * Takes what is due of every sender and writes back what providers said of it: most is accepted, some of that arrives. Whose
 * future that changed.
 */
export async function sendDue({ db }: ClockedDatabase, random: Rand): Promise<string[]> {
  const { rows: due } = await db.owner.query<{ sender: number; lane: string }>(
    `select distinct sender_id as sender, lane from notify.deliveries where status = 'queued' and due_at <= now() order by 1, 2`,
  );
  const surprised = new Set<string>();
  for (const { sender, lane } of due) {
    const { rows } = await db.worker.query<{ claim_id: string; delivery_id: string }>(
      `with worker as (select notify_private.register_worker($2, 'h', 1, array[$1::smallint]) as id),
       claim as (select uuidv7() as id)
       select c.id as claim_id, d.delivery_id
       from claim as c, worker as w, notify_private.claim_deliveries(c.id, w.id, $1, $2) as d order by 2`,
      [sender, lane],
    );
    if (rows.length === 0) continue;
    const results = rows.map(({ delivery_id }) => ({
      id: delivery_id,
      outcome: random.chance(94) ? 'accepted' : random.chance(50) ? 'message' : 'transient',
      arrives: random.chance(40),
    }));
    await db.worker.query(
      `select notify_private.record_results($1, array(
         select jsonb_populate_record(null::notify_private.result, jsonb_build_object(
           'delivery_id', id, 'outcome', outcome, 'reason', case when outcome <> 'accepted' then 'rejected' end))
         from unnest($2::uuid[], $3::text[]) as r (id, outcome)))`,
      [rows[0]?.claim_id, results.map(({ id }) => id), results.map(({ outcome }) => outcome)],
    );
    for (const { id, outcome, arrives } of results)
      if (outcome === 'accepted' && arrives)
        await db.owner.query(`select notify_private.record_receipt($1, 'delivered', 'client')`, [id]);
    const { rows: whose } = await db.owner.query<{ person: string }>(
      'select recipient_id as person from notify.deliveries where id = any ($1)',
      [results.filter(({ outcome }) => outcome !== 'accepted').map(({ id }) => id)],
    );
    for (const { person } of whose) surprised.add(person);
  }
  // What providers' pauses do is for other tests.
  await db.owner.query('update notify.senders set paused_until = null where paused_until is not null');
  return [...surprised];
}
