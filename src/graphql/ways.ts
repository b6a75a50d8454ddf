import { type Ordered, orderRows } from './orders.ts';
import { isPeople, type Relation, type Resource, type Shown, type Tags } from './shown.ts';

type Behavior = GraphileBuild.BehaviorString;
type Relations = Readonly<Record<string, Readonly<Record<string, Relation>>>>;
type Build = { readonly input: { readonly pgRegistry: { readonly pgRelations: Relations } } };

const isLeftOut = (tags: Tags | undefined): boolean => [tags?.behavior].flat().includes('-*');

/** The ways from a table's rows to others, where they are in the schema. */
const waysFrom = ({ codec }: Resource, build: Build, { hasRelation }: Shown): readonly Relation[] =>
  Object.values(build.input.pgRegistry.pgRelations[codec.name] ?? {}).filter(
    (relation) => hasRelation(relation) && !isLeftOut(relation.extensions?.tags),
  );

/** Whether rows are found with the row that they belong to, by a key of theirs. */
const isFoundWithin = (resource: Resource, build: Build, shown: Shown): boolean =>
  waysFrom(resource, build, shown).some(
    ({ isReferencee, remoteResource, localAttributes }) =>
      !isReferencee &&
      remoteResource !== resource &&
      waysFrom(remoteResource, build, shown).some(
        (back) =>
          back.isReferencee &&
          back.remoteResource === resource &&
          back.remoteAttributes.join() === localAttributes.join(),
      ),
  );

/** Numbers are counted by the database, and a truth is the key of the only row: neither is a name that anybody is told. */
const isName = (type: string | undefined): boolean => type === 'uuid' || type === 'text';

/**
 * Decides by which ways one comes to rows, so that there is one for each.
 *
 * - A row that belongs to another is found with it (`trip { expenses }`), the others at the root. `@root` has it at the root as well.
 * - Few rows are a list, whole as a rule. A table or function whose rows keep coming says `@paged` (`@order` for a function) and is a
 *   connection; so are rows of people at the root of whoever sees everybody's.
 * - One row is found by its primary key, where that is a name. For people alone: not by their own id; they are `me`.
 * - People have rows in one order, that of the tag `@order` or the key, and no conditions: they see their own.
 */
export function createWaysPlugin(shown: Shown): GraphileConfig.Plugin {
  const { seesAll } = shown;
  const without = (kind: 'list' | 'connection', scope: string): Behavior => `-${scope}:resource:${kind}` as Behavior;
  const unwanted = (isPaged: boolean) => (isPaged ? 'list' : 'connection');

  return {
    name: 'RowbellWaysPlugin',
    version: '1.0.0',
    after: ['PgOrderAllAttributesPlugin', 'PgFirstLastBeforeAfterArgsPlugin', 'PgConditionArgumentPlugin'],
    schema: {
      entityBehavior: {
        pgResource: {
          override(behavior, entity, build) {
            const resource = entity as unknown as Resource;
            const tags = resource.extensions?.tags;
            if (resource.parameters) {
              const isPaged = [tags?.order, tags?.paged].some((tag) => tag !== undefined);
              return [
                behavior,
                without(unwanted(isPaged), 'queryField'),
                without(unwanted(isPaged), 'typeField'),
              ] as Behavior[];
            }
            const within = build as unknown as Build;
            const isPaged = tags?.paged !== undefined || shown.isEverybodys(resource);
            const isAtRoot =
              (tags?.root !== undefined || !isFoundWithin(resource, within, shown)) &&
              (seesAll || !isSingle(resource, within));
            return [
              behavior,
              without(unwanted(isPaged), 'query'),
              ...(isAtRoot ? [] : [without(isPaged ? 'connection' : 'list', 'query')]),
            ] as Behavior[];
          },
        },
        pgCodecRelation: {
          override(behavior, relation) {
            const isPaged = (relation as unknown as Relation).remoteResource.extensions?.tags?.paged !== undefined;
            return [behavior, without(unwanted(isPaged), 'manyRelation')] as Behavior[];
          },
        },
        pgResourceUnique: {
          override(behavior, [entity, unique], build) {
            const resource = entity as unknown as Resource;
            const [attribute = '', ...more] = unique.attributes as readonly string[];
            const { codec } = entity as unknown as {
              codec: { attributes: Record<string, { codec: { name: string } }> };
            };
            const isKept =
              more.length === 0 &&
              isName(codec.attributes[attribute]?.codec.name) &&
              (unique.isPrimary || (seesAll && isPeople(resource))) &&
              (seesAll || !isSingle(resource, build as unknown as Build));
            return isKept ? behavior : ([behavior, '-single'] as Behavior[]);
          },
        },
      },
      hooks: {
        GraphQLObjectType_fields_field: {
          after: ['PgAllRowsPlugin', 'PgRelationsPlugin'],
          callback(field, _build, { scope }) {
            const { isPgFieldConnection, isPgFieldSimpleCollection, pgFieldResource } = scope;
            const resource = pgFieldResource as unknown as Resource | undefined;
            const isOrdered = isPgFieldSimpleCollection || (isPgFieldConnection && !seesAll);
            const { plan } = field;
            if (!isOrdered || !resource || resource.parameters || !plan) return field;
            return {
              ...field,
              plan(...args) {
                const $collection = plan.apply(this, args) as unknown as Ordered & { getSubplan?(): Ordered };
                orderRows($collection.getSubplan?.() ?? $collection, resource as never);
                return $collection as never;
              },
            };
          },
        },
        GraphQLObjectType_fields_field_args: {
          after: ['PgConnectionArgOrderByPlugin', 'PgConditionArgumentPlugin'],
          callback(args, _build, { scope: { isPgFieldConnection, isPgFieldSimpleCollection } }) {
            if (!isPgFieldSimpleCollection && (!isPgFieldConnection || seesAll)) return args;
            const { condition: _condition, orderBy: _orderBy, ...kept } = args;
            return kept;
          },
        },
      },
    },
  };
}

/** Whether there is at most one row a person. */
const isSingle = (resource: Resource, { input }: Build): boolean =>
  isPeople(resource) ||
  Object.values(input.pgRegistry.pgRelations[resource.codec.name] ?? {}).some(
    ({ isReferencee, remoteResource, localAttributes }) =>
      !isReferencee &&
      isPeople(remoteResource) &&
      resource.uniques.some(({ attributes }) => attributes.join() === localAttributes.join()),
  );
