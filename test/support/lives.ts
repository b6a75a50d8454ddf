import { randomBytes } from 'node:crypto';
import type { TestDatabase } from './database.ts';
import { decisionsOf, makeType, planDue, tell } from './engine-pack.ts';
import { one } from './one.ts';

export type Someone = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly token: string;
  readonly externalId: string;
  /** All that identifies them. */
  readonly values: readonly string[];
};

/** Somebody with a phone and a webhook, by values that nobody else has. */
export async function makeSomeone(db: TestDatabase, first = 'Adelheid'): Promise<Someone> {
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

/** Rows about somebody in every table there is, by the ways that make them in life, and a few that only owners could write. */
export async function live(db: TestDatabase, ada: Someone, friend: string): Promise<void> {
  const circle = await one<string>(db.owner, `insert into trips.circles (name) values ('Hikers') returning id`);
  await db.owner.query('insert into trips.memberships (circle_id, user_id) values ($1, $2), ($1, $3)', [
    circle,
    ada.id,
    friend,
  ]);
  await db.owner.query(
    'insert into trips.circle_invitations (circle_id, user_id, invited_by) values ($1, $2, $3), ($1, $3, $2)',
    [circle, ada.id, friend],
  );
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
     step as (insert into juke.onboarding_steps (key, place) select 's' || left(md5($1::text), 8), coalesce(max(place), 0) + 1 from juke.onboarding_steps returning key),
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
     told as (insert into notify_private.status_changes (kind, reason, event_id, channel, recipient_ids) values ('suppressed', 'off', $2, 'push', array[$1, $5]::uuid[])),
     listens as (insert into notify.status_endpoints (url, kinds) values ('https://app.example/' || md5($1::text), '{delivered}') returning id),
     telling as (insert into notify_private.status_positions (endpoint_id, secret, until_xid, until_id, fixed_at, events, dropped_events)
       select id, 'whsec_c2VjcmV0', pg_current_xact_id(), 1, now(), jsonb_build_array(jsonb_build_object('recipientId', $1::uuid, 'externalId', $6::text),
         jsonb_build_object('recipientId', $5::uuid)), 0 from listens),
     sweep as (insert into notify.sweeps (key, pack, function, next_run_at, enabled) values ('s' || left(md5($1::text), 8), 'test', 'notify.nothing', now(), false) returning key),
     journey as (insert into notify.journeys (key, pack, description) values ('j' || left(md5($1::text), 8), 'test', 'one') returning key),
     enrollment as (insert into notify.journey_enrollments (journey_key, user_id, data, ended_at, end_reason)
       select key, unnest(array[$1, $5]::uuid[]), jsonb_build_object('Coach', $1::uuid), now(), 'exited' from journey returning id),
     taken as (insert into notify.journey_steps_taken (enrollment_id, step, outcome, taken_at) select id, 1, 'skipped', now() from enrollment),
     recurring as (insert into notify.schedules (type_key, user_id, time_of_day, data)
       select $3, unnest(array[$1, $5]::uuid[]), '09:00', jsonb_build_object('Coach', $1::uuid) returning id),
     leaving as (insert into notify.erasure_requests (user_id) values ($1)),
     acted as (insert into notify.operator_actions (operator_id, kind, target, note) values ($1, 'resend', $2::text, 'Asked for by ' || $6::text)),
     clock as (insert into notify.schedule_clocks (schedule_id, time_zone) select id, 'UTC' from recurring),
     ran as (insert into notify.sweep_runs (sweep_key, requested_by) select key, $1 from sweep)
     insert into notify.suppressions (channel, address, reason)
     values ('email', lower($4), 'complaint'), ('sms', $7, 'opted_out'), ('push', $8, 'operator')`,
    [ada.id, event, typeKey, ada.email, friend, ada.name, ada.phone, ada.token],
  );
  await db.owner.query(
    `insert into notify_private.search_index_chunks (id, recipient_id, last_id, notification_ids, search_tokens)
     select ids[1], recipient_id, ids[cardinality(ids)], ids, notify_private.rebuild_search_tokens(recipient_id, ids)
     from (select recipient_id, array_agg(id order by id) as ids from notify.notifications where recipient_id in ($1, $2) group by recipient_id)`,
    [ada.id, friend],
  );
  await db.owner.query(
    `insert into notify_private.limit_uses (user_id, limit_key, window_start, used) select $1, key, now(), 1 from notify.limits limit 1`,
    [ada.id],
  );
  await db.owner.query(
    `with charge as (
       insert into notify_private.charges (delivery_id, user_id, channel, address, charged_at, country, currency, amount)
       select id, $1, 'sms', $2, now(), 'DE', 'EUR', 0.1 from notify.deliveries where recipient_id = $1 limit 1
     ), ended as (insert into notify_private.ended_sessions (user_id, session_id) values ($1, 'a session that is over')),
       looking as (insert into notify_private.attention (user_id, until) values ($1, now() + interval '45 seconds')),
       process as (insert into notify_private.live_processes (id, host, pid, started_at, seen_at, people, figures)
         values (gen_random_uuid(), 'here', 1, now(), now(), array[$1::uuid], '{}')),
       announced as (insert into notify.announcements (texts, created_by, starts_at, ends_at)
         values ('{"en": {"title": "Maintenance", "body": "Tonight from ten to eleven."}}', $1, now() - interval '2 hours', now() - interval '1 hour')),
       evidence as (insert into notify_private.evidence (sender_id, origin, user_id, accepted_at) values (1, '', $1, now())),
       slow as (insert into notify_private.slow_answers (sender_id, user_id, answered_at) values (4, $1, now()))
     insert into notify_private.suspects (sender_id, origin, device_id, user_id, since, said_at)
     select 1, '', id, user_id, now(), now() from notify.devices where user_id = $1 limit 1`,
    [ada.id, ada.phone],
  );
}
