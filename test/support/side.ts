// Over 300 lines: a row of each kind of thing, in the state in which its function works.
import { randomInt } from 'node:crypto';
import type { TestDatabase } from './database.ts';
import { makeType, planDue, tell } from './engine-pack.ts';
import type { Someone } from './lives.ts';
import { one } from './one.ts';
import { until } from './until.ts';

/** Arguments of functions, by `schema.function.argument` or `argument`, as text of PostgreSQL. */
export type Arguments = Readonly<Record<string, string>>;

export type Side = {
  readonly person: Someone;
  readonly friend: string;
  readonly sessionId: string;
  /** What is this person's: with somebody else's in its place a call must not get anywhere. */
  readonly ids: Arguments;
};

/** A time of the day that is half a day away: of a daily call as many are made ahead at whatever hour a test runs. */
export const inTwelveHours = new Date(Date.now() + 43_200_000).toISOString().slice(11, 16);

/**
 * One person's side of a world: of each kind of thing one that is in the state in which its function works, so that a
 * call with these ids succeeds. Two sides know nothing of each other.
 */
export async function makeSide(db: TestDatabase, person: Someone, friend: string, typeKey: string): Promise<Side> {
  const me = person.id;
  const put = async (table: string, values: Readonly<Record<string, unknown>>, returning = 'id'): Promise<string> => {
    const names = Object.keys(values);
    return one<string>(
      db.owner,
      `insert into ${table} (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')}) returning ${returning}`,
      Object.values(values),
    );
  };
  const circleOf = async (...members: readonly (readonly [string, string])[]) => {
    const circle = await put('trips.circles', { name: 'Hikers' });
    for (const [user_id, status] of members)
      await put('trips.memberships', { circle_id: circle, user_id, status }, 'user_id');
    return circle;
  };
  const tripOf = (circle_id: string, leader: string, more: Readonly<Record<string, unknown>> = {}) =>
    put('trips.trips', { circle_id, name: 'Lisbon', creator_id: leader, leader_id: leader, ...more });
  const windowOf = (trip_id: string, author_id: string, day = '2027-05-01') =>
    put('trips.date_windows', { trip_id, author_id, start_on: day, end_on: day });

  const erasable = await put('notify.users', { name: 'Nobody else’s' });
  const circle = await circleOf([me, 'active'], [friend, 'active']);
  const otherCircle = await circleOf([me, 'active']);
  const asked = await circleOf([friend, 'active']);
  await put('trips.circle_invitations', { circle_id: asked, user_id: me, invited_by: friend }, 'user_id');
  const trip = await tripOf(circle, me);
  const window = await windowOf(trip, friend);
  const supported = await windowOf(trip, friend, '2027-06-01');
  await put('trips.date_window_supports', { date_window_id: supported, user_id: me }, 'user_id');
  const proposed = await tripOf(circle, me);
  const proposal = await windowOf(proposed, me);
  await db.owner.query(`update trips.trips set status = 'proposed', proposed_window_id = $2 where id = $1`, [
    proposed,
    proposal,
  ]);
  const locked = await tripOf(circle, me);
  await db.owner.query(
    `update trips.trips set status = 'locked', locked_start_on = '2027-05-01', locked_end_on = '2027-05-03' where id = $1`,
    [locked],
  );
  const followed = await tripOf(circle, friend);
  const hosted = await tripOf(circle, friend, { type: 'hosted' });
  const ledHosted = await tripOf(circle, me, { type: 'hosted' });
  const left = await tripOf(circle, friend, { type: 'hosted' });
  await put('trips.participants', { trip_id: left, user_id: me, status: 'left' }, 'user_id');
  const request = await put('trips.join_requests', { trip_id: ledHosted, requester_id: friend });
  const option = await put('trips.accommodation_options', { trip_id: trip, contributor_id: friend, name: 'Inn' });
  const item = await put('trips.trip_items', { trip_id: trip, kind: 'packing', title: 'Tent' });
  await put('trips.itinerary_ideas', { trip_id: trip, author_id: friend, title: 'A walk' });

  const coach = await put('coaching.coaches', { name: 'Nova' });
  const topic = await put('coaching.topics', { key: `t${coach.replaceAll('-', '')}` }, 'key');
  const tomorrow = new Date(Date.now() + 86_400_000);
  const call = await put('coaching.calls', { user_id: me, coach_id: coach, topic_key: topic, scheduled_at: tomorrow });
  const schedule = await put('coaching.call_schedules', {
    user_id: me,
    coach_id: coach,
    topic_key: topic,
    local_time: inTwelveHours,
  });

  const hosting = await put('juke.listening_sessions', { host_id: me, name: 'Night' });
  const made = await put('juke.invites', { listening_session_id: hosting, invitee_id: friend });
  const theirs = await put('juke.listening_sessions', { host_id: friend, name: 'Day' });
  const got = await put('juke.invites', { listening_session_id: theirs, invitee_id: me });
  const sessionId = `session of ${hosting}`;
  await put('juke.sessions', { id: sessionId, user_id: me });
  const step = await put(
    'juke.onboarding_steps',
    { key: `s${hosting.replaceAll('-', '')}`, place: randomInt(1_000, 2 ** 31 - 1) },
    'key',
  );

  const token = `token-${hosting}`;
  const device = await put('notify.devices', { user_id: me, provider: 'fcm', token, session_id: sessionId });
  const endpoint = await put('notify.webhook_endpoints', {
    user_id: me,
    url: `https://hooks.example/${hosting}`,
    secret: `whsec_${'s'.repeat(32)}`,
  });
  const verification = await put('notify.email_verifications', {
    user_id: me,
    address: person.email.toLowerCase(),
    expires_at: tomorrow,
  });
  // Switched off: nothing is gathered for it.
  const statusEndpoint = await put('notify.status_endpoints', {
    url: `https://app.example/${hosting}`,
    kinds: ['failed'],
    enabled: false,
  });
  await put(
    'notify_private.status_positions',
    { endpoint_id: statusEndpoint, secret: `whsec_${'a'.repeat(32)}` },
    'endpoint_id',
  );
  const event = await tell(db, typeKey, [me], { variables: { Name: person.name, Who: hosting } });
  await planDue(db);
  // A worker that runs may have taken it.
  const notification = await until(
    'it is planned',
    async () =>
      (await db.owner.query<{ id: string }>('select id from notify.notifications where event_id = $1', [event])).rows[0]
        ?.id,
    { everyMs: 20 },
  );
  const delivery = await one<string>(
    db.owner,
    'select id from notify.deliveries where notification_id = $1 order by id limit 1',
    [notification],
  );
  // One that is over, to a device that has nothing else to get.
  const failed = await put('notify.deliveries', {
    notification_id: notification,
    recipient_id: me,
    channel: 'push',
    provider: 'fcm',
    lane: 'bulk',
    device_id: await put('notify.devices', { user_id: me, provider: 'fcm', token: `another-${hosting}` }),
    status: 'failed',
    reason: 'unavailable',
    attempt: 1,
    max_attempts: 1,
    expires_at: tomorrow,
    finished_at: new Date(),
  });
  await db.owner.query(
    `insert into notify.delivery_attempts (delivery_id, attempt, outcome, started_at) values ($1, 1, 'transient', now())`,
    [failed],
  );
  const { undo_token: undo } = await db.asUser(
    me,
    async (user) => {
      const { rows } = await user.query<{ undo_token: string }>(
        `select undo_token from notify.change_notifications('read', array[$1]::uuid[])`,
        [notification],
      );
      return rows[0] ?? { undo_token: '' };
    },
    { commit: true },
  );

  // Nobody sees it before it begins.
  const announcement = await put('notify.announcements', {
    texts: JSON.stringify({ en: { title: 'Soon', body: 'Soon', action: null } }),
    starts_at: tomorrow,
  });

  return {
    person,
    friend,
    sessionId,
    ids: {
      user_id: friend,
      'notify.request_erasure.confirm': me,
      'notify.activity_feed.user_id': me,
      'notify.activity_summary.user_id': me,
      'notify.analytics_by_channel.user_id': me,
      'notify.analytics_by_type.user_id': me,
      'notify.analytics_deliveries.user_id': me,
      'notify.analytics_over_time.user_id': me,
      'notify.analytics_reasons.user_id': me,
      'notify.analytics_summary.user_id': me,
      // Whom a link or a token names.
      'notify_private.save_email_preferences.user_id': me,
      'notify_private.email_preferences.user_id': me,
      'notify_private.unsubscribe.user_id': me,
      'notify_private.touch_devices.user_id': me,
      'notify_private.record_opt_out.address': person.phone,
      'notify_private.is_delivery_to.address': person.email,
      user_ids: `{${friend}}`,
      recipient_id: me,
      mentioned_ids: `{${friend}}`,
      shared_by: `{${me},${friend}}`,
      assignee_id: friend,
      circle_id: circle,
      'trips.decline_circle_invitation.circle_id': asked,
      'trips.leave_circle.circle_id': otherCircle,
      erasable_id: erasable,
      trip_id: trip,
      'trips.join_trip.trip_id': left,
      'trips.leave_trip.trip_id': followed,
      'trips.lock_dates.trip_id': proposed,
      'trips.react_to_proposal.trip_id': proposed,
      'trips.request_to_join.trip_id': hosted,
      'trips.complete_trip.trip_id': locked,
      'trips.add_participant.trip_id': ledHosted,
      date_window_id: window,
      'trips.withdraw_support.date_window_id': supported,
      accommodation_option_id: option,
      join_request_id: request,
      item_id: item,
      call_id: call,
      schedule_id: schedule,
      listening_session_id: hosting,
      'juke.answer_invite.invite_id': got,
      invite_id: made,
      session_id: sessionId,
      device_id: device,
      endpoint_id: endpoint,
      'notify.resend.delivery_id': failed,
      token,
      notification_id: notification,
      past_id: notification,
      notification_ids: `{${notification}}`,
      event_id: event,
      event_ids: `{${event}}`,
      delivery_id: delivery,
      announcement_id: announcement,
      verification_id: verification,
      undo_token: undo,
      // Of no person; in a world of its own each side has its own.
      coach_id: coach,
      topic_key: topic,
      step_key: step,
      type_key: typeKey,
      'notify.create_status_endpoint.url': `https://app.example/new/${hosting}`,
      'notify.update_status_endpoint.endpoint_id': statusEndpoint,
      'notify.rotate_status_endpoint_secret.endpoint_id': statusEndpoint,
      'notify.resume_status_endpoint.endpoint_id': statusEndpoint,
      'notify.delete_status_endpoint.endpoint_id': statusEndpoint,
    },
  };
}

