// Over 300 lines: the page of states, read and made to happen row by row.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/database/engine.ts';
import type { Permanence, ProviderName, Result } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  installPack,
  makeDevice,
  makePerson,
  makeType,
  planDue,
  type TypeOptions,
  tell,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { engineOf } from '../support/worker-context.ts';

const page = readFileSync(new URL('../../docs/delivery-states.md', import.meta.url), 'utf8');
/** Rows of the page's tables with as many columns, words without their back-ticks. */
const rowsOf = (columns: number) =>
  page
    .split('\n')
    .filter((line) => line.startsWith('| `') || line.startsWith('| – '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length === columns)
    .map((cells) => cells.map((cell) => cell.replaceAll('`', '')));
const documented = rowsOf(4).map(([from, to]) => `${from === '–' ? 'new' : from} → ${to}`);

let db: TestDatabase;
let engine: Engine;
let worker: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  engine = engineOf(db);
  worker = await engine.register('bulk', 'host', 1, [senders.apns, senders.twilio]);
  await db.owner.query('update notify.settings set daily_cap = 1000000');
  await db.owner.query(`
    create table engine_test.transitions (moved text primary key, by text);
    create function engine_test.note() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare called text;
    begin
      get diagnostics called = pg_context;
      if tg_op = 'INSERT' or old.status <> new.status then
        insert into engine_test.transitions
        values (
          case tg_op when 'INSERT' then 'new' else old.status end || ' → ' || new.status,
          (select string_agg(m[1], ' ') from regexp_matches(called, 'notify_private\\.([a-z_]+)\\(', 'g') as m))
        on conflict (moved) do nothing;
      end if;
      return null;
    end $$;
    create trigger note after insert or update on notify.deliveries for each row execute function engine_test.note();
  `);
});
afterAll(() => db.drop());

const accepted: Result = { outcome: 'accepted', providerMessageId: null };
const rejected = (permanence: Permanence): Result => ({
  outcome: 'rejected',
  permanence,
  reason: 'some_reason',
  code: null,
});

async function queued(channel: 'push' | 'sms' = 'push', options: TypeOptions = {}) {
  const type = await makeType(db, { channels: [channel], ...options });
  const person = await makePerson(db, channel === 'push' ? {} : { devices: [], phone: '+15550001111' });
  const event = await tell(db, type, [person]);
  await planDue(db);
  const id = await one<string>(
    db.owner,
    `select d.id from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id where n.event_id = $1`,
    [event],
  );
  return { id, person };
}
async function claim(provider: ProviderName = 'apns') {
  await db.owner.query(`update notify.deliveries set due_at = now() - interval '1 hour' where status = 'queued'`);
  const claimId = randomUUID();
  return { claimId, messages: await engine.claim(claimId, worker, senders[provider], 'bulk') };
}
async function attempt(result: Result, provider: ProviderName = 'apns') {
  const { claimId, messages } = await claim(provider);
  await engine.record(
    claimId,
    messages,
    messages.map(() => result),
  );
}
const receipt = (id: string, kind: string) =>
  db.asHttp((client) => client.query(`select notify_private.record_receipt($1, $2, 'provider')`, [id, kind]), {
    commit: true,
  });
const loseWorker = async () => {
  await db.owner.query(`update notify.workers set seen_at = now() - interval '1 minute'`);
  await engine.recover();
  worker = await engine.register('bulk', 'host', 1, [senders.apns, senders.twilio]);
};
const statusOf = (id: string) => one<string>(db.owner, 'select status from notify.deliveries where id = $1', [id]);
const expire = () => db.owner.query(`update notify.deliveries set expires_at = now() where status = 'queued'`);

