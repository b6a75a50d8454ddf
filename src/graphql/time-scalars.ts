import { GraphQLError, type GraphQLScalarTypeConfig, Kind, type ValueNode } from 'postgraphile/graphql';

type Check = { readonly isValid: (text: string) => boolean; readonly example: string };

const isDay = (text: string): boolean => {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};
const minute = '([01]\\d|2[0-3]):[0-5]\\d';
const time = `${minute}(:[0-5]\\d(\\.\\d{1,6})?)?`;
const isTime = new RegExp(`^${time}$`);
const isDate = /^\d{4}-\d{2}-\d{2}$/;
const isInstant = new RegExp(`^\\d{4}-\\d{2}-\\d{2}T${time}(Z|[+-]${minute})$`);

const checks: Readonly<Record<string, Check>> = {
  Time: { isValid: (text) => isTime.test(text), example: '"22:00"' },
  Date: { isValid: (text) => isDate.test(text) && isDay(text), example: '"2026-11-21"' },
  Datetime: {
    isValid: (text) => isInstant.test(text) && isDay(text),
    example: '"2026-11-21T22:00:00Z", with its offset',
  },
};

/**
 * Times, dates and instants are checked where the request is read. So the complaint names the variable and the field
 * (`at "input.quietHours[0].startsAt"`), which PostgreSQL cannot know, and an instant without an offset is refused
 * instead of being read in the server's time zone.
 */
export const TimesPlugin: GraphileConfig.Plugin = {
  name: 'RowbellTimesPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      GraphQLScalarType(config: GraphQLScalarTypeConfig<unknown, unknown>) {
        const check = checks[config.name];
        if (!check) return config;
        const parse = (value: unknown, node?: ValueNode): string => {
          if (typeof value === 'string' && check.isValid(value)) return value;
          throw new GraphQLError(`must be like ${check.example}`, node ? { nodes: node } : {});
        };
        return {
          ...config,
          // As one writes it: PostGraphile would say "22:00:00.000000".
          ...(config.name === 'Time' && { serialize: (value) => String(value).replace(/(:00)?\.0+$/, '') }),
          parseValue: (value) => parse(value),
          parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null, node),
        };
      },
    },
  },
};
