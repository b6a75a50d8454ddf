import { randomBytes } from 'node:crypto';
import type { Entry } from '../../src/sandbox/journal.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker } from '../support/worker-process.ts';

/** The database, the providers' sandbox, a worker of each lane. */
export type World = { readonly db: TestDatabase; readonly sandbox: Sandbox; stop(): Promise<void> };

export async function startWorld(): Promise<World> {
  const db = await createDatabase();
  const sandbox = await startSandbox();
  const settings = { ...sandbox.settings, APP_URL: 'https://app.example' };
  const workers = await Promise.all(
    (['urgent', 'bulk'] as const).map((lane) => startWorker({ databaseUrl: db.workerUrl, lane, settings })),
  );
  return {
    db,
    sandbox,
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await sandbox.close();
      await db.drop();
    },
  };
}

export type Customer = { readonly id: string; readonly email: string; readonly phone: string; readonly token: string };

let numbers = 33_610_000_000;

/** Somebody with a verified mailbox, a number and a phone that can be pushed to. */
export async function makeCustomer(db: TestDatabase, locale = 'en'): Promise<Customer> {
  const name = randomBytes(6).toString('hex');
  const email = `${name}@example.test`;
  const phone = `+${++numbers}`;
  const token = `fcm-${randomBytes(24).toString('hex')}`;
  const id = await one<string>(
    db.owner,
    'insert into notify.users (email, email_verified_at, phone, locale) values ($1, now(), $2, $3) returning id',
    [email, phone, locale],
  );
  await db.owner.query(`insert into notify.devices (user_id, provider, token) values ($1, 'fcm', $2)`, [id, token]);
  return { id, email, phone, token };
}

/** One statement as a service that writes rows, committed; the id it returns, if any. */
export async function write(db: TestDatabase, sql: string, values: readonly unknown[] = []): Promise<string> {
  const { rows } = await db.asWriter((client) => client.query<{ id: string }>(sql, [...values]), { commit: true });
  return rows[0]?.id ?? '';
}

/** What somebody got of a type, by channel; waits until every decision of its events is made and each delivery is over. */
export async function heard(world: World, customer: Customer, typeKey: string, events = 1) {
  const { db, sandbox } = world;
  await until(`${typeKey} is sent`, async () => {
    const { rows } = await db.owner.query<{ events: number; waiting: number; unplanned: number; error: string | null }>(
      `select
         (select count(distinct n.event_id)::integer from notify.notifications as n where n.recipient_id = $1 and n.type_key = $2) as events,
         (select count(*)::integer from notify.deliveries as d where d.recipient_id = $1 and d.status in ('queued', 'sending')) as waiting,
         (select max(e.plan_error) from notify.events as e where e.type_key = $2) as error`,
      [customer.id, typeKey],
    );
    if (rows[0]?.error) throw new Error(rows[0].error);
    return rows[0]?.events === events && rows[0].waiting === 0;
  });
  const { rows } = await db.asUser(customer.id, (client) =>
    client.query<{ id: string; title: string; body: string; data: Record<string, string>; channels: string[] }>(
      `select n.id, n.title, n.body, n.data,
         (select array_agg(d.channel order by d.channel) from notify.decisions as d where d.event_id = n.event_id and d.outcome = 'send') as channels
       from notify.notifications as n where n.type_key = $1 order by n.id desc`,
      [typeKey],
    ),
  );
  const { rows: deliveries } = await db.owner.query<{ id: string }>(
    'select d.id from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id where n.recipient_id = $1 and n.type_key = $2',
    [customer.id, typeKey],
  );
  const mine = new Set(deliveries.map(({ id }) => id));
  const of = (provider: Entry['provider'], address: string) =>
    sandbox.journal
      .list({ provider, address })
      .filter((entry) => entry.deliveryId === null || mine.has(entry.deliveryId));
  return {
    inbox: rows,
    push: of('fcm', customer.token),
    mail: of('smtp', customer.email),
    sms: of('twilio', customer.phone),
  };
}
