import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { asSuperuser, clusterUrl, ownerName } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/**
 * Somebody with a login puts types of PostgreSQL's own names into pg_temp, whose checks run with the rights of whoever looks
 * the name up, and calls our functions. Two things are in the way, either of which is enough: nobody may make temporary
 * objects, and nothing of ours looks there first. Each is undone by itself, and both, which shows that the attack is one.
 */
const ada = '00000000-0000-7000-8000-0000000000a1';
const logins = ['writer', 'analyst', 'api'] as const;
type Login = (typeof logins)[number];

let db: TestDatabase;
const nameOf: Record<Login, string> = { writer: '', analyst: '', api: 'rowbell_api' };
beforeAll(async () => {
  const suffix = randomBytes(4).toString('hex');
  db = await createDatabase();
  nameOf.writer = `writer_${suffix}`;
  nameOf.analyst = `analyst_${suffix}`;
  const { password } = inject('cluster');
  await db.owner.query(`
    create role ${nameOf.writer} login password '${password}' in role rowbell_writer;
    create role ${nameOf.analyst} login password '${password}' in role rowbell_analyst;
    insert into notify.users (id) values ('${ada}');
    -- What nobody but the owner may read.
    create schema vault;
    create table vault.secrets (secret text);
  `);
});
afterAll(async () => {
  await db.drop();
  await asSuperuser(inject('cluster'), (client) => client.query(`drop role ${nameOf.writer}, ${nameOf.analyst}`));
});

/** What each login may do, as it does it in production. */
const provoke: Record<Login, string> = {
  writer: `insert into accounts.verifications (user_id, kind) values ('${ada}', 'identity')`,
  analyst: 'select count(*) from analytics.daily_caps',
  api: `begin; set local role rowbell_user; select set_config('rowbell.user_id', '${ada}', true), notify.end_session('none'); commit`,
};

type Outcome = 'refused' | 'harmless' | 'risen';

/** The attack in a session of its own: what a function has looked up once is not looked up again. */
async function attack(login: Login, provocation = provoke[login]): Promise<Outcome> {
  const client = new pg.Client({ connectionString: clusterUrl(inject('cluster'), db.name, nameOf[login]) });
  await client.connect();
  try {
    const { rows: before } = await client.query(`select has_schema_privilege('vault', 'usage') as can`);
    expect(before).toEqual([{ can: false }]);
    try {
      await client.query(`
        create function pg_temp.rise() returns pg_catalog.bool language plpgsql as $$
        begin
          if current_user <> session_user then
            execute 'grant usage on schema vault to ' || quote_ident(session_user);
          end if;
          return true;
        exception when insufficient_privilege then
          return true;
        end $$;
        create domain pg_temp.text as pg_catalog.text check (pg_temp.rise());
        create domain pg_temp.uuid as pg_catalog.uuid check (pg_temp.rise());
        create domain pg_temp.timestamptz as pg_catalog.timestamptz check (pg_temp.rise());
        create domain pg_temp.jsonb as pg_catalog.jsonb check (pg_temp.rise());`);
    } catch (error) {
      expect(error).toMatchObject({ code: '42501' });
      return 'refused';
    }
    await client.query(provocation);
    const { rows } = await client.query(`select has_schema_privilege('vault', 'usage') as can`);
    return rows[0].can ? 'risen' : 'harmless';
  } finally {
    await client.end();
  }
}

const oldPath = `''`;
const ourPath = 'pg_catalog, pg_temp';
/** Everything of ours that has a search_path gets another. */
const setPaths = (path: string) =>
  db.owner.query(`
    do $$
    declare f regprocedure;
    begin
      for f in select p.oid from pg_proc as p where p.proowner = current_user::regrole and exists (
        select from unnest(p.proconfig) as c where c like 'search_path=%')
      loop execute format('alter routine %s set search_path = %s', f, $path$${path}$path$); end loop;
    end $$`);
const allowTemporary = async (allowed: boolean) =>
  void (await db.owner.query(
    `${allowed ? 'grant' : 'revoke'} temporary on database ${db.name} ${allowed ? 'to' : 'from'} public`,
  ));

beforeEach(async () => {
  await db.owner.query(`revoke usage on schema vault from ${Object.values(nameOf).join(', ')}`);
});

