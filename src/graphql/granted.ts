import type { Codec, Relation, Resource, Shown } from './shown.ts';

/**
 * Leaves out of a schema what its role is not shown: functions, tables, columns, and the ways that need any of these. A schema made
 * without them has no name that stands for one of them, so each answer is that of an API that never had it.
 */
export function createGrantedPlugin({ hasResource, hasAttribute, hasRelation }: Shown): GraphileConfig.Plugin {
  const unless = <T extends string>(isKept: boolean, behavior: T): T | [T, GraphileBuild.BehaviorString] =>
    isKept ? behavior : [behavior, '-*' as GraphileBuild.BehaviorString];

  return {
    name: 'RowbellGrantedPlugin',
    version: '1.0.0',
    schema: {
      entityBehavior: {
        pgResource: {
          override: (behavior, resource) => unless(hasResource(resource as unknown as Resource), behavior),
        },
        pgResourceUnique: {
          override: (behavior, [resource, { attributes }]) =>
            unless(hasResource(resource as unknown as Resource, attributes as readonly string[]), behavior),
        },
        pgCodecRelation: {
          override: (behavior, relation) => unless(hasRelation(relation as unknown as Relation), behavior),
        },
        pgCodecAttribute: {
          override: (behavior, [codec, name]) => unless(hasAttribute(codec as unknown as Codec, name), behavior),
        },
      },
    },
  };
}
