import { constant, lambda, type Step } from 'postgraphile/grafast';
import { RowbellError } from '../errors.ts';

export const defaultPageSize = 20;
export const maxPageSize = 100;

/** Of a list; what a function lists is one piece, and comes whole as far as it may. */
const defaultListSize = 100;
export const maxListSize = 1_000;

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

type Argument = { getRaw(): Step };
const ofList = (unless: number) => ({
  defaultValue: unless,
  description: `How many rows, at most ${maxListSize}.`,
  applyPlan(_$root: unknown, $rows: unknown, argument: Argument) {
    const size = (first: number | null | undefined) => checkPageSize(first, { unless, most: maxListSize });
    ($rows as Sized).setFirst(lambda(argument.getRaw(), size, true));
  },
});

type Sized = { setFirst(first: Step): void; setLast(last: Step): void };

/** A connection returns 20 rows unless asked for another number, and never more than 100, forwards and backwards; a list 100, and 1 000. */
export const PageCapPlugin: GraphileConfig.Plugin = {
  name: 'RowbellPageCapPlugin',
  version: '1.0.0',
  after: ['PgFirstLastBeforeAfterArgsPlugin'],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field: {
        after: ['RowbellOrdersPlugin'],
        callback(field, _build, { scope }) {
          if (!scope.isPgFieldConnection || !field.plan) return field;
          const { plan } = field;
          return {
            ...field,
            plan($parent, args, info) {
              const $connection = plan.call(this, $parent, args, info) as unknown as Sized;
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
            const unless = scope.pgFieldResource?.parameters ? maxListSize : defaultListSize;
            return { ...args, first: { ...args.first, ...ofList(unless) } };
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
