// Over 300 lines: one allowance, and each way to use it up.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/database/engine.ts';
import type { ProviderName, Result } from '../../src/providers/types.ts';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  decisionOf,
  forget,
  installPack,
  makePerson,
  makeType,
  planDue,
  releaseDue,
  tell,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { engineOf } from '../support/worker-context.ts';

let db: TestDatabase;
let api: TestApi;
let engine: Engine;
let worker: string;
let sms: string;
let voice: string;

beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
  await installPack(db);
  engine = engineOf(db);
  worker = await engine.register('urgent', 'host', 1, [senders.apns, senders.twilio, senders.twilio_voice]);
  // P0: whatever is urgent costs as much.
  sms = await makeType(db, { channels: ['sms'], priority: 'P0', maxAttempts: 2 });
  voice = await makeType(db, { channels: ['voice'], priority: 'P0' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});
beforeEach(async () => {
  await forget(db);
  await db.owner.query(`
    delete from notify.spending_caps where country = 'FR';
    update notify.spending_caps set per_day = 1000 where country = 'all';
    update notify.limits set at_most = 1000 where key in ('sms_sent', 'calls_placed');
    insert into notify.spending_caps (channel, country, per_day, currency, unit_price) values ('sms', 'FR', 100, 'EUR', 9), ('voice', 'FR', 100, 'EUR', 1)`);
});

let numbers = 0;
const freshPhone = (prefix = '+336') => `${prefix}${String(++numbers).padStart(8, '0')}`;
const somebody = (phone = freshPhone()) => makePerson(db, { devices: [], phone });
const many = (count: number, prefix?: string) =>
  Promise.all(Array.from({ length: count }, () => somebody(freshPhone(prefix))));

const setCap = (channel: string, country: string, perDay: number) =>
  db.asOperator((client) => client.query('select notify.set_spending_cap($1, $2, $3)', [channel, country, perDay]), {
    commit: true,
  });
const setLimit = (key: string, most: number) =>
  db.asOperator((client) => client.query('select notify.set_limit($1, $2)', [key, most]), { commit: true });
async function plan(type: string, people: readonly string[]): Promise<string> {
  const event = await tell(db, type, people);
  await planDue(db);
  return event;
}
/** Claims at most so many; the ids of what was handed out. */
async function claim(provider: ProviderName = 'twilio', most = 500) {
  const claimId = randomUUID();
  const { rows } = await db.worker.query<{ delivery_id: string }>(
    `select delivery_id from notify_private.claim_deliveries($1, $2, $3, 'urgent', $4)`,
    [claimId, worker, senders[provider], most],
  );
  return { claimId, ids: rows.map(({ delivery_id }) => delivery_id) };
}
/** Takes what is due and says that the provider answered so. */
async function carry(answer: Result, provider: ProviderName = 'twilio') {
  const claimId = randomUUID();
  const messages = await engine.claim(claimId, worker, senders[provider], 'urgent');
  await engine.record(
    claimId,
    messages,
    messages.map(() => answer),
  );
  return messages.length;
}
const retryNow = () => db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
const accepted: Result = { outcome: 'accepted', providerMessageId: 'SM1' };
const rejected = (permanence: 'transient' | 'message'): Result => ({
  outcome: 'rejected',
  permanence,
  reason: 'unavailable',
  code: '503',
});

const states = async () =>
  (
    await db.owner.query<{ said: string }>(
      `select count(*) || ' ' || status || coalesce(' ' || reason, '') as said from notify.deliveries group by status, reason order by status`,
    )
  ).rows.map(({ said }) => said);
async function spent(channel = 'sms', country = 'FR') {
  const { rows } = await db.owner.query(
    `select s.spent::float, s.deliveries,
       (select coalesce(sum(c.amount), 0)::float from notify_private.charges as c where (c.channel, c.country) = (s.channel, s.country)) as charged
     from notify.daily_spending as s where channel = $1 and country = $2`,
    [channel, country],
  );
  const [row] = rows;
  // The sum is always that of what was charged.
  if (row) expect(row.spent).toBeCloseTo(row.charged, 9);
  return row ? [Number(row.spent.toFixed(6)), row.deliveries] : [0, 0];
}

