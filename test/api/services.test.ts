import { readFileSync } from 'node:fs';
import pg, { type ClientBase } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asLogin } from '../support/as-login.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

const page = readFileSync(new URL('../../docs/services.md', import.meta.url), 'utf8');

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db?.drop());

/** What psql's \df and \dv list: everything on the search path but PostgreSQL's own, with its comment. */
const listFunctions = `
  select p.oid::regprocedure::text as name, obj_description(p.oid, 'pg_proc') as comment, has_function_privilege(p.oid, 'execute') as "isMine"
  from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
  where pg_function_is_visible(p.oid) and n.nspname <> 'pg_catalog' order by 1`;
const listViews = `
  select c.relname as name, obj_description(c.oid, 'pg_class') as comment,
    array(select a.attname::text from pg_attribute as a where a.attrelid = c.oid and a.attnum > 0 and col_description(c.oid, a.attnum) is null) as silent
  from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
  where pg_table_is_visible(c.oid) and c.relkind = 'v' and n.nspname <> 'pg_catalog' order by 1`;

type Listed = { name: string; comment: string; isMine: boolean };

/** `copy … from stdin`, as psql's \\copy and every driver's bulk import do it. */
function copy(client: ClientBase, target: string, lines: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(`copy ${target} from stdin`, [], (error: Error | undefined, result: unknown) =>
      error ? reject(error) : resolve(result),
    ) as pg.Query & { handleCopyInResponse(connection: CopyIn): void };
    query.handleCopyInResponse = (connection) => {
      connection.sendCopyFromChunk(Buffer.from(lines.map((line) => `${line}\n`).join('')));
      connection.endCopyFrom();
    };
    client.query(query);
  });
}
type CopyIn = { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

describe('W38: what an analyst finds', () => {
  test('\\dv lists every view of analytics, and \\d+ says what each column means', async () => {
    const { rows } = await asLogin(db, 'rowbell_analyst', (client) =>
      client.query<{ name: string; comment: string; silent: string[] }>(listViews),
    );
    const all = await one<string[]>(
      db.owner,
      `select array_agg(relname::text order by relname) from pg_class where relnamespace = 'analytics'::regnamespace and relkind = 'v'`,
    );
    expect(rows.map(({ name }) => name)).toEqual(all);
    expect(rows.filter(({ comment, silent }) => !comment || silent.length > 0)).toEqual([]);
    // Another role's path leads to none of them.
    const others = await asLogin(db, 'rowbell_writer', (client) => client.query<{ name: string }>(listViews));
    expect(others.rows.filter(({ name }) => all.includes(name))).toEqual([]);
  });

  test('a query that never ends is ended, and an analyst may give one more time', async () => {
    expect(await asLogin(db, 'rowbell_analyst', (client) => one(client as never, 'show statement_timeout'))).toBe(
      '5min',
    );
    await expect(
      asLogin(db, 'rowbell_analyst', async (client) => {
        await client.query(`set local statement_timeout = '50ms'`);
        await client.query('select pg_sleep(60)');
      }),
    ).rejects.toMatchObject({ code: '57014' });
  });
});

describe('W41: what a service finds', () => {
  test('\\df lists the functions for services, whose comments say that they are', async () => {
    const { rows } = await asLogin(db, 'rowbell_writer', (client) => client.query<Listed>(listFunctions));
    const mine = rows.filter(({ isMine }) => isMine);
    expect(mine.map(({ name }) => name.replace(/\(.*/, ''))).toContain('emit');
    // Smart tags come first.
    const silent = mine.filter(
      ({ comment }) => !/^(\s*@.*\n)*For (services( and operators)?|operators and services): /.test(comment),
    );
    expect(silent).toEqual([]);
    expect(rows.filter(({ isMine, comment }) => !isMine && /^For services/.test(comment))).toEqual([]);
    const told = [...page.matchAll(/^\| `notify\.(\w+)\(/gm)].map(([, name]) => name);
    expect(told.sort()).toEqual(mine.map(({ name }) => name.replace(/\(.*/, '')).sort());
  });

  test.each([
    [`emit('order_placd')`, 'type_key', /select key from notify\.notification_types/],
    [`emit('test_push', subject_type => 'order')`, 'subject_id', /both or neither/],
    [`emit('test_push', due_at => 'infinity')`, 'due_at', /null for now/],
    [`emit('test_push', idempotency_key => '')`, 'idempotency_key', /what happened/],
    [`emit('test_push', data => '[]')`, 'data', /ids/],
    [`enroll('nothing', uuidv7())`, 'journey_key', /select key from notify\.journeys/],
    [`exit_journey('nothing', array[uuidv7()])`, 'journey_key', /select key from notify\.journeys/],
    [`create_schedule('test_push', '09:00', uuidv7())`, 'user_id', /insert it first/],
    [`create_schedule('test_push', '09:00', time_zone => 'Paris')`, 'time_zone', /pg_timezone_names/],
    [`record_activity(uuidv7(), 'a', 'b', 'c')`, 'user_id', /insert it first/],
    [`record_consent_for(uuidv7(), 'v1', 'form')`, 'user_id', /insert it first/],
    [`withdraw_consent_for(uuidv7(), 'form')`, 'user_id', /insert it first/],
    [`end_session_for(uuidv7(), 's')`, 'user_id', /insert it first/],
    [`request_email_verification_for(uuidv7())`, 'user_id', /insert it first/],
    [`resume_status_endpoint(uuidv7())`, 'endpoint_id', /notify\.status_endpoints/],
    [`create_status_endpoint('app.example')`, 'url', /docs\/status-events\.md/],
  ])('an error says what to do: %s', async (call, field, hint) => {
    const refused = asLogin(db, 'rowbell_writer', (client) => client.query(`select ${call}`));
    await expect(refused).rejects.toMatchObject({
      code: expect.stringMatching(/^RB/),
      column: field,
      message: expect.stringContaining(`${field}: `),
      hint: expect.stringMatching(hint),
    });
  });

  test('the functions answer without a schema as well, and what is right is taken', async () => {
    const { rows } = await asLogin(db, 'rowbell_writer', (client) => client.query(`select * from emit('test_push')`));
    expect(rows).toMatchObject([{ deduplicated: false }]);
  });
});

describe('W41: a service imports by COPY', () => {
  test('people, with the defaults and the checks of the table', async () => {
    const before = await one<number>(db.owner, 'select count(*)::integer from notify.users');
    await db.asWriter(
      (client) =>
        copy(client, 'notify.import_users (external_id, name, email, locale)', [
          ...Array.from({ length: 500 }, (_, n) => `c-${n}\tPerson ${n}\tp${n}@example.com\tfr`),
        ]),
      { commit: true },
    );
    await db.asWriter((client) => copy(client, 'notify.import_users (external_id)', ['bare']), { commit: true });
    const { rows } = await db.owner.query(
      `select name, email, locale, id is not null as "hasId", region from notify.users where external_id in ('c-499', 'bare') order by 1`,
    );
    expect(rows).toEqual([
      { name: 'Person 499', email: 'p499@example.com', locale: 'fr', hasId: true, region: null },
      { name: null, email: null, locale: 'en', hasId: true, region: null },
    ]);
    expect(await one(db.owner, 'select count(*)::integer from notify.users')).toBe(before + 501);
    // All or nothing, and a value of another form is refused as by an insert.
    const wrong = (lines: string[]) =>
      db.asWriter((client) => copy(client, 'notify.import_users (external_id, email)', lines));
    await expect(wrong(['d-1\td@example.com', 'd-2\tnobody'])).rejects.toMatchObject({
      code: '23514',
      constraint: 'users_email_is_a_mailbox',
    });
    await expect(wrong(['c-1\td@example.com'])).rejects.toMatchObject({ constraint: 'users_external_id_key' });
    expect(await one(db.owner, 'select count(*)::integer from notify.users')).toBe(before + 501);
    // Nothing is left behind on the way.
    expect(await one(db.owner, 'select count(*)::integer from notify_private.imported_rows')).toBe(0);
  });

  test('events, which are heard as any other, in their order, and each key once', async () => {
    await db.asWriter(
      (client) =>
        copy(client, 'notify.import_events (type_key, idempotency_key, data)', [
          `test_push\ta\t{"n": 1}`,
          `test_push\tb\t{"n": 2}`,
          `test_push\ta\t{"n": 3}`,
        ]),
      { commit: true },
    );
    const { rows } = await db.owner.query(
      `select data ->> 'n' as n from notify.events where idempotency_key in ('a', 'b') and planned_at is null order by id`,
    );
    expect(rows).toEqual([{ n: '1' }, { n: '2' }]);
    expect((await db.jobs('event__plan')).length + (await db.jobs('event__plan_urgent')).length).toBeGreaterThan(0);
    await expect(
      db.asWriter((client) => copy(client, 'notify.import_events (type_key)', ['no_such_type'])),
    ).rejects.toMatchObject({ code: '23503' });
  });

  test('nobody else does, a view shows nobody anything, and columns that are not for services are in none', async () => {
    for (const as of [db.asOperator, db.asAnonymous, db.asHttp, db.asAnalyst]) {
      await expect(
        as((client) => client.query(`insert into notify.import_users (name) values ('x')`)),
      ).rejects.toMatchObject({
        code: '42501',
      });
    }
    await expect(db.asWriter((client) => client.query('select from notify.import_users'))).rejects.toMatchObject({
      code: '42501',
    });
    expect((await db.owner.query('select from notify.import_users')).rowCount).toBe(0);
    for (const table of ['users', 'events']) {
      const { rows } = await db.owner.query<{ view: boolean; table: boolean }>(
        `select has_column_privilege('rowbell_writer', $1::regclass, a.attname, 'insert') as "table", i.attname is not null as "view"
         from pg_attribute as a left join pg_attribute as i on i.attrelid = $2::regclass and i.attname = a.attname
         where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped`,
        [`notify.${table}`, `notify.import_${table}`],
      );
      expect(rows.filter((row) => row.view !== row.table)).toEqual([]);
    }
    // Into the table itself PostgreSQL copies nothing; the page says so.
    await expect(db.asWriter((client) => copy(client, 'notify.users (external_id)', ['e-1']))).rejects.toMatchObject({
      code: '0A000',
      message: expect.stringContaining('row-level security'),
    });
    expect(page).toContain('COPY FROM not supported with row-level security');
  });
});
