import type { Relation } from './shown.ts';

/** GraphQL types that PostgreSQL's geometry would have; their names are wanted for tables (`circles`). */
const geometry = new Set(['Point', 'Line', 'LineSegment', 'Box', 'Path', 'Polygon', 'Circle']);

type Relations = Readonly<Record<string, Readonly<Record<string, Relation>>>>;

/** Ways from a row to those of the same table that refer to it. */
const rivalsOf = (relations: Relations, codec: string, { remoteResource }: Relation): number =>
  Object.values(relations[codec] ?? {}).filter((one) => one.isReferencee && one.remoteResource === remoteResource)
    .length;

/**
 * Names as people expect them: a row's key stays `id`, and tables and functions of a pack go by their own name
 * (`createTrip`, not `tripsCreateTrip`). Where two packs use a name the schema does not build, and one says `@name`.
 */
export const InflectionPlugin: GraphileConfig.Plugin = {
  name: 'RowbellNamingPlugin',
  version: '1.0.0',
  inflection: {
    replace: {
      _schemaPrefix: () => '',
      builtin: (previous, _options, name) => (geometry.has(name) ? `Geometric${name}` : (previous?.(name) ?? name)),
      // A list or a connection: there is never both.
      listField: (_previous, _options, name) => name,
      // `type_key` leads to the `type`, as `creator_id` to the `creator`.
      _getBaseName: (previous, _options, column) =>
        previous?.(column) ?? /^(.+)(?:_key|Key)$/.exec(column)?.[1] ?? null,
      // Rows that refer to this one go by their own name, where they do so in one way. Where
      // there are several, the comment of each constraint says its name (`@foreignFieldName`).
      _manyRelation(previous, _options, { registry, codec, relationName }) {
        const relations = registry.pgRelations as unknown as Relations;
        const relation = relations[codec.name]?.[relationName];
        const isNamed = relation?.extensions?.tags?.foreignFieldName !== undefined;
        if (!relation || isNamed || rivalsOf(relations, codec.name, relation) > 1)
          return previous?.({ registry, codec, relationName }) ?? '';
        return this.camelCase(
          this.distinctPluralize(this._singularizedCodecName(relation.remoteResource.codec as never)),
        );
      },
      _attributeName: (previous, _options, details) => previous?.({ ...details, skipRowId: true }) ?? '',
    },
  },
};
