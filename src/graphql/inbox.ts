import { TYPES } from 'postgraphile/@dataplan/pg';
import { access, context, each, lambda, object, type Step } from 'postgraphile/grafast';
import { extendSchema, gql } from 'postgraphile/utils';
import type { RowOf } from '../database/rows.ts';
import { RowbellError } from '../errors.ts';
import { checkPageSize, isBackwards } from './page-cap.ts';
import type { Client, Settings, WithClient } from './with-client.ts';

type Item = RowOf<'notify_hidden.inbox_page'>;
type Arguments = {
  readonly filter: Readonly<Record<string, unknown>> | null | undefined;
  readonly sort: string;
  readonly first: number | null | undefined;
  readonly after: string | null | undefined;
  readonly last: number | null | undefined;
  readonly before: string | null | undefined;
};
type Page = {
  readonly items: readonly (Item & { readonly cursor: string })[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
};

/** A place in an order: whether the notification was read when it was shown is part of it where unread ones come first. */
const encode = (sort: string, { notification_id: id, is_read: isRead }: Item): string =>
  Buffer.from(JSON.stringify([sort, isRead, id])).toString('base64url');

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function decode(cursor: string, sort: string): Item {
  try {
    const [of, isRead, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (of === sort && typeof isRead === 'boolean' && typeof id === 'string' && isUuid.test(id)) {
      return { notification_id: id, is_read: isRead };
    }
  } catch {
    // Not JSON, not a list: no cursor of ours.
  }
  throw new RowbellError('RBINV', 'The cursor is not one of this connection.');
}

/** The filter's fields by the names of the type `notify.inbox_filter`. */
const filterRow = (filter: Arguments['filter']): string | null =>
  filter
    ? JSON.stringify(
        Object.fromEntries(
          Object.entries(filter).map(([name, value]) => [
            name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
            value,
          ]),
        ),
      )
    : null;

/**
 * A page by keys: one row more than asked for tells whether there are more in that direction; in the other there are
 * where the page begins at a cursor.
 */
async function readPage(client: Client, { filter, sort, first, after, last, before }: Arguments): Promise<Page> {
  const backwards = isBackwards({ first, after, last, before });
  const size = backwards ? checkPageSize(last, { name: 'last' }) : checkPageSize(first);
  const cursor = backwards ? before : after;
  const past = cursor == null ? null : decode(cursor, sort);
  const { rows } = await client.query<Item>({
    text: `select * from notify_hidden.inbox_page(jsonb_populate_record(null::notify.inbox_filter, $1::jsonb), $2, $3, $4, $5, $6)`,
    values: [filterRow(filter), sort, size + 1, past?.notification_id ?? null, past?.is_read ?? null, backwards],
  });
  const hasMore = rows.length > size;
  const shown = !hasMore ? rows : backwards ? rows.slice(1) : rows.slice(0, size);
  const items = shown.map((item) => ({ ...item, cursor: encode(sort, item) }));
  return {
    items,
    pageInfo: {
      hasNextPage: backwards ? past !== null : hasMore,
      hasPreviousPage: backwards ? hasMore : past !== null,
      startCursor: items.at(0)?.cursor ?? null,
      endCursor: items.at(-1)?.cursor ?? null,
    },
  };
}

async function count(client: Client, filter: Arguments['filter']): Promise<number> {
  const { rows } = await client.query<{ total: number }>({
    text: 'select notify.inbox_count(jsonb_populate_record(null::notify.inbox_filter, $1::jsonb)) as total',
    values: [filterRow(filter)],
  });
  return rows[0]?.total ?? 0;
}

/** Reads as whoever asks, in a transaction of its own; twice the same, under two names, is read once. */
function reader<In, Out>(work: (client: Client, input: In) => Promise<Out>): ($input: Step<In>) => Step<Out> {
  const read = ([input, withClient, settings]: readonly unknown[]) =>
    (withClient as WithClient)(settings as Settings, (client) => work(client, input as In));
  return ($input) =>
    lambda([$input, context().get('withPgClient'), context().get('pgSettings')], read) as unknown as Step<Out>;
}
const pageOf = reader(readPage);
const countOf = reader(count);

/**
 * `inbox`, whose order may be one of several by state and time: SQL finds the ids of a page in its index,
 * and PostGraphile the rows of these, each by its key. docs/decisions/0005-inbox.md says why its own connections do not.
 */
export const InboxPlugin = extendSchema(({ pgResources: { inbox_row: inboxRow } }) => {
  if (!inboxRow) return { typeDefs: [] };
  type Item$ = Step<Page['items'][number]>;
  const node = ($item: Item$) => inboxRow.execute([{ step: access($item, 'notification_id'), pgCodec: TYPES.uuid }]);
  return {
    typeDefs: gql`
      enum InboxSort {
        newest
        oldest
        "Those that are not read, newest first; after them those that are."
        unread_first
      }
      "A page of one's own notifications. Its cursors are keys: what comes in, or is read, while one pages moves nothing."
      type InboxConnection {
        nodes: [Notification!]!
        edges: [InboxEdge!]!
        pageInfo: PageInfo!
        "How many match in all: inboxCount of the same filter."
        totalCount: Int!
      }
      type InboxEdge {
        cursor: Cursor!
        node: Notification!
      }
      extend type Query {
        "Your own notifications that match the filter, without one those in the inbox. first goes with after, last with before; 20 unless told, at most 100."
        inbox(
          filter: InboxFilterInput
          sort: InboxSort! = newest
          first: Int
          after: Cursor
          last: Int
          before: Cursor
        ): InboxConnection!
      }
    `,
    objects: {
      Query: {
        plans: {
          inbox(_$root, fieldArgs) {
            const names = ['filter', 'sort', 'first', 'after', 'last', 'before'] as const;
            const $arguments = object(
              Object.fromEntries(names.map((name) => [name, fieldArgs.getRaw(name)])),
            ) as unknown as Step<Arguments>;
            return object({ arguments: $arguments, page: pageOf($arguments) });
          },
        },
      },
      InboxConnection: {
        plans: {
          nodes: ($inbox: Step) => each(access($inbox, ['page', 'items']) as never, node as never),
          edges: ($inbox: Step) => access($inbox, ['page', 'items']),
          pageInfo: ($inbox: Step) => access($inbox, ['page', 'pageInfo']),
          totalCount: ($inbox: Step) => countOf(access($inbox, ['arguments', 'filter']) as never),
        },
      },
      InboxEdge: { plans: { cursor: ($item: Step) => access($item, 'cursor'), node: node as never } },
    },
  };
});