describe('every transition that the page names, made to happen', () => {
  test('new', async () => {
    await queued();
    const suppressed = await makePerson(db, { devices: [] });
    await makeDevice(db, suppressed);
    const { token } = await makeDevice(db, suppressed);
    await db.owner.query(`insert into notify.suppressions (channel, address, reason) values ('push', $1, 'operator')`, [
      token,
    ]);
    await tell(db, await makeType(db, { channels: ['push', 'in_app'] }), [suppressed]);
    await planDue(db);
  });

  test('claimed', async () => {
    await attempt(accepted);
    await queued();
    await expire();
    await claim();
    const { person } = await queued();
    await db.owner.query('delete from notify.devices where user_id = $1', [person]);
    await claim();
    await queued();
    await db.owner.query('select notify_private.cancel_events(array(select id from notify.events))');
    await queued();
    await db.owner.query(`update notify.workers set senders = '{}'`);
    await engine.skip(senders.apns, 'bulk');
  });

  test('recorded', async () => {
    for (const permanence of ['address', 'message'] as const) {
      await queued();
      await attempt(rejected(permanence));
    }
    const { id } = await queued();
    await attempt(rejected('transient'));
    expect(await statusOf(id)).toBe('queued');
    await engine.release((await claim()).claimId);
    await attempt(accepted);
    const late = await queued();
    const { claimId, messages } = await claim();
    await db.owner.query(
      `update notify.deliveries set expires_at = clock_timestamp() + interval '1 second' where id = $1`,
      [late.id],
    );
    await engine.record(claimId, messages, [rejected('transient')]);
    expect(await statusOf(late.id)).toBe('expired');
    await queued('sms');
    await attempt(rejected('ambiguous'), 'twilio');
  });

  test('lost', async () => {
    const [push, last, text] = [await queued(), await queued('push', { maxAttempts: 1 }), await queued('sms')];
    await claim();
    await claim('twilio');
    await loseWorker();
    expect([await statusOf(push.id), await statusOf(last.id), await statusOf(text.id)]).toEqual([
      'queued',
      'failed',
      'unknown',
    ]);
    await attempt(accepted);
  });

  test('reported', async () => {
    for (const [kind, ends] of [
      ['delivered', 'delivered'],
      ['failed', 'failed'],
    ] as const) {
      const sent = await queued();
      await attempt(accepted);
      await receipt(sent.id, kind);
      expect(await statusOf(sent.id)).toBe(ends);
    }
    for (const [kind, ends] of [
      ['sent', 'sent'],
      ['delivered', 'delivered'],
      ['failed', 'failed'],
    ] as const) {
      const unknown = await queued('sms');
      await attempt(rejected('ambiguous'), 'twilio');
      await receipt(unknown.id, kind);
      expect(await statusOf(unknown.id)).toBe(ends);
    }
    const reachedAfter = async (what: (person: string) => Promise<unknown>) => {
      const { id, person } = await queued();
      await attempt(rejected('ambiguous'));
      await what(person);
      await receipt(id, 'delivered');
      expect(await statusOf(id)).toBe('delivered');
    };
    await reachedAfter(async () => {});
    await reachedAfter(() => attempt(rejected('message')));
    await reachedAfter(async () => {
      await expire();
      await claim();
    });
    await reachedAfter(async (person) => {
      await db.owner.query('delete from notify.devices where user_id = $1', [person]);
      await claim();
    });
    await reachedAfter(async () => {
      await db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
      await db.owner.query(`update notify.workers set senders = '{}'`);
      await engine.skip(senders.apns, 'bulk');
    });
  });

  test('and nothing else happened', async () => {
    const { rows } = await db.owner.query<{ moved: string; by: string }>(
      'select moved, by from engine_test.transitions',
    );
    expect(rows.map(({ moved }) => moved).sort()).toEqual([...documented].sort());
    // By whom: the page names the function that was at work.
    for (const [from, to, by] of rowsOf(4)) {
      const moved = `${from === '–' ? 'new' : from} → ${to}`;
      const called = rows.find((row) => row.moved === moved)?.by.split(' ') ?? [];
      expect(
        by?.split(', ').some((name) => called.includes(name)),
        `${moved} by ${called}`,
      ).toBe(true);
    }
  });
});

describe('the page', () => {
  test('has the statuses of the check constraint, in the table and in the picture', async () => {
    const definition = await one<string>(
      db.owner,
      `select pg_get_constraintdef(oid) from pg_constraint where conname = 'deliveries_status_is_known' and conrelid = 'notify.deliveries'::regclass`,
    );
    const statuses = [...definition.matchAll(/'(\w+)'::text/g)].map(([, status]) => status).sort();
    expect(
      rowsOf(3)
        .map(([status]) => status)
        .sort(),
    ).toEqual(statuses);
    const picture = /```mermaid\n([\s\S]+?)```/.exec(page)?.[1] ?? '';
    const arrows = [...picture.matchAll(/(\S+) --> (\S+)/g)].map(
      ([, from, to]) => `${from === '[*]' ? 'new' : from} → ${to}`,
    );
    expect(arrows.sort()).toEqual([...documented].sort());
  });

  test('has the constraints of the table', async () => {
    const { rows } = await db.owner.query<{ conname: string }>(
      `select conname from pg_constraint where conrelid = 'notify.deliveries'::regclass and contype = 'c' and conname <> 'deliveries_lane_is_known'`,
    );
    expect(
      rowsOf(2)
        .map(([name]) => name)
        .sort(),
    ).toEqual(rows.map(({ conname }) => conname).sort());
  });
});

