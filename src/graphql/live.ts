import { context, lambda, type Step } from 'postgraphile/grafast';
import { GraphQLError, Kind } from 'postgraphile/graphql';
import { extendSchema, gql } from 'postgraphile/utils';
import type { RowOf } from '../database/rows.ts';
import { isCursor } from '../live/cursor.ts';
import { frameOf } from '../live/inbox-frame.ts';
import { sinceOf } from '../live/since.ts';
import { livePlans } from './live-source.ts';
import type { Settings, WithClient } from './with-client.ts';

const readSince = async ([after, withClient, settings]: readonly unknown[]) => {
  const { rows } = await (withClient as WithClient)(settings as Settings, (client) =>
    client.query<RowOf<'notify_hidden.inbox_since', 'returns_at'>>({
      text: 'select * from notify_hidden.inbox_since($1)',
      values: [after ?? null],
    }),
  );
  return frameOf(sinceOf(rows[0] as RowOf<'notify_hidden.inbox_since', 'returns_at'>));
};

const parseCursor = (value: unknown): string => {
  if (typeof value === 'string' && isCursor(value)) return value;
  throw new GraphQLError('must be the cursor of a frame');
};

/**
 * Real time: what src/live sends, as types of their own without a query behind them, and the same frame as a query for whoever resumes
 * without a socket. docs/decisions/0014-real-time.md
 */
export const LivePlugin = extendSchema(
  {
    typeDefs: gql`
    "Where a client stands: given as after, it asks for what changed since. It names the history in which it holds; those of one history are in order as texts."
    scalar LiveCursor
    "What changed in one's own inbox."
    type InboxChange {
      "Keep the highest."
      cursor: LiveCursor!
      "Too much changed, or nothing is known of the cursor: ask the page that is shown anew."
      reset: Boolean!
      "As they are now, in any place. The same may come again: keep the highest version of each."
      items: [LiveNotification!]!
      "Deleted, or not to be seen any more."
      removed: [UUID!]!
      "Unread notifications in the inbox; null: it follows in a later frame."
      unread: Int
      "The next snooze that ends. No commit says so: ask then."
      returnsAt: Datetime
    }
    "A notification of one's own in a frame."
    type LiveNotification {
      id: UUID!
      "Grows with each change."
      version: BigInt!
      typeKey: String!
      category: String!
      priority: Priority!
      title: String!
      subtitle: String
      body: String!
      data: JSON!
      threadId: String
      createdAt: Datetime!
      readAt: Datetime
      seenAt: Datetime
      archivedAt: Datetime
      snoozedUntil: Datetime
    }
    extend type Query {
      "What changed in your inbox since a cursor, without one only the cursor of this instant: for resuming and polling without a socket."
      inboxSince(after: LiveCursor): InboxChange!
    }
    extend type Subscription {
      "Your own inbox: at once what changed since the cursor, without one only the cursor of this instant; then what commits."
      inboxChanged(after: LiveCursor): InboxChange!
      "How many notifications in your inbox are not read: at once, then when it changes, at most twice a second."
      unreadCountChanged: Int!
    }
  `,
    scalars: {
      LiveCursor: {
        serialize: String,
        parseValue: parseCursor,
        parseLiteral: (node) => parseCursor(node.kind === Kind.STRING ? node.value : null),
      },
    },
    objects: {
      Query: {
        plans: {
          inboxSince: (_$root: Step, fieldArgs) =>
            lambda(
              [fieldArgs.getRaw('after') as never, context().get('withPgClient'), context().get('pgSettings')],
              readSince as never,
            ),
        },
      },
      Subscription: {
        plans: {
          inboxChanged: livePlans('inboxChanged', ['after']) as never,
          unreadCountChanged: livePlans('unreadCountChanged') as never,
        },
      },
    },
  },
  'RowbellLivePlugin',
);
