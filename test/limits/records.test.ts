import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery } from '../support/engine.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

const limit = (key: string, most: number) =>
  db.owner.query('update notify.limits set at_most = $2 where key = $1', [key, most]);
const as = (who: string, sql: string, values: unknown[] = []) =>
  db.asUser(who, (client) => client.query(sql, values), { commit: true });
const byLink = (sql: string, values: unknown[] = []) =>
  db.asHttp((client) => client.query(sql, values), { commit: true });
const count = (table: string, who: string) =>
  one<number>(db.owner, `select count(*)::integer from ${table} where user_id = $1`, [who]);
const times = async (many: number, what: () => Promise<unknown>) => {
  const answers: string[] = [];
  for (let n = 0; n < many; n++) {
    answers.push(
      await what().then(
        () => 'ok',
        (error: { code: string; constraint: string }) => `${error.code} ${error.constraint}`,
      ),
    );
  }
  return answers;
};

describe('SE-14: records of consent', () => {
  const agree = (who: string, channel: string | null = null) =>
    as(who, `select notify.record_consent('v1', 'settings_page', $1)`, [channel]);
  const withdraw = (who: string) => as(who, `select notify.withdraw_consent(method => 'settings_page')`);

  test('as many a day as the limit says, also at once; another person has their own', async () => {
    await limit('consents', 5);
    const who = await createUser(db);
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => agree(who)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(await count('notify.consents', who)).toBe(5);
    await agree(await createUser(db));
  });

  test('to withdraw is never refused, and cannot be used to write without end', async () => {
    await limit('consents', 5);
    const who = await createUser(db);
    expect(await times(5, () => agree(who))).toEqual(Array(5).fill('ok'));
    expect(await times(3, () => withdraw(who))).toEqual(['ok', 'RBLIM consents', 'RBLIM consents']);
    const other = await createUser(db);
    const turn = async () => {
      await agree(other);
      await withdraw(other);
    };
    expect(await times(7, turn)).toEqual([...Array(5).fill('ok'), 'RBLIM consents', 'RBLIM consents']);
    expect(await count('notify.consents', other)).toBe(10);
  });

  test('services record what they have to', async () => {
    await limit('consents', 2);
    const who = await createUser(db);
    const record = () =>
      db.asWriter((client) => client.query(`select notify.record_consent_for($1, 'v1', 'import')`, [who]), {
        commit: true,
      });
    expect(await times(4, record)).toEqual(Array(4).fill('ok'));
  });

  test('tracking alike, signed in and by a link', async () => {
    await limit('consents', 3);
    const who = await createUser(db);
    const turn = (granted: boolean) => as(who, 'select notify.set_email_tracking($1)', [granted]);
    const both = () => turn(true).then(() => turn(false));
    expect(await times(4, both)).toEqual(['ok', 'ok', 'ok', 'RBLIM consents']);
    expect(await count('notify.tracking_consents', who)).toBe(6);
    const linked = await createUser(db, { email: 'linked@example.com' });
    const link = async () => {
      for (const tracked of [true, false])
        await byLink(`select notify_private.save_email_preferences($1, '{}', $2)`, [linked, tracked]);
    };
    expect(await times(4, link)).toEqual(['ok', 'ok', 'ok', 'RBLIM consents']);
  });
});

