import { randomBytes } from 'node:crypto';
import type { Lane } from '../../src/database/engine.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type GraphqlAnswer, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

/** Everything that takes part: the database, the providers' sandbox, the API, and workers once they are asked for. */
export type World = {
  readonly db: TestDatabase;
  readonly sandbox: Sandbox;
  readonly api: TestApi;
  /** A worker of the lane; stopped with the world. */
  work(lane?: Lane): Promise<WorkerProcess>;
  stop(): Promise<void>;
};

export async function startWorld(): Promise<World> {
  const db = await createDatabase();
  const sandbox = await startSandbox();
  const api = await startTestApi(db, sandbox.settings);
  const workers: WorkerProcess[] = [];
  return {
    db,
    sandbox,
    api,
    async work(lane = 'bulk') {
      const worker = await startWorker({ databaseUrl: db.workerUrl, lane, settings: sandbox.settings });
      workers.push(worker);
      return worker;
    },
    async stop() {
      await Promise.all(workers.filter((worker) => worker.running()).map((worker) => worker.stop()));
      await api.stop();
      await sandbox.close();
      await db.drop();
    },
  };
}

export type Listener = {
  readonly id: string;
  readonly email: string;
  /** Of the phone that is registered from the start. */
  readonly token: string;
  /** What they sign their requests with. */
  readonly jwt: string;
};
export type ListenerOptions = {
  readonly name?: string;
  readonly locale?: string;
  readonly timeZone?: string | null;
  /** Where nothing promotional needs a consent, unless told. */
  readonly region?: string | null;
};

export const fcmToken = (): string => `fcm-${randomBytes(24).toString('hex')}`;

/** Somebody with a phone and a verified mailbox. */
export async function makeListener(db: TestDatabase, options: ListenerOptions = {}): Promise<Listener> {
  const email = `${randomBytes(6).toString('hex')}@juke.example`;
  const token = fcmToken();
  const id = await one<string>(
    db.owner,
    `insert into notify.users (name, email, email_verified_at, locale, time_zone, region)
     values ($1, $2, now(), $3, $4, $5) returning id`,
    [
      options.name ?? 'Ada',
      email,
      options.locale ?? 'en',
      options.timeZone ?? null,
      options.region === undefined ? 'US' : options.region,
    ],
  );
  await db.owner.query(`insert into notify.devices (user_id, provider, token) values ($1, 'fcm', $2)`, [id, token]);
  return { id, email, token, jwt: await signToken(id) };
}

/** One statement as a service that writes rows, committed. */
export function asService(db: TestDatabase, sql: string, values: readonly unknown[] = []) {
  return db.asWriter((client) => client.query(sql, [...values]), { commit: true });
}

/** What the API answers to somebody; raises its errors. */
export async function done(world: World, jwt: string, query: string, variables: Record<string, unknown> = {}) {
  const answer: GraphqlAnswer = await world.api.ask(query, { token: jwt, variables });
  if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** A listening session by the API, and invites to it; their ids in the order of the people. */
export async function invite(world: World, host: Listener, people: readonly Listener[], name = 'Friday') {
  const made = await done(
    world,
    host.jwt,
    'mutation ($name: String!) { startListeningSession(input: { name: $name }) { result { id } } }',
    { name },
  );
  const sessionId: string = made.startListeningSession.result.id;
  return { sessionId, invites: await inviteTo(world, host, sessionId, people) };
}
export async function inviteTo(world: World, host: Listener, sessionId: string, people: readonly Listener[]) {
  const { inviteListeners: answer } = await done(
    world,
    host.jwt,
    `mutation ($session: UUID!, $people: [UUID!]!) {
       inviteListeners(input: { listeningSessionId: $session, userIds: $people }) { result { id inviteeId status } }
     }`,
    { session: sessionId, people: people.map(({ id }) => id) },
  );
  return people.map(
    ({ id }) =>
      (answer.result as { id: string; inviteeId: string }[]).find((row) => row.inviteeId === id)?.id as string,
  );
}

export const pushesTo = (world: World, token: string) =>
  world.sandbox.journal.list({ provider: 'fcm', address: token }).filter(({ status }) => status === 200);
export const mailTo = (world: World, email: string) => world.sandbox.journal.list({ provider: 'smtp', address: email });

/** Waits until nothing is left to be planned or sent. */
export const untilSettled = (world: World) =>
  until('all is planned and sent', () =>
    one<boolean>(
      world.db.owner,
      `select not exists (select from notify.events where planned_at is null and canceled_at is null and due_at <= now())
          and not exists (select from notify.deliveries where status in ('queued', 'sending'))`,
    ),
  );