describe("SE-6: the day's money for a country", () => {
  test('is spent to the last cent and no further, however many workers claim at once', async () => {
    await setCap('sms', 'FR', 0.65);
    const event = await plan(sms, await many(30));
    const claims = await Promise.all(Array.from({ length: 12 }, () => claim('twilio', 5)));
    expect(claims.flatMap(({ ids }) => ids)).toHaveLength(10);
    expect(await states()).toEqual(['10 sending', '20 suppressed spending_cap']);
    // By the price that is known of France.
    expect(await spent()).toEqual([0.65, 10]);
    expect(event).toBeTruthy();
  });

  test("is another country's, and another channel's, for itself", async () => {
    await setCap('sms', 'FR', 0);
    await plan(sms, [...(await many(2)), ...(await many(3, '+1202')), ...(await many(1, '+49'))]);
    await plan(voice, await many(2));
    expect((await claim()).ids).toHaveLength(4);
    expect((await claim('twilio_voice')).ids).toHaveLength(2);
    expect(await spent('sms', 'US')).toEqual([0.0225, 3]);
    // Without a price of its own: what "*" says.
    expect(await spent('sms', 'DE')).toEqual([0.1, 1]);
    expect(await spent('voice', 'FR')).toEqual([2, 2]);
    expect(await spent('sms', 'FR')).toEqual([0, 0]);
  });

  test('a text of several segments costs as many', async () => {
    await setCap('sms', 'FR', 0.26);
    const long = await makeType(db, { channels: ['sms'], priority: 'P0', body: 'x'.repeat(300) });
    const [one = '', two = '', three = ''] = await many(3);
    await plan(long, [one]);
    await plan(long, [two]);
    await plan(long, [three]);
    expect((await claim()).ids).toHaveLength(2);
    expect(await spent()).toEqual([0.26, 2]);
  });

  test('is asked of planning, too: the decision says by which rule, and a sentence', async () => {
    await setCap('sms', 'FR', 0.13);
    const people = await many(2);
    expect(await decisionOf(db, await plan(sms, people.slice(0, 1)), 'sms')).toBe('send');
    await carry(accepted);
    expect(await decisionOf(db, await plan(sms, people.slice(1)), 'sms')).toBe('send');
    await carry(accepted);
    const [late = ''] = await many(1);
    const event = await plan(sms, [late]);
    expect(await decisionOf(db, event, 'sms')).toBe('spending_cap: country_cap');
    const explained = await db.asOperator((client) =>
      client.query(`select verdict, because from notify.explain($1, null, $2) where rule = 'spending_cap'`, [
        event,
        late,
      ]),
    );
    expect(explained.rows).toEqual([
      { verdict: 'suppressed', because: expect.stringContaining('in the country of this number') },
    ]);
    // Predicted alike, and nothing else is: the United States.
    const predict = (who: string) =>
      one<string>(
        db.owner,
        `select coalesce(rule, outcome) from notify_private.predict($1, $2, now(), null, null, null, null, null)`,
        [who, sms],
      );
    expect(await predict(late)).toBe('spending_cap');
    expect(await predict((await many(1, '+1202'))[0] ?? '')).toBe('send');
    // Tomorrow there is money again.
    await db.owner.query('update notify.daily_spending set day = day - 1');
    expect(await decisionOf(db, await plan(sms, [late]), 'sms')).toBe('send');
    expect(await carry(accepted)).toBe(1);
  });

  test('is not spent twice by what is tried again, nor by what is given back and taken anew', async () => {
    await plan(sms, await many(1));
    await carry(rejected('transient'));
    await retryNow();
    expect(await spent()).toEqual([0.065, 1]);
    const { claimId } = await claim();
    await db.worker.query('select notify_private.release_claim($1)', [claimId]);
    expect(await carry(accepted)).toBe(1);
    expect(await spent()).toEqual([0.065, 1]);
    expect(await states()).toEqual(['1 sent']);
  });

  test('is given back where nothing was sent, and kept where something may have been', async () => {
    await setCap('sms', 'FR', 0.065);
    await plan(sms, await many(1));
    await carry(rejected('message'));
    expect([await states(), await spent()]).toEqual([['1 failed unavailable'], [0, 0]]);
    // Lost between us and the provider: it may have gone out.
    await plan(sms, await many(1));
    await carry(rejected('ambiguous' as 'transient'));
    expect(await spent()).toEqual([0.065, 1]);
    expect((await states()).toSorted()).toEqual(['1 failed unavailable', '1 unknown unavailable']);
    expect(await decisionOf(db, await plan(sms, await many(1)), 'sms')).toBe('spending_cap: country_cap');
  });

  test.each([
    ['sms', 'twilio', ['1 failed undelivered', '1 unknown unavailable'], 0.065],
    ['voice', 'twilio_voice', ['1 failed undelivered', '1 unknown unavailable'], 1],
  ] as const)(
    'is kept for what went by %s, may have gone out and is heard to have failed',
    async (channel, provider, after, cost) => {
      await plan(channel === 'sms' ? sms : voice, await many(2));
      await carry({ outcome: 'rejected', permanence: 'ambiguous', reason: 'unavailable', code: '503' }, provider);
      expect(await states()).toEqual(['2 unknown unavailable']);
      await db.owner.query(
        `update notify.deliveries set status = 'failed', reason = 'undelivered', finished_at = now()
       where id = (select id from notify.deliveries limit 1)`,
      );
      expect((await states()).toSorted()).toEqual(after);
      expect(await spent(channel)).toEqual([2 * cost, 2]);
    },
  );

  test('does not run out by what ends in the claim itself', async () => {
    await db.owner.query(`
      create or replace function engine_test.never(event_id uuid, recipient_id uuid) returns boolean language sql stable as $$
        select not exists (select from engine_test.switches where name = 'over') $$`);
    const fading = await makeType(db, { channels: ['sms'], priority: 'P0', stillRelevant: 'engine_test.never' });
    await plan(fading, await many(3));
    await db.owner.query(`insert into engine_test.switches values ('over')`);
    expect((await claim()).ids).toEqual([]);
    await db.owner.query('delete from engine_test.switches');
    expect([await states(), await spent()]).toEqual([['3 canceled not_relevant'], [0, 0]]);
  });

  test('once spent, the fallback goes on', async () => {
    await db.owner.query(`
      insert into notify.fallbacks (key, description) values ('sms_else_push', 'A test') on conflict do nothing;
      insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status)
      values ('sms_else_push', 1, '{sms}', null, 'sent'), ('sms_else_push', 2, '{push}', null, 'sent') on conflict do nothing`);
    const type = await makeType(db, { channels: ['sms', 'push'], priority: 'P0', fallbackKey: 'sms_else_push' });
    const person = await makePerson(db, { phone: freshPhone() });
    // Planned while there was money, taken when there is none.
    await plan(type, [person]);
    await setCap('sms', 'FR', 0);
    expect((await claim()).ids).toEqual([]);
    await releaseDue(db, 'urgent');
    expect((await claim('apns')).ids).toHaveLength(1);
    // And where planning knew already.
    await plan(type, [person]);
    await releaseDue(db, 'urgent');
    expect((await claim('apns')).ids).toHaveLength(1);
  });
});

