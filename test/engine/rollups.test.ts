// Over 300 lines: everything that may happen to deliveries, as acts that are played at random and then counted again.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { expectExact } from '../support/rollups.ts';
import { type Rand, seeded } from '../support/rules-world.ts';
import { senders } from '../support/senders.ts';
import { runUpkeep } from '../support/worker-context.ts';

/** Deliveries live through all that can happen to them, by the functions that do it in production; the figures follow. */
let db: TestDatabase;
let types: string[];
let people: string[];
let workerId: string;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  // As if what waits were sent up to three days later: deliveries lie in other hours than their notifications, and in other days.
  await db.owner.query(`
    create table engine_test.later (by interval not null);
    insert into engine_test.later values ('0');
    create function engine_test.later() returns interval language sql stable security definer set search_path = pg_catalog, pg_temp as $$ select by from engine_test.later $$;
    grant usage on schema engine_test to public;
    alter table notify.deliveries alter column id set default uuidv7(engine_test.later());
    update notify.settings set daily_cap = 1000000, require_verified_email = false;
    insert into notify.fallbacks values ('figures', 'a text where the push did not arrive');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('figures', 1, '{push}', '1 hour', 'delivered'), ('figures', 2, '{sms}', null, 'sent')`);
  types = [
    await makeType(db, { channels: ['push', 'in_app'], maxAttempts: 3 }),
    await makeType(db, { channels: ['email', 'in_app'], maxAttempts: 2 }),
    await makeType(db, { channels: ['sms'], maxAttempts: 2 }),
    await makeType(db, { channels: ['push', 'sms'], fallbackKey: 'figures' }),
    await makeType(db, { channels: ['push', 'email'], defaultFrequency: 'daily' }),
  ];
  people = [];
  // Two of them cannot be reached.
  for (let n = 0; n < 2; n++) people.push(await makePerson(db, { devices: [] }));
  for (let n = 0; n < 10; n++)
    people.push(
      await makePerson(db, {
        devices: n % 3 === 0 ? ['apns', 'fcm'] : ['apns'],
        phone: `+1555000${1000 + n}`,
        email: `p${n}@example.com`,
        locale: n % 2 === 0 ? 'en' : 'fr',
      }),
    );
  await db.owner.query(`update notify.users set region = case when locale = 'fr' then 'FR' end`);
});
// Anew for each, since those who look for workers that died may find this one, which has no heartbeat.
beforeEach(async () => {
  workerId = await one(db.worker, `select notify_private.register_worker('bulk', 'host', 1, '{1,2,5,4}')`);
});
afterAll(() => db.drop());

const refresh = (atOnce = true) => one<number>(db.worker, 'call notify_private.refresh_rollups(null, $1)', [atOnce]);
const markAll = () =>
  db.owner.query(`insert into notify_private.dirty_periods select span, starts_at from notify_private.rollup_periods`);
const anyDelivery = (random: Rand, where = 'true') =>
  db.owner
    .query<{ id: string; recipient_id: string; notification_id: string; channel: string }>(
      `select id, recipient_id, notification_id, channel from notify.deliveries where ${where} order by id`,
    )
    .then(({ rows }) => (rows.length > 0 ? random.from(rows) : null));

/** Begins to count what is marked and dies of it before the end. */
async function refreshAndDie(): Promise<void> {
  const client = await db.worker.connect();
  await client.query('begin');
  await client.query(
    `select notify_private.refresh_period(s.span, p)
     from unnest('{notifications,hour,day}'::text[]) as s (span), notify_private.due_periods(s.span, true) as p`,
  );
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const gone = new Promise((resolve) => client.once('end', resolve));
  client.on('error', () => {});
  await db.owner.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await gone;
  client.release(true);
}

