import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { registerWorker } from '../support/engine.ts';
import { decisionsOf, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { mentionsOf } from './mentions.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query('update notify.settings set daily_cap = 1000000, require_verified_email = false');
});
afterAll(() => db.drop());

type Someone = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly token: string;
  readonly externalId: string;
  /** All that identifies them. */
  readonly values: readonly string[];
};

async function makeSomeone(first = 'Adelheid'): Promise<Someone> {
  const hex = randomBytes(6).toString('hex');
  const person = {
    name: `${first} Zauberwald-${hex}`,
    email: `Ada.${hex}@Example.org`,
    phone: `+4917${Number.parseInt(hex.slice(0, 8), 16).toString().padStart(10, '0')}`,
    token: randomBytes(32).toString('hex'),
    externalId: `customer-${hex}`,
  };
  const id = await one<string>(
    db.owner,
    'insert into notify.users (name, email, phone, external_id) values ($1, $2, $3, $4) returning id',
    [person.name, person.email, person.phone, person.externalId],
  );
  const deviceId = await one<string>(
    db.owner,
    `insert into notify.devices (user_id, provider, token, session_id) values ($1, 'apns', $2, 'session-${hex}') returning id`,
    [id, person.token],
  );
  const url = `https://hooks.example/${hex}`;
  await db.owner.query(
    `insert into notify.webhook_endpoints (user_id, url, secret) values ($1, $2, 'whsec_${'a'.repeat(32)}')`,
    [id, url],
  );
  return { id, ...person, values: [id, deviceId, url, `session-${hex}`, ...Object.values(person)] };
}

const erase = (id: string, options: { confirm?: string; reason?: string; former?: string[]; by?: string } = {}) =>
  db.asOperator(
    async (operator) => {
      const { rows } = await operator.query<{ id: string; counts: Record<string, unknown>; erased_by: string | null }>(
        'select * from notify.erase_person($1, $2, $3, $4)',
        [id, options.reason ?? 'person_request', options.confirm ?? id, options.former ?? []],
      );
      return rows[0] as { id: string; counts: Record<string, unknown>; erased_by: string | null };
    },
    { commit: true, ...(options.by ? { userId: options.by } : {}) },
  );

