import pg from 'pg';
import type { Scratch } from './scratch.ts';

/** How node-postgres reads a type (src/database/pool.ts); what it does not know is a text. */
const types: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  float4: 'number',
  float8: 'number',
  timestamptz: 'Date',
  json: 'unknown',
  jsonb: 'unknown',
};

/**
 * src/generated/function-rows.ts: the columns of the functions that processes and people of ours call, so that a column
 * which is renamed in SQL is an error of types. What `returns table`, out parameters or a composite type say; enums and
 * composites within a row are texts.
 */
export async function generateFunctionRows(scratch: Scratch): Promise<string> {
  const client = new pg.Client({ connectionString: scratch.ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; columns: { name: string; type: string; isArray: boolean }[] }>(
      `select format('%s.%s', n.nspname, p.proname) as name,
         json_agg(json_build_object('name', c.name, 'type', coalesce(e.typname, t.typname), 'isArray', e.oid is not null) order by c.place) as columns
       from pg_proc as p
       join pg_namespace as n on n.oid = p.pronamespace
       join pg_type as r on r.oid = p.prorettype
       cross join lateral (
         select a.attname::text as name, a.atttypid as type, a.attnum::bigint as place
         from pg_attribute as a where a.attrelid = r.typrelid and a.attnum > 0 and not a.attisdropped
         union all
         select p.proargnames[o.place], o.type, o.place
         from unnest(p.proallargtypes, p.proargmodes) with ordinality as o (type, mode, place)
         where o.mode in ('o', 'b', 't') and r.typrelid = 0
       ) as c
       join pg_type as t on t.oid = c.type
       left join pg_type as e on e.oid = t.typelem and t.typcategory = 'A'
       where n.nspname in ('notify_private', 'notify_hidden') and p.prokind = 'f'
         and exists (
           select from unnest(array['rowbell_worker', 'rowbell_http', 'rowbell_live', 'rowbell_user']) as role
           where has_function_privilege(role, p.oid, 'execute')
         )
       group by p.oid, n.nspname, p.proname order by n.nspname, p.proname`,
    );
    const functions = rows.map(({ name, columns }) => {
      const lines = columns.map(({ name: column, type, isArray }) => {
        const one = types[type] ?? 'string';
        return `    readonly ${column}: ${isArray ? `readonly ${one}[]` : one} | null;\n`;
      });
      return `  readonly '${name}': {\n${lines.join('')}  };\n`;
    });
    return [
      '// Generated from the catalog by `npm run generate`.\n',
      '\n/** Rows of functions, by name. PostgreSQL does not say which columns are always there: `RowOf` does. */\n',
      `export type FunctionRows = {\n${functions.join('')}};\n`,
    ].join('');
  } finally {
    await client.end();
  }
}
