import { randomBytes } from 'node:crypto';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { quietPort } from '../support/port.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

/** Everything that takes part: the database, the providers' sandbox, the API that hears its callbacks, a worker. */
export type World = {
  readonly db: TestDatabase;
  readonly sandbox: Sandbox;
  readonly api: TestApi;
  /** Those running. */
  readonly workers: ReadonlySet<WorkerProcess>;
  /** Another worker of the urgent lane, as all of this pack's types are; stopped with the world. */
  startWorker(): Promise<WorkerProcess>;
  stop(): Promise<void>;
};

export async function startWorld({ workers = 1 } = {}): Promise<World> {
  const db = await createDatabase();
  const sandbox = await startSandbox({ journalLimit: 100_000 });
  // Callbacks are signed over the public address, so the API's must be known before it listens.
  const port = await quietPort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const api = await startTestApi(db, { ...sandbox.settings, PORT: String(port), PUBLIC_URL: publicUrl });
  const running = new Set<WorkerProcess>();
  const world: World = {
    db,
    sandbox,
    api,
    workers: running,
    async startWorker() {
      const settings = { ...sandbox.settings, PUBLIC_URL: publicUrl };
      const worker = await startWorker({ databaseUrl: db.workerUrl, lane: 'urgent', settings });
      running.add(worker);
      return worker;
    },
    async stop() {
      await Promise.all([...running].filter((worker) => worker.running()).map((worker) => worker.stop()));
      await api.stop();
      await sandbox.close();
      await db.drop();
    },
  };
  await Promise.all(Array.from({ length: workers }, () => world.startWorker()));
  return world;
}

export const makeCoach = (db: TestDatabase, name = 'Max', agentUrl: string | null = null): Promise<string> =>
  one(db.owner, 'insert into coaching.coaches (name, voice, agent_url) values ($1, $2, $3) returning id', [
    name,
    'alice',
    agentUrl,
  ]);

export type Member = { readonly id: string; readonly phone: string | null; readonly token: string | null };
export type MemberOptions = {
  readonly phone?: boolean;
  readonly device?: boolean;
  readonly pref?: string | null;
  readonly premium?: boolean;
  readonly leadMinutes?: number;
  readonly locale?: string;
  readonly timeZone?: string | null;
  readonly streak?: number;
};

let numbers = 33_600_000_000;
/** A number nobody else has, in France. */
export const freshPhone = (): string => `+${++numbers}`;

/** Somebody who is coached, with a phone that rings and can be pushed to, unless told. */
export async function makeMember(db: TestDatabase, options: MemberOptions = {}): Promise<Member> {
  const phone = options.phone === false ? null : freshPhone();
  const token = options.device === false ? null : `fcm-${randomBytes(24).toString('hex')}`;
  const id = await one<string>(
    db.owner,
    'insert into notify.users (name, phone, locale, time_zone) values ($1, $2, $3, $4) returning id',
    ['Ada', phone, options.locale ?? 'en', options.timeZone ?? null],
  );
  if (token) {
    await db.owner.query(`insert into notify.devices (user_id, provider, token) values ($1, 'fcm', $2)`, [id, token]);
  }
  await asService(
    db,
    'insert into coaching.members (user_id, is_premium, notification_pref, lead_minutes) values ($1, $2, $3, $4)',
    [id, options.premium ?? false, options.pref ?? null, options.leadMinutes ?? 5],
  );
  if (options.streak !== undefined) {
    await asService(db, 'insert into coaching.streaks (user_id, day) values ($1, $2)', [id, options.streak]);
  }
  return { id, phone, token };
}

/** One statement as a service that writes rows, committed. */
export function asService(db: TestDatabase, sql: string, values: readonly unknown[] = []) {
  return db.asWriter((client) => client.query(sql, [...values]), { commit: true });
}

export type CallOptions = { readonly coachId: string; readonly topic?: string; readonly context?: string | null };

/** A call by the statement a service would write; `after` from now. Its id. */
export async function makeCall(db: TestDatabase, userId: string, after: string, options: CallOptions): Promise<string> {
  const { rows } = await asService(
    db,
    `insert into coaching.calls (user_id, coach_id, topic_key, context_line, scheduled_at)
     values ($1, $2, $3, $4, now() + $5::interval) returning id`,
    [userId, options.coachId, options.topic ?? 'mood_check', options.context ?? null, after],
  );
  return (rows[0] as { id: string }).id;
}

