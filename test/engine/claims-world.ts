import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { Engine } from '../../src/database/engine.ts';
import type { Message, Permanence, ProviderName, Result } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  forget,
  installPack,
  makeCrowd,
  makeType,
  planDue,
  type TypeOptions,
  tellGroup,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { engineOf } from '../support/worker-context.ts';

/**
 * What the tests of claims, attempts and pauses begin with. A test file that imports this has a database of its own:
 * the hooks here are its hooks.
 */

export let db: TestDatabase;

export let engine: Engine;

export let worker: string;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  engine = engineOf(db);
});

afterAll(() => db.drop());

beforeEach(async () => {
  await forget(db);
  await db.owner.query('delete from notify.workers');
  worker = await engine.register('bulk', 'host', 1, [senders.apns, senders.fcm, senders.smtp, senders.twilio]);
});

/** People told and planned, so that as many deliveries of a provider wait. */
export async function queue(
  count: number,
  options: { readonly apns?: number; readonly phones?: number } & TypeOptions = {},
) {
  const { apns = count, phones = 0, ...typeOptions } = options;
  const channels = phones ? ['sms'] : ['push'];
  const type = await makeType(db, { audience: 'group', channels, ...typeOptions });
  const group = await makeCrowd(db, count, { apns, phones });
  await tellGroup(db, type, group);
  await planDue(db);
}

export async function claim(provider: ProviderName = 'apns', by = worker) {
  const claimId = randomUUID();
  return { claimId, messages: await engine.claim(claimId, by, senders[provider], 'bulk') };
}

export const accepted: Result = { outcome: 'accepted', providerMessageId: 'message-id' };

export const rejected = (
  permanence: Permanence,
  more: Partial<Extract<Result, { outcome: 'rejected' }>> = {},
): Result => ({
  outcome: 'rejected',
  permanence,
  reason: 'some_reason',
  code: 'Code',
  ...more,
});

export const record = (
  claimed: { claimId: string; messages: readonly Message[] },
  answer: (message: Message, n: number) => Result,
) => engine.record(claimed.claimId, claimed.messages, claimed.messages.map(answer));

export const statuses = async () =>
  Object.fromEntries(
    (
      await db.owner.query<{ status: string; count: number }>(
        'select status, count(*)::integer from notify.deliveries group by status',
      )
    ).rows.map(({ status, count }) => [status, count]),
  );

export const only = async () => {
  const { rows } = await db.owner.query<Record<string, unknown>>('select * from notify.deliveries');
  expect(rows).toHaveLength(1);
  return rows[0] as Record<string, unknown>;
};

export const attempts = async () =>
  (
    await db.owner.query<{
      attempt: number;
      outcome: string;
      reason: string | null;
      code: string | null;
      worker_id: string;
    }>('select attempt, outcome, reason, code, worker_id from notify.delivery_attempts order by delivery_id, attempt')
  ).rows;

export const makeDue = () => db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);

export const provider = async (name: ProviderName = 'apns') =>
  (
    await db.owner.query<{ pauses: number; pause_reason: string | null; seconds: number | null }>(
      `select pauses, pause_reason, extract(epoch from paused_until - clock_timestamp())::float as seconds
       from notify.senders where id = $1`,
      [senders[name]],
    )
  ).rows[0];

/** Seconds of the database's clock. */
export const clock = (of = 'clock_timestamp()', from = '') =>
  one<number>(db.owner, `select extract(epoch from ${of})::float8 ${from}`);

/** So that its end does not come while one looks. */
export const lengthenPause = () =>
  db.owner.query(
    `update notify.senders set paused_until = paused_until + interval '1 hour' where paused_until is not null`,
  );

export const endPause = () =>
  db.owner.query(`update notify.senders set paused_until = now() - interval '1 ms' where paused_until is not null`);