describe.each(logins)('SE-1: a login of %s', (login) => {
  test('may make no temporary objects', async () => {
    expect(await attack(login)).toBe('refused');
  });

  test('gains nothing by them where it may', async () => {
    await allowTemporary(true);
    expect(await attack(login)).toBe('harmless');
    await allowTemporary(false);
  });

  test('would gain by them under a search_path that names neither pg_catalog nor pg_temp', async () => {
    await setPaths(oldPath);
    expect(await attack(login)).toBe('refused');
    await allowTemporary(true);
    expect(await attack(login)).toBe('risen');
    await allowTemporary(false);
    await setPaths(ourPath);
  });
});

test("SE-1: what is found by its name is called if it is ours, and not if it is a neighbour's", async () => {
  const neighbour = `neighbour_${randomBytes(4).toString('hex')}`;
  const asServer = (sql: string) => asSuperuser(inject('cluster'), (client) => client.query(sql), db.name);
  await asServer(`
    create role ${neighbour};
    create schema other_private authorization ${neighbour};
    create table other_private.calls (name text);
    grant usage on schema other_private to public;
    grant select, insert on other_private.calls to public;
    create function other_private.end_session(user_id uuid, session_id text) returns void language sql as
      $$ insert into other_private.calls values ('end_session') $$;
    create function other_private.personal_data() returns setof notify_private.personal_data language sql as
      $$ insert into other_private.calls values ('personal_data'); select null::notify_private.personal_data limit 0 $$;`);
  const callsWhenOwnedBy = async (owner: string) => {
    await asServer(`
      alter function other_private.end_session owner to ${owner};
      alter function other_private.personal_data owner to ${owner}`);
    await db.asUser(ada, (client) => client.query('select notify.end_session($1)', [`of ${owner}`]), { commit: true });
    await db.asOwner((client) => client.query('select count(*) from notify_private.all_personal_data()'), {
      commit: true,
    });
    return (await db.owner.query('select name from other_private.calls order by name')).rows.map(({ name }) => name);
  };
  expect(await callsWhenOwnedBy(neighbour)).toEqual([]);
  expect(await callsWhenOwnedBy(ownerName)).toEqual(['end_session', 'personal_data']);
  await asServer(`drop schema other_private cascade; drop role ${neighbour}`);
});

describe('SE-1: what sets no search_path, called by a definer that does', () => {
  beforeAll(async () => {
    await db.owner.query(`
      create schema called;
      grant usage on schema called to public;
      create function called.audience(event_ids uuid[]) returns table (recipient_id uuid, variant text) language sql stable as $$
        select '${ada}'::uuid, 'default'::text $$;
      create function called.qualified_audience(event_ids uuid[]) returns table (recipient_id uuid, variant text) language sql stable as $$
        select '${ada}'::pg_catalog.uuid, 'default'::pg_catalog.text $$;
      create procedure called.commits(inout n integer) language plpgsql as $$ declare t text := 'a'; begin n := 1; end $$;
      create procedure called.commits_qualified(inout n integer) language plpgsql as $$
        declare t pg_catalog.text := 'a'; begin n := 1; end $$`);
    for (const [callee, statement] of [
      ['audience', 'perform pg_catalog.max(a.variant) from called.audience(null) as a'],
      ['qualified_audience', 'perform pg_catalog.max(a.variant) from called.qualified_audience(null) as a'],
      ['commits', 'call called.commits(n)'],
      ['commits_qualified', 'call called.commits_qualified(n)'],
    ]) {
      await db.owner.query(`
        create function called.by_old_${callee}() returns void language plpgsql security definer set search_path = '' as $$
          declare n integer; begin ${statement}; end $$;
        create function called.by_ours_${callee}() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
          declare n integer; begin ${statement}; end $$;
        grant execute on function called.by_old_${callee}(), called.by_ours_${callee}() to public`);
    }
  });

  test.each([
    ['by_ours_audience', 'harmless'],
    ['by_ours_commits', 'harmless'],
    ['by_old_qualified_audience', 'harmless'],
    ['by_old_commits_qualified', 'harmless'],
    ['by_old_audience', 'risen'],
    ['by_old_commits', 'risen'],
  ] as const)('%s is %s for each login', async (name, outcome) => {
    await allowTemporary(true);
    for (const login of logins)
      expect([login, await attack(login, `select called.${name}()`)]).toEqual([login, outcome]);
    await allowTemporary(false);
  });
});