/** Rows about somebody in every table there is, by the ways that make them in life, and a few that only owners could write. */
async function live(ada: Someone, friend: string): Promise<void> {
  const circle = await one<string>(db.owner, `insert into trips.circles (name) values ('Hikers') returning id`);
  await db.owner.query('insert into trips.memberships (circle_id, user_id) values ($1, $2), ($1, $3)', [
    circle,
    ada.id,
    friend,
  ]);
  const trip = await one<string>(
    db.owner,
    `insert into trips.trips (circle_id, name, creator_id, leader_id) values ($1, 'Lisbon', $2, $2) returning id`,
    [circle, ada.id],
  );
  const window = await one<string>(
    db.owner,
    `insert into trips.date_windows (trip_id, author_id, start_on, end_on) values ($1, $2, '2027-05-01', '2027-05-05') returning id`,
    [trip, friend],
  );
  await db.owner.query('insert into trips.date_window_supports (date_window_id, user_id) values ($1, $2)', [
    window,
    ada.id,
  ]);
  await db.owner.query(
    `insert into trips.date_windows (trip_id, author_id, start_on, end_on) values ($1, $2, '2027-06-01', '2027-06-05')`,
    [trip, ada.id],
  );
  await db.owner.query('insert into trips.participants (trip_id, user_id) values ($1, $2)', [trip, ada.id]);
  await db.owner.query(`update trips.trips set status = 'canceled', canceled_by = $2 where id = $1`, [trip, friend]);

  await db.owner.query(
    `with message as (insert into trips.trip_messages (trip_id, author_id, body) values ($1, $2, 'Hello'), ($1, $3, 'Hello too') returning id, author_id),
     mention as (insert into trips.trip_message_mentions (message_id, user_id) select id, $2 from message where author_id = $3),
     expense as (insert into trips.expenses (trip_id, submitter_id, title, amount, currency) values ($1, $2, 'Taxi', 12, 'EUR') returning id),
     share as (insert into trips.expense_shares (expense_id, user_id, amount) select id, unnest(array[$2, $3]::uuid[]), 6 from expense),
     idea as (insert into trips.itinerary_ideas (trip_id, author_id, title) values ($1, $2, 'A walk')),
     house as (insert into trips.accommodation_options (trip_id, contributor_id, name) values ($1, $2, 'By the sea')),
     item as (insert into trips.trip_items (trip_id, assignee_id, kind, title) values ($1, $2, 'packing', 'Tent')),
     reaction as (insert into trips.proposal_reactions (date_window_id, user_id, works) values ($4, $2, true))
     insert into trips.join_requests (trip_id, requester_id, decided_by, status) values ($1, $2, $2, 'rejected')`,
    [trip, ada.id, friend, window],
  );
  const typeKey = await makeType(db, {
    channels: ['push', 'email', 'in_app'],
    defaultChannels: ['push', 'email', 'in_app'],
    dedupeKey: 'told:{Who}:{userId}',
    body: 'Something of {Name}',
  });
  await tell(db, typeKey, [ada.id, friend], { variables: { Name: ada.name, Who: ada.id } });
  await db.owner.query(
    'insert into notify.events (type_key, actor_id, subject_type, subject_id, idempotency_key, data) values ($1, $2, $3, $2, $4, $5)',
    [
      typeKey,
      ada.id,
      'user',
      `signup:${ada.email}`,
      JSON.stringify({
        to: [friend],
        variables: { Name: ada.name, Who: 'x' },
        quoted: `"${ada.name}" \\ ${ada.phone}`,
      }),
    ],
  );
  await planDue(db);
  await db.asUser(ada.id, (user) => user.query(`select notify.set_preference('${typeKey}', 'push', true)`), {
    commit: true,
  });
  await db.asUser(ada.id, (user) => user.query('select notify.mark_all_read()'), { commit: true });
  await db.owner.query(
    `with d as (select * from notify.deliveries where recipient_id = $1 and channel = 'email' limit 1),
     a as (insert into notify.delivery_attempts (delivery_id, attempt, outcome, started_at) select id, 1, 'transient', now() from d)
     insert into notify.receipts (delivery_id, kind, source) select id, 'delivered', 'client' from d`,
    [ada.id],
  );
  await db.owner.query(
    `with verification as (insert into accounts.verifications (user_id, status, failure_reason) values ($1, 'failed', $2)),
     payment as (insert into accounts.payments (user_id, amount, currency) values ($1, 5, 'EUR')),
     balance as (insert into accounts.balances (user_id, currency) values ($1, 'EUR')),
     login as (insert into accounts.logins (user_id, device, is_suspicious) values ($1, $2, true)),
     key as (insert into accounts.api_keys (user_id, name, prefix, key_hash) values ($1, $2, 'rk', sha256($2::bytea)))
     insert into accounts.account_settings (user_id, name, value) values ($1, 'nickname', to_jsonb($2::text))`,
    [ada.id, ada.name],
  );
  await db.owner.query(
    `with listener as (insert into juke.listeners (user_id) values ($1)),
     step as (insert into juke.onboarding_steps (key, place) values ('s' || left(md5($1::text), 8), 99) returning key),
     done as (insert into juke.onboarding_steps_done (user_id, step_key) select $1, key from step),
     login as (insert into juke.sessions (id, user_id) values ('session of ' || $1::text, $1)),
     hosted as (insert into juke.listening_sessions (host_id, name) values ($1, 'Night'), ($2, 'Day') returning id, host_id),
     invited as (
       insert into juke.invites (listening_session_id, invitee_id)
       select h.id, case h.host_id when $1 then $2::uuid else $1::uuid end from hosted as h
     )
     insert into juke.listens (user_id, sitting_key, artist, track, seconds) values ($1, 'evening', 'A band', 'A song', 200)`,
    [ada.id, friend],
  );
  const event = (await decisionsOf(db)).find(({ recipientId }) => recipientId === ada.id)?.eventId;
  await db.owner.query(
    `with digest as (insert into notify.digests (user_id, channel, frequency, due_at) values ($1, 'email', 'daily', now()) returning id),
     item as (insert into notify.digest_items (event_id, recipient_id, channel, digest_id, notification_id) select $2, $1, 'email', id, uuidv7() from digest),
     hold as (
       insert into notify.holds (event_id, recipient_id, channel, held_at, lane, notification_id, rule, reason, due_at)
       values ($2, $1, 'push', now(), 'bulk', uuidv7(), 'quiet_hours', 'quiet_hours', now() + interval '1 day')
     ),
     fallback as (insert into notify.fallbacks (key, description) values ('f' || left(md5($1::text), 8), 'one') returning key),
     chosen as (insert into notify.fallback_choices (user_id, type_key, fallback_key) select $1, $3, key from fallback),
     settings as (insert into notify.personal_settings (user_id, daily_cap) values ($1, 2)),
     category as (insert into notify.category_preferences (user_id, category, channel, enabled) values ($1, 'test', 'push', true)),
     changed as (insert into notify.preference_changes (user_id, scope, key, source, changed_by) values ($1, 'type', $3, 'person', $1), (null, 'settings', null, 'operator', $1)),
     consent as (insert into notify.consents (user_id, method, granted, text_version, region, evidence, recorded_by)
       values ($1, 'signup_form', true, 'v1', 'DE', jsonb_build_object('address', $4::text), $1)),
     tracking as (insert into notify.tracking_consents (user_id, granted, source) values ($1, true, 'person')),
     verification as (insert into notify.email_verifications (user_id, address, expires_at) values ($1, lower($4), now() + interval '1 day')),
     coach as (insert into coaching.coaches (name) values ('Nova') returning id),
     topic as (insert into coaching.topics (key) values ('t' || left(md5($1::text), 8)) returning key),
     schedule as (insert into coaching.call_schedules (user_id, coach_id, topic_key, local_time, next_at, active)
       select $1, coach.id, topic.key, '09:00', now() + interval '1 day', false from coach, topic),
     call as (insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at, preview_skipped)
       select $1, coach.id, topic.key, now() + interval '1 day', 'too_late' from coach, topic),
     streak as (insert into coaching.streaks (user_id) values ($1) on conflict do nothing),
     member as (insert into coaching.members (user_id) values ($1) on conflict do nothing),
     counter as (insert into notify_private.daily_counters (recipient_id, day, channel, count) values ($1, '2026-01-01', 'push', 1)),
     rest as (insert into notify_private.audience_rest (event_id, slice, members)
       values ($2, 7, array[row($2, $1, 'default', '{}'), row($2, $5, 'default', jsonb_build_object('Name', $6::text))]::notify_private.audience_member[])),
     sweep as (insert into notify.sweeps (key, pack, function, next_run_at, enabled) values ('s' || left(md5($1::text), 8), 'test', 'notify.nothing', now(), false) returning key),
     journey as (insert into notify.journeys (key, pack, description) values ('j' || left(md5($1::text), 8), 'test', 'one') returning key),
     enrollment as (insert into notify.journey_enrollments (journey_key, user_id, data, ended_at, end_reason)
       select key, unnest(array[$1, $5]::uuid[]), jsonb_build_object('Coach', $1::uuid), now(), 'exited' from journey returning id),
     taken as (insert into notify.journey_steps_taken (enrollment_id, step, outcome, taken_at) select id, 1, 'skipped', now() from enrollment),
     recurring as (insert into notify.schedules (type_key, user_id, time_of_day, data)
       select $3, unnest(array[$1, $5]::uuid[]), '09:00', jsonb_build_object('Coach', $1::uuid) returning id),
     clock as (insert into notify.schedule_clocks (schedule_id, time_zone) select id, 'UTC' from recurring),
     ran as (insert into notify.sweep_runs (sweep_key, requested_by) select key, $1 from sweep)
     insert into notify.suppressions (channel, address, reason)
     values ('email', lower($4), 'complaint'), ('sms', $7, 'opted_out'), ('push', $8, 'operator')`,
    [ada.id, event, typeKey, ada.email, friend, ada.name, ada.phone, ada.token],
  );
  await db.owner.query(
    `insert into notify_private.notification_words (id, recipient_id, last_id, notification_ids, words)
     select ids[1], recipient_id, ids[cardinality(ids)], ids, notify_private.words_again(recipient_id, ids)
     from (select recipient_id, array_agg(id order by id) as ids from notify.notifications where recipient_id in ($1, $2) group by recipient_id)`,
    [ada.id, friend],
  );
  await db.owner.query(
    `insert into notify_private.limit_uses (user_id, limit_key, window_start, used) select $1, key, now(), 1 from notify.limits limit 1`,
    [ada.id],
  );
}

