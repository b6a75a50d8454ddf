// Over 300 lines: one schedule of many sessions, and a property over it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { closeDue } from '../support/digests.ts';
import { forget, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';
import { patiently } from '../support/patiently.ts';
import { until } from '../support/until.ts';
import { startWorker } from '../support/worker-process.ts';

const zones = ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Kiritimati', null];

let db: TestDatabase;
let sandbox: Sandbox;
let type: string;
const people: string[] = [];
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  sandbox = await startSandbox({ journalLimit: 20_000 });
  type = await makeType(db, { channels: ['push', 'email'], title: '{N}' });
  for (let n = 0; n < 25; n++)
    people.push(await makePerson(db, { timeZone: zones[n % zones.length] ?? null, email: `p${n}@example.com` }));
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, frequency)
     select id, $1, 'push', 'daily' from unnest($2::uuid[]) as id union all select id, $1, 'email', 'weekly' from unnest($2::uuid[]) as id`,
    [type, people],
  );
});
afterAll(async () => {
  await sandbox.close();
  await db.drop();
});
beforeEach(async () => {
  await forget(db);
  await db.owner.query(
    'truncate notify.digests, notify.digest_items, notify.holds, notify.category_preferences, notify.personal_settings',
  );
  sandbox.journal.clear();
});

/** Makes open digests due, locking them in the order that everyone does. */
const due = () =>
  db.owner.query(
    `update notify.digests set due_at = now() - interval '1 second'
     where id = any (array(select id from notify.digests where closed_at is null order by id for update))`,
  );

/** What must hold at any time: see the names. */
async function expectExact(): Promise<void> {
  const { rows } = await db.owner.query(`
    select
      -- A gathered candidate has exactly one place, and what has a place was gathered.
      (select count(*)::integer from notify.decisions as c where c.outcome = 'digest' and not exists (
        select from notify.digest_items as i where (i.event_id, i.recipient_id, i.channel) = (c.event_id, c.recipient_id, c.channel)
          and i.left_out is null)) as lost,
      (select count(*)::integer from notify.digest_items as i
        join notify.decisions as c on (i.event_id, i.recipient_id, i.channel) = (c.event_id, c.recipient_id, c.channel)
        where (i.left_out is null) <> (c.outcome = 'digest') or i.left_out is distinct from case when c.outcome = 'suppress' then c.rule end) as contradicted,
      -- Places are numbered from 1 without a gap, oldest event first; an open digest has none.
      (select count(*)::integer from (
        select i.position, d.closed_at, i.left_out, row_number() over (partition by i.digest_id, i.left_out is null order by i.event_id) as n
        from notify.digest_items as i join notify.digests as d on d.id = i.digest_id
      ) as i where i.position is distinct from case when i.closed_at is not null and i.left_out is null then i.n end) as misplaced,
      (select count(*)::integer from notify.digests as d
        where d.closed_at is not null and d.item_count <> (
          select count(*) from notify.digest_items as i where i.digest_id = d.id and i.position is not null)) as miscounted,
      (select count(*)::integer from notify.digest_items as i join notify.digests as d on d.id = i.digest_id
        where (i.recipient_id, i.channel) <> (d.user_id, d.channel)) as astray,
      -- Each digest with items is told by one event, and nothing else is.
      (select count(*)::integer from notify.digests as d where coalesce(d.item_count, 0) > 0 and (
        select count(*) from notify.events as e where e.subject_id = d.id and e.id = d.event_id) <> 1) as untold,
      (select count(*)::integer from notify.events as e where e.type_key like '%\\_digest' and not exists (
        select from notify.digests as d where d.event_id = e.id)) as unasked,
      -- What is in a closed digest shows in the inbox; what only waits does not.
      (select count(*)::integer from notify.notifications as n where n.type_key not like '%\\_digest' and (n.told_at is not null) <> (
        exists (select from notify.digest_items as i where i.notification_id = n.id and i.position is not null)
        or exists (select from notify.decisions as c where c.notification_id = n.id and c.outcome = 'send'))) as "wronglyShown"`);
  expect(rows[0]).toEqual({
    lost: 0,
    contradicted: 0,
    misplaced: 0,
    miscounted: 0,
    astray: 0,
    untold: 0,
    unasked: 0,
    wronglyShown: 0,
  });
}

test('NC-13: 48 sessions gather, close and change their clocks at once: each item in one digest, each digest told once', async () => {
  await Promise.all(
    Array.from({ length: 48 }, async (_, session) => {
      for (let n = 0; n < 6; n++) {
        const to = people.filter((_, p) => (p * 7 + session + n) % 5 === 0);
        switch ((session + n) % 4) {
          case 0:
          case 1: {
            const event = await tell(db, type, to, { variables: { N: `${session} ${n}` } });
            await patiently(() => db.worker.query('select notify_private.plan(array[$1::uuid])', [event]));
            break;
          }
          case 2:
            await due();
            await patiently(() =>
              db.worker.query('select notify_private.close_digests($1)', [1 + ((session * 3) % 20)]),
            );
            break;
          default:
            // By id, as planning locks them: an update of several people locks them in the order it finds them.
            await db.owner.query(
              `update notify.users set time_zone = $2
               where id = any (array(select id from notify.users where id = any ($1) order by id for no key update))`,
              [to.slice(0, 2), zones[(session + n) % zones.length]],
            );
        }
      }
    }),
  );
  // Sessions met: a plan that found its person locked is made again by the next look.
  await planDue(db);
  await expectExact();
  await due();
  await closeDue(db);
  await planDue(db);
  await expectExact();
  const { rows } = await db.owner.query<{ gathered: number; candidates: number; closed: number; open: number }>(`
    select (select count(*)::integer from notify.digest_items) as gathered,
      (select count(*)::integer from notify.events as e cross join lateral jsonb_array_elements(e.data -> 'to') where e.type_key = '${type}') * 2 as candidates,
      (select count(*)::integer from notify.digests where closed_at is not null) as closed,
      (select count(*)::integer from notify.digests where closed_at is null) as open`);
  expect(rows[0]?.gathered).toBe(rows[0]?.candidates);
  expect(rows[0]?.open).toBe(0);
  expect(rows[0]?.closed).toBeGreaterThanOrEqual(people.length * 2);
});

test('NC-13: 64 closers of the same digests: each is closed and told once', async () => {
  await tell(db, type, people, { variables: { N: 'one' } });
  await tell(db, type, people, { variables: { N: 'two' } });
  await planDue(db);
  await due();
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (await one<boolean>(db.worker, 'select notify_private.close_digests(3)'));
    }),
  );
  await closeDue(db);
  await expectExact();
  expect(
    await one(db.owner, `select count(*)::integer from notify.digests where item_count = 2 and closed_at is not null`),
  ).toBe(50);
  expect(await one(db.owner, `select count(*)::integer from notify.events where type_key like '%_digest'`)).toBe(50);
});

test('NC-13: a closer cut off half-way leaves nothing behind, and the next one does it all', async () => {
  const event = await tell(db, type, people.slice(0, 3), { variables: { N: 'one' } });
  await planDue(db);
  await due();
  await db.asOwner(async (client) => {
    // It stops where it would mark what is told.
    await client.query('select from notify.notifications where event_id = $1 for update', [event]);
    const closing = db.worker.query('select notify_private.close_digests()').catch((error: unknown) => error);
    const pid = await until('it stands half-way', () =>
      one<number | null>(
        db.owner,
        `select max(pid) from pg_stat_activity where wait_event_type = 'Lock' and query like '%close_digests%' and datname = current_database()`,
      ),
    );
    await db.owner.query('select pg_terminate_backend($1)', [pid]);
    expect(await closing).toBeInstanceOf(Error);
  });
  expect(await one(db.owner, 'select count(*)::integer from notify.digests where closed_at is null')).toBe(6);
  expect(await one(db.owner, 'select count(*)::integer from notify.digest_items where position is not null')).toBe(0);
  expect(await one(db.owner, `select count(*)::integer from notify.events where type_key like '%_digest'`)).toBe(0);
  await closeDue(db);
  await expectExact();
  expect(await one(db.owner, 'select count(*)::integer from notify.digests where item_count = 1')).toBe(6);
});

test('NC-13: workers killed while they close: nothing is lost, nothing is told twice', async () => {
  await db.owner.query('update notify.settings set daily_cap = 1000');
  let rounds = 0;
  for (; rounds < 4; rounds++) {
    const worker = await startWorker({ databaseUrl: db.workerUrl, lane: 'bulk', settings: sandbox.settings });
    for (let n = 0; n < 4; n++) await tell(db, type, people, { variables: { N: `${rounds} ${n}` } });
    await until('something is gathered', () =>
      one<boolean>(db.owner, 'select count(*) > 20 from notify.digests where closed_at is null'),
    );
    const before = await one<Date>(db.owner, 'select clock_timestamp()');
    await due();
    // Killed within the closing: when the first ones are closed, or before.
    if (rounds % 2)
      await until(
        'closing began',
        () => one<boolean>(db.owner, 'select exists (select from notify.digests where closed_at >= $1)', [before]),
        { everyMs: 5 },
      );
    await worker.kill();
    await db.owner.query(`update notify.workers set seen_at = seen_at - interval '16 seconds'`);
  }
  const worker = await startWorker({ databaseUrl: db.workerUrl, lane: 'bulk', settings: sandbox.settings });
  try {
    await until('everything is told', async () => {
      await due();
      return one<boolean>(
        db.owner,
        `select not exists (select from notify.events where planned_at is null) and not exists (select from notify.digests where closed_at is null)
          and not exists (select from notify.deliveries where status in ('queued', 'sending'))`,
      );
    });
  } finally {
    await worker.stop();
  }
  await expectExact();
  // Every event stands in a digest of each person and channel.
  expect(await one(db.owner, 'select count(*)::integer from notify.digest_items where position is not null')).toBe(
    rounds * 4 * people.length * 2,
  );
  // Each digest is one message, under one id however often its sending was tried.
  const told = await one<number>(db.owner, 'select count(*)::integer from notify.digests');
  expect(new Set(sandbox.journal.list().map(({ deliveryId }) => deliveryId)).size).toBe(told);
});

const frequency = fc.constantFrom('instant', 'daily', 'weekly', 'never', null);
const scenario = fc.record({
  people: fc.array(
    fc.record({
      zone: fc.constantFrom(...zones),
      push: frequency,
      email: frequency,
      // Times that every day of these zones has.
      digestTime: fc.constantFrom('00:00', '03:30', '09:00', '23:59', null),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  moves: fc.array(
    fc.oneof(
      fc.record({ move: fc.constant('tell' as const), to: fc.uniqueArray(fc.nat(3), { minLength: 1 }) }),
      fc.record({ move: fc.constant('close' as const) }),
      fc.record({
        move: fc.constant('switch' as const),
        who: fc.nat(3),
        channel: fc.constantFrom('push', 'email'),
        to: frequency,
      }),
      fc.record({ move: fc.constant('forget' as const) }),
    ),
    { minLength: 1, maxLength: 12 },
  ),
});

test('NC-13: whatever people choose and whenever: a gathered candidate ends in exactly one digest, or left out by a rule', async () => {
  const prefer = (person: string, channel: string, to: string | null) =>
    db.owner.query(
      to === null
        ? 'delete from notify.preferences where user_id = $1 and type_key = $2 and channel = $3 and $4::text is null'
        : `insert into notify.preferences (user_id, type_key, channel, frequency) values ($1, $2, $3, $4)
           on conflict (user_id, type_key, channel) do update set frequency = excluded.frequency`,
      [person, type, channel, to],
    );
  await db.owner.query('update notify.settings set daily_cap = 1000');
  await fc.assert(
    fc.asyncProperty(scenario, async ({ people: choices, moves }) => {
      await forget(db);
      await db.owner.query('truncate notify.digests, notify.digest_items, notify.holds, notify.personal_settings');
      for (const [n, { zone, push, email, digestTime }] of choices.entries()) {
        const person = people[n] as string;
        await db.owner.query('update notify.users set time_zone = $2 where id = $1', [person, zone]);
        await prefer(person, 'push', push);
        await prefer(person, 'email', email);
        if (digestTime)
          await db.owner.query('insert into notify.personal_settings (user_id, digest_time) values ($1, $2)', [
            person,
            digestTime,
          ]);
      }
      for (const step of moves) {
        if (step.move === 'tell') {
          await tell(
            db,
            type,
            step.to.filter((n) => n < choices.length).map((n) => people[n] as string),
            { variables: { N: 'x' } },
          );
          await planDue(db);
          // Due at the next such time of their own clock, within a day or a week.
          expect(
            await one(
              db.owner,
              `select coalesce(bool_and(
                 to_char(d.due_at at time zone coalesce(u.time_zone, 'UTC'), 'HH24:MI') = to_char(coalesce(p.digest_time, '09:00'), 'HH24:MI')
                 and d.due_at > now() and d.due_at <= now() + case d.frequency when 'daily' then interval '25 hours' else interval '169 hours' end
                 and (d.frequency = 'daily' or extract(isodow from d.due_at at time zone coalesce(u.time_zone, 'UTC')) = 1)), true)
               from notify.digests as d join notify.users as u on u.id = d.user_id left join notify.personal_settings as p on p.user_id = u.id
               where d.closed_at is null`,
            ),
          ).toBe(true);
        } else if (step.move === 'close') {
          await due();
          await closeDue(db, 2);
          await planDue(db);
        } else if (step.move === 'switch') {
          if (step.who < choices.length) await prefer(people[step.who] as string, step.channel, step.to);
        } else {
          await db.owner.query('update notify.notification_types set enabled = not enabled where key = $1', [type]);
        }
        await expectExact();
      }
      await db.owner.query('update notify.notification_types set enabled = true where key = $1', [type]);
      await due();
      await closeDue(db);
      await expectExact();
      expect(
        await one(
          db.owner,
          'select count(*)::integer from notify.digest_items where num_nonnulls(position, left_out) <> 1',
        ),
      ).toBe(0);
    }),
    { numRuns: 40 },
  );
});
