import { type PgCodec, type PgSelectStep, pgSelect, TYPES } from 'postgraphile/@dataplan/pg';
import { access, context, each, lambda, list, object, type Step, UnbatchedStep } from 'postgraphile/grafast';
import { type SQL, sql } from 'postgraphile/pg-sql2';
import { extendSchema, gql } from 'postgraphile/utils';
import { RowbellError } from '../errors.ts';
import { checkPageSize, isBackwards } from './page-cap.ts';
import type { Settings, WithClient } from './with-client.ts';

type Arguments = {
  readonly filter: Readonly<Record<string, unknown>> | null | undefined;
  readonly sort: string;
  readonly first: number | null | undefined;
  readonly after: string | null | undefined;
  readonly last: number | null | undefined;
  readonly before: string | null | undefined;
};
/** A place in an order: whether the notification was read when it was shown is part of it where unread ones come first. */
type Place = { readonly id: string; readonly isRead: boolean };
/** What is read of a page. */
type Page = {
  readonly filter: string | null;
  readonly sort: string;
  /** One row more than is shown tells whether there are more in that direction. */
  readonly maxRows: number;
  readonly pastId: string | null;
  readonly pastRead: boolean | null;
  readonly backwards: boolean;
};

/** As `notify_hidden.inbox_rows` takes it. */
const pageColumns = [
  ['filter', TYPES.text],
  ['sort', TYPES.text],
  ['maxRows', TYPES.int],
  ['pastId', TYPES.uuid],
  ['pastRead', TYPES.boolean],
  ['backwards', TYPES.boolean],
] as const;

