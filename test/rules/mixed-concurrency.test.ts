import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { hour, makeWorld, type Rand, seeded, tellSome, type World } from '../support/rules-world.ts';
import { senders } from '../support/senders.ts';

/** All that changes what waits or was told, by many sessions at once about the same few people, and what must hold of it. */
let db: TestDatabase;
let world: World;
beforeAll(async () => {
  db = await createDatabase();
  world = await makeWorld(db, seeded(11), 16, Date.now() - hour);
  await db.owner.query(`
    update notify.settings set daily_cap = 4, rolling_cap = 3;
    update notify.notification_types set enabled = true;
    insert into notify.fallbacks values ('mixed', 'a text where the push did not arrive');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('mixed', 1, '{push}', '1 second', 'delivered'), ('mixed', 2, '{sms}', null, 'sent');
    update notify.notification_types set fallback_key = 'mixed' where pack = 'engine_test' and channels @> '{push,sms}'`);
});
afterAll(() => db.drop());

type Session = {
  readonly worker: pg.Client;
  readonly workerId: string;
  readonly random: Rand;
  readonly told: string[];
};

const something: readonly ((session: Session) => Promise<unknown>)[] = [
  async ({ worker, random, told }) => {
    const events = (await tellSome(db, random, world, Date.now() - 1_000)).map(({ id }) => id);
    told.push(...events);
    for (let more = true; more; ) more = await one<boolean>(worker, 'select notify_private.plan($1, 20)', [events]);
  },
  async ({ random }) => {
    // Some look at their inbox, and for some of what waits because of that the seconds are over.
    const looking = [random.some(world.people, 40).map(({ id }) => id), random.from(['40 seconds', '1 second'])];
    await db.asLive((client) => client.query('select notify_private.attend($1, now() + $2::interval)', looking), {
      commit: true,
    });
    await db.owner.query(`
      update notify.holds set due_at = now() where (event_id, recipient_id, channel, held_at) in (
        select event_id, recipient_id, channel, held_at from notify.holds
        where rule = 'attention' and released_at is null order by held_at limit 20 for update skip locked)`);
  },
  ({ worker }) =>
    worker.query(`select notify_private.release_holds(lane, 50) from unnest('{bulk,urgent}'::text[]) as lane`),
  async ({ worker }) => {
    // The hour of some digests has come.
    await db.owner.query(`
      update notify.digests set due_at = now() where id = any (array(
        select id from notify.digests where closed_at is null order by id limit 10 for update skip locked))`);
    await worker.query('select notify_private.close_digests(5)');
  },
  ({ random, told }) =>
    db.asWriter((client) => client.query('select notify.cancel_event($1)', [random.from(told)]), { commit: true }),
  ({ random }) =>
    db.asUser(
      random.from(world.people).id,
      (client) =>
        client.query(
          random.chance(30)
            ? `select notify.update_personal_settings(paused_until => now() + interval '1 hour', time_zone => 'Asia/Tokyo')`
            : random.chance(50)
              ? `select notify.update_personal_settings(quiet_hours => '{}', digest_time => '10:00', time_zone => 'UTC')`
              : `select notify.reset_personal_settings()`,
        ),
      { commit: true },
    ),
  ({ random }) =>
    db.asUser(
      random.from(world.people).id,
      (client) =>
        client.query('select notify.set_category_preference($1, $2, $3, $4)', [
          random.from(['payment', 'trips', 'offers']),
          'push',
          random.chance(80),
          random.from(['instant', 'daily', 'weekly']),
        ]),
      { commit: true },
    ),
  async ({ worker, workerId, random }) => {
    const sender = random.from([senders.apns, senders.smtp, senders.twilio]);
    const { rows } = await worker.query(
      `with claim as (select uuidv7() as id)
       select c.id as claim, d.delivery_id as delivery
       from claim as c, notify_private.claim_deliveries(c.id, $1, $2, 'bulk') as d`,
      [workerId, sender],
    );
    if (rows.length === 0) return;
    await worker.query(
      `select notify_private.record_results($1, array(
         select row(id, $3, case when $3 <> 'accepted' then 'invalid_token' end, null, null, null, false, null)::notify_private.result
         from unnest($2::uuid[]) as id))`,
      [rows[0].claim, rows.map(({ delivery }) => delivery), random.chance(80) ? 'accepted' : 'address'],
    );
  },
  ({ random }) =>
    db.asUser(
      random.from(world.people).id,
      (client) =>
        client.query(
          random.chance(50)
            ? `select notify.mark_read(array(select id from notify.notifications order by id desc limit 5))`
            : `select notify.report_receipt(d.id, 'delivered')
               from (select id from notify.deliveries where sent_at is not null and channel = 'push' order by id desc limit 1) as d`,
        ),
      { commit: true },
    ),
];

