import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';

let db: TestDatabase;
let worker: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  worker = await one(db.worker, `select notify_private.register_worker('bulk', 'test', 1, '{3,7}')`);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db);
  await db.owner.query('delete from notify.devices');
});

/** A browser of a person at an origin; the endpoint. */
async function makeBrowser(origin: string, person?: string) {
  const endpoint = `${origin}/${randomUUID()}`;
  await db.owner.query(
    `insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth) values ($1, 'web_push', $2, 'p', 'a')`,
    [person ?? (await makePerson(db, { devices: [] })), endpoint],
  );
  return endpoint;
}
const tellAll = async () => {
  const { rows } = await db.owner.query<{ id: string }>(`select distinct user_id as id from notify.devices`);
  await tell(
    db,
    await makeType(db),
    rows.map(({ id }) => id),
  );
  await planDue(db);
};
/** Addresses handed out, by one claim. */
const claim = async () => {
  const { rows } = await db.worker.query<{ address: string }>(
    `select address from notify_private.claim_deliveries(uuidv7(), $1, '3', 'bulk', 500)`,
    [worker],
  );
  return rows.map(({ address }) => address);
};
const pause = (origin: string) =>
  db.owner.query(`select notify_private.pause_origin('3', $1, 'credentials_rejected')`, [origin]);
const endPauses = () =>
  db.owner.query(
    `update notify.provider_origins set paused_until = now() - interval '1 ms' where paused_until is not null`,
  );

describe('an origin', () => {
  test.each([
    ['web_push', 'https://fcm.googleapis.com/fcm/send/abc:def', 'https://fcm.googleapis.com'],
    ['web_push', 'HTTPS://Web.Push.Apple.com:443/QxY', 'https://web.push.apple.com'],
    ['web_push', 'https://web.push.apple.com./QxY', 'https://web.push.apple.com'],
    ['webhook', 'http://user:p%40ss@hooks.example:8080?x=http://other.example', 'http://hooks.example:8080'],
    ['webhook', 'http://hooks.example:80', 'http://hooks.example'],
    ['webhook', 'https://[2001:DB8::1]:8443/x', 'https://[2001:db8::1]:8443'],
    ['webhook', 'https://a@b@hooks.example\\@other.example/', 'https://hooks.example'],
    ['webhook', 'https://hooks.example.:443?x', 'https://hooks.example'],
    ['webhook', 'https://hooks.example', 'https://hooks.example'],
    ['apns', 'https://a.example/x', null],
    ['smtp', 'a@example.com', null],
  ])('of %s %s is %s', async (provider, address, origin) => {
    expect(await one(db.owner, 'select notify_private.origin_of($1, $2)', [provider, address])).toBe(origin);
  });

  test('that is paused waits without using up a try, others go on; then one message probes', async () => {
    const bad = [await makeBrowser('https://bad.example'), await makeBrowser('https://bad.example:443')];
    const good = await makeBrowser('https://good.example');
    await pause('https://bad.example');
    await tellAll();
    expect(await claim()).toEqual([good]);
    const waiting = `select count(*)::integer from notify.deliveries as d
      join notify.provider_origins as o on d.due_at = o.paused_until where d.status = 'queued' and d.attempt = 0`;
    expect(await one(db.owner, waiting)).toBe(2);
    expect(await claim()).toEqual([]);

    await endPauses();
    await db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
    const probes = (await Promise.all(Array.from({ length: 4 }, claim))).flat();
    expect(probes).toHaveLength(1);
    expect(bad).toContain(probes[0]);
    expect(await one(db.owner, waiting)).toBe(1);
  });

  test('that is paused beyond the end of a message does not keep it', async () => {
    await makeBrowser('https://bad.example');
    await pause('https://bad.example');
    await tellAll();
    await db.owner.query(`update notify.deliveries set expires_at = clock_timestamp() + interval '1 second'`);
    await claim();
    expect(await one(db.owner, 'select due_at = expires_at from notify.deliveries')).toBe(true);
  });

  test('is paused longer each time, up to 5 min', async () => {
    for (const seconds of [5, 10, 20, 40, 80, 160, 300, 300]) {
      await pause('https://bad.example');
      const length = await one<number>(
        db.owner,
        'select extract(epoch from paused_until - clock_timestamp())::float8 from notify.provider_origins',
      );
      expect(length).toBeLessThanOrEqual(seconds);
      expect(length).toBeGreaterThan(seconds === 300 ? 240 : 0);
      await db.owner.query('update notify.provider_origins set paused_until = clock_timestamp()');
    }
  });

  test('is resumed by an operator, alone or with all of its sender; nobody else may', async () => {
    await pause('https://bad.example');
    await pause('https://worse.example');
    const resume = (origin: string | null) =>
      db.asOperator((client) => client.query('select notify.resume_sender($1, $2)', [senders.web_push, origin]), {
        commit: true,
      });
    const paused = async () =>
      (
        await db.asOperator((client) =>
          client.query<{ origin: string }>('select origin from notify.provider_origins where paused_until is not null'),
        )
      ).rows.map(({ origin }) => origin);
    await resume('https://bad.example');
    expect(await paused()).toEqual(['https://worse.example']);
    await resume(null);
    expect(await paused()).toEqual([]);
    await expect(resume('https://unknown.example')).rejects.toMatchObject({ code: 'RBNFD' });
    const person = await makePerson(db);
    await expect(
      db.asUser(person, (client) => client.query(`select notify.resume_sender('3', null)`)),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('is forgotten 30 days after its last use, and where there are more than 2 000', async () => {
    await db.owner.query(
      `insert into notify.provider_origins (sender_id, origin, used_at)
       select 3, 'https://' || n || '.example', now() - make_interval(mins => n) from generate_series(1, 2100) as n
       union all select 7, 'https://old.example', now() - interval '31 days'
       union all select 7, 'https://new.example', now() - interval '29 days'`,
    );
    await db.worker.query('select notify_private.expire_keys()');
    const { rows } = await db.owner.query(
      "select sender_id as sender, count(*)::integer as n, min(used_at) > now() - interval '30 days' as fresh from notify.provider_origins group by 1 order by 1",
    );
    expect(rows).toEqual([
      { sender: senders.web_push, n: 2000, fresh: true },
      { sender: senders.webhook, n: 1, fresh: true },
    ]);
  });
});