test('issue 3, 11: after erasure nothing in any column of any table tells of the person; others keep what is theirs', async () => {
  const ada = await makeSomeone();
  const friend = await makePerson(db);
  await live(ada, friend);
  const before = new Set((await mentionsOf(db, ada.values)).map((mention) => mention.split(':')[0]));
  // The test would show nothing if it did not reach every table that is declared.
  const { rows: declared } = await db.owner.query<{ name: string }>(
    `select distinct table_name as name from notify_private.all_personal_data() where on_erasure <> 'nothing' and table_name <> 'notify.erasures'`,
  );
  const { rows: byDelivery } = await db.owner.query(
    'select (select count(*)::integer from notify.delivery_attempts) as attempts, (select count(*)::integer from notify.receipts) as receipts',
  );
  expect(byDelivery[0]).toEqual({ attempts: 1, receipts: 1 });
  expect(
    declared
      .map(({ name }) => name)
      .filter(
        (name) => !before.has(name) && !/delivery_attempts|receipts|journey_steps_taken|schedule_clocks/.test(name),
      ),
  ).toEqual([]);
  const friendsBefore = await one<number>(
    db.owner,
    'select count(*)::integer from notify.notifications where recipient_id = $1',
    [friend],
  );

  const erasure = await erase(ada.id);
  expect(await mentionsOf(db, ada.values)).toEqual([]);
  expect(await mentionsOf(db, [ada.name.split(' ')[0] as string])).toEqual([]);
  expect(await one(db.owner, 'select count(*)::integer from notify.delivery_attempts')).toBe(0);
  expect(await one(db.owner, 'select count(*)::integer from notify.receipts')).toBe(0);
  expect(erasure.counts).toMatchObject({
    'notify.users': { delete: 1 },
    'notify.devices': { delete: 1 },
    'trips.trips': { change: 2 },
    'notify.preference_changes': { change: 1 },
  });

  // The friend's inbox is whole; only who it was is gone from it.
  expect(
    await one(db.owner, 'select count(*)::integer from notify.notifications where recipient_id = $1', [friend]),
  ).toBe(friendsBefore);
  const { rows: bodies } = await db.owner.query<{ body: string }>(
    'select distinct body from notify.notifications where recipient_id = $1 order by 1',
    [friend],
  );
  expect(bodies.map(({ body }) => body)).toContain('Something of …');
  expect(bodies.map(({ body }) => body)).toContain('… likes your dates — gaining traction!');
  const { rows: trips } = await db.owner.query(
    'select name, creator_id, leader_id, canceled_by = $1 as by_friend from trips.trips',
    [friend],
  );
  expect(trips).toEqual([{ name: 'Lisbon', creator_id: null, leader_id: null, by_friend: true }]);
  expect(await one(db.owner, 'select count(*)::integer from trips.date_windows')).toBe(1);
});