const encode = (sort: string, { id, isRead }: Place): string =>
  Buffer.from(JSON.stringify([sort, isRead, id])).toString('base64url');

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function decode(cursor: string, sort: string): Place {
  try {
    const [of, isRead, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (of === sort && typeof isRead === 'boolean' && typeof id === 'string' && isUuid.test(id)) {
      return { id, isRead };
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

/** @throws {RowbellError} RBINV for what is no page */
function pageOf({ filter, sort, first, after, last, before }: Arguments): Page {
  const backwards = isBackwards({ first, after, last, before });
  const size = backwards ? checkPageSize(last, { name: 'last' }) : checkPageSize(first);
  const cursor = backwards ? before : after;
  const past = cursor == null ? null : decode(cursor, sort);
  return {
    filter: filterRow(filter),
    sort,
    maxRows: size + 1,
    pastId: past?.id ?? null,
    pastRead: past?.isRead ?? null,
    backwards,
  };
}

type Read = readonly [rows: readonly unknown[], page: Page];

const shownOf = ([rows, { maxRows, backwards }]: Read): readonly unknown[] =>
  rows.length < maxRows ? rows : backwards ? rows.slice(1) : rows.slice(0, -1);

/** In the direction in which a page was not read there are more where it begins at a cursor. */
const neighboursOf = ([rows, { maxRows, pastId, backwards }]: Read) => {
  const [hasMore, hasPast] = [rows.length === maxRows, pastId !== null];
  return {
    hasNextPage: backwards ? hasPast : hasMore,
    hasPreviousPage: backwards ? hasMore : hasPast,
  };
};

type Row = readonly unknown[];
type CursorOf = (row: Row) => string;

/** A page's rows, each with its cursor behind its columns. */
const edgesOf = (read: Read, cursorOf: CursorOf): readonly Row[] =>
  shownOf(read).map((row) => [...(row as Row), cursorOf(row as Row)]);
const cursorIn = (row: Row): unknown => row.at(-1);

function pageInfoOf(read: Read, cursorOf: CursorOf) {
  const shown = shownOf(read) as readonly Row[];
  const cursorAt = (place: number) => {
    const row = shown.at(place);
    return row ? cursorOf(row) : null;
  };
  return { ...neighboursOf(read), startCursor: cursorAt(0), endCursor: cursorAt(-1) };
}

async function count([filter, withClient, settings]: readonly unknown[]): Promise<number> {
  const text = 'select notify.inbox_count(jsonb_populate_record(null::notify.inbox_filter, $1::jsonb)) as total';
  const values = [filterRow(filter as Arguments['filter'])];
  const { rows } = await (withClient as WithClient)(settings as Settings, (client) =>
    client.query<{ total: number }>({ text, values }),
  );
  return rows[0]?.total ?? 0;
}

type Notifications = Pick<PgSelectStep, 'items' | 'listItem'>;
/** What the plans of an inbox are handed: a page, and the notifications of which all but one are shown. */
type Inbox$ = { get(name: 'filter'): Step; get(name: 'page'): Step<Page>; get(name: 'rows'): Notifications };
type Row$ = Step & { getItemStep(): Step };
/** What PostGraphile's types leave out, or say in many words. */
type Selected = {
  readonly alias: SQL;
  readonly resource: {
    readonly codec: {
      readonly attributes: Readonly<Record<'id' | 'read_at', { readonly codec: PgCodec; readonly notNull?: boolean }>>;
    };
  };
  selectAndReturnIndex(fragment: SQL): number;
};

/** What is made of a whole page, with cursors: a step for the page costs less than some for each of its rows. */
class PageStep<T> extends UnbatchedStep<T> {
  static override $$export = { moduleName: 'rowbell', exportName: 'PageStep' };
  override isSyncAndSafe = true;
  readonly #make: (read: Read, cursorOf: CursorOf) => T;
  /** Where in a row its cursor is found. */
  #idAt = 0;
  #readAt = 0;

  constructor($inbox: Inbox$, make: (read: Read, cursorOf: CursorOf) => T) {
    super();
    this.#make = make;
    this.addDependency($inbox.get('rows').items() as Step);
    this.addDependency($inbox.get('page'));
  }

  override optimize(): this {
    const $rows = (this.getDep(0) as unknown as { getClassStep(): Selected }).getClassStep();
    // As PostGraphile asks for a column, so that it is asked for once.
    const placeOf = (column: 'id' | 'read_at') => {
      const { codec, notNull } = $rows.resource.codec.attributes[column];
      const value = sql`${$rows.alias}.${sql.identifier(column)}`;
      return $rows.selectAndReturnIndex(codec.castFromPg?.(value, notNull) ?? sql`${sql.parens(value)}::text`);
    };
    [this.#idAt, this.#readAt] = [placeOf('id'), placeOf('read_at')];
    return this;
  }

  override unbatchedExecute(_extra: unknown, rows: readonly Row[], page: Page): T {
    return this.#make([rows, page], (row) =>
      encode(page.sort, { id: row[this.#idAt] as string, isRead: row[this.#readAt] !== null }),
    );
  }
}

const read = ($inbox: Inbox$): Step<Read> =>
  list([$inbox.get('rows').items() as Step, $inbox.get('page')]) as unknown as Step<Read>;
const rowOf = ($inbox: Inbox$, $item: Step) => $inbox.get('rows').listItem($item as never) as unknown as Row$;

/**
 * `inbox`, whose order may be one of several by state and time: SQL finds the ids of a page in its index and the row of each by its
 * key, in one statement with what is asked of them. docs/decisions/0005-inbox.md says why connections of PostGraphile's do not.
 */
export const InboxPlugin = extendSchema(({ pgResources: { notifications } }) => {
  if (!notifications) return { typeDefs: [] };
  const rowsOf = ($page: Step<Page>) => {
    const $rows = pgSelect({
      resource: notifications,
      identifiers: [],
      args: pageColumns.map(([name, pgCodec]) => ({ step: access($page, name), pgCodec })) as never,
      from: (filter, ...others) => {
        const row = sql`jsonb_populate_record(null::notify.inbox_filter, ${filter?.placeholder}::jsonb)`;
        return sql`notify_hidden.inbox_rows(${sql.join([row, ...others.map((one) => one.placeholder)], ', ')})`;
      },
    });
    // In the order of the function.
    $rows.setOrderIsUnique();
    return $rows;
  };
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
            const $arguments = object(Object.fromEntries(names.map((name) => [name, fieldArgs.getRaw(name)])));
            const $page = lambda($arguments, pageOf as never) as Step<Page>;
            return object({ filter: $arguments.get('filter'), page: $page, rows: rowsOf($page) });
          },
        },
      },
      InboxConnection: {
        plans: {
          nodes: ($inbox: Inbox$) =>
            each(lambda(read($inbox), shownOf, true), ($item) => rowOf($inbox, $item) as never),
          edges: ($inbox: Inbox$) => each(new PageStep($inbox, edgesOf), ($row) => rowOf($inbox, $row) as never),
          pageInfo: ($inbox: Inbox$) => new PageStep($inbox, pageInfoOf),
          totalCount: ($inbox: Inbox$) =>
            lambda([$inbox.get('filter'), context().get('withPgClient'), context().get('pgSettings')], count),
        },
      },
      InboxEdge: {
        plans: {
          cursor: ($row: Row$) => lambda($row.getItemStep(), cursorIn as never, true),
          node: ($row: Row$) => $row,
        },
      },
    },
  };
});