type Act = (random: Rand) => Promise<unknown>;
const acts: Record<string, Act> = {
  'tells and plans': async (random) => {
    await db.owner.query(`update engine_test.later set by = make_interval(hours => $1)`, [random(72)]);
    await tell(db, random.from(types), random.some(people, 60));
    await planDue(db);
  },
  'claims and records': async (random) => {
    await db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
    await db.owner.query(`update notify.senders set paused_until = null, pause_reason = null`);
    const { rows } = await db.worker.query<{ claim: string; delivery: string }>(
      `with claim as (select uuidv7() as id)
       select c.id as claim, d.delivery_id as delivery from claim as c, notify_private.claim_deliveries(c.id, $1, $2, 'bulk', $3) as d`,
      [workerId, random.from([senders.apns, senders.fcm, senders.twilio, senders.smtp, senders.smtp]), 1 + random(10)],
    );
    const outcomes = rows.map(() =>
      random.from([
        'accepted',
        'accepted',
        'transient',
        'message',
        'address',
        'ambiguous',
        'not_begun',
        'misconfigured',
      ]),
    );
    if (rows[0] && random.chance(85))
      await db.worker.query(
        `select notify_private.record_results($1, array(
           select row(r.id, r.outcome, case when r.outcome <> 'accepted' then 'some_reason' end, null, null, null, false, null)::notify_private.result
           from unnest($2::uuid[], $3::text[]) as r (id, outcome)))`,
        [rows[0].claim, rows.map(({ delivery }) => delivery), outcomes],
      );
    else if (rows[0]) await db.worker.query('select notify_private.release_claim($1)', [rows[0].claim]);
  },
  'dies while sending': async (random) => {
    const dying = await one(db.worker, `select notify_private.register_worker('bulk', 'h', 2, '{1,2,5,4}')`);
    await db.worker.query(`select notify_private.claim_deliveries(uuidv7(), $1, $2, 'bulk', 3)`, [
      dying,
      random.from([senders.apns, senders.twilio]),
    ]);
    await db.owner.query(`update notify.workers set seen_at = now() - interval '1 minute' where id = $1`, [dying]);
    await db.worker.query('select notify_private.recover_claims()');
  },
  reports: async (random) => {
    const delivery = await anyDelivery(random, 'attempt > 0');
    const [source, kind] = random.from([
      ['provider', 'delivered'],
      ['provider', 'failed'],
      ['provider', 'bounced'],
      ['provider', 'complained'],
      ['provider', 'sent'],
      ['client', 'opened'],
      ['client', 'clicked'],
      ['client', 'delivered'],
    ] as const);
    if (delivery)
      await db.asHttp(
        (client) =>
          client.query(
            `select notify_private.record_receipt($1, $2, $3, reason => 'some_reason', occurred_at => clock_timestamp() + $4 * interval '1 second')`,
            [delivery.id, kind, source, random(100) / 100],
          ),
        { commit: true },
      );
  },
  'leaves by a mail': async (random) => {
    const delivery = await anyDelivery(random, `channel = 'email' and sent_at is not null`);
    if (delivery)
      await db.asHttp(
        (client) =>
          client.query('select notify_private.unsubscribe($1, $2, $3)', [delivery.recipient_id, types[1], delivery.id]),
        { commit: true },
      );
  },
  reads: (random) =>
    db.asUser(
      random.from(people),
      (client) =>
        client.query(
          `select notify.mark_read(array(select id from notify.notifications where id > uuidv7(interval '-1 day')))`,
        ),
      { commit: true },
    ),
  'agrees to be tracked, or not': (random) =>
    db.asUser(
      random.from(people),
      (client) => client.query('select notify.set_email_tracking($1)', [random.chance(80)]),
      {
        commit: true,
      },
    ),
  chooses: (random) =>
    db.asUser(
      random.from(people),
      (client) =>
        client.query('select notify.set_category_preference($1, $2, $3, $4)', [
          'test',
          random.from(['push', 'email', 'in_app']),
          random.chance(70),
          'instant',
        ]),
      { commit: true },
    ),
  cancels: async () => {
    const { rows } = await db.owner.query<{ id: string }>(
      'select id from notify.events where canceled_at is null order by id desc limit 1',
    );
    if (rows[0])
      await db.asWriter((client) => client.query('select notify.cancel_event($1)', [rows[0]?.id]), { commit: true });
  },
  'closes digests': async () => {
    await db.owner.query('update notify.digests set due_at = now() where closed_at is null');
    await db.worker.query('select notify_private.close_digests()');
    await planDue(db);
  },
  'is too late': (random) =>
    db.owner.query(
      `update notify.deliveries set expires_at = now() where id = any (array(select id from notify.deliveries where status = 'queued' order by id limit $1))`,
      [random(3)],
    ),
  'counts what is due': () => runUpkeep(db, 'rollup__refresh'),
  'counts all': () => refresh(),
  'dies while counting': refreshAndDie,
};

const common = [
  'tells and plans',
  'claims and records',
  'claims and records',
  'reports',
  'reads',
  'leaves by a mail',
  'chooses',
];

