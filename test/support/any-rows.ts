import type pg from 'pg';

type Column = {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly isKey: boolean;
  /** The check of a closed set, `CHECK ((status = ANY (ARRAY['active'::text, …`. */
  readonly closed: string | null;
};

/**
 * Makes rows of any table of these schemas, in a database that is for nothing else: it takes its checks, references and triggers away.
 * Columns that are no key have few values and many nulls, so that rows have much in common.
 */
export async function createAnyRows(owner: pg.Pool, schemas: readonly string[], person: string) {
  // What is asked before it is gone.
  const columnsOf = await readColumns(owner, schemas);
  const { rows: constraints } = await owner.query<{ sql: string }>(
    `select format('alter table %s drop constraint if exists %I cascade', c.conrelid::regclass, c.conname) as sql
     from pg_constraint as c
     join pg_class as t on t.oid = c.conrelid and not t.relispartition
     where (c.contype in ('c', 'f') or c.condeferrable) and c.connamespace::regnamespace::text = any ($1) and c.conparentid = 0`,
    [schemas],
  );
  const { rows: triggers } = await owner.query<{ sql: string }>(
    `select format('drop trigger if exists %I on %s', t.tgname, t.tgrelid::regclass) as sql
     from pg_trigger as t join pg_class as k on k.oid = t.tgrelid and not k.relispartition
     where not t.tgisinternal and k.relnamespace::regnamespace::text = any ($1)`,
    [schemas],
  );
  for (const { sql } of [...constraints, ...triggers]) await owner.query(sql);
  // Catalogs with their hundreds of rows would take several pages of a hundred.
  for (const table of columnsOf.keys()) {
    const { rows: counted } = await owner.query<{ many: boolean }>(`select count(*) > 30 as many from ${table}`);
    if (counted[0]?.many) await owner.query(`delete from ${table}`);
  }
  let state = 1;
  const random = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  // Few people, one of whom asks; ids of now, which every partition of this month takes.
  const { rows: pool } = await owner.query<{ id: string }>('select uuidv7() as id from generate_series(1, 3)');
  const ids = [person, person, ...pool.map(({ id }) => id)];

  const sqlOf = ({ name, type, nullable, isKey, closed }: Column): string => {
    if (nullable && random(3) === 0) return 'null';
    // The first column of a key of several has few values as well; whatever is taken already is tried again.
    const wide = isKey && random(2) === 0;
    const n = random(wide ? 1_000_000 : 3);
    switch (type) {
      case 'uuid':
        return wide || name === 'id' ? 'uuidv7()' : `'${ids[random(ids.length)]}'`;
      case 'text':
        return `'${wordOf(name, closed, n)}'`;
      case 'boolean':
        return String(n % 2 === 0);
      case 'smallint':
        return String(n % 30_000);
      case 'integer':
      case 'bigint':
      case 'numeric':
      case 'double precision':
        return String(n);
      case 'timestamp with time zone':
        return `date_trunc('hour', now()) + interval '${n} microseconds'`;
      case 'date':
        return `current_date + ${n % 1_000}`;
      case 'time without time zone':
        return `time '00:00' + interval '${n} seconds'`;
      case 'interval':
        return `interval '${n} seconds'`;
      case 'inet':
        return `'10.0.0.${n % 250}'`;
      case 'bytea':
        return `decode(lpad(to_hex(${n}), 8, '0'), 'hex')`;
      case 'jsonb':
        return `'{}'`;
      case 'xid8':
        return 'pg_current_xact_id()';
      case 'tsvector':
        return `''`;
      default:
        return type.endsWith('[]') ? `'{}'` : 'default';
    }
  };

  return {
    tables: [...columnsOf.keys()],
    /** Inserts so many rows, or as many as there is room for. */
    async insert(table: string, count: number): Promise<void> {
      const columns = columnsOf.get(table) ?? [];
      const names = columns.map(({ name }) => `"${name}"`).join(', ');
      for (let tried = 0, made = 0; made < count && tried < count * 10; tried++) {
        const { rowCount } = await owner.query(
          `insert into ${table} (${names}) overriding system value values (${columns.map(sqlOf).join(', ')})
           on conflict do nothing`,
        );
        made += rowCount ?? 0;
      }
    },
  };
}

/** Sets that are closed by other means than a check of the column. */
const known: Readonly<Record<string, readonly string[]>> = {
  locale: ['en', 'fr'],
  channel: ['push', 'email', 'sms'],
  priority: ['P0', 'P1'],
  lane: ['urgent', 'bulk'],
  provider: ['apns', 'fcm', 'smtp'],
};

/** One of the closed set, where there is one. */
function wordOf(name: string, closed: string | null, n: number): string {
  const checked = [...(closed?.matchAll(/'([^']*)'::text/g) ?? [])].map(([, word]) => word ?? '');
  const words = checked.length > 0 ? checked : (known[name] ?? []);
  return words[n % words.length] ?? `v${n}`;
}

async function readColumns(
  owner: pg.Pool,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, readonly Column[]>> {
  const { rows } = await owner.query<{ table: string; columns: Column[] }>(
    `select k.oid::regclass::text as table, jsonb_agg(jsonb_build_object(
       'name', a.attname, 'type', format_type(a.atttypid, null), 'nullable', not a.attnotnull,
       'isKey', exists (select from pg_index as i where i.indrelid = k.oid and i.indisunique and a.attnum = any (i.indkey)),
       'closed', (
         select pg_get_constraintdef(c.oid) from pg_constraint as c
         where c.conrelid = k.oid and c.contype = 'c' and c.conkey = array[a.attnum] and pg_get_constraintdef(c.oid) ~ '= ANY \\(ARRAY'
         limit 1
       )
     ) order by a.attnum) as columns
     from pg_class as k join pg_attribute as a on a.attrelid = k.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where k.relkind in ('r', 'p') and not k.relispartition and k.relnamespace::regnamespace::text = any ($1)
     group by k.oid`,
    [schemas],
  );
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}