test('issue 3, 11: erasing again says what was done the first time; somebody unknown is not found; a slip erases nobody', async () => {
  const ada = await makeSomeone();
  await expect(erase(ada.id, { confirm: randomUUID() })).rejects.toMatchObject({
    code: 'RBINV',
    message: 'confirm: must repeat the user_id',
  });
  await expect(erase(ada.id, { reason: 'because' })).rejects.toThrow('reason: must be');
  await expect(erase(ada.id, { former: ['A'] })).rejects.toThrow('former_names: must');
  expect(await one(db.owner, 'select count(*)::integer from notify.users where id = $1', [ada.id])).toBe(1);
  const by = await makePerson(db);
  const first = await erase(ada.id, { by });
  expect(first.erased_by).toBe(by);
  expect((await erase(ada.id)).id).toBe(first.id);
  expect(
    await one(
      db.owner,
      `select count(*)::integer from notify.erasures where subject_digest = encode(sha256($1::text::bytea), 'hex')`,
      [ada.id],
    ),
  ).toBe(1);
  await expect(erase(randomUUID())).rejects.toMatchObject({ code: 'RBNFD' });
  // The operator's id goes with the operator.
  await erase(by);
  expect(await one(db.owner, 'select erased_by from notify.erasures where id = $1', [first.id])).toBeNull();
  for (const as of [db.asUser.bind(null, ada.id), db.asWriter, db.asAnonymous, db.asWorker])
    await expect(
      as((other) => other.query('select notify.erase_person($1, $2, $1)', [ada.id, 'operator'])),
    ).rejects.toMatchObject({ code: '42501' });
});