/** A type that everything can be asked of: every channel, whatever the person chooses. */
export const makeSideType = (db: TestDatabase): Promise<string> =>
  makeType(db, { channels: ['push', 'email', 'in_app'], defaultChannels: ['push', 'in_app'], body: 'Of {Name}' });

/**
 * Whatever stands for no person's thing: by argument, or by function and argument. An argument that may be left out is
 * given where it stands with its function.
 */
export const common: Arguments = {
  // A cursor of another history.
  after: '00000000.0000000000000001',
  name: 'Night walk',
  title: 'A walk',
  titles: '{Tent,Torch}',
  body: 'Hello',
  summary: 'Two days',
  amount: '12.50',
  currency: 'EUR',
  kind: 'packing',
  'notify.report_receipt.kind': 'opened',
  works: 'true',
  done: 'true',
  accepts: 'true',
  granted: 'true',
  start_on: '2027-07-01',
  end_on: '2027-07-05',
  local_time: inTwelveHours,
  scheduled_at: new Date(Date.now() + 7_200_000).toISOString(),
  provider: 'fcm',
  'notify.register_device.token': 'a-token-that-is-as-yet-nobodys',
  'notify.register_webhook_endpoint.url': 'https://hooks.example/that-is-as-yet-nobodys',
  'notify.register_webhook_endpoint_for.url': 'https://hooks.example/that-is-as-yet-nobodys',
  'coaching.register_coaching_device.token': 'a-token-that-is-as-yet-nobodys',
  channel: 'push',
  'notify.set_category_preference.enabled': 'true',
  'notify.set_preference.enabled': 'true',
  'notify.set_type_preferences.enabled': 'true',
  category: 'test',
  action: 'archive',
  text_version: 'v1',
  method: 'settings_page',
  search: 'some',
  filter: '(,,,,,,,,)',
  notification: `(${','.repeat(24)})`,
  app: 'default',
  environment: 'production',
  'notify_private.twilio_sender.sender_id': '5',
  sort: 'newest',
  max_rows: '10',
  backwards: 'false',
  past_read: 'false',
  content: 'Some words',
  locale: 'en',
  rule: 'daily_cap',
  verdict: 'decided',
  reason: 'daily_cap',
  rule_inputs: '{}',
  reader: '{}',
  keys: '{told}',
  span: '24 hours',
  'notify_hidden.sentence.variables': '{}',
  until: '2030-01-01T00:00:00Z',
  at: '2030-01-01T00:00:00Z',
  instant: '2030-01-01T00:00:00Z',
  zone: 'Europe/Berlin',
  'notify_hidden.canonical_time_zone.name': 'europe/berlin',
  'notify_hidden.clock_zone.time_zone': 'CET',
  'notify_hidden.is_time_zone.name': 'Europe/Berlin',
  'notify_private.record_receipt.kind': 'delivered',
  source: 'provider',
  choices: '{}',
  tracked: 'true',
  confirms: 'true',
  'notify_private.record_engagement.kind': 'opened',
  'notify_private.record_mail_report.kind': 'delivered',
  opted_out: 'true',
  migrations: '{}',
};
