import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { hasPack } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { decisionOf, installPack, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
let api: TestApi;
let operator: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  api = await startTestApi(db);
  operator = await signToken(await createUser(db), { role: 'operator' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});
beforeEach(() => db.owner.query('delete from notify.devices'));

const fcm = () => `fcm-${randomBytes(24).toString('hex')}`;
const register = (jwt: string, token: string) =>
  api.ask(
    'mutation ($token: String!) { registerDevice(input: { provider: fcm, token: $token }) { result { id seenAt } } }',
    {
      token: jwt,
      variables: { token },
    },
  );
/** Somebody with a device that was last in touch so long ago. */
async function silentFor(time: string, sid = 's1') {
  const userId = await createUser(db);
  const token = fcm();
  // Not over the API: that would note a contact of the session, at a moment of its own.
  await db.asUser(userId, (me) => me.query(`select notify.register_device('fcm', $1)`, [token]), {
    commit: true,
    sessionId: sid,
  });
  const deviceId = await one<string>(
    db.owner,
    `update notify.devices set seen_at = now() - $2::interval, registered_at = now() - $2::interval where token = $1 returning id`,
    [token, time],
  );
  return { userId, token, deviceId };
}
const sweep = async () => {
  await db.owner.query(
    `update notify.sweeps set next_run_at = case key when 'stale_devices' then now() else now() + interval '1 day' end`,
  );
  const { rows } = await db.worker.query<{ sweep_key: string; seen: string }>(
    'select sweep_key, seen::text from notify_private.run_due_sweeps()',
  );
  return rows;
};
const reasonOf = (deviceId: string) =>
  one<string | null>(db.owner, 'select deactivation_reason from notify.devices where id = $1', [deviceId]);

describe('JK-8 NC-61 a device without contact', () => {
  test('is deactivated by the scheduled job after the time that operators set, and no push is planned for it', async () => {
    const [silent, recent] = [await silentFor('91 days'), await silentFor('89 days')];
    const type = await makeType(db);
    expect(await sweep()).toEqual([{ sweep_key: 'stale_devices', seen: '1' }]);
    expect([await reasonOf(silent.deviceId), await reasonOf(recent.deviceId)]).toEqual(['stale', null]);
    const decision = async (userId: string) => {
      const event = await tell(db, type, [userId]);
      await planDue(db);
      return decisionOf(db, event);
    };
    expect([await decision(silent.userId), await decision(recent.userId)]).toEqual(['address: no_address', 'send']);

    const set = (input: string) =>
      api.ask(`mutation { updateSettings(input: ${input}) { result { staleDeviceAfter { days } } } }`, {
        token: operator,
      });
    expect((await set('{ staleDeviceAfter: { hours: 1 } }')).errors[0]?.message).toMatch(/^staleDeviceAfter: /);
    expect((await set('{ staleDeviceAfter: { days: 60 } }')).data.updateSettings.result).toEqual({
      staleDeviceAfter: { days: 60 },
    });
    expect(await sweep()).toEqual([{ sweep_key: 'stale_devices', seen: '1' }]);
    expect(await reasonOf(recent.deviceId)).toBe('stale');
    await set('{ staleDeviceAfter: { days: 90 } }');
  });

  test('NC-61 operators see how many and why, by day and provider; others do not', async () => {
    const [one, two, refused] = [await silentFor('91 days'), await silentFor('2 years'), await silentFor('1 day')];
    await db.owner.query(
      `update notify.devices set deactivated_at = now(), deactivation_reason = 'unregistered' where id = $1`,
      [refused.deviceId],
    );
    await sweep();
    expect([await reasonOf(one.deviceId), await reasonOf(two.deviceId)]).toEqual(['stale', 'stale']);
    const look = '{ deactivationMetrics { provider reason tokens } }';
    expect((await api.ask(look, { token: operator })).data.deactivationMetrics).toEqual([
      { provider: 'fcm', reason: 'stale', tokens: '2' },
      { provider: 'fcm', reason: 'unregistered', tokens: '1' },
    ]);
    expect((await api.ask(look, { token: await signToken(one.userId) })).codes).not.toEqual([]);
    const mine = await api.ask('{ devices { deactivationReason seenAt } }', {
      token: await signToken(one.userId),
    });
    expect(mine.data.devices).toEqual([{ deactivationReason: 'stale', seenAt: expect.any(String) }]);
  });

  test('any request of its session is a contact: it counts anew, and what was thought stale works again', async () => {
    const [silent, dead, other] = [
      await silentFor('91 days', 'sid-a'),
      await silentFor('91 days', 'sid-b'),
      await silentFor('91 days', 'sid-a'),
    ];
    await db.owner.query(
      `update notify.devices set deactivated_at = now(), deactivation_reason = 'unregistered' where id = $1`,
      [dead.deviceId],
    );
    await sweep();
    // The API remembers for hours whom it has noted; another process has not.
    const second = await startTestApi(db);
    await second.ask('{ mySettings { timeZone } }', { token: await signToken(silent.userId, { sid: 'sid-a' }) });
    await second.ask('{ mySettings { timeZone } }', { token: await signToken(dead.userId, { sid: 'sid-b' }) });
    await until('the contact is noted', async () => (await reasonOf(silent.deviceId)) === null);
    await until('the refused one is in touch, too', () =>
      one<boolean>(db.owner, `select seen_at > now() - interval '1 minute' from notify.devices where id = $1`, [
        dead.deviceId,
      ]),
    );
    expect([await reasonOf(dead.deviceId), await reasonOf(other.deviceId)]).toEqual(['unregistered', 'stale']);
    await sweep();
    expect(await reasonOf(silent.deviceId)).toBe(null);

    // Noted once in six hours, not with each request.
    const before = await one<Date>(db.owner, 'select seen_at from notify.devices where id = $1', [silent.deviceId]);
    for (let n = 0; n < 3; n++)
      await second.ask('{ mySettings { timeZone } }', { token: await signToken(silent.userId, { sid: 'sid-a' }) });
    await db.asHttp((http) => http.query('select notify_private.touch_devices($1, $2)', [silent.userId, 'sid-a']), {
      commit: true,
    });
    expect(await one<Date>(db.owner, 'select seen_at from notify.devices where id = $1', [silent.deviceId])).toEqual(
      before,
    );
    await second.stop();
  });

  test.runIf(hasPack('coaching'))(
    'being in touch is not registering: who turned pushes of coaching off finds them off',
    async () => {
      const ada = await silentFor('80 days');
      await db.asWriter(
        (service) =>
          service.query('insert into coaching.members (user_id, push_enabled) values ($1, false)', [ada.userId]),
        {
          commit: true,
        },
      );
      const isOn = () =>
        one<boolean>(db.owner, 'select push_enabled from coaching.members where user_id = $1', [ada.userId]);
      const contact = () =>
        db.asHttp((http) => http.query('select notify_private.touch_devices($1, $2)', [ada.userId, 's1']), {
          commit: true,
        });
      await contact();
      expect(await isOn()).toBe(false);
      await db.owner.query(`update notify.devices set seen_at = now() - interval '91 days' where id = $1`, [
        ada.deviceId,
      ]);
      await sweep();
      await contact();
      expect([await reasonOf(ada.deviceId), await isOn()]).toEqual([null, false]);
      await register(await signToken(ada.userId, { sid: 's1' }), ada.token);
      expect(await isOn()).toBe(true);
    },
  );

  test('registering is a contact; people cannot claim one for others', async () => {
    const silent = await silentFor('91 days');
    await sweep();
    const { data } = await register(await signToken(silent.userId, { sid: 's9' }), silent.token);
    expect(Date.now() - Date.parse(data.registerDevice.result.seenAt)).toBeLessThan(60_000);
    expect(await reasonOf(silent.deviceId)).toBe(null);
    expect(await sweep()).toEqual([{ sweep_key: 'stale_devices', seen: '0' }]);
    await expect(
      db.asUser(silent.userId, (me) => me.query('select notify_private.touch_devices($1, $2)', [silent.userId, 's1'])),
    ).rejects.toThrow(/permission denied/);
  });
});
