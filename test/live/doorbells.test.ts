import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Doorbell, parseDoorbell } from '../../src/live/doorbell.ts';
import { recordActivities } from '../support/activity.ts';
import { createUser } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
let listener: pg.Client;
const heard: string[] = [];
beforeAll(async () => {
  db = await createDatabase();
  listener = new pg.Client({ connectionString: db.apiUrl });
  await listener.connect();
  listener.on('notification', ({ payload = '' }) => heard.push(payload));
  await listener.query('listen rowbell_live');
});
afterAll(async () => {
  await listener?.end();
  await db?.drop();
});

/** What rings while something is done; a statement of the listener's own brings all that was rung before. */
async function ringing(work: () => Promise<unknown>): Promise<{ doorbells: Doorbell[]; payloads: string[] }> {
  await listener.query('select');
  heard.length = 0;
  await work();
  await listener.query('select');
  return { payloads: [...heard], doorbells: heard.map((payload) => parseDoorbell(payload) as Doorbell) };
}
const pairsOf = (doorbells: readonly Doorbell[]) => doorbells.flatMap(({ pairs }) => pairs);

/** A row a person in one statement. */
const tellAll = (people: readonly string[]) =>
  db.owner.query(
    `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
     select uuidv7(), p, 'test_push', 'P0', 'A secret title', '', now() + interval '1 day' from unnest($1::uuid[]) as p`,
    [people],
  );

describe('NC-40: doorbells', () => {
  test('a statement rings once, with ids and nothing else', async () => {
    const ada = await createUser(db);
    let ids: string[] = [];
    const { doorbells, payloads } = await ringing(async () => {
      ids = await makeNotifications(db, ada, [{ body: 'secret' }, { body: 'secret' }, { isTold: false }]);
    });
    expect(doorbells).toHaveLength(1);
    expect(doorbells[0]?.kind).toBe('n');
    expect(pairsOf(doorbells)).toEqual(ids.slice(0, 2).map((id) => ({ person: ada, id })));
    const xid = BigInt(
      await one<string>(db.owner, 'select changed_xid::text from notify.notifications where id = $1', [ids[0]]),
    );
    expect(doorbells[0]?.xmin).toBeLessThanOrEqual(xid);
    expect(payloads[0]).toMatch(/^n \d+ \d+ [\w+/=]+$/);
  });

  test('many people are some messages, none of them too long', async () => {
    const people = await one<string[]>(db.owner, 'select array_agg(uuidv7()) from generate_series(1, 500)');
    const { doorbells, payloads } = await ringing(() => tellAll(people));
    expect(doorbells.map(({ pairs }) => pairs.length)).toEqual([170, 170, 160]);
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThan(7_500);
    expect(pairsOf(doorbells).map(({ person }) => person)).toEqual(people);
  });

  test('more than a hundred of one person ring as that person, others in the same statement by their ids', async () => {
    const [ada, bob] = [await createUser(db), await createUser(db)];
    const { doorbells } = await ringing(() => tellAll([bob, ...Array.from({ length: 101 }, () => ada)]));
    expect(doorbells.map(({ kind, pairs }) => [kind, pairs.map(({ person }) => person)])).toEqual([
      ['r', [ada]],
      ['n', [bob]],
    ]);
  });

  test('so do activities: more than a hundred of one person have no ids', async () => {
    const [ada, bob] = [await createUser(db), await createUser(db)];
    const { doorbells } = await ringing(() => recordActivities(db, [bob, ...Array.from({ length: 101 }, () => ada)]));
    expect(doorbells.map(({ kind, pairs }) => [kind, pairs.map(({ person }) => person)])).toEqual([
      ['m', [ada]],
      ['a', [bob]],
    ]);
  });

  test('what nobody sees rings for nobody: not told, not stamped, rolled back', async () => {
    const ada = await createUser(db);
    const { doorbells } = await ringing(async () => {
      const [id] = await makeNotifications(db, ada, [{ isTold: false }]);
      await db.owner.query('update notify.notifications set data = $2 where id = $1', [id, '{"a":1}']);
      await db.asOwner((client) =>
        client.query(
          `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
           values (uuidv7(), $1, 'test_push', 'P0', 'Rolled back', '', now() + interval '1 day')`,
          [ada],
        ),
      );
    });
    expect(doorbells).toEqual([]);
  });

  test('its xmin is below every transaction that is under way', async () => {
    const ada = await createUser(db);
    await db.asOwner(async (slow) => {
      const xid = BigInt(await one<string>(slow, 'select pg_current_xact_id()::text'));
      const { doorbells } = await ringing(() => makeNotifications(db, ada, [{}]));
      expect(doorbells[0]?.xmin).toBeLessThanOrEqual(xid);
    });
    const { doorbells } = await ringing(() => makeNotifications(db, ada, [{}]));
    expect(pairsOf(doorbells)).toHaveLength(1);
  });

  test.each([
    '',
    'n',
    'n 1',
    'nn 1 1 AAAA',
    'n x 1 AAAA',
    'n 1 x AAAA',
    '{"task":"delivery__send"}',
    `n ${'9'.repeat(30)} 1 AA`,
  ])('what is no doorbell is left alone: %j', (payload) => {
    expect(parseDoorbell(payload)).toBeNull();
  });
});

describe('NC-41: the role that delivers frames', () => {
  test('gets a notification only with its own person, told and not deleted', async () => {
    const [ada, bob] = [await createUser(db), await createUser(db)];
    const [id = '', held = '', gone = ''] = await makeNotifications(db, ada, [{}, { isTold: false }, {}]);
    await db.owner.query('update notify.notifications set deleted_at = now() where id = $1', [gone]);
    const read = (people: string[], ids: string[]) =>
      db.asLive(async (client) => {
        const { rows } = await client.query('select user_id, id from notify_private.live_items($1, $2)', [people, ids]);
        return rows;
      });
    expect(await read([bob, bob, bob], [id, held, gone])).toEqual([]);
    expect(await read([ada, ada, ada], [id, held, gone])).toEqual([{ user_id: ada, id }]);
  });

  test('may execute its functions and read no table; nobody else may execute them', async () => {
    const { rows: functions } = await db.owner.query<{ name: string }>(
      `select p.oid::regproc::text as name from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
       where n.nspname !~ '^(pg_|information_schema)' and has_function_privilege('rowbell_live', p.oid, 'execute') order by 1`,
    );
    const names = functions.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(3);
    expect(
      names.filter(
        (name) =>
          !/^notify_private\.(live_|attend|(report|retire)_live_process$|recent_closings$|segment_members$)/.test(name),
      ),
    ).toEqual([]);
    const { rows: tables } = await db.owner.query(
      `select c.oid::regclass::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^(pg_|information_schema)'
         and (has_table_privilege('rowbell_live', c.oid, 'select, insert, update, delete') or has_any_column_privilege('rowbell_live', c.oid, 'select'))`,
    );
    expect(tables).toEqual([]);
    const { rows: others } = await db.owner.query(
      `select r.rolname, f.name from unnest($1::text[]) as f (name) cross join pg_roles as r
       where r.rolname ~ '^rowbell_' and r.rolname not in ('rowbell_owner', 'rowbell_live') and not rolsuper
         and r.rolname <> $2 and has_function_privilege(r.oid, f.name::regproc, 'execute')`,
      [names, new URL(db.ownerUrl).username],
    );
    expect(others).toEqual([]);
    await expect(
      db.asUser(await createUser(db), (client) =>
        client.query('set local role rowbell_live; select * from notify.notifications'),
      ),
    ).rejects.toThrow(/permission denied/);
  });
});
