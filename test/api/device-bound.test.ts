import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

const apnsToken = () => randomBytes(32).toString('hex');
const tokens = (count: number) => Array.from({ length: count }, apnsToken);
const register = (user: string, wanted: readonly string[]) =>
  Promise.all(
    wanted.map((token) =>
      db.asUser(user, (me) => me.query(`select notify.register_device('apns', $1)`, [token]), { commit: true }),
    ),
  );
const limitOf = (key: string, atMost: number) =>
  db.owner.query('update notify.limits set at_most = $2 where key = $1', [key, atMost]);

async function devicesOf(user: string) {
  const { rows } = await db.owner.query<{ token: string; reason: string | null }>(
    'select token, deactivation_reason as reason from notify.devices where user_id = $1',
    [user],
  );
  return { active: rows.filter(({ reason }) => reason === null), gone: rows.filter(({ reason }) => reason !== null) };
}

describe('devices', () => {
  test('SE-2: at the fifty-first the one without contact for longest goes, with its reason', async () => {
    const [user, other] = [await createUser(db), await createUser(db)];
    await register(other, tokens(1));
    const first = tokens(50);
    await register(user, first);
    const forgotten = first[20];
    await db.owner.query(`update notify.devices set seen_at = now() - interval '3 days' where token = $1`, [forgotten]);
    // The same phone once more is no phone more.
    await register(user, first.slice(0, 3));
    expect(await devicesOf(user)).toMatchObject({ active: { length: 50 }, gone: [] });
    const last = tokens(1);
    await register(user, last);
    const { active, gone } = await devicesOf(user);
    expect(active).toHaveLength(50);
    expect(gone).toEqual([{ token: forgotten, reason: 'too_many_devices' }]);
    expect(active.map(({ token }) => token)).toContain(last[0]);
    expect(await devicesOf(other)).toMatchObject({ active: { length: 1 }, gone: [] });
  });

  test('SE-2: one that went comes back when it registers, and another goes for it', async () => {
    const user = await createUser(db);
    const all = tokens(51);
    for (const token of all) await register(user, [token]);
    expect((await devicesOf(user)).gone.map(({ token }) => token)).toEqual([all[0]]);
    await register(user, all.slice(0, 1));
    expect((await devicesOf(user)).gone.map(({ token }) => token)).toEqual([all[1]]);
  });

  test('SE-2: seventy at once leave fifty', async () => {
    const user = await createUser(db);
    await register(user, tokens(70));
    expect(await devicesOf(user)).toMatchObject({ active: { length: 50 }, gone: { length: 20 } });
  });

  test('SE-2: devices that move between two people, both ways at once, count where they are', async () => {
    const [ada, bob] = [await createUser(db), await createUser(db)];
    const [hers, his] = [tokens(50), tokens(50)];
    await Promise.all([register(ada, hers), register(bob, his)]);
    await Promise.all([register(ada, his.slice(0, 30)), register(bob, hers.slice(0, 30)), register(bob, tokens(10))]);
    for (const user of [ada, bob]) expect((await devicesOf(user)).active.length).toBeLessThanOrEqual(50);
    // Thirty came and thirty left; ten more only.
    await register(ada, tokens(50));
    await register(bob, tokens(50));
    expect((await devicesOf(ada)).active).toHaveLength(50);
    expect((await devicesOf(bob)).active).toHaveLength(50);
  });

  test('SE-2: a device thought stale that is in touch again makes no fifty-first', async () => {
    const user = await createUser(db);
    await register(user, tokens(50));
    await db.owner.query(
      `insert into notify.devices (user_id, session_id, provider, token, deactivated_at, deactivation_reason)
       values ($1, 'old', 'apns', $2, now(), 'stale')`,
      [user, apnsToken()],
    );
    await db.asHttp((http) => http.query(`select notify_private.touch_devices($1, 'old')`, [user]), { commit: true });
    const { active, gone } = await devicesOf(user);
    expect(active).toHaveLength(50);
    expect(gone.map(({ reason }) => reason)).toEqual(['too_many_devices']);
  });

  test('SE-2: the bound is the row in notify.limits', async () => {
    const user = await createUser(db);
    await limitOf('devices', 3);
    await register(user, tokens(5));
    await limitOf('devices', 50);
    expect(await devicesOf(user)).toMatchObject({ active: { length: 3 }, gone: { length: 2 } });
  });
});

describe('webhook endpoints', () => {
  const add = (user: string, names: readonly string[]) =>
    db.asWriter(
      (service) =>
        service.query(
          `insert into notify.webhook_endpoints (user_id, url, secret)
           select $1, 'https://hooks.example/' || name, 'whsec_' || repeat('a', 32) from unnest($2::text[]) as name`,
          [user, names],
        ),
      { commit: true },
    );
  const names = (from: number, count: number) => Array.from({ length: count }, (_, n) => String(from + n));
  const endpointsOf = async (user: string) => {
    const { rows } = await db.owner.query<{ name: string; reason: string | null }>(
      `select substring(url from '[0-9]+$') as name, deactivation_reason as reason from notify.webhook_endpoints
       where user_id = $1 order by id`,
      [user],
    );
    return rows;
  };

  test('SE-2: at the twenty-first the oldest goes, with its reason; the others stay', async () => {
    const [user, other] = [await createUser(db), await createUser(db)];
    await add(other, names(0, 1));
    for (let n = 0; n < 20; n++) await add(user, [String(n)]);
    expect((await endpointsOf(user)).filter(({ reason }) => reason !== null)).toEqual([]);
    await add(user, ['20']);
    expect((await endpointsOf(user)).filter(({ reason }) => reason !== null)).toEqual([
      { name: '0', reason: 'too_many_endpoints' },
    ]);
    expect(await endpointsOf(other)).toEqual([{ name: '0', reason: null }]);
  });

  test('SE-2: thirty in one statement, or at once in many, leave twenty', async () => {
    const [one, many] = [await createUser(db), await createUser(db)];
    await add(one, names(0, 30));
    await Promise.all(names(0, 30).map((name) => add(many, [name])));
    for (const user of [one, many]) {
      expect((await endpointsOf(user)).filter(({ reason }) => reason === null)).toHaveLength(20);
    }
  });
});
