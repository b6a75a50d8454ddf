import { type Client, createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson } from '../support/engine-pack.ts';
import { live, makeSomeone } from '../support/lives.ts';
import { makeSide, makeSideType, type Side } from '../support/side.ts';

/** Two people who know nothing of each other, each with rows in every table that is about people. */
export type TwoSides = {
  readonly db: TestDatabase;
  readonly a: Side;
  readonly b: Side;
  /** Whatever only one side's rows have: ids, names, addresses. Where one stands, that side is told of. */
  readonly marks: { readonly a: ReadonlySet<string>; readonly b: ReadonlySet<string> };
};

export async function startTwoSides(): Promise<TwoSides> {
  const db = await createDatabase();
  await installPack(db);
  await db.owner.query('update notify.settings set daily_cap = 1000000, require_verified_email = false');
  const typeKey = await makeSideType(db);
  const settle = async (name: string): Promise<{ side: Side; marks: string[] }> => {
    const before = await idsIn(db);
    const person = await makeSomeone(db, name);
    const friend = await makePerson(db);
    await live(db, person, friend);
    const side = await makeSide(db, person, friend, typeKey);
    const marks = [...(await idsIn(db))].filter((id) => !before.has(id));
    return { side, marks: [...marks, ...person.values] };
  };
  const a = await settle('Adelheid');
  const b = await settle('Brunhilde');
  // Coaches are there for everybody to choose from, operators announce to everybody, and status endpoints are nobody's own.
  const { rows } = await db.owner.query<{ id: string }>(
    'select id from coaching.coaches union all select id from notify.announcements union all select id from notify.status_endpoints',
  );
  const common = new Set(rows.map(({ id }) => id));
  const own = (marks: readonly string[]) => new Set(marks.filter((mark) => !common.has(mark)));
  return { db, a: a.side, b: b.side, marks: { a: own(a.marks), b: own(b.marks) } };
}

/** Leaf tables and tables of ours, as they are named in SQL. */
export async function tablesIn(db: TestDatabase): Promise<string[]> {
  const { rows } = await db.owner.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public', 'graphile_worker', 'rowbell')
     order by 1`,
  );
  return rows.map(({ name }) => name);
}

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

async function idsIn(db: TestDatabase): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const table of await tablesIn(db)) {
    const { rows } = await db.owner.query<{ row: string }>(`select r::text as row from ${table} as r`);
    for (const { row } of rows) for (const [id] of row.matchAll(uuids)) ids.add(id);
  }
  return ids;
}

/** Those of the marks that stand in a text, whatever the case of its letters. */
export function marksIn(text: string, marks: ReadonlySet<string>): string[] {
  const lower = text.toLowerCase();
  return [...marks].filter((mark) => lower.includes(mark.toLowerCase()));
}

/**
 * Runs each statement as whoever the session is, in a subtransaction that is rolled back: null where it succeeded, else
 * its SQLSTATE and message; and how many rows.
 */
export async function attempt(client: Client, statements: readonly string[]): Promise<Attempt[]> {
  const { rows } = await client.query<Attempt>('select * from engine_test.attempt($1)', [statements]);
  return rows;
}
export type Attempt = { readonly rows: number; readonly state: string | null; readonly message: string | null };

export async function installAttempt(db: TestDatabase): Promise<void> {
  await db.owner.query(`
    grant usage on schema engine_test to public;
    create function engine_test.attempt(statements text[]) returns table (rows bigint, state text, message text)
    language plpgsql set search_path = pg_catalog, pg_temp as $$
    declare
      statement text;
    begin
      foreach statement in array statements loop
        begin
          execute statement;
          get diagnostics rows = row_count;
          raise exception using errcode = 'XXUND';
        exception
          when sqlstate 'XXUND' then
            state := null;
            message := null;
          when others then
            rows := 0;
            state := sqlstate;
            message := sqlerrm;
        end;
        return next;
      end loop;
    end $$;
    grant execute on function engine_test.attempt(text[]) to public`);
}
