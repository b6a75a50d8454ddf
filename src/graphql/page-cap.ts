import type { PgSelectStep } from 'postgraphile/@dataplan/pg';
import { constant, context, each, lambda, type Step } from 'postgraphile/grafast';
import { RowbellError } from '../errors.ts';

export const defaultPageSize = 20;
export const maxPageSize = 100;

/** Of a list; what a function lists is one piece, and comes whole as far as it may. */
const defaultListSize = 100;
export const maxListSize = 1_000;

/** How many rows a list has unless told. */
const listSizeOf = ({ pgFieldResource }: { readonly pgFieldResource?: { readonly parameters?: unknown } }): number =>
  pgFieldResource?.parameters ? maxListSize : defaultListSize;

/** What `first` or `last` asks for, or the default; @throws {RowbellError} RBINV where it is too many */
export function checkPageSize(
  size: number | null | undefined,
  { name = 'first', unless = defaultPageSize, most = maxPageSize } = {},
): number {
  if (size == null) return unless;
  if (size < 0 || size > most) throw new RowbellError('RBINV', `${name}: must be from 0 to ${most}`, { field: name });
  return size;
}

/** What a page is asked for by; all may be left out. */
export type PageArguments = {
  readonly first: number | null | undefined;
  readonly after: string | null | undefined;
  readonly last: number | null | undefined;
  readonly before: string | null | undefined;
};

/**
 * Whether a page is the one before a cursor or the last, and not one from the beginning or after a cursor.
 *
 * @throws {RowbellError} RBINV where both are asked for
 */
export function isBackwards({ first, after, last, before }: PageArguments): boolean {
  const backwards = last != null || (before != null && first == null);
  if (backwards ? first != null || after != null : before != null) {
    throw new RowbellError('RBINV', 'first goes with after, last with before.');
  }
  return backwards;
}

type Values = readonly [PageArguments['first'], PageArguments['after'], PageArguments['last'], PageArguments['before']];
const sizeOf =
  (way: 'first' | 'last') =>
  ([first, after, last, before]: Values): number | null => {
    const backwards = isBackwards({ first, after, last, before });
    return backwards === (way === 'last') ? checkPageSize(backwards ? last : first, { name: way }) : null;
  };
const [sizeForwards, sizeBackwards] = [sizeOf('first'), sizeOf('last')];

type Paged = { setFirst(first: Step): void; setLast(last: Step): void };
type Listed = Pick<PgSelectStep, 'setFirst' | 'items' | 'listItem'> & Step;

/** A list of so many rows as are asked for, at most; where there are more, the answer says of which field (`Query.devices`). */
function listOf(
  $rows: Listed,
  $first: Step,
  { field, unless }: { readonly field: string; readonly unless: number },
): Step {
  const $size = lambda($first, (first) => checkPageSize(first as number | null, { unless, most: maxListSize }), true);
  // One more tells whether there are more.
  $rows.setFirst(lambda($size, (size) => size + 1, true));
  const cut = ([rows, size, truncated]: readonly unknown[]): readonly unknown[] => {
    const all = rows as readonly unknown[];
    if (all.length <= (size as number)) return all;
    (truncated as Set<string> | undefined)?.add(field);
    return all.slice(0, size as number);
  };
  const $cut = lambda([$rows.items() as Step, $size, context().get('truncated')], cut, true);
  return each($cut, ($item) => $rows.listItem($item as never) as never);
}

/**
 * A connection returns 20 rows unless asked for another number, and never more than 100, forwards and backwards; a list 100, and 1 000,
 * and the answer says where a list is not whole.
 */
export const PageCapPlugin: GraphileConfig.Plugin = {
  name: 'RowbellPageCapPlugin',
  version: '1.0.0',
  after: ['PgFirstLastBeforeAfterArgsPlugin'],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field: {
        after: ['RowbellOrdersPlugin', 'RowbellWaysPlugin'],
        callback(field, _build, { scope, Self }) {
          const { plan } = field;
          if (!plan) return field;
          if (scope.isPgFieldSimpleCollection) {
            const options = { field: `${Self.name}.${scope.fieldName}`, unless: listSizeOf(scope) };
            return {
              ...field,
              plan($parent, given, info) {
                const $rows = plan.call(this, $parent, given, info) as unknown as Listed;
                const { $first } = given as unknown as { readonly $first?: Step };
                // A list of values has no rows to choose from.
                return ($first ? listOf($rows, $first, options) : $rows) as never;
              },
            };
          }
          if (!scope.isPgFieldConnection) return field;
          return {
            ...field,
            plan($parent, args, info) {
              const $connection = plan.call(this, $parent, args, info) as unknown as Paged;
              const given = args as unknown as Readonly<Record<string, Step | undefined>>;
              // What pages by counting rows has neither last nor before.
              const $asked = ['$first', '$after', '$last', '$before'].map((name) => given[name] ?? constant(null));
              $connection.setFirst(lambda($asked, sizeForwards as never, true));
              $connection.setLast(lambda($asked, sizeBackwards as never, true));
              return $connection as never;
            },
          };
        },
      },
      GraphQLObjectType_fields_field_args: {
        after: ['PgFirstLastBeforeAfterArgsPlugin'],
        callback(args, _build, { scope }) {
          if (!args.first) return args;
          if (scope.isPgFieldSimpleCollection) {
            const { applyPlan: _first, ...first } = args.first;
            const description = `How many rows, at most ${maxListSize}.`;
            return { ...args, first: { ...first, defaultValue: listSizeOf(scope), description } };
          }
          if (!scope.isPgFieldConnection) return args;
          const { applyPlan: _first, ...first } = args.first;
          const description = `The first rows (${defaultPageSize} unless told, at most ${maxPageSize}).`;
          if (!args.last) return { ...args, first: { ...first, description } };
          const { applyPlan: _last, ...last } = args.last;
          return {
            ...args,
            first: { ...first, description },
            last: { ...last, description: description.replace('first', 'last') },
          };
        },
      },
    },
  },
};
