import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../src/database/engine.ts';
import { inOrderOfLocks, lockOrder } from '../src/migrate/lock-order.ts';
import { type Client, createDatabase, type TestDatabase } from './support/database.ts';
import { installPack, makePerson, makeType, planDue, tell } from './support/engine-pack.ts';
import { one } from './support/one.ts';
import { senders } from './support/senders.ts';
import { until } from './support/until.ts';
import { engineOf } from './support/worker-context.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db.drop());

describe('migrate replaces triggers in the order in which writers write', () => {
  const file = (path: string, ...tables: string[]) => ({
    path,
    text: `create function f();\n${tables
      .map((table) => `create or replace trigger t after insert on ${table}\n  execute function f();\n`)
      .join('')}`,
  });
  const tablesOf = async (files: Parameters<typeof inOrderOfLocks>[1]) =>
    (await inOrderOfLocks(await client(), files)).flatMap(({ text }) => / on (\S+)\n/.exec(text)?.[1] ?? []);
  const client = async () => {
    const connection = await db.owner.connect();
    connection.release();
    return connection;
  };
  const files = [
    file('db/functions/core/a/f.sql', 'notify.events', 'trips.participants'),
    file('db/functions/core/b/f.sql', 'notify.users', 'notify.deliveries'),
    file('db/functions/trips/c/f.sql', 'trips.trips', 'trips.circles'),
  ];

  test('whatever their files are called', async () => {
    const expected = [
      'trips.circles',
      'trips.trips',
      'trips.participants',
      'notify.users',
      'notify.deliveries',
      'notify.events',
    ];
    expect(await tablesOf(files)).toEqual(expected);
    expect(await tablesOf(files.toReversed())).toEqual(expected);
  });

  test('after all that locks nothing, then views, with the lines of the file', async () => {
    const view = { path: 'a_view.sql', text: 'create or replace view v as select 1;' };
    const ordered = await inOrderOfLocks(await client(), [files[0] as never, view, files[1] as never]);
    expect(ordered.map(({ path }) => path).slice(0, 3)).toEqual([files[0]?.path, files[1]?.path, 'a_view.sql']);
    expect(ordered[0]?.text.trim()).toBe('create function f();');
    expect(ordered.find(({ text }) => text.includes('trips.participants'))?.text.split('\n')[3]).toMatch(/^create or/);
  });

  test('and says so of a table of the core that it does not know', async () => {
    await expect(tablesOf([file('f.sql', 'notify.unheard_of')])).rejects.toThrow('notify.unheard_of');
  });

  test('which are all that have triggers of ours', async () => {
    const { rows } = await db.owner.query<{ name: string }>(
      `select distinct tgrelid::regclass::text as name from pg_trigger join pg_class on pg_class.oid = tgrelid
       where not tgisinternal and relnamespace in ('notify'::regnamespace, 'notify_private'::regnamespace) and not relispartition order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([...lockOrder].sort());
  });
});

describe('what a writer holds while it waits for a table comes before that table:', () => {
  // Who locks a view locks what it is of as well.
  const order: readonly string[] = lockOrder.filter((table) => !table.startsWith('notify.import_'));
  type Writing = (client: Client) => Promise<unknown>;

  const planned = async () => {
    await tell(db, await makeType(db), [await makePerson(db)]);
    await planDue(db);
    return engineOf(db).register('bulk', 'host', 1, [senders.apns]);
  };
  const claimed = async () => {
    const worker = await planned();
    const id = randomUUID();
    return { id, messages: await engineOf(db).claim(id, worker, senders.apns, 'bulk') };
  };
  const sent = async () => {
    const { id, messages } = await claimed();
    const results = messages.map(() => ({ outcome: 'accepted', providerMessageId: null }) as const);
    await engineOf(db).record(id, messages, results);
    return messages[0]?.deliveryId;
  };

  const engineOn = (client: unknown) => createEngine({ pool: client as pg.Pool, planningPool: client as pg.Pool });
  /** What is there already is made first, what is watched is done in the transaction that the test gives. */
  const writers: Record<string, () => Promise<Writing>> = {
    'a row of a pack': async () => {
      const person = await makePerson(db);
      await db.owner.query(`insert into trips.circles (id, name) values ($1, 'c')`, [person]);
      return (client) =>
        client.query(`insert into trips.trips (circle_id, name, creator_id) values ($1, 't', $1)`, [person]);
    },
    'a payment': async () => {
      const insert = `insert into accounts.payments (user_id, amount, currency, status) values ($1, 1, 'EUR', 'completed')`;
      const person = await makePerson(db);
      return (client) => client.query(insert, [person]);
    },
    'a plan': async () => {
      const event = await tell(db, await makeType(db, { channels: ['push', 'in_app'] }), [await makePerson(db)]);
      return (client) => client.query('select notify_private.plan(array[$1::uuid])', [event]);
    },
    'a claim': async () => {
      const worker = await planned();
      const claim = `select notify_private.claim_deliveries($1, $2, '1', 'bulk', 500)`;
      return (client) => client.query(claim, [randomUUID(), worker]);
    },
    'a refusal': async () => {
      const { id, messages } = await claimed();
      const refused = { outcome: 'rejected', permanence: 'address', reason: 'unregistered', code: null } as const;
      const results = messages.map(() => refused);
      return (client) => engineOn(client).record(id, messages, results);
    },
    'a receipt': async () => {
      const id = await sent();
      return (client) => client.query(`select notify_private.record_receipt($1, 'delivered', 'provider')`, [id]);
    },
    'an opening': async () => {
      const id = await sent();
      return (client) => client.query(`select notify_private.record_receipt($1, 'opened', 'client')`, [id]);
    },
    'a choice': async () => {
      const [type, person] = [await makeType(db), await makePerson(db)];
      return async (client) => {
        await client.query('set local role rowbell_user');
        await client.query(`select set_config('rowbell.user_id', $1, true)`, [person]);
        await client.query(`select notify.set_preference($1, 'push', false)`, [type]);
      };
    },
    'a change of a person': async () => {
      const person = await makePerson(db, { email: `${randomUUID()}@example.com` });
      const update = `update notify.users set time_zone = 'Asia/Tokyo', email = null where id = $1`;
      return (client) => client.query(update, [person]);
    },
  };

  /** Who comes back to a table after one that the order has behind it. */
  const returns: Record<string, readonly string[]> = {
    // It is seen, too.
    'an opening': ['notify.notifications'],
  };

  test.each(Object.keys(writers))('%s', async (name) => {
    const written: string[] = [];
    const early: string[] = [];
    for (const [place, table] of order.entries()) {
      const held = await heldWhileWaiting(table, (await writers[name]?.()) as Writing);
      if (held) written.push(table);
      if (held?.some((other) => order.indexOf(other) > place)) early.push(table);
    }
    expect(written).not.toEqual([]);
    expect(early).toEqual(returns[name] ?? []);
  });

  /** The tables that it has written by then; null: it does not write this one. */
  async function heldWhileWaiting(table: string, write: Writing): Promise<string[] | null> {
    const [holder, writer] = [await db.owner.connect(), await db.owner.connect()];
    try {
      await holder.query(`begin; lock table ${table} in share row exclusive mode`);
      await writer.query('begin');
      const { rows: backends } = await writer.query<{ pid: number }>('select pg_backend_pid() as pid');
      const pid = backends[0]?.pid;
      let isThrough = false;
      const written = write(writer).finally(() => {
        isThrough = true;
      });
      written.catch(() => {});
      const isWaiting = () => one<boolean>(db.owner, 'select cardinality(pg_blocking_pids($1)) > 0', [pid]);
      await until('it waits or is through', async () => isThrough || (await isWaiting()), { everyMs: 5 });
      const { rows: locks } = await db.owner.query<{ name: string }>(
        `select relation::regclass::text as name from pg_locks where pid = $1 and mode = 'RowExclusiveLock' and granted`,
        [pid],
      );
      const held = isThrough ? null : locks.map(({ name }) => name);
      await holder.query('rollback');
      await written;
      return held;
    } finally {
      await holder.query('rollback');
      await writer.query('rollback');
      holder.release();
      writer.release();
    }
  }
});
