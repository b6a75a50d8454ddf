import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery } from '../support/engine.ts';

let database: TestDatabase;
let api: TestApi;
let operator: string;
let ada: string;
let ben: string;
const trip = randomUUID();
let day: string;

beforeAll(async () => {
  day = new Date().toISOString().slice(0, 10);
  database = await createDatabase();
  api = await startTestApi(database);
  operator = await signToken(await createUser(database), { role: 'operator' });
  ada = await createUser(database);
  ben = await createUser(database);
  const receipt = await makeDelivery(database, ada, { subjectId: trip });
  const seen = await makeDelivery(database, ada, { subjectId: trip });
  const late = await makeDelivery(database, ben);
  await makeDelivery(database, ben, { status: 'failed' });
  await database.owner.query(
    `insert into notify.receipts (delivery_id, kind, source, occurred_at)
     values ($1, 'opened', 'client', now()), ($2, 'opened', 'client', now() + interval '25 hours'), ($2, 'delivered', 'provider', now())`,
    [receipt.deliveryId, late.deliveryId],
  );
  await database.owner.query('update notify.notifications set seen_at = now() where id = $1', [seen.notificationId]);
  await database.owner.query(
    `update notify.decisions set outcome = 'suppress', rule = 'daily_cap', reason = 'cap_reached', notification_id = null where notification_id = $1`,
    [late.notificationId],
  );
  await database.owner.query(
    `insert into notify.devices (user_id, provider, token, deactivated_at, deactivation_reason)
     values ($1, 'fcm', 'a', now(), 'unregistered'), ($1, 'fcm', 'b', now(), 'unregistered'), ($1, 'fcm', 'c', null, null)`,
    [ada],
  );
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const ask = async (query: string) => {
  const answer = await api.ask(query, { token: operator });
  expect(answer.errors).toEqual([]);
  return answer.data;
};

test('a push counts as followed by opening the app where its person came within a day, by it or by the app', async () => {
  const data = await ask(
    '{ analyticsDeliveries(channels: [push]) { nodes { status isAppOpened notification { recipientId } } } }',
  );
  const rows: { status: string; isAppOpened: boolean | null; notification: { recipientId: string } }[] =
    data.analyticsDeliveries.nodes;
  expect(
    rows.map(({ status, isAppOpened, notification }) => [notification.recipientId, status, isAppOpened]).sort(),
  ).toEqual(
    [
      [ada, 'sent', true],
      [ada, 'sent', true],
      [ben, 'sent', false],
      [ben, 'failed', null],
    ].sort(),
  );
});

test('share of people who hit the cap; tokens deactivated per day; at most 93 days', async () => {
  const data = await ask(
    '{ capMetrics { day people capped cappedShare } deactivationMetrics { day provider reason tokens } }',
  );
  expect(data.capMetrics).toEqual([{ day, people: '2', capped: '1', cappedShare: '0.5000' }]);
  expect(data.deactivationMetrics).toEqual([{ day, provider: 'fcm', reason: 'unregistered', tokens: '2' }]);
  for (const days of [
    'since: "-infinity"',
    'until: "infinity"',
    'since: "2026-01-02", until: "2026-01-01"',
    'since: "2020-01-01"',
  ]) {
    for (const field of ['capMetrics', 'deactivationMetrics'])
      expect((await api.ask(`{ ${field}(${days}) { day } }`, { token: operator })).codes).toEqual(['INVALID_INPUT']);
  }
});

test('TR-G12 totals by type of one trip', async () => {
  const { subjectTotals } = await ask(
    `{ subjectTotals(subjectType: "trip", subjectId: "${trip}") { day typeKey channel status reason total } }`,
  );
  expect(subjectTotals).toEqual([
    { day, typeKey: 'test_push', channel: 'push', status: 'sent', reason: null, total: '2' },
  ]);
});

test('analysts have the same as views, people have nothing', async () => {
  for (const view of ['daily_caps', 'daily_deactivations', 'sweep_durations']) {
    await database.asAnalyst((client) => client.query(`select * from analytics.${view}`));
    await expect(database.asUser(ada, (client) => client.query(`select from analytics.${view}`))).rejects.toThrow(
      /permission denied/,
    );
  }
  const token = await signToken(ada);
  const totals = `subjectTotals(subjectType: "trip", subjectId: "${trip}")`;
  for (const field of ['capMetrics', 'deactivationMetrics', totals]) {
    expect((await api.ask(`{ ${field} { day } }`, { token })).codes).toEqual(['INVALID_INPUT']);
  }
});
