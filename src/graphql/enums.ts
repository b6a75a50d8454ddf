import type pg from 'pg';
import { enumCodec, listOfCodec, type PgCodec } from 'postgraphile/@dataplan/pg';
import { sql } from 'postgraphile/pg-sql2';

/** What is asked of PostgreSQL's catalog here; PostGraphile's own types say the same in four pages. */
type Tagged = { getTags(): Readonly<Record<string, unknown>> };
type Class = Tagged & {
  readonly relname: string;
  readonly relkind: string;
  getType(): Tagged | undefined;
  getNamespace(): { readonly nspname: string } | undefined;
};
type Attribute = { readonly attname: string };

/** A check that a column of text has one of some values. */
type Check = { readonly table: string; readonly column: string; readonly values: readonly string[] };

/** Words that mean the same wherever they are a name (docs/glossary.md), with the column that knows all of their values. */
const words: Readonly<Record<string, { readonly name: string; readonly home: string }>> = {
  channel: { name: 'Channel', home: 'notify.preferences.channel' },
  frequency: { name: 'Frequency', home: 'notify.preferences.frequency' },
  lane: { name: 'Lane', home: 'notify.deliveries.lane' },
  priority: { name: 'Priority', home: 'notify.notification_types.priority' },
  provider: { name: 'ProviderName', home: 'notify.providers.provider' },
};
const wordIn = (name: string) => words[/(?:^|_)(channel|frequency|lane|priority|provider)s?$/.exec(name)?.[1] ?? ''];

/** Texts of one column, of which a check allows only some: `status = any (array['queued', …])`. */
const readChecks = `
  select c.conrelid::regclass::text as table, a.attname as column,
    array(select v[1] from regexp_matches(pg_get_constraintdef(c.oid), '''([^'']*)''::text', 'g') as v) as values
  from pg_constraint as c
  join pg_class as r on r.oid = c.conrelid
  join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
  where c.contype = 'c' and cardinality(c.conkey) = 1 and a.atttypid = 'text'::regtype and not r.relispartition
    and pg_get_constraintdef(c.oid) ~ ('^CHECK \\(\\(' || a.attname || ' = ANY \\(ARRAY\\[')
  order by 1, 2`;

const camel = (name: string) => name.replace(/(?:^|_)(\w)/g, (_all, letter: string) => letter.toUpperCase());
const singular = (name: string) =>
  name
    .replace(/ies$/, 'y')
    .replace(/(x|ch|ss)es$/, '$1')
    .replace(/(?<!s)s$/, '');

/**
 * Makes GraphQL enums of closed sets of texts, whose values are spelled as in the database (a hyphen becomes `_`). A set is known
 *
 * - by a check of a table's column; its name is that of the table and the column (`TripStatus`),
 * - or by the smart tag `@values` of a view, composite type or function, which says which of its columns or parameters have it:
 *   `@values status DeliveryStatus`, or with the values, where no table has them: `@values verdict Verdict: passed held suppressed`.
 *   Many values stand in several such lines. On a table the tag gives the set of its check a better name.
 *
 * A few words of the glossary are the same enum everywhere. So a value that does not exist is refused where the request is read.
 */
export function createEnumsPlugin(pool: Pick<pg.Pool, 'query'>): GraphileConfig.Plugin {
  const codecs = new Map<string, PgCodec>();
  let sets: Promise<Map<string, readonly string[]>> | undefined;
  const byColumn = new Map<string, string>();

  /** The sets that the tables have, by name; which column has which is kept as well. */
  async function readSets(): Promise<Map<string, readonly string[]>> {
    const { rows } = await pool.query<Check>(readChecks);
    const known = new Map<string, readonly string[]>();
    const names = new Map<string, string>();
    for (const { table, column, values } of rows) {
      const path = `${table}.${column}`;
      const word = wordIn(column);
      if (word) {
        if (word.home === path) known.set(word.name, values);
        continue;
      }
      // The same column with the same values in two tables is one set, named after the first.
      const key = `${column} ${values.join()}`;
      const name = names.get(key) ?? `${camel(singular(table.replace(/^.*\./, '')))}${camel(column)}`;
      names.set(key, name);
      known.set(name, values);
      byColumn.set(path, name);
    }
    return known;
  }

  const codecOf = (name: string, values: readonly string[]): PgCodec => {
    const known = codecs.get(name);
    if (known) return known;
    // Rows can be ordered by it, as by the text that it is.
    const { isEnum: _, ...codec } = enumCodec({ name, identifier: sql`text`, values: [...values] });
    const made = { ...codec, hasNaturalOrdering: true } as PgCodec;
    codecs.set(name, made);
    return made;
  };

  /** The codec for a column or parameter: an enum, or what it was. */
  async function replace(
    codec: PgCodec,
    name: string,
    path: string | null,
    tags: readonly unknown[],
  ): Promise<PgCodec> {
    const element = codec.arrayOfCodec ?? codec;
    if (element.name !== 'text') return codec;
    sets ??= readSets();
    const known = await sets;
    const tagged = tags
      .flat()
      .filter((tag) => typeof tag === 'string')
      .map((tag) => /^(\w+) (\w+)(?:: *(.*))?$/s.exec(tag))
      .filter((tag) => tag?.[1] === name);
    const listed = tagged.flatMap((tag) => tag?.[3]?.trim().split(/\s+/) ?? []);
    if (listed.length > 0) known.set(tagged[0]?.[2] as string, listed);
    const set = tagged[0]?.[2] ?? (path && byColumn.get(path)) ?? wordIn(name)?.name;
    if (!set) return codec;
    // A tag without values gives the set of the column's own check another name.
    const values = known.get(set) ?? known.get((path && byColumn.get(path)) || '');
    if (!values) throw new Error(`@values ${name} ${set}: there is no such set of values`);
    const found = codecOf(set, values);
    return codec.arrayOfCodec ? (listOfCodec(found as never) as unknown as PgCodec) : found;
  }

  return {
    name: 'RowbellEnumsPlugin',
    version: '1.0.0',
    inflection: {
      replace: {
        // As it is in the database, as far as GraphQL can write it.
        enumValue: (_previous, _options, value) => value.replace(/\W/g, '_'),
      },
    },
    gather: {
      hooks: {
        async pgCodecs_attribute(_info, { pgClass, pgAttribute, attribute }) {
          const parent = pgClass as unknown as Class;
          const { attname } = pgAttribute as unknown as Attribute;
          const path = ['r', 'p'].includes(parent.relkind)
            ? `${parent.getNamespace()?.nspname}.${parent.relname}.${attname}`
            : null;
          const tags = [parent.getTags().values, parent.getType()?.getTags().values];
          attribute.codec = (await replace(attribute.codec, attname, path, tags)) as typeof attribute.codec;
        },
        async pgProcedures_PgResourceOptions(_info, { pgProc, resourceOptions }) {
          const tags = [(pgProc as unknown as Tagged).getTags().values];
          for (const parameter of (resourceOptions.parameters ?? []) as { name: string; codec: PgCodec }[])
            parameter.codec = await replace(parameter.codec, parameter.name, null, tags);
        },
      },
    },
  };
}