test('an outcome writes no index: none of deliveries names what it changes', async () => {
  const { rows } = await db.owner.query<{ definition: string }>(
    `select pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = 'notify.deliveries'::regclass`,
  );
  expect(rows.length).toBeGreaterThan(2);
  for (const { definition } of rows)
    expect(definition).not.toMatch(/status|claim_id|sent_at|finished_at|reason|attempt/);
});

describe('the constraints', () => {
  const now = new Date();
  const claimId = randomUUID();
  const insert = (columns: Record<string, unknown>) => {
    const row: Record<string, unknown> = {
      notification_id: randomUUID(),
      recipient_id: randomUUID(),
      channel: 'push',
      sender_id: senders.apns,
      provider: 'apns',
      lane: 'bulk',
      expires_at: now,
      max_attempts: 8,
      due_at: (columns.status ?? 'queued') === 'queued' ? now : null,
      ...columns,
    };
    const names = Object.keys(row);
    return db.asOwner((client) =>
      client.query(
        `insert into notify.deliveries (${names.join(', ')}) values (${names.map((_, n) => `$${n + 1}`).join(', ')})`,
        Object.values(row),
      ),
    );
  };
  const ended = { finished_at: now, reason: 'r' };

  test.each([
    { status: 'queued' },
    { status: 'queued', attempt: 3, reason: 'server_error' },
    { status: 'sending', claim_id: claimId, attempt: 1 },
    { status: 'sent', sent_at: now },
    { status: 'delivered', sent_at: now, delivered_at: now, finished_at: now },
    { status: 'failed', ...ended },
    { status: 'failed', sent_at: now, ...ended },
    { status: 'suppressed', ...ended },
    { status: 'expired', ...ended },
    { status: 'canceled', ...ended },
    { status: 'unknown', reason: 'timeout' },
  ])('let %j be', async (row) => {
    await insert(row);
  });

  test.each([
    ['status_is_known', { status: 'lost' }],
    ['status_is_known', { status: 'held' }],
    ['due_at_iff_queued', { status: 'queued', due_at: null }],
    ['due_at_iff_queued', { status: 'sent', sent_at: now, due_at: now }],
    ['claimed_iff_sending', { status: 'sending', attempt: 1 }],
    ['claimed_iff_sending', { status: 'queued', claim_id: claimId }],
    ['claimed_iff_sending', { status: 'sent', sent_at: now, claim_id: claimId }],
    ['attempted_where_sending', { status: 'sending', claim_id: claimId, attempt: 0 }],
    ['sent_at_where_sent', { status: 'sent' }],
    ['sent_at_where_sent', { status: 'delivered', delivered_at: now, finished_at: now }],
    ['delivered_at_iff_delivered', { status: 'delivered', sent_at: now, finished_at: now }],
    ['delivered_at_iff_delivered', { status: 'sent', sent_at: now, delivered_at: now }],
    ['finished_at_iff_ended', { status: 'delivered', sent_at: now, delivered_at: now }],
    ['finished_at_iff_ended', { status: 'failed', reason: 'r' }],
    ['finished_at_iff_ended', { status: 'suppressed', reason: 'r' }],
    ['finished_at_iff_ended', { status: 'expired', reason: 'r' }],
    ['finished_at_iff_ended', { status: 'canceled', reason: 'r' }],
    ['finished_at_iff_ended', { status: 'queued', finished_at: now }],
    ['finished_at_iff_ended', { status: 'sent', sent_at: now, finished_at: now }],
    ['finished_at_iff_ended', { status: 'unknown', reason: 'r', finished_at: now }],
    ['reason_where_refused', { status: 'failed', finished_at: now }],
    ['reason_where_refused', { status: 'suppressed', finished_at: now }],
    ['reason_where_refused', { status: 'expired', finished_at: now }],
    ['reason_where_refused', { status: 'canceled', finished_at: now }],
    ['reason_where_refused', { status: 'unknown' }],
    ['lane_is_known', { lane: 'slow' }],
    ['sender_where_queued', { status: 'queued', sender_id: null }],
  ])('%s refuses %j', async (constraint, row) => {
    await expect(insert(row)).rejects.toMatchObject({ code: '23514', constraint: `deliveries_${constraint}` });
  });
});
