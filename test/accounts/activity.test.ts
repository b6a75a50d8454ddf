import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Client } from '../support/database.ts';
import { one } from '../support/one.ts';
import { activityOf, db, linesOf, makeUser, sha } from './activity-world.ts';
import { write } from './world.ts';

describe("NC-20 NC-21: whatever is written to an account is in its activity, in the person's language", () => {
  test('verifications', async () => {
    const ada = await makeUser();
    const id = await write(db, 'insert into accounts.verifications (user_id) values ($1) returning id', [ada]);
    await write(db, `update accounts.verifications set status = 'initiated' where id = $1`, [id]);
    await write(db, `update accounts.verifications set status = 'completed' where id = $1`, [id]);
    await write(
      db,
      `insert into accounts.verifications (user_id, kind, status, failure_reason) values ($1, 'document', 'failed', 'It is blurred.')`,
      [ada],
    );
    expect(await linesOf(ada)).toEqual([
      'verification created pending: Identity verification begun',
      'verification completed completed: Identity verification completed',
      'verification failed failed: Document verification failed | It is blurred.',
    ]);
    expect((await activityOf(ada))[1]).toMatchObject({
      resource_type: 'verification',
      resource_id: id,
      metadata: { kind: 'identity' },
    });
  });

  test('payments', async () => {
    const ada = await makeUser('fr');
    const id = await write(
      db,
      `insert into accounts.payments (user_id, amount, currency) values ($1, 5, 'EUR') returning id`,
      [ada],
    );
    for (const set of [
      `'failed', failure_reason = 'Carte expirée.'`,
      `'created', failure_reason = null`,
      `'completed'`,
      `'refunded'`,
    ])
      await write(db, `update accounts.payments set status = ${set} where id = $1`, [id]);
    expect(await linesOf(ada)).toEqual([
      'payment created pending: Paiement commencé | 5,00\u00a0€',
      'payment failed failed: Paiement échoué | 5,00\u00a0€ · Carte expirée.',
      'payment created pending: Paiement commencé | 5,00\u00a0€',
      'payment completed completed: Paiement effectué | 5,00\u00a0€',
      'payment updated completed: Paiement remboursé | 5,00\u00a0€',
    ]);
    expect((await activityOf(ada))[4]?.metadata).toEqual({ amount: '5.00', currency: 'EUR', state: 'refunded' });
  });

  test('balances', async () => {
    const ada = await makeUser();
    const id = await write(
      db,
      `insert into accounts.balances (user_id, currency, amount) values ($1, 'USD', 20) returning id`,
      [ada],
    );
    for (const set of ['amount = amount', 'amount = 8', 'low_threshold = 10', 'amount = -1, low_threshold = null'])
      await write(db, `update accounts.balances set ${set} where id = $1`, [id]);
    expect(await linesOf(ada)).toEqual([
      'balance created completed: Balance opened | $20.00',
      'balance updated completed: Balance changed | $20.00 → $8.00',
      'balance updated completed: Low-balance threshold changed | $10.00',
      'balance updated completed: Balance changed | $8.00 → -$1.00',
    ]);
  });

  test('log-ins, with address and program; those of the transaction where the row says none', async () => {
    const ada = await makeUser();
    await write(
      db,
      `insert into accounts.logins (user_id, device, place, succeeded, is_suspicious, ip_address, user_agent)
       values ($1, 'Firefox', 'Lyon', false, true, '2001:db8::7', 'Mozilla/5.0')`,
      [ada],
    );
    const login = (ip: string, agent: string) =>
      db.asWriter(
        async (client) => {
          await client.query(
            `select set_config('rowbell.ip_address', $1, true), set_config('rowbell.user_agent', $2, true)`,
            [ip, agent],
          );
          await client.query('insert into accounts.logins (user_id) values ($1)', [ada]);
          await client.query(`insert into accounts.account_settings (user_id, name, value) values ($1, $2, '1')`, [
            ada,
            `s_${ip.length}`,
          ]);
        },
        { commit: true },
      );
    await login('192.0.2.1', 'curl/8');
    await login('no address', '');
    expect(await linesOf(ada)).toEqual([
      'login failed failed: Log-in refused | Firefox, Lyon',
      'login completed completed: Logged in',
      'settings created completed: Setting set | s 9',
      'login completed completed: Logged in',
      'settings created completed: Setting set | s 10',
    ]);
    expect((await activityOf(ada)).map((a) => [a.ip_address, a.user_agent])).toEqual([
      ['2001:db8::7', 'Mozilla/5.0'],
      ['192.0.2.1', 'curl/8'],
      ['192.0.2.1', 'curl/8'],
      [null, null],
      [null, null],
    ]);
  });

  test('API keys and settings, never a digest or value', async () => {
    const ada = await makeUser('fr');
    const key = await write(
      db,
      `insert into accounts.api_keys (user_id, name, prefix, key_hash) values ($1, 'CI', 'rk_1', $2) returning id`,
      [ada, sha()],
    );
    await write(db, `update accounts.api_keys set name = 'CD' where id = $1`, [key]);
    await write(db, 'update accounts.api_keys set revoked_at = now() where id = $1', [key]);
    const setting = await write(
      db,
      `insert into accounts.account_settings (user_id, name, value) values ($1, 'reply_to', '"secret value"') returning id`,
      [ada],
    );
    for (const set of [
      `value = '"other secret"'`,
      `value = '"other secret"'`,
      'value = null',
      `changed_at = now() + interval '1 second'`,
    ])
      await write(db, `update accounts.account_settings set ${set} where id = $1`, [setting]);
    expect(await linesOf(ada)).toEqual([
      'api_key created completed: Clé API créée | CI (rk_1…)',
      'api_key updated completed: Clé API renommée | CD (rk_1…)',
      'api_key deleted completed: Clé API révoquée | CD (rk_1…)',
      'settings created completed: Réglage défini | adresse de réponse',
      'settings updated completed: Réglage changé | adresse de réponse',
      'settings deleted completed: Réglage supprimé | adresse de réponse',
      'settings updated completed: Réglage changé | adresse de réponse',
    ]);
    expect(JSON.stringify(await activityOf(ada))).not.toContain('secret');
  });

  test('a statement over many rows is an entry a row; one rolled back is none', async () => {
    const people = await Promise.all([makeUser(), makeUser(), makeUser()]);
    await write(
      db,
      `insert into accounts.payments (user_id, amount, currency) select p, 5, 'EUR' from unnest($1::uuid[]) as p`,
      [people],
    );
    await db.asWriter((client) => client.query(`insert into accounts.logins (user_id) values ($1)`, [people[0]]));
    for (const person of people) expect(await linesOf(person)).toHaveLength(1);
  });

  test('services record what no trigger sees, people and operators do not', async () => {
    const ada = await makeUser();
    const record = (client: Client, userId = ada) =>
      client.query(
        `select notify.record_activity($1, 'export', 'created', 'Report asked for', status => 'pending', resource_type => 'report',
           resource_id => 'r-1', metadata => '{"pages": 3}', ip_address => '192.0.2.9')`,
        [userId],
      );
    await db.asWriter((client) => record(client), { commit: true });
    expect(await activityOf(ada)).toMatchObject([
      {
        type: 'export',
        action: 'created',
        status: 'pending',
        resource_id: 'r-1',
        metadata: { pages: 3 },
        ip_address: '192.0.2.9',
      },
    ]);
    await expect(db.asUser(ada, (client) => record(client))).rejects.toMatchObject({ code: '42501' });
    await expect(db.asOperator((client) => record(client))).rejects.toMatchObject({ code: '42501' });
    await expect(db.asWriter((client) => record(client, randomUUID()))).rejects.toMatchObject({ code: 'RBNFD' });
    await expect(
      db.asWriter((client) => client.query(`select notify.record_activity($1, 'x', 'exploded', 'x')`, [ada])),
    ).rejects.toMatchObject({ constraint: 'activities_action_is_known' });
  });
});