describe('SE-14: changes of preferences', () => {
  const set = (who: string, enabled: boolean) =>
    as(who, `select notify.set_preference('login_suspicious', 'sms', $1)`, [enabled]);

  test('as many a day as the limit says; to switch off is never refused', async () => {
    await limit('preference_changes', 4);
    const who = await createUser(db);
    const turn = () => set(who, true).then(() => set(who, false));
    expect(await times(6, turn)).toEqual([
      ...Array(4).fill('ok'),
      'RBLIM preference_changes',
      'RBLIM preference_changes',
    ]);
    expect(await count('notify.preference_changes', who)).toBe(8);
    // What is off already and only said otherwise counts.
    const slower = (frequency: string) =>
      as(who, `select notify.set_preference('payment_created', 'email', null, $1)`, [frequency]);
    expect(await times(1, () => slower('daily'))).toEqual(['RBLIM preference_changes']);
    // Nothing changes, so nothing is put on record.
    expect(await times(2, () => set(who, false))).toEqual(['ok', 'ok']);
  });

  test('of a category, of settings, and taken back: all count together', async () => {
    await limit('preference_changes', 3);
    const who = await createUser(db);
    await as(who, `select notify.set_category_preference('payment', 'email', true)`);
    await as(who, 'select notify.update_personal_settings(daily_cap => 1)');
    await as(who, `select notify.reset_category_preference('payment', 'email')`);
    expect(
      await times(1, () => as(who, `select notify.update_personal_settings(time_zone => 'Europe/Paris')`)),
    ).toEqual(['RBLIM preference_changes']);
    expect(await count('notify.preference_changes', who)).toBe(3);
  });

  test('by the links of a mail: to leave works although the limit is used up, to come and go does not', async () => {
    await limit('preference_changes', 3);
    const who = await createUser(db, { email: 'mail@example.com' });
    const choose = (choice: string) =>
      byLink('select notify_private.save_email_preferences($1, $2, false)', [
        who,
        JSON.stringify({ payment_created: choice }),
      ]);
    expect(await times(4, () => choose('daily').then(() => choose('weekly')))).toContain('RBLIM preference_changes');
    await byLink(`select notify_private.unsubscribe($1, 'payment_created')`, [who]);
    await byLink('select notify_private.unsubscribe($1, null)', [who]);
    expect(
      await one<boolean>(
        db.owner,
        `select enabled from notify.preferences where user_id = $1 and type_key = 'payment_created' and channel = 'email'`,
        [who],
      ),
    ).toBe(false);
  });

  test('operators change defaults as they like', async () => {
    await limit('preference_changes', 1);
    const change = () =>
      db.asOperator(
        (client) => client.query(`select notify.update_settings(daily_cap => (random() * 1000)::integer + 1)`),
        {
          commit: true,
          userId: '00000000-0000-7000-8000-0000000000aa',
        },
      );
    expect(await times(4, change)).toEqual(Array(4).fill('ok'));
  });
});

test('SE-14: of what can be undone the oldest goes', async () => {
  await limit('undo_records', 3);
  const who = await createUser(db);
  const { notificationId } = await makeDelivery(db, who);
  await db.owner.query('update notify.notifications set told_at = created_at where id = $1', [notificationId]);
  const tokens: string[] = [];
  for (const action of ['read', 'unread', 'read', 'unread', 'read']) {
    const { rows } = await as(who, 'select undo_token from notify.change_notifications($1, array[$2::uuid])', [
      action,
      notificationId,
    ]);
    tokens.push(rows[0]?.undo_token);
  }
  expect(tokens.every(Boolean)).toBe(true);
  expect(await count('notify_private.inbox_changes', who)).toBe(3);
  await expect(as(who, 'select notify.undo_change($1)', [tokens[1]])).rejects.toMatchObject({ code: 'RBNFD' });
  const { rows } = await as(who, 'select notify.undo_change($1) as undone', [tokens[4]]);
  expect(rows).toEqual([{ undone: 1 }]);
});

describe('SE-14: devices', () => {
  const register = (who: string, n: number) =>
    as(who, `select notify.register_device('fcm', $1)`, [`${who}:${'x'.repeat(20)}${n}`]);

  test('those that went for newer ones stay on record, so that only so many come in a day; again is no new one', async () => {
    await limit('device_registrations', 6);
    await limit('devices', 3);
    const who = await createUser(db);
    let n = 0;
    expect(await times(8, () => register(who, n++))).toEqual([
      ...Array(6).fill('ok'),
      'RBLIM device_registrations',
      'RBLIM device_registrations',
    ]);
    expect(await count('notify.devices', who)).toBe(6);
    expect(await times(3, () => register(who, 5))).toEqual(['ok', 'ok', 'ok']);
    await register(await createUser(db), 0);
  });
});
