import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { freshPhone, makeCall, makeCoach, makeMember } from './world.ts';

let db: TestDatabase;
let api: TestApi;
let coachId: string;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
  coachId = await makeCoach(db);
  const ada = await makeMember(db);
  const outcomes = ['answered', 'answered', 'answered', 'no_answer', 'voicemail'];
  for (const outcome of outcomes) {
    const call = await makeCall(db, ada.id, '1 second', { coachId });
    await db.owner.query(`update coaching.calls set status = 'completed', outcome = $2 where id = $1`, [call, outcome]);
  }
  await makeCall(db, ada.id, '1 hour', { coachId });
  // Four previews: push opened, push delivered, push and then SMS, SMS alone (to two countries).
  await told(ada.id, [{ channel: 'push', status: 'delivered', opened: true }]);
  await told(ada.id, [{ channel: 'push', status: 'delivered' }]);
  await told(ada.id, [
    { channel: 'push', status: 'sent' },
    { channel: 'sms', status: 'delivered', segments: 1, phone: freshPhone() },
  ]);
  await told(ada.id, [{ channel: 'sms', status: 'delivered', segments: 2, phone: '+14155550100' }]);
  await db.worker.query('call notify_private.refresh_rollups(null, true)');
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

type Line = { channel: string; status: string; opened?: boolean; segments?: number; phone?: string };
async function told(userId: string, lines: readonly Line[]): Promise<void> {
  const { rows } = await db.owner.query<{ id: string }>(
    `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
     values (uuidv7(), $1, 'coaching_preview', 'P0', 'T', 'B', now() + interval '1 hour') returning id`,
    [userId],
  );
  for (const { channel, status, opened, segments, phone } of lines) {
    await db.owner.query(
      `with d as (
         insert into notify.deliveries (notification_id, recipient_id, channel, provider, lane, address, status, attempt, max_attempts, expires_at,
           sent_at, delivered_at, finished_at, sms_form, sms_encoding, sms_segments, sms_country)
         values ($1, $2, $3, 'fcm', 'urgent', $6, $4, 1, 1, now() + interval '1 hour', now(),
           case $4 when 'delivered' then now() end, case $4 when 'delivered' then now() end,
           case when $5::int is not null then 'plain' end, case when $5::int is not null then 'gsm7' end, $5, notify_private.country_of_phone($6))
         returning id
       )
       insert into notify.receipts (delivery_id, kind, source) select id, 'opened', 'client' from d where $7`,
      [rows[0]?.id, userId, channel, status, segments ?? null, phone ?? null, opened ?? false],
    );
  }
}

const asAnalyst = async (view: string) =>
  (await db.asAnalyst((client) => client.query(`select * from analytics.${view}`))).rows as Record<string, unknown>[];

describe('metrics, each a view that analysts can query', () => {
  test.each([
    [
      'coaching_call_answers',
      { calls: '5', answered: '3', voicemail: '1', no_answer: '1', failed: '0', answer_rate: '0.6000' },
    ],
    ['coaching_preview_opens', { delivered: '4', opened: '1', open_rate: '0.2500' }],
    ['coaching_push_deliveries', { sent: '3', delivered: '2', delivery_rate: '0.6667' }],
    ['coaching_sms_fallbacks', { previews: '4', fallback_sms: '1', fallback_rate: '0.2500' }],
  ])('%s', async (view, expected) => {
    expect(await asAnalyst(view)).toMatchObject([expected]);
  });

  test('SMS segments and estimated cost per country', async () => {
    const costs = await asAnalyst('sms_costs order by country');
    expect(costs).toMatchObject([
      { country: 'FR', messages: '1', segments: '1', currency: 'EUR', estimated_cost: '0.065' },
      { country: 'US', messages: '1', segments: '2', currency: 'USD', estimated_cost: '0.0150' },
    ]);
    // A new price holds from its instant on.
    await db.asOperator(
      (client) =>
        client.query(
          `insert into notify.sms_prices (country, valid_from, price, currency) values ('FR', now() + interval '1 day', 1, 'EUR')`,
        ),
      { commit: true },
    );
    expect(await asAnalyst('sms_costs order by country')).toEqual(costs);
  });

  test('CP-30 how often each form went out', async () => {
    expect(await asAnalyst('sms_forms order by segments')).toMatchObject([
      { type_key: 'coaching_preview', form: 'plain', encoding: 'gsm7', segments: 1, messages: '1' },
      { form: 'plain', segments: 2, messages: '1' },
    ]);
  });

  test('analysts see no person', async () => {
    for (const table of ['notify.deliveries', 'notify.users', 'coaching.calls', 'coaching.delivery_log'])
      await expect(db.asAnalyst((client) => client.query(`select * from ${table}`))).rejects.toMatchObject({
        code: '42501',
      });
  });

  test('operators read them over the API, people do not', async () => {
    const query =
      '{ callMetrics { nodes { metric part whole rate target } } smsCosts { country estimatedCost currency } smsForms { form messages } }';
    const { data, errors } = await api.ask(query, {
      token: await signToken('00000000-0000-7000-8000-0000000000a1', { role: 'operator' }),
    });
    expect(errors).toEqual([]);
    expect(data.callMetrics.nodes).toHaveLength(4);
    expect(data.callMetrics.nodes).toContainEqual({
      metric: 'call_answer_rate',
      part: '3',
      whole: '5',
      rate: '0.6000',
      target: '>= 0.70',
    });
    expect(data.smsCosts).toContainEqual({ country: 'FR', estimatedCost: '0.065', currency: 'EUR' });
    expect(data.smsForms).toHaveLength(2);
    const refused = await api.ask(query, { token: await signToken('00000000-0000-7000-8000-0000000000a1') });
    expect(refused.errors.length).toBeGreaterThan(0);
  });
});