test('sixteen sessions plan, release, gather, close, cancel, choose, send and report at once: everything stays exact', async () => {
  const errors: unknown[] = [];
  const did = new Array<number>(something.length).fill(0);
  const told: string[] = [];
  await Promise.all(
    Array.from({ length: 16 }, async (_, nth) => {
      const worker = new pg.Client({ connectionString: db.workerUrl });
      await worker.connect();
      const random = seeded(5000 + nth);
      const workerId = await one<string>(
        worker,
        `select notify_private.register_worker('bulk', 'h', $1, '{1,2,4,5}')`,
        [nth + 1],
      );
      const session = { worker, workerId, random, told };
      for (let round = 0; round < 24; round++) {
        const what = round % 6 === 0 ? 0 : random(something.length);
        await something[what]?.(session)
          .then(() => {
            did[what] = (did[what] ?? 0) + 1;
          })
          .catch((error) => {
            // Out of patience on a busy machine, and what is locked: a deadlock would be another error.
            if (!['55P03', 'RBLCK'].includes(error.code)) errors.push(error);
          });
      }
      await worker.end();
    }),
  );
  expect(errors).toEqual([]);
  expect(did.every((times) => times > 0)).toBe(true);

  const broken = async (sql: string) => (await db.owner.query(`${sql} limit 3`)).rows;
  const same = '(x.event_id, x.recipient_id, x.channel) = (d.event_id, d.recipient_id, d.channel)';
  // One decision a candidate.
  expect(
    await broken(`
      select e.id from notify.events as e join notify.notification_types as t on t.key = e.type_key
      where t.pack = 'engine_test' and e.planned_at is not null and e.canceled_at is null
        and (select count(*) from notify.decisions as d where d.event_id = e.id) <> jsonb_array_length(e.data -> 'to') * cardinality(t.channels)`),
  ).toEqual([]);
  // What waits: an open hold iff held, a place to come or taken in a digest iff gathered.
  expect(
    await broken(`
      select d.* from notify.decisions as d
      where (select count(*) from notify.holds as x where ${same} and x.released_at is null) <> (d.outcome = 'hold')::integer
        or (select count(*) from notify.digest_items as x where ${same} and x.left_out is null) <> (d.outcome = 'digest')::integer`),
  ).toEqual([]);
  expect(
    await broken(`
      select i.* from notify.digest_items as i join notify.digests as g on g.id = i.digest_id
      where (num_nonnulls(i.position, i.left_out) = 1) <> (g.closed_at is not null) and i.left_out is distinct from 'event'`),
  ).toEqual([]);
  expect(
    await broken(`
      select g.id from notify.digests as g left join notify.digest_items as i on i.digest_id = g.id and i.position is not null
      where g.closed_at is not null group by g.id
      having count(i.*) <> g.item_count or coalesce(max(i.position), 0) <> g.item_count or (g.item_count > 0) <> (g.event_id is not null)`),
  ).toEqual([]);
  // The counters are what was sent, and each saw exactly what was sent before it: all of one day, in whatever zone its person was by then.
  expect(
    await broken(`
      select coalesce(n.recipient_id, s.recipient_id), n.count as counted, s.count as sent
      from (
        select c.recipient_id, c.channel, sum(c.count) as count, sum(cardinality(c.sent_at)) as instants
        from notify_private.daily_counters as c group by 1, 2
      ) as n
      full join (
        select d.recipient_id, d.channel, count(*) as count from notify.decisions as d
        where d.outcome = 'send' and d.channel <> 'in_app' group by 1, 2
      ) as s on s.recipient_id = n.recipient_id and s.channel = n.channel
      where n.count is distinct from s.count or n.instants <> n.count`),
  ).toEqual([]);
  expect(
    await broken(`
      select d.recipient_id from notify.decisions as d where d.outcome = 'send' and d.rule_inputs ? 'capped'
      group by d.recipient_id
      having max((d.rule_inputs ->> 'count')::integer) <> count(*) - 1 or count(distinct d.rule_inputs ->> 'count') <> count(*)
        or bool_or(d.rule_inputs ->> 'priority' = 'P1' and (d.rule_inputs ->> 'count')::integer >= (d.rule_inputs ->> 'cap')::integer)`),
  ).toEqual([]);
  // A key is that of what was told or is going to be, once; or of what was seen in the inbox instead.
  const going = `d.outcome <> 'suppress' and coalesce(d.rule not in ('fallback', 'attention'), true) and d.rule_inputs ? 'key'`;
  expect(
    await broken(`
      select d.* from notify.decisions as d where ${going} and d.outcome <> 'send' and not exists (
        select from notify_private.dedupe_keys as k
        where (k.recipient_id, k.dedupe_key, k.channel, k.event_id) = (d.recipient_id, d.rule_inputs ->> 'key', d.channel, d.event_id))`),
  ).toEqual([]);
  expect(
    await broken(`
      select k.* from notify_private.dedupe_keys as k where not exists (
        select from notify.decisions as d
        where (${going} or d.reason = 'seen') and (k.recipient_id, k.dedupe_key, k.channel, k.event_id) = (d.recipient_id, d.rule_inputs ->> 'key', d.channel, d.event_id))`),
  ).toEqual([]);
  expect(
    await broken(`
      select d.recipient_id from notify.decisions as d join notify.events as e on e.id = d.event_id
      where ${going} and e.canceled_at is null group by d.recipient_id, d.channel, d.rule_inputs ->> 'key' having count(*) > 1`),
  ).toEqual([]);
  // Told is what was sent or stands in a closed digest, and nothing else.
  expect(
    await broken(`
      select n.id from notify.notifications as n
      where (n.told_at is not null) <> exists (
        select from notify.decisions as d
        left join notify.digest_items as x on ${same}
        where d.notification_id = n.id and (d.outcome = 'send' or x.position is not null))`),
  ).toEqual([]);
});
