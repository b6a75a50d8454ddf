/** GraphQL types that PostgreSQL's geometry would have; their names are wanted for tables (`circles`). */
const geometry = new Set(['Point', 'Line', 'LineSegment', 'Box', 'Path', 'Polygon', 'Circle']);

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
      _attributeName: (previous, _options, details) => previous?.({ ...details, skipRowId: true }) ?? '',
    },
  },
};