test('issue 3, 11: only the name of this person goes: others of that name elsewhere, and longer words, stay; former names go too', async () => {
  const [ada, namesake, friend] = [await makePerson(db), await makePerson(db), await makePerson(db)];
  await db.owner.query(`update notify.users set name = 'Ada' where id = any ($1)`, [[ada, namesake]]);
  const typeKey = await makeType(db, { title: '{Name} and Adam', body: 'Ada, ada; Lovelace (née Byron)' });
  const say = (actorId: string) =>
    db.owner.query('insert into notify.events (type_key, actor_id, data) values ($1, $2, $3)', [
      typeKey,
      actorId,
      JSON.stringify({ to: [friend], variables: { Name: 'Ada' } }),
    ]);
  await say(ada);
  await say(namesake);
  await planDue(db);
  await erase(ada, { former: ['née Byron'] });
  const { rows } = await db.owner.query(
    'select title, body, actor_id from notify.notifications where recipient_id = $1 order by id',
    [friend],
  );
  expect(rows).toEqual([
    { title: '… and Adam', body: '…, ada; Lovelace (…)', actor_id: null },
    { title: 'Ada and Adam', body: 'Ada, ada; Lovelace (née Byron)', actor_id: namesake },
  ]);
});

test('issue 3, 11: who opted out stays out after erasure, without being known, until somebody has the address again', async () => {
  const ada = await makeSomeone();
  const shared = await makePerson(db, { email: 'family@example.org' });
  const other = await makePerson(db, { email: 'Family@example.org' });
  const suppress = (channel: string, address: string, reason: string) =>
    db.asOperator(
      (operator) => operator.query('select notify.suppress_address($1, $2, $3)', [channel, address, reason]),
      { commit: true },
    );
  await suppress('email', ada.email, 'opted_out');
  await suppress('sms', ada.phone, 'complaint');
  await suppress('email', 'family@example.org', 'opted_out');
  await db.owner.query('delete from notify_private.suppression_digests');
  await erase(ada.id);
  await erase(shared);
  expect(await mentionsOf(db, [ada.email, ada.phone])).toEqual([]);
  expect(await one(db.owner, 'select count(*)::integer from notify_private.suppression_digests')).toBe(2);
  // Of an address that somebody else has too, nothing changes.
  expect(await one(db.owner, `select reason from notify.suppressions where address = 'family@example.org'`)).toBe(
    'opted_out',
  );
  await erase(other);
  expect(
    await one(db.owner, `select count(*)::integer from notify.suppressions where address = 'family@example.org'`),
  ).toBe(0);

  // They come back; and a service changes somebody's number to that one.
  const typeKey = await makeType(db, { channels: ['email', 'sms'] });
  const back = await makePerson(db, { email: ada.email.toUpperCase() });
  const changed = await makePerson(db);
  await db.asWriter(
    (writer) => writer.query('update notify.users set phone = $2 where id = $1', [changed, ada.phone]),
    { commit: true },
  );
  const event = await tell(db, typeKey, [back, changed]);
  await planDue(db);
  const found = (await decisionsOf(db, event)).map(({ recipientId, channel, reason }) => [
    recipientId === back ? 'back' : 'changed',
    channel,
    reason,
  ]);
  expect(found).toContainEqual(['back', 'email', 'opted_out']);
  expect(found).toContainEqual(['changed', 'sms', 'complaint']);
  // Operators can let them in again, by the address alone.
  await erase(back);
  const unsuppress = (channel: string, address: string) =>
    db.asOperator(
      (operator) =>
        operator.query('select notify.unsuppress_address($1, $2, $$They asked for it by letter$$)', [channel, address]),
      {
        commit: true,
      },
    );
  await unsuppress('email', ada.email);
  await makePerson(db, { email: ada.email });
  expect(
    await one(db.owner, 'select count(*)::integer from notify.suppressions where address = lower($1)', [ada.email]),
  ).toBe(0);
  for (const role of ['rowbell_operator', 'rowbell_worker', 'rowbell_writer', 'rowbell_http', 'rowbell_user'])
    expect(
      await one(db.owner, `select has_table_privilege($1, 'notify_private.suppression_digests', 'select')`, [role]),
    ).toBe(false);
});

test('issue 3, 11: consent leaves a proof that does not say whose, until it is no longer needed', async () => {
  const ada = await makeSomeone();
  await db.owner.query(
    `insert into notify.consents (user_id, channel, granted, method, text_version, region, evidence) values
      ($1, 'email', true, 'double_opt_in', 'v3', 'DE', '{"ip": "192.0.2.7"}'), ($1, 'email', false, 'settings_page', 'v3', 'DE', '{}')`,
    [ada.id],
  );
  await erase(ada.id);
  expect(await mentionsOf(db, [...ada.values, '192.0.2.7'])).toEqual([]);
  // A claim brings the address.
  const { rows } = await db.owner.query(
    `select channel, granted, method, text_version, region from notify_private.consent_proofs
     where notify_private.address_digest('email', $1) = any (address_digests) order by recorded_at`,
    [ada.email],
  );
  expect(rows).toEqual([
    { channel: 'email', granted: true, method: 'double_opt_in', text_version: 'v3', region: 'DE' },
    { channel: 'email', granted: false, method: 'settings_page', text_version: 'v3', region: 'DE' },
  ]);
  await db.owner.query(`update notify_private.consent_proofs set erased_at = now() - interval '37 months'`);
  await db.worker.query('call notify_private.apply_retention(null)');
  expect(await one(db.owner, 'select count(*)::integer from notify_private.consent_proofs')).toBe(0);
});