test.each([1, 2, 3, 4])(
  'NC-51: whatever happens to deliveries, and whoever dies counting: the figures are exactly what the rows say (life %i)',
  async (seed) => {
    await forget(db);
    await markAll();
    await refresh();
    const random = seeded(seed * 7919);
    await acts['tells and plans']?.(random);
    for (let step = 0; step < 50; step++) {
      await acts[random.from(random.chance(60) ? common : Object.keys(acts))]?.(random);
      // Often, so that no act's marks stand in for another's.
      if (random.chance(50)) {
        await refresh();
        await expectExact(db);
      }
    }
    await refresh();
    expect(await expectExact(db)).toBeGreaterThan(8);
    // Nothing is left to be counted, and counting it all again changes nothing.
    expect(await one(db.owner, 'select count(*)::integer from notify_private.dirty_periods')).toBe(0);
    expect(await refresh()).toBe(0);
    await markAll();
    await refresh();
    await expectExact(db);
  },
  120_000,
);

test('NC-51: a report that moves nothing else is noticed by itself', async () => {
  await forget(db);
  const person = await makePerson(db, { devices: [], email: 'leaving@example.com' });
  await db.owner.query(`update engine_test.later set by = '0'`);
  await tell(db, types[1] as string, [person]);
  await planDue(db);
  const { rows } = await db.worker.query<{ claim: string; delivery: string }>(
    `with claim as (select uuidv7() as id)
     select c.id as claim, d.delivery_id as delivery from claim as c, notify_private.claim_deliveries(c.id, $1, '4', 'bulk') as d`,
    [workerId],
  );
  expect(rows).toHaveLength(1);
  await db.worker.query(
    `select notify_private.record_results($1, array[row($2::uuid, 'accepted', null, null, null, null, false, null)::notify_private.result])`,
    [rows[0]?.claim, rows[0]?.delivery],
  );
  await db.asHttp(
    (client) => client.query(`select notify_private.record_receipt($1, 'delivered', 'provider')`, [rows[0]?.delivery]),
    {
      commit: true,
    },
  );
  await markAll();
  await refresh();
  await db.asHttp(
    (client) => client.query('select notify_private.unsubscribe($1, $2, $3)', [person, types[1], rows[0]?.delivery]),
    { commit: true },
  );
  await refresh();
  await expectExact(db);
  expect(
    await one(
      db.owner,
      `select sum(unsubscribed)::integer from notify_private.daily_rollups where type_key is null and channel = 'email'`,
    ),
  ).toBe(1);
});

test('NC-51: four count while others write: nothing is missed', async () => {
  await forget(db);
  await markAll();
  await refresh();
  const quick = [
    'tells and plans',
    'claims and records',
    'reports',
    'reads',
    'chooses',
    'closes digests',
    'dies while counting',
  ];
  let writing = true;
  const writers = Promise.all(
    [101, 102, 103].map(async (seed) => {
      const random = seeded(seed);
      for (let step = 0; step < 40; step++) await acts[random.from(quick)]?.(random);
    }),
  ).finally(() => {
    writing = false;
  });
  const counters = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (writing) await refresh();
    }),
  );
  await Promise.all([writers, counters]);
  await refresh();
  expect(await expectExact(db)).toBeGreaterThan(8);
}, 120_000);