export type Call = {
  readonly status: string;
  readonly preview_sent: boolean;
  readonly preview_sent_at: Date | null;
  readonly preview_due_at: Date | null;
  readonly preview_skipped: string | null;
  readonly scheduled_at: Date;
  readonly outcome: string | null;
  readonly outcome_reason: string | null;
  readonly answered_at: Date | null;
  readonly duration_seconds: number | null;
};
export async function callOf(db: TestDatabase, id: string): Promise<Call> {
  const { rows } = await db.owner.query<Call>('select * from coaching.calls where id = $1', [id]);
  return rows[0] as Call;
}

/** What stands in the log about a call, oldest first. */
export async function logOf(db: TestDatabase, callId: string) {
  const { rows } = await db.owner.query<{
    id: string;
    type: string;
    channel: string;
    status: string;
    title: string;
    body: string;
    error: string | null;
  }>('select * from coaching.delivery_log where call_id = $1 order by id', [callId]);
  return rows;
}

/** The decisions about a call's preview, as "channel: send" or "channel: rule/reason". */
export async function decisionsOf(db: TestDatabase, callId: string, type = 'coaching_preview'): Promise<string[]> {
  const { rows } = await db.owner.query<{ said: string }>(
    `select d.channel || ': ' || case when d.outcome = 'send' then 'send' else d.rule || '/' || d.reason end as said
     from notify.events as e join notify.decisions as d on d.event_id = e.id
     where e.subject_id = $1 and e.type_key = $2 order by e.id, d.channel`,
    [callId, type],
  );
  return rows.map(({ said }) => said);
}

/** Waits until the log of a call says this, type and status of each line. */
export const untilLogged = (world: World, callId: string, ...expected: readonly string[]) =>
  until(`the log says ${expected.join(', ')}`, async () => {
    const said = (await logOf(world.db, callId)).map(({ type, status }) => `${type} ${status}`);
    return expected.every((line) => said.includes(line)) && said.length === expected.length;
  });

/** What arrived at a phone by SMS, and at a device by push. */
export const textsTo = (world: World, member: Member) =>
  world.sandbox.journal.list({ provider: 'twilio', address: member.phone ?? 'none' });
export const pushesTo = (world: World, member: Member) =>
  world.sandbox.journal.list({ provider: 'fcm', address: member.token ?? 'none' });
export const callsTo = (world: World, member: Member) =>
  world.sandbox.journal.list({ provider: 'twilio_voice', address: member.phone ?? 'none' });

/** A preview with its deliveries as they stand after a while, oldest first. */
export async function makePreview(
  db: TestDatabase,
  userId: string,
  {
    coachId,
    channels,
    status = 'sent',
  }: { readonly coachId: string; readonly channels: readonly string[]; readonly status?: string | undefined },
) {
  const call = await makeCall(db, userId, '2 hours', { coachId });
  const { rows } = await db.owner.query<{ id: string }>(
    `with n as (
       insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, channel_texts, expires_at)
       select e.id, $1, 'coaching_preview', 'P0', 'A title', 'A body', '{"sms": {"body": "An SMS", "form": "full"}}', now() + interval '1 hour'
       from notify.events as e where e.subject_id = $2 and e.type_key = 'coaching_preview' returning id, event_id
     ),
     decided as (
       insert into notify.decisions (event_id, recipient_id, channel, outcome, notification_id)
       select n.event_id, $1, c, 'send', n.id from n cross join unnest($3::text[]) as c
     )
     insert into notify.deliveries (notification_id, recipient_id, channel, provider, lane, status, attempt, max_attempts, expires_at, sent_at, delivered_at, finished_at, reason, provider_message_id)
     select n.id, $1, c, case c when 'sms' then 'twilio' else 'fcm' end, 'urgent', $4, 1, 1, now() + interval '1 hour', now(),
       case $4 when 'delivered' then now() end, case when $4 in ('delivered', 'failed') then now() end, case $4 when 'failed' then 'unreachable' end, 'SM1'
     from n cross join unnest($3::text[]) with ordinality as c (c, n) order by c.n returning id`,
    [userId, call, channels, status],
  );
  return { call, deliveries: rows.map(({ id }) => id) };
}