test.each([
  ['for them', true],
  ['about them', false],
])('issue 3, 11: a planner in the middle, %s, is waited for; those after it find nobody', async (_, forThem) => {
  const ada = await makeSomeone();
  const [friend, another] = [await makePerson(db), await makePerson(db)];
  const typeKey = await makeType(db, {
    channels: ['push', 'in_app'],
    defaultChannels: ['push', 'in_app'],
    body: 'Of {Name}',
  });
  const toAda = await tell(db, typeKey, [ada.id, friend], { variables: { Name: 'somebody' } });
  const ofAda = await one<string>(
    db.owner,
    'insert into notify.events (type_key, actor_id, data) values ($1, $2, $3) returning id',
    [typeKey, ada.id, JSON.stringify({ to: [another], variables: { Name: ada.name } })],
  );
  const planner = await db.worker.connect();
  await planner.query('begin');
  await planner.query('select notify_private.plan($1)', [[forThem ? toAda : ofAda]]);
  let erased = false;
  const erasing = erase(ada.id).then(() => {
    erased = true;
  });
  await until('it waits for the planner', () =>
    one<boolean>(
      db.owner,
      `select exists (select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database())`,
    ),
  );
  const later = await tell(db, typeKey, [ada.id, friend], { variables: { Name: 'nobody' } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(erased).toBe(false);
  await planner.query('commit');
  planner.release();
  await erasing;
  await planDue(db);
  expect((await decisionsOf(db, later)).map(({ recipientId }) => recipientId)).not.toContain(ada.id);
  expect((await decisionsOf(db, later)).length).toBeGreaterThan(0);
  // The event that names them in its audience was made after; that is its maker's to know.
  await db.owner.query(`update notify.events set data = '{}' where id = $1`, [later]);
  expect(await mentionsOf(db, ada.values)).toEqual([]);
});

test('issue 3, 11: what is being sent is waited for, and its outcome written in peace; what waits is never sent', async () => {
  const ada = await makeSomeone();
  const friend = await makePerson(db);
  const typeKey = await makeType(db);
  await tell(db, typeKey, [ada.id, friend]);
  await planDue(db);
  const worker = await registerWorker(db);
  const claimId = randomUUID();
  const { rows: claimed } = await db.worker.query<{ delivery_id: string }>(
    `select delivery_id from notify_private.claim_deliveries($1, $2, 'apns', 'bulk')`,
    [claimId, worker],
  );
  expect(claimed.length).toBeGreaterThanOrEqual(2);
  await tell(db, typeKey, [ada.id, friend]);
  await planDue(db);
  let erased = false;
  const erasing = erase(ada.id).then(() => {
    erased = true;
  });
  await until('it has what waits in its hands', async () => {
    const { rows } = await db.owner.query(
      `select from notify.deliveries where recipient_id = $1 and status = 'queued' for update skip locked`,
      [ada.id],
    );
    return rows.length === 0;
  });
  // What waits is in nobody's reach any more, though nothing is committed yet; the friend's is.
  const { rows: next } = await db.worker.query<{ recipient_id: string }>(
    `select delivery_id from notify_private.claim_deliveries($1, $2, 'apns', 'bulk')`,
    [randomUUID(), worker],
  );
  expect(next).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(erased).toBe(false);
  await db.worker.query(
    `select * from notify_private.record_results($1, array(select row(d, 'accepted', null, null, 'm', null, false)::notify_private.result from unnest($2::uuid[]) as d))`,
    [claimId, claimed.map(({ delivery_id }) => delivery_id)],
  );
  await erasing;
  expect(await mentionsOf(db, ada.values)).toEqual([]);
  expect(
    await one(db.owner, `select count(*)::integer from notify.deliveries where recipient_id = $1 and status = 'sent'`, [
      friend,
    ]),
  ).toBe(1);
});