describe("SE-6: the day's money for all countries together", () => {
  const total = async (channel = 'sms') => {
    const { rows } = await db.owner.query(
      `select t.spent::float, t.deliveries,
         (select coalesce(sum(c.total_amount), 0)::float from notify_private.charges as c where c.channel = t.channel) as charged
       from notify.daily_spending_totals as t where channel = $1`,
      [channel],
    );
    const [row] = rows;
    if (row) expect(row.spent).toBeCloseTo(row.charged, 9);
    return row ? [Number(row.spent.toFixed(6)), row.deliveries] : [0, 0];
  };

  test('is spent to the last cent, whatever the countries and currencies, however many workers claim at once', async () => {
    await setCap('sms', 'all', 1);
    // France and Germany cost what the cap says, the United States what is known in its currency.
    await plan(sms, [...(await many(20)), ...(await many(4, '+1202')), ...(await many(10, '+49'))]);
    await Promise.all(Array.from({ length: 12 }, () => claim('twilio', 5)));
    const [spentInAll = 0, deliveries = 0] = await total();
    expect(spentInAll).toBeLessThanOrEqual(1);
    expect(spentInAll).toBeGreaterThan(0.9);
    expect(await states()).toEqual([`${deliveries} sending`, `${34 - deliveries} suppressed spending_cap`]);
    expect(await one(db.owner, `select count(*)::integer from notify_private.charges`)).toBe(deliveries);
  });

  test("is another channel's for itself, and a country's own cap does not add to it", async () => {
    await setCap('sms', 'all', 0.15);
    await setCap('sms', 'DE', 500);
    await plan(sms, await many(2, '+49'));
    await plan(voice, await many(2));
    expect((await claim()).ids).toHaveLength(1);
    expect((await claim('twilio_voice')).ids).toHaveLength(2);
    expect([await total(), await total('voice')]).toEqual([
      [0.1, 1],
      [0.4, 2],
    ]);
    await db.owner.query(`delete from notify.spending_caps where country = 'DE'`);
  });

  test('is asked of planning and prediction; the decision says why, in a sentence too', async () => {
    await setCap('sms', 'all', 0.1);
    await plan(sms, await many(1));
    await carry(accepted);
    const [late = ''] = await many(1, '+49');
    const event = await plan(sms, [late]);
    expect(await decisionOf(db, event, 'sms')).toBe('spending_cap: total_cap');
    const explained = await db.asOperator((client) =>
      client.query(`select because from notify.explain($1, null, $2) where rule = 'spending_cap'`, [event, late]),
    );
    expect(explained.rows).toEqual([{ because: expect.stringContaining('all that it may spend within a day') }]);
    expect(
      await one<string>(
        db.owner,
        `select rule || ' ' || reason from notify_private.predict($1, $2, now(), null, null, null, null, null)`,
        [late, sms],
      ),
    ).toBe('spending_cap total_cap');
    await db.owner.query('update notify.daily_spending_totals set day = day - 1');
    expect(await decisionOf(db, await plan(sms, [late]), 'sms')).toBe('send');
  });

  test("is given back with the country's", async () => {
    await plan(sms, [...(await many(1)), ...(await many(1, '+49'))]);
    await carry(rejected('message'));
    expect([await total(), await spent(), await spent('sms', 'DE')]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test('is set and seen by operators, and there is always one', async () => {
    const token = await signToken(await somebody(), { role: 'operator' });
    const { data } = await api.ask(
      `mutation { setSpendingCap(input: { channel: sms, country: "all", perDay: "0.5" }) { result { country perDay currency } } }`,
      { token },
    );
    expect(data.setSpendingCap.result).toEqual({ country: 'all', perDay: '0.5', currency: 'USD' });
    await plan(sms, await many(2));
    await carry(accepted);
    const seen = await api.ask('{ dailySpendingTotals { nodes { channel currency spent deliveries } } }', { token });
    expect(seen.data.dailySpendingTotals.nodes).toEqual([
      { channel: 'sms', currency: 'USD', spent: '0.2', deliveries: 2 },
    ]);
    const { rows } = await db.owner.query(
      `select name, value from notify_private.prometheus_metrics() where labels ->> 'country' = 'all' order by name`,
    );
    expect(rows).toEqual([
      { name: 'spending', value: 0.2 },
      { name: 'spending_cap', value: 0.5 },
    ]);
    const removed = await api.ask(
      `mutation { deleteSpendingCap(input: { channel: sms, country: "all" }) { result } }`,
      {
        token,
      },
    );
    expect(removed.codes).toEqual(['INVALID_INPUT']);
    await expect(
      db.asUser(await somebody(), (client) => client.query('select from notify.daily_spending_totals')),
    ).rejects.toMatchObject({ code: '42501' });
  });
});

describe('SE-6: a person and a number', () => {
  test.each([
    ['sms_sent', 'twilio'],
    ['calls_placed', 'twilio_voice'],
  ] as const)('have at most as many as the limit %s says, P0 or not', async (key, provider) => {
    await setLimit(key, 3);
    const type = key === 'sms_sent' ? sms : voice;
    const [one = '', other = ''] = await many(2);
    for (let n = 0; n < 5; n++) await tell(db, type, [one, other]);
    await planDue(db);
    const claims = await Promise.all(Array.from({ length: 5 }, () => claim(provider, 2)));
    expect(claims.flatMap(({ ids }) => ids)).toHaveLength(6);
    expect(await states()).toEqual(['6 sending', '4 suppressed spending_cap']);
    expect(await decisionOf(db, await plan(type, [one]), key === 'sms_sent' ? 'sms' : 'voice')).toBe(
      'spending_cap: person_cap',
    );
    // A day later it begins anew.
    await db.owner.query(`update notify_private.charges set charged_at = charged_at - interval '1 day'`);
    await plan(type, [one]);
    expect((await claim(provider)).ids).toHaveLength(1);
  });

  test('several people with one number count together', async () => {
    await setLimit('calls_placed', 3);
    const phone = freshPhone();
    const people = await Promise.all(Array.from({ length: 5 }, () => somebody(phone)));
    await plan(voice, people);
    expect((await claim('twilio_voice')).ids).toHaveLength(3);
    const another = await somebody(phone);
    expect(await decisionOf(db, await plan(voice, [another]), 'voice')).toBe('spending_cap: number_cap');
    // Somebody else's number, and the same one by SMS, are free.
    await plan(voice, await many(1));
    expect((await claim('twilio_voice')).ids).toHaveLength(1);
    await plan(sms, [another]);
    expect((await claim()).ids).toHaveLength(1);
  });

  test('what was charged goes with the person, and when no limit counts it any more', async () => {
    const [gone = '', stays = ''] = await many(2);
    await plan(sms, [gone, stays]);
    await carry(accepted);
    const charges = () => one<number>(db.owner, 'select count(*)::integer from notify_private.charges');
    await db.asOperator((client) => client.query(`select notify.erase_person($1, 'person_request', $1)`, [gone]), {
      commit: true,
    });
    expect(await charges()).toBe(1);
    await db.worker.query('select notify_private.expire_keys()');
    expect(await charges()).toBe(1);
    await db.owner.query(`update notify_private.charges set charged_at = charged_at - interval '50 hours'`);
    await db.worker.query('select notify_private.expire_keys()');
    expect(await charges()).toBe(0);
    // What was spent stays, of nobody.
    expect(await one<number>(db.owner, 'select deliveries from notify.daily_spending')).toBe(2);
  });
});

describe('SE-6: operators', () => {
  const set = `mutation ($perDay: BigFloat!, $country: String!, $currency: String, $price: BigFloat) {
    setSpendingCap(input: { channel: sms, country: $country, perDay: $perDay, currency: $currency, unitPrice: $price }) {
      result { channel country perDay currency unitPrice } } }`;

  test('see what is spent and set the caps; nobody else does', async () => {
    const operator = await signToken(await somebody(), { role: 'operator' });
    const person = await signToken(await somebody());
    const variables = { perDay: '12.5', country: 'PT' };
    expect((await api.ask(set, { token: operator, variables })).data.setSpendingCap.result).toEqual({
      channel: 'sms',
      country: 'PT',
      perDay: '12.5',
      currency: 'USD',
      unitPrice: '0.1',
    });
    expect((await api.ask(set, { token: person, variables: { ...variables, country: 'ES' } })).errors).not.toEqual([]);
    await plan(sms, await many(2));
    await carry(accepted);
    const seen = `{ dailySpendings { nodes { channel country currency spent deliveries } } spendingCaps { country } }`;
    const { data } = await api.ask(seen, { token: operator });
    expect(data.dailySpendings.nodes).toEqual([
      { channel: 'sms', country: 'FR', currency: 'EUR', spent: '0.130', deliveries: 2 },
    ]);
    expect(data.spendingCaps).not.toContainEqual({ country: 'ES' });
    expect((await api.ask(seen, { token: person })).data?.dailySpendings ?? null).toBeNull();
    await expect(
      db.asUser(await somebody(), (client) => client.query(`select notify.set_spending_cap('sms', '*', 1)`)),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('cannot set what is none, nor another currency without a price in it', async () => {
    const token = await signToken(await somebody(), { role: 'operator' });
    const answer = (variables: object) =>
      api.ask(set, { token, variables: { country: 'PT', perDay: '1', ...variables } });
    for (const wrong of [
      { country: 'Portugal' },
      { perDay: '-1' },
      { perDay: 'NaN' },
      { perDay: 'Infinity' },
      { currency: 'euros' },
      { currency: 'EUR' },
      { currency: 'EUR', price: '-1' },
    ])
      expect([wrong, (await answer(wrong)).codes]).toEqual([wrong, ['INVALID_INPUT']]);
    expect((await answer({ currency: 'EUR', price: '0.05' })).errors).toEqual([]);
    const remove = (country: string) =>
      api.ask(`mutation { deleteSpendingCap(input: { channel: sms, country: "${country}" }) { result } }`, { token });
    expect((await remove('PT')).data.deleteSpendingCap.result).toBe(true);
    expect((await remove('PT')).data.deleteSpendingCap.result).toBe(false);
    expect((await remove('*')).codes).toEqual(['INVALID_INPUT']);
  });

  test('are told by metrics before it is all spent', async () => {
    await setCap('sms', 'FR', 0.13);
    await plan(sms, await many(1));
    await carry(accepted);
    const sample = (name: string) =>
      one<number>(db.owner, `select value from notify_private.prometheus_metrics() where name = $1 and labels = $2`, [
        name,
        JSON.stringify({ channel: 'sms', country: 'FR', currency: 'EUR' }),
      ]);
    expect([await sample('spending'), await sample('spending_cap')]).toEqual([0.065, 0.13]);
    // Countries without a cap of their own are shown by the one that holds for them.
    await plan(sms, await many(1, '+49'));
    await carry(accepted);
    const { rows } = await db.owner.query(
      `select name, value from notify_private.prometheus_metrics() where labels ->> 'country' = 'DE' order by name`,
    );
    expect(rows).toEqual([
      { name: 'spending', value: 0.1 },
      { name: 'spending_cap', value: 100 },
    ]);
  });
});