describe('NC-23: append-only', () => {
  test('NC-23: nobody changes or deletes an entry, the owner of the table included', async () => {
    const ada = await makeUser();
    await write(db, 'insert into accounts.logins (user_id) values ($1)', [ada]);
    const partition = await one<string>(
      db.owner,
      'select tableoid::regclass::text from notify.activities where user_id = $1',
      [ada],
    );
    const wrongs = ['notify.activities', partition].flatMap((table) => [
      `update ${table} set title = 'x' where user_id = '${ada}'`,
      `delete from ${table} where user_id = '${ada}'`,
      `truncate ${table}`,
    ]);
    for (const sql of wrongs) {
      await expect(
        db.asOwner((client) => client.query(sql)),
        sql,
      ).rejects.toMatchObject({ code: 'RBLCK' });
      for (const as of [db.asOperator, db.asWriter, db.asWorker])
        await expect(
          as((client) => client.query(sql)),
          sql,
        ).rejects.toMatchObject({ code: '42501' });
      await expect(
        db.asUser(ada, (client) => client.query(sql)),
        sql,
      ).rejects.toMatchObject({ code: '42501' });
    }
    await expect(
      db.asWriter((client) =>
        client.query(`insert into notify.activities (user_id, type, action, title) values ($1, 'x', 'created', 'x')`, [
          ada,
        ]),
      ),
    ).rejects.toMatchObject({ code: '42501' });
    expect(await linesOf(ada)).toEqual(['login completed completed: Logged in']);
  });

  test('NC-23: months that the worker makes refuse the same', async () => {
    await one(db.worker, 'select notify_private.make_partitions(4)');
    const months = await db.owner.query<{ month: string }>(
      `select inhrelid::regclass::text as month from pg_inherits where inhparent = 'notify.activities'::regclass`,
    );
    expect(months.rows).toHaveLength(6);
    for (const { month } of months.rows)
      await expect(
        db.asOwner((client) => client.query(`truncate ${month}`)),
        month,
      ).rejects.toMatchObject({ code: 'RBLCK' });
  });

  test('NC-23: retention drops the months that are past, and no other', async () => {
    const ada = await makeUser();
    const months: Record<number, string> = {};
    for (const ago of [16, 12]) {
      const name = await one<string>(
        db.owner,
        `select 'activities_' || to_char(date_trunc('month', now() at time zone 'UTC') - make_interval(months => $1), 'YYYY_MM')`,
        [ago],
      );
      months[ago] = name;
      const bounds = await one<string>(
        db.owner,
        `select format('from (%L) to (%L)', notify_private.uuidv7_floor(m at time zone 'UTC'), notify_private.uuidv7_floor((m + interval '1 month') at time zone 'UTC'))
         from (select to_date(right($1, 7), 'YYYY_MM')::timestamp as m)`,
        [name],
      );
      await db.owner.query(
        `create table notify_private.${name} partition of notify.activities for values ${bounds}; alter table notify_private.${name} enable row level security`,
      );
      await db.owner.query(
        `insert into notify.activities (id, user_id, type, action, title)
         values (uuidv7(to_date(right($2, 7), 'YYYY_MM') + interval '14 days' - now()), $1, 'login', 'completed', $2)`,
        [ada, name],
      );
    }
    await one(db.worker, 'call notify_private.apply_retention(null)');
    expect((await activityOf(ada)).map(({ title }) => title)).toEqual([months[12]]);
    expect(await one(db.owner, `select to_regclass('notify_private.${months[16]}') is null`)).toBe(true);
  });

  test('NC-23: who is erased leaves no activity; who is not keeps theirs', async () => {
    const [ada, bob] = [await makeUser(), await makeUser()];
    for (const person of [ada, bob]) {
      await write(db, 'insert into accounts.logins (user_id, ip_address) values ($1, $2)', [person, '192.0.2.1']);
      await write(db, `insert into accounts.account_settings (user_id, name) values ($1, 'theme')`, [person]);
      await write(db, `insert into accounts.balances (user_id, currency) values ($1, 'EUR')`, [person]);
    }
    const exported = await db.asUser(ada, (client) =>
      client.query<{ n: number }>(
        `select count(*)::integer as n from notify.export_my_data() where table_name = 'notify.activities'`,
      ),
    );
    expect(exported.rows).toEqual([{ n: 3 }]);
    await db.asOperator((client) => client.query(`select notify.erase_person($1, 'person_request', $1)`, [ada]), {
      commit: true,
    });
    expect(await one(db.owner, 'select count(*)::integer from notify.activities where user_id = $1', [ada])).toBe(0);
    expect(await linesOf(bob)).toHaveLength(3);
  });
});