test('NC-51: what takes long is counted less often, and what is old waits for a fiftieth of its age', async () => {
  await forget(db);
  await markAll();
  await refresh();
  const hours = await one<Date[]>(
    db.owner,
    `select array_agg(date_bin('1 hour', now(), 'epoch') - make_interval(hours => n) order by n) from generate_series(1, 5) as n`,
  );
  // All of them ended long ago; the last is not marked.
  await db.owner.query(
    `insert into notify_private.rollup_periods (span, starts_at, computed_at, took) values
       ('hour', $1, now() - interval '21 minutes', '1 minute'),
       ('hour', $2, now() - interval '19 minutes', '1 minute'),
       ('hour', $3, $3::timestamptz + interval '2 hours', '1 second'),
       ('hour', $4, $4::timestamptz + interval '2 hours', '1 second')
     on conflict (span, starts_at) do update set computed_at = excluded.computed_at, took = excluded.took`,
    [hours[0], hours[1], hours[2], hours[4]],
  );
  await db.owner.query(
    `insert into notify_private.dirty_periods (span, starts_at) select 'hour', unnest($1::timestamptz[])`,
    [hours.slice(0, 4)],
  );
  const due = async (atOnce: boolean) =>
    (await db.worker.query<{ p: Date }>(`select notify_private.due_periods('hour', $1) as p`, [atOnce])).rows.map(
      ({ p }) => p,
    );
  expect(await due(false)).toEqual([hours[0], hours[2], hours[3]]);
  expect(await due(true)).toEqual(hours.slice(0, 4));
  // A clock that ran ahead when an hour was counted, and was set back, keeps it waiting for nothing.
  const countedIn = (by: string) =>
    db.owner.query(
      `update notify_private.rollup_periods set computed_at = computed_at + $2::interval where span = 'hour' and starts_at = $1`,
      [hours[1], by],
    );
  await countedIn('4 years');
  expect(await due(false)).toEqual(hours.slice(0, 4));
  await countedIn('-4 years');
  // The hour that took a minute, counted 21 minutes ago, is due for one; the one that is not due is not late.
  const late = await db.asHttp((client) =>
    client.query<{ value: number }>(
      `select value from notify_private.prometheus_metrics() where name = 'rollups_late_seconds' and labels = '{"span": "hour"}'`,
    ),
  );
  expect(late.rows).toEqual([{ value: expect.any(Number) }]);
  const next = (span: string, startsAt: string, computedAt: string, took: string) =>
    one<string>(
      db.owner,
      `select (notify_private.next_refresh(row($1, $2, $3, $4)::notify_private.rollup_periods) - $3::timestamptz)::text`,
      [span, startsAt, computedAt, took],
    );
  expect(await next('hour', '2026-03-01 10:00Z', '2026-03-01 10:59Z', '2 seconds')).toBe('00:00:40');
  expect(await next('hour', '2026-03-01 10:00Z', '2026-03-03 13:00Z', '2 seconds')).toBe('01:00:00');
  expect(await next('hour', '2026-03-01 10:00Z', '2026-12-01 10:00Z', '2 seconds')).toBe('1 day');
  expect(await next('day', '2026-03-01 00:00Z', '2026-03-01 23:00Z', '1 second')).toBe('00:00:20');
  expect(await next('day', '2026-03-01 00:00Z', '2026-03-04 02:00Z', '1 second')).toBe('01:00:00');
});

test('NC-51: percentiles are within 4.5 % of the exact ones', async () => {
  const random = seeded(77);
  for (let round = 0; round < 30; round++) {
    // From a tenth of a millisecond to a month.
    const times = Array.from(
      { length: 1 + random(400) },
      () => `${(10 ** ((random(1_000) / 1_000) * 10.4 - 1)).toFixed(3)} ms`,
    );
    const { rows } = await db.owner.query<{ exact: number; found: number }>(
      `with t as (select unnest($1::interval[]) as taken)
       select extract(epoch from e) * 1000 as exact, extract(epoch from f) * 1000 as found
       from (
         select percentile_disc($2::double precision[]) within group (order by taken) as exact,
           notify_private.percentiles(array_agg((notify_private.histogram_bucket(taken) << 40) + 1), $2) as found
         from t
       ) as p, unnest(p.exact, p.found) as x (e, f)`,
      [times, [0, 0.5, 0.9, 0.95, 0.99, 1]],
    );
    expect(rows).toHaveLength(6);
    for (const { exact, found } of rows)
      expect(Math.abs(Number(found) - Number(exact))).toBeLessThan(0.0444 * Number(exact) + 0.1);
  }
  expect(await one(db.owner, `select notify_private.percentiles('{}', '{0.5}')`)).toEqual([null]);
  // One after another or merged, it is the same.
  const both = [(3n << 40n) + 5n, (1n << 40n) + 1n, (3n << 40n) + 2n].map(String);
  expect(await one(db.owner, 'select notify_private.compact_histogram($1)', [both])).toEqual([
    String((1n << 40n) + 1n),
    String((3n << 40n) + 7n),
  ]);
  const middle = `'{0.1,0.5,0.9}'`;
  expect(
    await one(
      db.owner,
      `select notify_private.percentiles($1, ${middle}) = notify_private.percentiles(notify_private.compact_histogram($1), ${middle})`,
      [both],
    ),
  ).toBe(true);
});

test('NC-51: nobody but the worker counts, and nobody reads the rollups but through the figures', async () => {
  await expect(
    db.asUser(people[0] as string, (client) => client.query('select from notify_private.hourly_rollups')),
  ).rejects.toMatchObject({ code: '42501' });
  await expect(
    db.asAnalyst((client) => client.query('select from notify_private.daily_rollups')),
  ).rejects.toMatchObject({ code: '42501' });
  await expect(
    db.asOperator((client) => client.query('call notify_private.refresh_rollups(null)')),
  ).rejects.toMatchObject({ code: '42501' });
  await expect(db.asWorker((client) => client.query('delete from notify_private.dirty_periods'))).rejects.toMatchObject(
    { code: '42501' },
  );
  expect(await refresh(false)).toBeGreaterThanOrEqual(0);
});
