import type { Grants } from './grants.ts';
import type { Role } from './identity.ts';

/** What is asked of PostGraphile's build here; its own types say the same in four pages. */
export type Tags = Readonly<Record<string, unknown>>;
type Named = {
  readonly extensions?: { readonly pg?: { readonly schemaName: string; readonly name: string }; readonly tags?: Tags };
};
export type Codec = Named & {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, { readonly extensions?: { readonly tags?: Tags } }>>;
};
export type Resource = Named & {
  readonly codec: Codec;
  readonly parameters?: unknown;
  readonly isUnique?: boolean;
  readonly uniques: readonly { readonly isPrimary?: boolean; readonly attributes: readonly string[] }[];
};
export type Relation = {
  readonly localCodec: Codec;
  readonly localAttributes: readonly string[];
  readonly remoteResource: Resource;
  readonly remoteAttributes: readonly string[];
  readonly isUnique?: boolean;
  readonly isReferencee?: boolean;
  readonly extensions?: { readonly tags?: Tags };
};

/** What a role's schema has. */
export type Shown = {
  /** Whether the reader sees everybody's rows, and not their own alone. */
  readonly seesAll: boolean;
  /** A table or function; with columns, whether these may be asked for as well. */
  readonly hasResource: (resource: Resource, attributes?: readonly string[]) => boolean;
  readonly hasAttribute: (codec: Codec, attribute: string) => boolean;
  readonly hasRelation: (relation: Relation) => boolean;
  /** Whether everybody's rows are seen of a table of which each person sees their own. */
  readonly isEverybodys: (resource: Resource) => boolean;
};

const nameOf = ({ extensions }: Named): string => `${extensions?.pg?.schemaName}.${extensions?.pg?.name}`;

/** Whoever sees their own rows alone has them at the root and not over themselves, but for those of which each person has one. */
export const isPeople = (named: Codec | Resource): boolean => nameOf(named) === 'notify.users';

/**
 * The smart tag `@omit user: …` leaves a table, column or function out of that role's schema although the role may use it, and says why:
 * mostly because there is a better way to the same.
 */
const isOmitted = (role: Role, tags: Tags | undefined): boolean =>
  [tags?.omit].flat().some((tag) => typeof tag === 'string' && tag.split(':', 1)[0]?.split(' ').includes(role));

export function createShown(role: Role, { mayRead, mayExecute, isOfPeople }: Grants): Shown {
  const seesAll = role === 'operator';
  const hasResource: Shown['hasResource'] = (resource, attributes = []) => {
    if (isOmitted(role, resource.extensions?.tags)) return false;
    const name = nameOf(resource);
    return resource.parameters
      ? mayExecute(name)
      : mayRead(name) && attributes.every((attribute) => mayRead(name, attribute));
  };
  // Columns of composite types are nobody's to grant. Rows that only a function gives, of a table that the role may not read at
  // all, have all of their columns: the function decides.
  const hasAttribute: Shown['hasAttribute'] = (codec, attribute) =>
    !isOmitted(role, codec.attributes?.[attribute]?.extensions?.tags) &&
    (!mayRead(nameOf(codec)) || mayRead(nameOf(codec), attribute));
  return {
    seesAll,
    hasResource,
    hasAttribute,
    isEverybodys: (resource) => seesAll && isOfPeople(nameOf(resource)),
    hasRelation: ({ localCodec, localAttributes, remoteResource, remoteAttributes, isUnique, isReferencee }) =>
      (seesAll || (isPeople(localCodec) ? isUnique && isReferencee : !isPeople(remoteResource)) === true) &&
      hasResource(remoteResource, remoteAttributes) &&
      localAttributes.every((attribute) => !mayRead(nameOf(localCodec)) || mayRead(nameOf(localCodec), attribute)),
  };
}
