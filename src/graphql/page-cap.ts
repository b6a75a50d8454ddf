import { lambda } from 'postgraphile/grafast';
import { RowbellError } from '../errors.ts';

export const defaultPageSize = 20;
export const maxPageSize = 100;

/** What `first` (or `last`) asks for, or the default; @throws {RowbellError} RBINV where it is too many */
export function checkPageSize(size: number | null | undefined, name = 'first'): number {
  if (size == null) return defaultPageSize;
  if (size < 0 || size > maxPageSize)
    throw new RowbellError('RBINV', `${name}: must be from 0 to ${maxPageSize}`, { field: name });
  return size;
}

/** Every connection returns 20 rows unless asked for another number, and never more than 100. */
export const PageCapPlugin: GraphileConfig.Plugin = {
  name: 'RowbellPageCapPlugin',
  version: '1.0.0',
  after: ['PgFirstLastBeforeAfterArgsPlugin'],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args: {
        after: ['PgFirstLastBeforeAfterArgsPlugin'],
        callback(args, _build, { scope }) {
          if (!args.first || !(scope.isPgFieldConnection || scope.isPgFieldSimpleCollection)) return args;
          return {
            ...args,
            first: {
              ...args.first,
              defaultValue: defaultPageSize,
              description: `Only read the first \`n\` values of the set (at most ${maxPageSize}).`,
              applyPlan(_$root, $connection, argument) {
                ($connection as { setFirst(first: unknown): void }).setFirst(
                  lambda(argument.getRaw(), (first: number | null | undefined) => checkPageSize(first), true),
                );
              },
            },
          };
        },
      },
    },
  },
};
